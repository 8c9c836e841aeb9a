"""What horns cannot give is left out of a voice, as of every other sound: a confined ffmpeg.

It stands between the capture and the engine, only where the output's loudspeakers need it, and only
while somebody speaks. ffmpeg reads raw samples by 21 ms and those of a WAV by 11 ms: a WAV without
an end is what it gets, because the engine holds no more than 20 ms of a voice.
"""

from __future__ import annotations

import os
import struct
from asyncio.subprocess import Process

from agent.play.decode.decoder import BUTTERWORTH_4
from agent.play.decode.ffmpeg_process import start_ffmpeg
from agent.play.ipc import RATE_HZ

SAMPLES = ("-f", "s16le", "-ar", str(RATE_HZ), "-ac", "1")
READ_BYTES = 1_024  # the least that ffmpeg's demuxer takes
# RIFF WAVE, PCM, one channel of 16 bits; both lengths unknown
_FORMAT = struct.pack("<HHIIHH", 1, 1, RATE_HZ, 2 * RATE_HZ, 2, 16)
WAV_HEADER = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0" + _FORMAT + b"data\xff\xff\xff\xff"


def filter_argv(high_pass_hz: int) -> list[str]:
    """The command line of ffmpeg: WAV on its standard input, s16, mono, 48 kHz on its output."""
    cut = ",".join(f"highpass=f={high_pass_hz}:width_type=q:width={q}" for q in BUTTERWORTH_4)
    return [
        "ffmpeg", "-hide_banner", "-loglevel", "error", "-threads", "1",
        "-protocol_whitelist", "pipe", "-probesize", "32", "-analyzeduration", "0",
        "-ignore_length", "1", "-max_size", str(READ_BYTES), "-f", "wav", "-i", "pipe:0",
        "-map", "0:a:0", "-af", f"aformat=sample_fmts=flt,{cut}",
        "-flush_packets", "1", *SAMPLES, "pipe:1",
    ]  # fmt: skip


async def start_filter(high_pass_hz: int, write_fd: int) -> tuple[Process, int]:
    """Start it in front of a pipe.

    Args:
        high_pass_hz: below this nothing is passed on.
        write_fd: the pipe to the engine; stays open here.

    Returns:
        The process, and the write end of the pipe that it reads, which the caller owns; samples
        may be written at once.

    Raises:
        PlayError: E_DECODE, ffmpeg is missing.
    """
    from agent.sandbox.profile import LIVE_DECODER, confine_argv

    read_fd, filter_fd = os.pipe()
    argv = confine_argv(LIVE_DECODER, filter_argv(high_pass_hz), [])
    try:
        os.set_blocking(filter_fd, False)
        os.write(filter_fd, WAV_HEADER)  # an empty pipe takes it
        os.set_blocking(filter_fd, True)
        return await start_ffmpeg(argv, write_fd, stdin=read_fd), filter_fd
    except BaseException:
        os.close(filter_fd)
        raise
    finally:
        os.close(read_fd)

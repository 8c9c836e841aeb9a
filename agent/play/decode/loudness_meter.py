"""Measures the loudness of a medium as its decoder would give it: mono, 48 kHz, whole.

ffmpeg's `ebur128` (EBU R 128, ITU-R BS.1770-4) and `astats`, confined as a decoder is and at the
lowest priority: measuring costs four times as much as decoding, and is never done while playing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from asyncio.subprocess import DEVNULL, PIPE, Process

from agent.contract.loudness import Loudness
from agent.errors import PlayError
from agent.play.decode.clip_sequence import Track
from agent.play.decode.decoder import DETAIL_CHARS, RATE_HZ, TO_FLOAT, input_argv
from agent.play.task_end import end_task

LIMIT_S = 1800.0
LOWEST_PRIORITY = 19
TAIL_BYTES = 4096  # the two summaries come last
READ_BYTES = 1 << 14
FLAT_DB = 6.0  # astats' flat factor; an unclipped recording has 0, a slightly clipped sine 13
FULL_SCALE_DBFS = -0.5
_PAD = f"apad=whole_len={RATE_HZ * 2 // 5}"  # a shorter sound than one block has no loudness
_FILTERS = (
    "astats=measure_perchannel=none:measure_overall=Flat_factor+Peak_level"
    f",{TO_FLOAT},{_PAD},ebur128=peak=true:framelog=verbose"
)
_FIGURES = {
    "lufs": re.compile(r"\bI:\s+(\S+) LUFS"),
    "peak_dbtp": re.compile(r"\bPeak:\s+(\S+) dBFS"),
    "flat_db": re.compile(r"Flat factor: (\S+)"),
    "peak_dbfs": re.compile(r"Peak level dB: (\S+)"),
}
SILENT_LUFS, SILENT_DBTP = -70.0, -120.0  # instead of minus infinity


async def measure_loudness(track: Track) -> Loudness:
    """Measure one medium; its descriptor is closed.

    Raises:
        PlayError: E_DECODE, it cannot be decoded to its end.
    """
    try:
        process = await _start(track)
    except OSError as error:
        raise PlayError("E_DECODE", "ffmpeg", str(error)) from error
    finally:
        os.close(track.fd)
    try:
        async with asyncio.timeout(LIMIT_S):
            told, code = await asyncio.gather(_read_tail(process), process.wait())
    except TimeoutError as error:
        raise PlayError("E_DECODE", "ffmpeg", "it takes too long") from error
    finally:
        if process.returncode is None:
            process.kill()
            await end_task(asyncio.create_task(process.communicate(), name="meter ends"))
    if code:
        raise PlayError("E_DECODE", f"ffmpeg {code}", told.strip()[-DETAIL_CHARS:])
    return parse_summary(told)


async def _start(track: Track) -> Process:
    from agent.sandbox.profile import LOUDNESS_METER, confine_argv

    argv = confine_argv(LOUDNESS_METER, meter_argv(track), [track.fd])
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
        pass_fds=[track.fd],
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "MALLOC_ARENA_MAX": "1"},
    )
    with contextlib.suppress(OSError):  # it may have ended
        os.setpriority(os.PRIO_PROCESS, process.pid, LOWEST_PRIORITY)
    return process


def meter_argv(track: Track) -> list[str]:
    """The command line of ffmpeg.

    Raises:
        PlayError: no demuxer is allowed for its mime.
    """
    argv = ["ffmpeg", "-hide_banner", "-loglevel", "info", "-nostats", "-nostdin"]
    argv += ["-threads", "1", *input_argv(track), "-map", "0:a:0", "-af", _FILTERS]
    return [*argv, "-f", "null", "-"]


def parse_summary(told: str) -> Loudness:
    """Read the summaries of `ebur128` and `astats`.

    Only the last of each counts: a file's own tags are printed before, and may look the same.

    Raises:
        PlayError: E_DECODE, there is none.
    """
    figures = {}
    for name, pattern in _FIGURES.items():
        found = pattern.findall(told)
        try:
            figures[name] = float(found[-1])
        except (IndexError, ValueError) as error:
            raise PlayError("E_DECODE", "ffmpeg", f"no {name} in its summary") from error
    is_clipped = figures["flat_db"] >= FLAT_DB and figures["peak_dbfs"] >= FULL_SCALE_DBFS
    lufs = max(figures["lufs"], SILENT_LUFS)
    return Loudness(lufs, max(figures["peak_dbtp"], SILENT_DBTP), is_clipped)


async def _read_tail(process: Process) -> str:
    assert process.stderr is not None  # noqa: S101 - it is a pipe
    last = b""
    while told := await process.stderr.read(READ_BYTES):
        last = (last + told)[-TAIL_BYTES:]
    return last.decode(errors="replace")

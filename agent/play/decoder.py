"""One confined ffmpeg an item: signed media in by descriptor, s16le 48 kHz mono out by pipe.

The demuxer is forced by the SIGNED mime, never guessed from the bytes: guessing is how a playlist
or a concat script with references gets in. No protocol but `file` and `pipe`, no demuxer but the
one forced, no codec but those it usually holds, no standard input, bounded CPU time and memory, no
file written, length cut by `-t`.
Several media become one stream by the concat filter, so that nothing lies between them but the
gap asked for. Encoder delay and padding are trimmed by ffmpeg from both LAME's and its own tags.
"""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import Sequence
from dataclasses import dataclass

from agent.errors import PlayError

RATE_HZ = 48_000
FRAME_BYTES = 2
# signed mime -> ffmpeg's demuxer
DEMUXERS = {
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/opus": "ogg",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/flac": "flac",
    "audio/aac": "aac",
    "audio/mp4": "mov",
}
# demuxer -> what may be inside; a cover picture, for one, may not: its decoder is a way in more
CODECS = {
    "mp3": "mp3float,mp3",
    "ogg": "opus,libopus,vorbis,libvorbis,flac",
    "wav": "pcm_s16le,pcm_s24le,pcm_s32le,pcm_u8,pcm_f32le,pcm_alaw,pcm_mulaw",
    "flac": "flac",
    "aac": "aac",
    "mov": "aac,alac",
}
CPU_LIMIT_S = 120
MEMORY_LIMIT_BYTES = 1 << 30
INPUTS_LIMIT = 64
DETAIL_CHARS = 300


@dataclass
class Decoder:
    """A running ffmpeg. `read_fd` is the caller's: hand it to the engine, or close it."""

    process: asyncio.subprocess.Process
    read_fd: int

    async def wait(self) -> None:
        """Until it ends by itself.

        Raises:
            PlayError: it failed (E_DECODE), with the last words it said.
        """
        _, said = await self.process.communicate()
        if self.process.returncode:
            detail = said.decode(errors="replace").strip()[-DETAIL_CHARS:]
            raise PlayError("E_DECODE", f"ffmpeg {self.process.returncode}", detail)

    async def stop(self) -> None:
        """End it now; the engine plays out what it has."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


async def start_decoder(
    media: Sequence[tuple[int, str]],
    *,
    repeat: int = 1,
    gap_ms: int = 0,
    offset_ms: int = 0,
    duration_limit_ms: int | None = None,
) -> Decoder:
    """Start decoding one item.

    Args:
        media: (descriptor open for reading, signed mime), in order; the descriptors stay the
            caller's and may be closed on return.
        repeat: how often the whole row is played.
        gap_ms: silence between two media and between two rounds.
        offset_ms: skip so much of the item's own timeline (after a cut).
        duration_limit_ms: stop after so much sound.

    Raises:
        PlayError: a mime no demuxer is allowed for, too many rounds, or ffmpeg is missing.
    """
    row = [item for _ in range(repeat) for item in media]
    if not 0 < len(row) <= INPUTS_LIMIT:
        raise PlayError("E_DECODE", f"{len(row)} media", f"from 1 to {INPUTS_LIMIT} at a time")
    argv = decoder_argv(
        row, gap_ms=gap_ms, offset_ms=offset_ms, duration_limit_ms=duration_limit_ms
    )
    read_fd, write_fd = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=write_fd,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=sorted({fd for fd, _ in row}),
            # ffmpeg has a thread an input, and each would reserve 64 MiB of its own for malloc.
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "LC_ALL": "C",
                "MALLOC_ARENA_MAX": "1",
            },
        )
    except OSError as error:
        os.close(read_fd)
        raise PlayError("E_DECODE", "ffmpeg", str(error)) from error
    finally:
        os.close(write_fd)
    confine(process.pid)
    return Decoder(process, read_fd)


def confine(pid: int) -> None:
    """Bound a child's CPU time and address space, and forbid it to write files, core files too."""
    try:
        resource.prlimit(pid, resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S))
        resource.prlimit(pid, resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, 0))  # pipes have no size
    except ProcessLookupError:
        return  # it has ended already: nothing is left to bound


def decoder_argv(
    row: Sequence[tuple[int, str]],
    *,
    gap_ms: int = 0,
    offset_ms: int = 0,
    duration_limit_ms: int | None = None,
) -> list[str]:
    """The command line for a row of media.

    Raises:
        PlayError: no demuxer is allowed for a mime.
    """
    argv = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1"]
    argv += ["-filter_complex_threads", "1"]
    for fd, mime in row:
        demuxer = _demuxer_of(mime)
        argv += ["-protocol_whitelist", "file,pipe", "-format_whitelist", demuxer]
        argv += ["-codec_whitelist", CODECS[demuxer]]
        # /proc/self/fd opens the file anew, so that one medium may stand in the row twice.
        argv += ["-f", demuxer, "-i", f"/proc/self/fd/{fd}"]
    argv += ["-filter_complex", _graph(len(row), gap_ms, offset_ms), "-map", "[out]"]
    if duration_limit_ms is not None:
        argv += ["-t", f"{duration_limit_ms / 1000:.3f}"]
    return [*argv, "-f", "s16le", "-ar", str(RATE_HZ), "-ac", "1", "pipe:1"]


def _demuxer_of(mime: str) -> str:
    demuxer = DEMUXERS.get(mime)
    if demuxer is None:
        raise PlayError("E_DECODE", mime, f"known: {', '.join(sorted(DEMUXERS))}")
    return demuxer


def _graph(count: int, gap_ms: int, offset_ms: int) -> str:
    """Each medium to one shape, gaps behind all but the last, one after the other, then the cut."""
    shape = f"aresample={RATE_HZ},aformat=sample_fmts=s16:channel_layouts=mono"
    gap = f",apad=pad_len={gap_ms * RATE_HZ // 1000}" if gap_ms else ""
    parts = [
        f"[{index}:a:0]{shape}{gap if index < count - 1 else ''}[m{index}]"
        for index in range(count)
    ]
    joined = "".join(f"[m{index}]" for index in range(count)) + f"concat=n={count}:v=0:a=1"
    cut = f",atrim=start={offset_ms / 1000:.3f},asetpts=PTS-STARTPTS" if offset_ms else ""
    return ";".join([*parts, f"{joined}{cut}[out]"])

"""Confined ffmpeg for an item: signed media in by descriptor, s16le 48 kHz mono out by pipe.

The demuxer is forced by the SIGNED mime, never guessed from the bytes: guessing is how a playlist
or a concat script with references gets in. No protocol but `file` and `pipe`, no demuxer but the
one forced, no codec but those it usually holds, no standard input, length cut by `-t`. If a file
takes ffmpeg over all the same, `agent.sandbox` bounds what it reaches: the media, for reading, and
no other file, no socket, no other process.
Several media become one stream by the concat filter, so that nothing lies between them but the
gap asked for. Many media take several ffmpeg, one after the other into the same pipe: the engine
is four seconds ahead, the next ffmpeg starts in a tenth of one. Encoder delay and padding are
trimmed by ffmpeg from both LAME's and its own tags.
"""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Collection, Iterator, Sequence

from agent.errors import PlayError
from agent.play.decode.clip_sequence import ClipRun, Track, split_clips
from agent.play.task_end import end_task

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
DETAIL_CHARS = 300
# of what it says, at a time; a file that took it over can say more than the agent has memory
READ_BYTES, READ_PAUSE_S = 1 << 14, 0.005


class FfmpegDecoder:
    """The decoding of one item, from `start` on.

    Args:
        stretches: what is to be decoded, in order.
        fds: of the media, owned from now on.

    Attributes:
        read_fd: the caller's, once started: hand it to the engine, or close it.
    """

    def __init__(self, stretches: Iterator[ClipRun], fds: Collection[int]) -> None:
        self._stretches = stretches
        self._following = next(stretches, None)
        self._process: Process
        self._work: asyncio.Task[None]
        self.read_fd, self._write_fd = os.pipe()
        self._own = frozenset({*fds, self._write_fd})

    async def start(self) -> None:
        """Start the first ffmpeg; the others follow by themselves.

        Raises:
            PlayError: as `start_decoder`; nothing is left then.
        """
        try:
            await self._start_next()
        except BaseException:
            os.close(self.read_fd)
            self._let_go()
            raise
        self._work = asyncio.create_task(self._run(), name="decoder")

    async def wait(self) -> None:
        """Until it ends by itself.

        Raises:
            PlayError: it failed (E_DECODE), with the last words it said.
        """
        await asyncio.wait([self._work])
        if self._work.cancelled():  # else whoever waits would count as cancelled
            raise PlayError("E_DECODE", "ffmpeg", "stopped")
        self._work.result()

    async def stop(self) -> None:
        """End it now; the engine plays out what it has. A cancel waits until nothing is left."""
        ending = asyncio.create_task(self._end(), name="decoder ends")
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            await ending
            raise

    async def _end(self) -> None:
        await end_task(self._work)
        # Not in the task: one that is cancelled before its first step never runs.
        if self._process.returncode is None:
            self._process.kill()
        await self._process.communicate()  # to the end of its pipe: nothing of it stays open

    async def _run(self) -> None:
        try:
            while True:
                said, code = await asyncio.gather(
                    _read_last_words(self._process), self._process.wait()
                )
                if code:
                    detail = said.decode(errors="replace").strip()[-DETAIL_CHARS:]
                    raise PlayError("E_DECODE", f"ffmpeg {code}", detail)
                if self._following is None:
                    return
                await self._start_next()
        finally:
            self._let_go()

    async def _start_next(self) -> None:
        """Start what comes next. The last one alone holds the pipe, so that its end is the end."""
        stretch, self._following = self._following, next(self._stretches, None)
        if stretch is None:
            raise PlayError("E_DECODE", "no media", "nothing is left to decode")
        self._process = await _start_ffmpeg(stretch, self._write_fd)
        if self._following is None:
            self._let_go()

    def _let_go(self) -> None:
        own, self._own = self._own, frozenset()
        for fd in own:
            os.close(fd)


async def start_decoder(
    media: Sequence[Track],
    *,
    repeat: int = 1,
    gap_ms: int = 0,
    offset_ms: int = 0,
    duration_limit_ms: int | None = None,
) -> FfmpegDecoder:
    """Start decoding one item.

    Args:
        media: in order; their descriptors are the decoder's from now on, also when it fails.
        repeat: how often the whole row is played.
        gap_ms: silence between two media and between two rounds.
        offset_ms: skip so much of the item's own timeline (after a cut).
        duration_limit_ms: stop after so much sound.

    Raises:
        PlayError: no media, a mime no demuxer is allowed for, or ffmpeg is missing.
    """
    row = split_clips(media, repeat, gap_ms=gap_ms, offset_ms=offset_ms, limit_ms=duration_limit_ms)
    decoder = FfmpegDecoder(row, {track.fd for track in media})
    await decoder.start()
    return decoder


async def _start_ffmpeg(stretch: ClipRun, write_fd: int) -> Process:
    from agent.sandbox.profile import DECODER, confine_argv

    media = sorted({track.fd for track in stretch.tracks})
    argv = confine_argv(DECODER, decoder_argv(stretch), media)
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            stdin=DEVNULL,
            stdout=write_fd,
            stderr=PIPE,
            pass_fds=media,
            # ffmpeg has a thread an input, and each would reserve 64 MiB of its own for malloc.
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "LC_ALL": "C",
                "MALLOC_ARENA_MAX": "1",
            },
        )
    except OSError as error:
        raise PlayError("E_DECODE", "ffmpeg", str(error)) from error


async def _read_last_words(process: Process) -> bytes:
    """The end of what it says until it ends: read while it runs, a full pipe would hold it up."""
    assert process.stderr is not None  # noqa: S101 - it is a pipe
    last = b""
    while said := await process.stderr.read(READ_BYTES):
        last = (last + said)[-4 * DETAIL_CHARS :]
        if len(said) == READ_BYTES:
            await asyncio.sleep(READ_PAUSE_S)
    return last


def decoder_argv(stretch: ClipRun) -> list[str]:
    """The command line of ffmpeg for a stretch of media.

    Raises:
        PlayError: no demuxer is allowed for a mime.
    """
    argv = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1"]
    argv += ["-filter_complex_threads", "1"]
    for track in stretch.tracks:
        demuxer = _demuxer_of(track.mime)
        argv += ["-protocol_whitelist", "file,pipe", "-format_whitelist", demuxer]
        argv += ["-codec_whitelist", CODECS[demuxer]]
        # /proc/self/fd opens the file anew, so that one medium may stand in the row twice.
        argv += ["-f", demuxer, "-i", f"/proc/self/fd/{track.fd}"]
    argv += ["-filter_complex", _graph(stretch), "-map", "[out]"]
    if stretch.limit_ms is not None:
        argv += ["-t", f"{stretch.limit_ms / 1000:.3f}"]
    return [*argv, "-f", "s16le", "-ar", str(RATE_HZ), "-ac", "1", "pipe:1"]


def _demuxer_of(mime: str) -> str:
    demuxer = DEMUXERS.get(mime)
    if demuxer is None:
        raise PlayError("E_DECODE", mime, f"known: {', '.join(sorted(DEMUXERS))}")
    return demuxer


def _graph(stretch: ClipRun) -> str:
    """Each medium to one shape, its gap behind it, one after the other, then the cut."""
    shape = f"aresample={RATE_HZ},aformat=sample_fmts=s16:channel_layouts=mono"
    count = len(stretch.tracks)
    gaps = [*[stretch.gap_ms] * (count - 1), stretch.tail_ms]
    parts = [
        f"[{index}:a:0]{shape}{f',apad=pad_len={ms * RATE_HZ // 1000}' if ms else ''}[m{index}]"
        for index, ms in enumerate(gaps)
    ]
    joined = "".join(f"[m{index}]" for index in range(count)) + f"concat=n={count}:v=0:a=1"
    offset_s = stretch.offset_ms / 1000
    cut = f",atrim=start={offset_s:.3f},asetpts=PTS-STARTPTS" if stretch.offset_ms else ""
    return ";".join([*parts, f"{joined}{cut}[out]"])

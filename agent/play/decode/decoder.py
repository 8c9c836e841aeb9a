"""Confined ffmpeg for an item: signed media in by descriptor, s16le 48 kHz mono out by pipe.

The demuxer is forced by the SIGNED mime, never guessed from the bytes: with guessing, a playlist or
a concat script with references would be accepted. No protocol but `file` and `pipe`, no demuxer but
the one forced, no codec but those that it usually holds, no standard input, length cut by `-t`. If
a file takes ffmpeg over all the same, `agent.sandbox` limits what it reaches: the media, for
reading, and no other file, no socket, no other process.
Several media become one stream by the concat filter, so that nothing is between them but the
requested gap. Many media take several ffmpeg, one after the other into the same pipe: the engine
is four seconds ahead, the next ffmpeg starts in a tenth of one. Encoder delay and padding are
trimmed by ffmpeg from both LAME's and its own tags.
"""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import Process
from collections.abc import Collection, Iterator, Sequence

from agent.contract.loudness import PEAK_DBTP
from agent.errors import PlayError
from agent.play.decode.clip_sequence import ClipRun, Track, split_clips
from agent.play.decode.ffmpeg_process import start_ffmpeg
from agent.play.process_end import kill_process
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
# demuxer -> allowed codecs; not a cover picture, for example: its decoder adds attack surface
CODECS = {
    "mp3": "mp3float,mp3",
    "ogg": "opus,libopus,vorbis,libvorbis,flac",
    "wav": "pcm_s16le,pcm_s24le,pcm_s32le,pcm_u8,pcm_f32le,pcm_alaw,pcm_mulaw",
    "flac": "flac",
    "aac": "aac",
    "mov": "aac,alac",
}
# The mean of the channels, as integer formats have it; the default in float is their sum by power.
TO_FLOAT = f"aresample={RATE_HZ}:rematrix_maxval=1.0,aformat=sample_fmts=flt:channel_layouts=mono"
BUTTERWORTH_4 = (0.5412, 1.3066)  # the Q of both sections of a filter of fourth order
# 5 ms of look-ahead, compensated; without it the sound would begin late.
LIMITER = f"alimiter=limit={10 ** (PEAK_DBTP / 20):.3f}:attack=5:release=50:level=0:latency=1"
DETAIL_CHARS = 300
# of its stderr, at a time; a file that took it over can write more than the agent has memory
READ_BYTES, READ_PAUSE_S = 1 << 14, 0.005


class FfmpegDecoder:
    """The decoding of one item, from `start` on.

    Args:
        runs: what to decode, in order.
        fds: of the media, owned from now on.

    Attributes:
        read_fd: the caller owns it once started: pass it to the engine, or close it.
    """

    def __init__(self, runs: Iterator[ClipRun], fds: Collection[int]) -> None:
        self._runs = runs
        self._following = next(runs, None)
        self._process: Process
        self._work: asyncio.Task[None]
        self.read_fd, self._write_fd = os.pipe()
        self._own = frozenset({*fds, self._write_fd})

    async def start(self) -> None:
        """Start the first ffmpeg; the others follow by themselves.

        Raises:
            PlayError: as `start_decoder`; nothing is left open then.
        """
        try:
            await self._start_next()
        except BaseException:
            os.close(self.read_fd)
            self._close_fds()
            raise
        self._work = asyncio.create_task(self._run(), name="decoder")

    async def wait(self) -> None:
        """Wait until it ends by itself.

        Raises:
            PlayError: it failed (E_DECODE), with the end of its error output.
        """
        await asyncio.wait([self._work])
        if self._work.cancelled():  # else the caller would count as cancelled
            raise PlayError("E_DECODE", "ffmpeg", "stopped")
        self._work.result()

    async def stop(self) -> None:
        """End it now; the engine plays what it has. A cancellation waits until all is closed."""
        ending = asyncio.create_task(self._end(), name="decoder ends")
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            await ending
            raise

    async def _end(self) -> None:
        await end_task(self._work)
        # Not in the task: one that is cancelled before its first step never runs.
        kill_process(self._process)
        await self._process.communicate()  # to the end of its pipe: nothing stays open

    async def _run(self) -> None:
        try:
            while True:
                stderr, code = await asyncio.gather(
                    read_stderr(self._process), self._process.wait()
                )
                if code:
                    detail = stderr.decode(errors="replace").strip()[-DETAIL_CHARS:]
                    raise PlayError("E_DECODE", f"ffmpeg {code}", detail)
                if self._following is None:
                    return
                await self._start_next()
        finally:
            self._close_fds()

    async def _start_next(self) -> None:
        """Start the next run. Only the last process holds the pipe alone: its end ends the pipe."""
        run, self._following = self._following, next(self._runs, None)
        if run is None:
            raise PlayError("E_DECODE", "no media", "nothing is left to decode")
        self._process = await _start_ffmpeg(run, self._write_fd)
        if self._following is None:
            self._close_fds()

    def _close_fds(self) -> None:
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
        repeat: how often the whole sequence is played.
        gap_ms: silence between two media and between two rounds.
        offset_ms: skip this much of the item (after a cut).
        duration_limit_ms: stop after this much sound.

    Raises:
        PlayError: no media, a mime without an allowed demuxer, or ffmpeg is missing.
    """
    runs = split_clips(
        media, repeat, gap_ms=gap_ms, offset_ms=offset_ms, limit_ms=duration_limit_ms
    )
    decoder = FfmpegDecoder(runs, {track.fd for track in media})
    await decoder.start()
    return decoder


async def _start_ffmpeg(run: ClipRun, write_fd: int) -> Process:
    from agent.sandbox.profile import DECODER, confine_argv

    media = sorted({track.fd for track in run.tracks})
    argv = confine_argv(DECODER, decoder_argv(run), media)
    return await start_ffmpeg(argv, write_fd, media=media)


async def read_stderr(process: Process) -> bytes:
    """The end of its error output: read while it runs, because a full pipe would block it."""
    assert process.stderr is not None  # noqa: S101 - it is a pipe
    last = b""
    while stderr := await process.stderr.read(READ_BYTES):
        last = (last + stderr)[-4 * DETAIL_CHARS :]
        if len(stderr) == READ_BYTES:
            await asyncio.sleep(READ_PAUSE_S)
    return last


def decoder_argv(run: ClipRun) -> list[str]:
    """The command line of ffmpeg for a run of media.

    Raises:
        PlayError: no demuxer is allowed for a mime.
    """
    argv = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1"]
    argv += ["-filter_complex_threads", "1"]
    for track in run.tracks:
        argv += input_argv(track)
    argv += ["-filter_complex", _graph(run), "-map", "[out]"]
    if run.limit_ms is not None:
        argv += ["-t", f"{run.limit_ms / 1000:.3f}"]
    return [*argv, "-f", "s16le", "-ar", str(RATE_HZ), "-ac", "1", "pipe:1"]


def input_argv(track: Track) -> list[str]:
    """Ffmpeg's arguments for one input, restricted to what its signed mime allows.

    Raises:
        PlayError: no demuxer is allowed for the mime.
    """
    demuxer = _demuxer_of(track.mime)
    argv = ["-protocol_whitelist", "file,pipe", "-format_whitelist", demuxer]
    argv += ["-codec_whitelist", CODECS[demuxer]]
    # /proc/self/fd opens the file anew, so that one medium may occur twice.
    return [*argv, "-f", demuxer, "-i", f"/proc/self/fd/{track.fd}"]


def _demuxer_of(mime: str) -> str:
    demuxer = DEMUXERS.get(mime)
    if demuxer is None:
        raise PlayError("E_DECODE", mime, f"known: {', '.join(sorted(DEMUXERS))}")
    return demuxer


def _graph(run: ClipRun) -> str:
    """Convert each medium to one format, add its gap, concatenate, then cut."""
    count = len(run.tracks)
    gaps = [*[run.gap_ms] * (count - 1), run.tail_ms]
    parts = [
        f"[{index}:a:0]{_shaped(track)}{_pad(ms)}[m{index}]"
        for index, (track, ms) in enumerate(zip(run.tracks, gaps, strict=True))
    ]
    joined = "".join(f"[m{index}]" for index in range(count)) + f"concat=n={count}:v=0:a=1"
    offset_s = run.offset_ms / 1000
    cut = f",atrim=start={offset_s:.3f},asetpts=PTS-STARTPTS" if run.offset_ms else ""
    return ";".join([*parts, f"{joined}{cut}[out]"])


def _shaped(track: Track) -> str:
    """To s16 mono; filter and gain stand between, where neither channel nor lossy peak can clip."""
    to_s16 = "aformat=sample_fmts=s16:channel_layouts=mono"
    if not track.gain_db and not track.high_pass_hz:
        return f"aresample={RATE_HZ},{to_s16}"
    cut = [f"highpass=f={track.high_pass_hz}:width_type=q:width={q}" for q in BUTTERWORTH_4]
    filters = [TO_FLOAT, *(cut if track.high_pass_hz else []), f"volume={track.gain_db:.1f}dB"]
    if track.is_limited:
        filters.append(LIMITER)
    return ",".join([*filters, to_s16])


def _pad(gap_ms: int) -> str:
    return f",apad=pad_len={gap_ms * RATE_HZ // 1000}" if gap_ms else ""

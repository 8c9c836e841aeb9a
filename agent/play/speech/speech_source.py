"""A text that is read aloud as a source of sound: chunk after chunk → a confined ffmpeg → PCM.

ffmpeg resamples and levels as for the built-in line (`.ci/spoken-line`): what a horn carries, dense
enough against wind and engines. It has no file and no connection.
"""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field

from agent.errors import PlayError
from agent.play.decode.ffmpeg_process import close_stdin, send, start_ffmpeg
from agent.play.item import Item
from agent.play.process_end import kill_process
from agent.play.sound_source import Feed, SourceEnd
from agent.play.speech.espeak import FRAME_BYTES, RATE_HZ, render
from agent.play.task_end import end_task
from agent.settings.model import Speech
from speech.chunk import Chunk, split_chunks
from speech.reading import Reading

FILTERS = (
    "highpass=f=250,lowpass=f=6000,acompressor=threshold=-24dB:ratio=4:attack=5:release=80,"
    "volume=13dB,alimiter=limit=0.8:level=false:attack=2:release=40"
)


@dataclass(eq=False)
class SpeechSource:
    """One reading of a text (see `SoundSource`).

    Args:
        reading: what is said.
        settings: rate and pauses.
        repeat: how often the whole text is said.
        gap_ms: silence between two of them.
        limit_ms: the longest sound of the whole item; None: as long as it takes.
    """

    reading: Reading
    settings: Speech
    repeat: int = 1
    gap_ms: int = 0
    limit_ms: int | None = None
    _offset_ms: int = 0
    _process: Process | None = None
    _writing: asyncio.Task[None] | None = None
    _error: PlayError | None = None
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_endless(self) -> bool:
        """False: a text has an end."""
        return False

    async def prepare(self, offset_ms: int) -> Feed:
        """Render the first chunk and start to level it: what cannot be read fails here.

        Raises:
            PlayError: E_SPEECH, espeak-ng is missing or failed; E_DECODE, ffmpeg is missing.
        """
        self._offset_ms = offset_ms
        chunks = split_chunks(self.reading.words, pause_ms=self.settings.pause_ms)
        if not chunks:
            raise PlayError("E_SPEECH", "text", "no words")
        first = await self._render(chunks[0])
        read_fd, write_fd = os.pipe()
        try:
            self._process = await _start_ffmpeg(self._argv(), write_fd)
        except BaseException:
            os.close(read_fd)
            raise
        finally:
            os.close(write_fd)
        self._writing = asyncio.create_task(
            self._write(self._process, first, chunks), name="read aloud"
        )
        return Feed(read_fd)

    def start(self, at_mono_s: float) -> None:
        """Do nothing: the offset decides where the sound begins."""

    def position_ms(self, played_ms: int) -> int:
        """The offset plus what was heard."""
        return self._offset_ms + played_ms

    async def wait_end(self) -> SourceEnd:
        """Wait until all is said, or the voice has failed."""
        await self._over.wait()
        code = await self._process.wait() if self._process is not None else 0
        if self._error is not None:
            return SourceEnd(f"{self._error.code}: {self._error.hint}")
        return SourceEnd(f"E_DECODE: ffmpeg {code}", may_retry=True) if code else SourceEnd()

    async def stop(self) -> None:
        """End voice and ffmpeg."""
        if self._writing is not None:
            await end_task(self._writing)
        self._over.set()
        if self._process is not None:
            close_stdin(self._process)
            kill_process(self._process)
            await self._process.wait()

    async def _render(self, chunk: Chunk) -> bytes:
        samples = await render(chunk.text, self.reading.dialect, self.settings)
        return samples + _silence(chunk.pause_ms)

    async def _write(self, process: Process, first: bytes, chunks: list[Chunk]) -> None:
        try:
            await send(process, first)
            for index in range(self.repeat):
                if index:
                    await send(process, _silence(self.gap_ms))
                for chunk in chunks if index else chunks[1:]:
                    await send(process, await self._render(chunk))
        except PlayError as error:
            self._error = error
        except (BrokenPipeError, ConnectionResetError):
            pass  # ffmpeg has ended: at its limit, or `wait_end` says why
        finally:
            close_stdin(process)
            self._over.set()

    def _argv(self) -> list[str]:
        argv = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-threads", "1"]
        argv += ["-protocol_whitelist", "pipe", "-format_whitelist", "s16le"]
        argv += ["-f", "s16le", "-ar", str(RATE_HZ), "-ac", "1", "-i", "pipe:0"]
        argv += ["-af", FILTERS]
        if self._offset_ms:
            argv += ["-ss", f"{self._offset_ms / 1000:.3f}"]
        if self.limit_ms is not None:
            argv += ["-t", f"{max(1, self.limit_ms - self._offset_ms) / 1000:.3f}"]
        return [*argv, "-f", "s16le", "-ar", "48000", "-ac", "1", "pipe:1"]


def speech_source(item: Item, settings: Speech) -> SpeechSource:
    """The source of an item that is read aloud.

    Raises:
        PlayError: E_SPEECH, this box cannot read it.
    """
    if item.reading is None:
        raise PlayError("E_SPEECH", item.title, "this box cannot read it aloud")
    return SpeechSource(item.reading, settings, item.repeat, item.gap_ms, item.limit_ms)


async def _start_ffmpeg(argv: list[str], write_fd: int) -> Process:
    from agent.sandbox.profile import DECODER, confine_argv

    return await start_ffmpeg(confine_argv(DECODER, argv, []), write_fd, stdin=PIPE)


def _silence(ms: int) -> bytes:
    return bytes(ms * RATE_HZ // 1000 * FRAME_BYTES)

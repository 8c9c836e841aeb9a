"""Signed media of an item as a source of sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.contract.document import Medium
from agent.errors import PlayError
from agent.play.decode.decoder import FfmpegDecoder, start_decoder
from agent.play.decode.media_reader import open_tracks
from agent.play.item import Item, MediaFiles
from agent.play.sound_source import Feed, SourceEnd


@dataclass(eq=False)
class FileSource:
    """Media in order, decoded without a break (see `SoundSource`).

    Args:
        media: the files in store.
        clips: what to play, in order.
        repeat: how often the whole sequence is played.
        gap_ms: silence between two media and between two rounds.
        limit_ms: the longest sound of the whole item; None: as long as the media are.
    """

    media: MediaFiles
    clips: Sequence[Medium]
    repeat: int = 1
    gap_ms: int = 0
    limit_ms: int | None = None
    _decoder: FfmpegDecoder | None = None
    _offset_ms: int = 0

    @property
    def is_endless(self) -> bool:
        """False: media have an end."""
        return False

    async def prepare(self, offset_ms: int) -> Feed:
        """Open and verify the media, and start the decoder.

        Raises:
            AgentError: a medium is missing, is not what was signed, or cannot be decoded.
        """
        self._offset_ms = offset_ms
        self._decoder = await start_decoder(
            await open_tracks(self.media, self.clips),
            repeat=self.repeat,
            gap_ms=self.gap_ms,
            offset_ms=offset_ms,
            duration_limit_ms=self._rest_ms(),
        )
        return Feed(self._decoder.read_fd)

    def _rest_ms(self) -> int | None:
        """The rest of the limit after the offset."""
        return None if self.limit_ms is None else max(1, self.limit_ms - self._offset_ms)

    def start(self, at_mono_s: float) -> None:
        """Do nothing: the offset decides where the sound begins."""

    def position_ms(self, played_ms: int) -> int:
        """The offset plus what was heard."""
        return self._offset_ms + played_ms

    async def wait_end(self) -> SourceEnd:
        """Wait for the decoder: one that fails midway also ends its pipe."""
        try:
            if self._decoder is not None:
                await self._decoder.wait()
        except PlayError as error:
            return SourceEnd(f"{error.code}: {error.hint}", may_retry=True)
        return SourceEnd()

    async def stop(self) -> None:
        """Stop the decoder."""
        if self._decoder is not None:
            await self._decoder.stop()


def file_source(item: Item, media: MediaFiles) -> FileSource:
    """The source of a scheduled item's media."""
    return FileSource(media, item.clips, item.repeat, item.gap_ms, item.limit_ms)

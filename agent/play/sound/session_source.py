"""What a session asks of its source, which it has none of until it is prepared."""

from __future__ import annotations

from agent.play.sound_source import (
    SoundSource,
    SourceEnd,
    count_relayed,
    count_segments,
    find_end,
    find_shortfall,
    find_timeline,
)


class SessionSource:
    """The source of one session; a kind that cannot answer says nothing.

    Args:
        offset_ms: where in the item it begins.
    """

    def __init__(self, offset_ms: int) -> None:
        self._offset_ms = offset_ms
        self._source: SoundSource | None = None

    def set(self, source: SoundSource) -> None:
        """It is prepared."""
        self._source = source

    @property
    def has_timeline(self) -> bool:
        """Does each of its samples belong to a moment of the shared clock?"""
        return find_timeline(self._source) is not None

    @property
    def is_endless(self) -> bool:
        """Does it sound until somebody ends it?"""
        return self._source is not None and self._source.is_endless

    def start(self, at_mono_s: float) -> None:
        """Its first sample sounds at this moment."""
        if self._source is not None:
            self._source.start(at_mono_s)

    def on_started(self, mono_s: float) -> None:
        """Its first sample sounded at this moment."""
        if (timeline := find_timeline(self._source)) is not None:
            timeline.on_started(mono_s)

    def on_clock_set(self, by_s: float) -> None:
        """The box's clock was set while it sounds."""
        if (timeline := find_timeline(self._source)) is not None:
            timeline.on_clock_set(by_s)

    def position_ms(self, played_ms: int) -> int:
        """The place in the item up to which it was heard."""
        return self._offset_ms if self._source is None else self._source.position_ms(played_ms)

    def count_segments(self) -> dict[str, int] | None:
        """What became of the segments of a stream."""
        return count_segments(self._source)

    def count_relayed(self, heard_ms: int, missing_ms: int) -> dict[str, int] | None:
        """Of what the play of a radio consisted."""
        return count_relayed(self._source, heard_ms, missing_ms)

    def find_shortfall(self, heard_ms: int, missing_ms: int) -> str | None:
        """Why it was not the radio as planned."""
        return find_shortfall(self._source, heard_ms, missing_ms)

    async def find_end(self) -> SourceEnd | None:
        """Why its pipe has ended."""
        return None if self._source is None else await find_end(self._source)

    async def stop(self) -> None:
        """End it."""
        if self._source is not None:
            await self._source.stop()

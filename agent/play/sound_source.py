"""The interface of what sounds: a file, a relay, a live stream, read text, a microphone, a line-in.

A source gives the samples of one item to one slot of the engine. An output does not know which kind
it plays: an item carries its kind, a table makes the source, the session asks it for a pipe, tells
it the moment, and gets an end with a reason.

The engine bridges up to 3 s without samples with silence, and then ends the slot as starved. A
source that may stall for longer writes silence or its filler itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

END_LIMIT_S = 5.0

SoundKind = Literal["file", "relay", "live", "speech", "microphone", "line-in", "chime"]


@dataclass(frozen=True)
class Feed:
    """The samples of a prepared source.

    Args:
        read_fd: the read end of a pipe of s16le, 48 kHz, mono; its end is the end of the sound.
            The caller owns it.
        is_live: False for sound that is written ahead of its moment: what comes too late is
            skipped, so that the position stays right. True for sound that is written as it happens
            and must be heard at once: late sound is played late, and what piles up is dropped.
    """

    read_fd: int
    is_live: bool = False


@dataclass(frozen=True)
class SourceEnd:
    """Why the samples ended.

    Args:
        reason: None when it was the sound's own end, else a code with details, for the record.
        may_retry: may the same item work when it is tried again?
    """

    reason: str | None = None
    may_retry: bool = False


class SoundSource(Protocol):
    """The samples of one item, once.

    Order: `prepare` once; `start` each time its moment is set or moved; `stop` last, if `prepare`
    has returned. `prepare` may be cancelled; nothing is left open then.
    """

    @property
    def is_endless(self) -> bool:
        """Does it sound until somebody stops it? Then its item's end ends it, as a full play."""

    async def prepare(self, offset_ms: int) -> Feed:
        """Open and check what is to sound, and begin to produce it.

        It returns as soon as samples are on their way: not all of them need to be known. The slot
        waits for the first sample.

        Args:
            offset_ms: where in the item to begin; a source without positions ignores it.

        Raises:
            AgentError: it cannot sound; nothing is left open.
        """

    def start(self, at_mono_s: float) -> None:
        """The first sample is to sound at this moment; one that is past means at once.

        A source with a timeline of its own produces what belongs to this moment.
        """

    def position_ms(self, played_ms: int) -> int:
        """The place in the item after so much of this source has sounded."""

    async def wait_end(self) -> SourceEnd:
        """Wait until it produces no more, and say why; it was not stopped from outside."""

    async def stop(self) -> None:
        """Produce no more; the engine plays what it has. Cancelling it leaves nothing open."""


async def find_end(source: SoundSource) -> SourceEnd:
    """Why a source ended whose pipe has ended: it has a few seconds to end with it.

    One that hangs, or waits for somebody's key although its pipe is gone, must not hold an output.
    """
    try:
        async with asyncio.timeout(END_LIMIT_S):
            return await source.wait_end()
    except TimeoutError:
        return SourceEnd("E_STALLED: the sound ended and its source did not")


@runtime_checkable
class SegmentCounter(Protocol):
    """A source that knows what became of the segments of its stream."""

    @property
    def segments(self) -> Mapping[str, int]:
        """`heard`, `lost`, `late` and `bad` so far, for the record."""


@runtime_checkable
class RelayCounter(Protocol):
    """A source that pulls a radio, and knows how much of what sounded was the radio.

    The engine played `heard_ms` of it, and bridged `missing_ms` with silence.
    """

    def count_relayed(self, heard_ms: int, missing_ms: int) -> Mapping[str, int]:
        """`radio_ms`, `filler_ms`, `silence_ms` and `connections`, for the record."""

    def find_shortfall(self, heard_ms: int, missing_ms: int) -> str | None:
        """Why it was not the radio as it was planned: a code with details; None when it was."""


def count_relayed(source: object, heard_ms: int, missing_ms: int) -> dict[str, int] | None:
    """Of what the play of a radio consisted; None of another source."""
    if not isinstance(source, RelayCounter):
        return None
    return dict(source.count_relayed(heard_ms, missing_ms))


def find_shortfall(source: object, heard_ms: int, missing_ms: int) -> str | None:
    """Why it was not the radio as planned; None also of another source."""
    if not isinstance(source, RelayCounter):
        return None
    return source.find_shortfall(heard_ms, missing_ms)


def count_segments(source: object) -> dict[str, int] | None:
    """What became of the segments of a stream; None of another source."""
    return dict(source.segments) if isinstance(source, SegmentCounter) else None


@runtime_checkable
class StartListener(Protocol):
    """A source with a timeline: each of its samples belongs to a moment of the shared clock."""

    def on_started(self, mono_s: float) -> None:
        """The engine placed the first sample at this moment."""

    def on_clock_set(self, by_s: float) -> None:
        """What it produces is due so much later than was said (negative: earlier)."""


def find_timeline(source: object) -> StartListener | None:
    """The source as one with a timeline; None where it has none."""
    return source if isinstance(source, StartListener) else None

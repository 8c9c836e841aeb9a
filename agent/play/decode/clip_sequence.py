"""Splits a sequence of media into runs that one decoder each can hold open. Pure.

A signed item may have 256 media and 1,000 rounds of them. A decoder opens all its inputs at once
and has a thread for each, so it gets a few of them; the next decoder continues where it ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, repeat

INPUTS_AT_ONCE = 16  # two such decoders, one playing and one preparing, use a third of TasksMax


@dataclass(frozen=True)
class Track:
    """One medium: a descriptor open for reading, its signed type and length.

    `gain_db` levels it, `is_limited` when its peaks would then exceed the ceiling; below
    `high_pass_hz` it is filtered, with 0 nowhere.
    """

    fd: int
    mime: str
    duration_ms: int
    gain_db: float = 0.0
    is_limited: bool = False
    high_pass_hz: int = 0


@dataclass(frozen=True)
class ClipRun:
    """What one decoder produces: its tracks, `gap_ms` between them and `tail_ms` after the last.

    `offset_ms` are skipped at the start; `limit_ms` is the longest output.
    """

    tracks: tuple[Track, ...]
    gap_ms: int
    tail_ms: int = 0
    offset_ms: int = 0
    limit_ms: int | None = None

    @property
    def length_ms(self) -> int:
        """The signed length, without offset and limit."""
        tracks_ms = sum(track.duration_ms for track in self.tracks)
        return tracks_ms + self.gap_ms * (len(self.tracks) - 1) + self.tail_ms


def split_clips(
    tracks: Sequence[Track],
    rounds: int,
    *,
    gap_ms: int = 0,
    offset_ms: int = 0,
    limit_ms: int | None = None,
) -> Iterator[ClipRun]:
    """The runs of all rounds, without those before the offset and after the limit.

    The start of a cut item and the rest of its limit are computed from the signed lengths: only a
    decoder knows the true ones, to the sample.
    """
    # Whole rounds are skipped at once: there may be a quarter of a million tracks.
    round_ms = sum(track.duration_ms + gap_ms for track in tracks)
    skipped = min(offset_ms // round_ms, rounds - 1) if round_ms else 0
    offset_ms -= skipped * round_ms
    left = len(tracks) * (rounds - skipped)
    sequence = chain.from_iterable(repeat(tracks, rounds - skipped))
    while left > 0 and (limit_ms is None or limit_ms > 0):
        few = tuple(islice(sequence, INPUTS_AT_ONCE))
        left -= len(few)
        run = ClipRun(few, gap_ms, gap_ms if left else 0, offset_ms, limit_ms)
        length_ms = run.length_ms
        if left and length_ms <= offset_ms:
            offset_ms -= length_ms
            continue
        yield run
        if limit_ms is not None:
            limit_ms -= length_ms - offset_ms
        offset_ms = 0

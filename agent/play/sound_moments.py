"""When the sound of an item begins and ends, for the picture that goes with it.

Sound outputs write, boards read. A sound waits for its decoder, its amplifier, what sounds before
it; its picture waits with it, and ends with it. Moments are those at the horn, on CLOCK_MONOTONIC.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from agent.clock import mono_s
from agent.signals import Signal

FORGET_S = 60.0  # an end is asked for until its picture is gone


@dataclass(frozen=True)
class SoundMoment:
    """One sound.

    Args:
        begin_mono_s: when it begins, or began.
        is_begun: has its first sample a place, so that this moment will not move any more?
        end_mono_s: when it is over; None while it sounds, or is still to come.
        offset_ms: where in the item it begins; more than 0 after it was cut.
    """

    begin_mono_s: float
    is_begun: bool = False
    end_mono_s: float | None = None
    offset_ms: int = 0

    def is_on(self, at_mono_s: float) -> bool:
        """Does it sound, or is it about to?"""
        return self.end_mono_s is None or at_mono_s < self.end_mono_s


class SoundMoments:
    """The sounds of all outputs, by the keys of their items.

    Args:
        zones: of the sound outputs.

    Attributes:
        changed: emitted with the key whose moment is another.
    """

    def __init__(self, zones: Collection[str] = ()) -> None:
        self.changed = Signal[[str]]()
        self._zones = frozenset(zones)
        self._moments: dict[str, dict[str, SoundMoment]] = {}

    def is_expected(self, zones: Collection[str]) -> bool:
        """Does this box sound anything on these zones?"""
        return bool(self._zones) and ("*" in zones or not self._zones.isdisjoint(zones))

    def find(self, key: str) -> SoundMoment | None:
        """The moment of a sound; of several outputs' the earliest begin and the latest end."""
        ones = list(self._moments.get(key, {}).values())
        if not ones:
            return None
        ends = [one.end_mono_s for one in ones if one.end_mono_s is not None]
        is_over = len(ends) == len(ones)
        first = min(ones, key=lambda one: (not one.is_begun, one.begin_mono_s))
        return replace(first, end_mono_s=max(ends) if is_over else None)

    def cue(self, output: str, key: str, at_mono_s: float, offset_ms: int = 0) -> None:
        """It is to begin at a moment, on this output, at this place of its item."""
        self._put(output, key, SoundMoment(at_mono_s, offset_ms=offset_ms))

    def begin(self, output: str, key: str, at_mono_s: float) -> None:
        """Its first sample sounds at this moment."""
        former = self._moments.get(key, {}).get(output, SoundMoment(at_mono_s))
        self._put(output, key, SoundMoment(at_mono_s, is_begun=True, offset_ms=former.offset_ms))

    def end(self, output: str, key: str, at_mono_s: float) -> None:
        """Its last sample sounds at this moment; one that has not begun will not any more."""
        found = self._moments.get(key, {})
        one = found.get(output)
        if one is None:
            return
        if one.is_begun:
            self._put(output, key, replace(one, end_mono_s=at_mono_s))
        else:
            del found[output]
            self.changed.emit(key)

    def _put(self, output: str, key: str, moment: SoundMoment) -> None:
        self._forget(mono_s() - FORGET_S)
        self._moments.setdefault(key, {})[output] = moment
        self.changed.emit(key)

    def _forget(self, before_mono_s: float) -> None:
        over = [
            key
            for key, ones in self._moments.items()
            if all(_ended_before(one, before_mono_s) for one in ones.values())
        ]
        for key in over:
            del self._moments[key]


def _ended_before(one: SoundMoment, at_mono_s: float) -> bool:
    return one.end_mono_s is not None and one.end_mono_s < at_mono_s

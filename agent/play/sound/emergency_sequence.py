"""In which order an emergency is told on one output. Pure: it is asked, and told what happened.

The order: the attention signal, then rounds of all bodies whose words are here, `repeat` times.

- Words that come before the turn of their body in the first round are told in that turn. Words that
  come later begin the whole anew, with the signal, behind the body that sounds: who knows only
  that language must hear the signal before it. Each body does so once.
- A round without any words is one of the built-in spoken line: three with the signed gap, then at
  most one a minute, until words come.
- A body that could not be played is left out until its media were away and came again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

LINES = 3  # rounds of the built-in line with the signed gap
REST_S = 60.0  # between two further ones, at the least


@dataclass(frozen=True)
class Step:
    """What sounds next.

    Args:
        kind: the signal, a body's words, the built-in line, or nothing any more.
        body: which one, for words.
        gap_s: seconds of silence before it.
        round_: the round of words that it belongs to.
    """

    kind: Literal["signal", "words", "line", "over"]
    body: int = 0
    gap_s: float = 0.0
    round_: int = 0


@dataclass
class EmergencySequence:
    """One emergency on one output, also over several plays of it.

    Args:
        with_words: which bodies have recorded words.
        repeat: rounds, as signed.
        gap_s: seconds between rounds, as signed.
        failed: the bodies whose words are here and could not be played.
    """

    with_words: frozenset[int]
    repeat: int
    gap_s: float
    failed: set[int] = field(default_factory=set)
    _is_behind_signal: bool | None = None  # None: the signal is still to come
    _round: int = 0
    _turn: int = 0  # the body whose turn comes next in this round
    _lines: int = 0
    _told_in_round: set[int] = field(default_factory=set)
    _told: set[int] = field(default_factory=set)
    _passed: set[int] = field(default_factory=set)  # their turn has passed since the signal

    def next(self, here: Collection[int]) -> Step:
        """What comes next.

        Args:
            here: the bodies whose words are here, all of their media.
        """
        self.failed &= set(here)
        if self._is_behind_signal is None or self.is_late(here):
            return Step("signal")
        able = self.able(here)
        turn = next((body for body in able if body >= self._turn), None)
        if turn is not None:
            is_within = self._told_in_round or not self._round
            return Step("words", turn, 0.0 if is_within else self._gap_s, self._round)
        if self._told_in_round and self._round + 1 >= self.repeat:
            return Step("over")
        if self._told_in_round and able:
            return Step("words", able[0], self.gap_s, self._round + 1)
        is_rest = self._lines >= LINES and not self._is_behind_signal
        return Step("line", gap_s=max(self.gap_s, REST_S) if is_rest else self._gap_s)

    @property
    def _gap_s(self) -> float:
        return 0.0 if self._is_behind_signal else self.gap_s

    def able(self, here: Collection[int]) -> list[int]:
        """The bodies that can be told, in order; `here` as for `next`."""
        return sorted(self.with_words & set(here) - self.failed)

    def is_late(self, here: Collection[int]) -> bool:
        """Have words come whose turn had passed, so that the whole begins anew?"""
        return bool(self._passed & set(here) - self._told - self.failed)

    @property
    def is_resting(self) -> bool:
        """Is only a line a minute left to tell until words come?"""
        return self._lines >= LINES and not self._told_in_round

    def take(self, step: Step, here: Collection[int]) -> None:
        """It begins to sound; or, of `over`, nothing does any more."""
        self._is_behind_signal = step.kind == "signal"
        if step.kind == "signal":
            if self.is_late(here):
                self._round = 0
            self._passed.clear()
            self._begin_round()
        elif step.kind == "words" and step.round_ == self._round:
            self._pass(step.body)
        else:
            self._pass(self._end)
            if step.kind != "over":
                self._begin_round()
        if step.kind == "words":
            self._round, self._turn = step.round_, step.body + 1
            self._told_in_round.add(step.body)
            self._told.add(step.body)
        self._lines += step.kind == "line"

    def _begin_round(self) -> None:
        self._turn = 0
        self._told_in_round.clear()

    @property
    def _end(self) -> int:
        return max(self.with_words, default=-1) + 1

    def _pass(self, end: int) -> None:
        self._passed |= {body for body in self.with_words if body < end} - self._told

    def fail(self, body: int) -> None:
        """Its words could not be played, or not to their end."""
        self._told_in_round.discard(body)
        self._told.discard(body)
        self.failed.add(body)
        self._passed.add(body)

    def resume(self, here: Collection[int]) -> None:
        """It was interrupted between two bodies: the signal, then the rounds that are left."""
        is_round_over = all(body < self._turn for body in self.able(here))
        if self._told_in_round and is_round_over:
            self._round += 1
        self._is_behind_signal = None

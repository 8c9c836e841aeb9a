"""The order in which an emergency is played on one output. Pure: no I/O, no clock.

The order: the attention signal, then rounds of all bodies whose words are in store, `repeat` times.

- Words that arrive before the turn of their body in the first round are played in that turn. Words
  that arrive later restart the sequence, with the signal, after the body that sounds: people who
  know only that language must hear the signal before it. Each body does so once.
- A round without any words plays the built-in spoken line: three rounds with the signed gap, then
  at most one a minute, until words arrive.
- A body that could not be played is left out until its media were missing and arrived again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

LINES = 3  # rounds of the built-in line with the signed gap
REST_S = 60.0  # the least time between two further ones


@dataclass(frozen=True)
class Step:
    """The next step of the sequence.

    Args:
        kind: the signal, a body's words, the built-in line, or `over` when nothing is left.
        body: the number of the body, for words.
        gap_s: seconds of silence before it.
        round_: the round of words that it belongs to.
    """

    kind: Literal["signal", "words", "line", "over"]
    body: int = 0
    gap_s: float = 0.0
    round_: int = 0


@dataclass
class EmergencySequence:
    """One emergency on one output, across several plays of it.

    Args:
        with_words: which bodies have words: recorded ones, or such as the box can read aloud.
        repeat: rounds, as signed.
        gap_s: seconds between rounds, as signed.
        failed: the bodies whose words are in store and could not be played.
    """

    with_words: frozenset[int]
    repeat: int
    gap_s: float
    failed: set[int] = field(default_factory=set)
    _recorded: frozenset[tuple[int, str]] = frozenset()
    _is_behind_signal: bool | None = None  # None: the signal has not been played yet
    _round: int = 0
    _turn: int = 0  # the body whose turn comes next in this round
    _lines: int = 0
    _played_in_round: set[int] = field(default_factory=set)
    _played: set[int] = field(default_factory=set)
    _passed: set[int] = field(default_factory=set)  # their turn has passed since the last signal

    def next(self, here: Collection[int]) -> Step:
        """The next step.

        Args:
            here: the bodies whose words are completely in store.
        """
        self.failed &= set(here)
        if self._is_behind_signal is None or self.is_late(here):
            return Step("signal")
        able = self.able(here)
        turn = next((body for body in able if body >= self._turn), None)
        if turn is not None:
            is_within = self._played_in_round or not self._round
            return Step("words", turn, 0.0 if is_within else self._gap_s, self._round)
        if self._played_in_round and self._round + 1 >= self.repeat:
            return Step("over")
        if self._played_in_round and able:
            return Step("words", able[0], self.gap_s, self._round + 1)
        is_rest = self._lines >= LINES and not self._is_behind_signal
        return Step("line", gap_s=max(self.gap_s, REST_S) if is_rest else self._gap_s)

    @property
    def _gap_s(self) -> float:
        return 0.0 if self._is_behind_signal else self.gap_s

    def able(self, here: Collection[int]) -> list[int]:
        """The bodies that can be played, in order; `here` as for `next`."""
        return sorted(self.with_words & set(here) - self.failed)

    def is_late(self, here: Collection[int]) -> bool:
        """Have words arrived after their turn, so that the sequence restarts?"""
        return bool(self._passed & set(here) - self._played - self.failed)

    @property
    def is_resting(self) -> bool:
        """Is only one line a minute left until words arrive?"""
        return self._lines >= LINES and not self._played_in_round

    def begin(self, step: Step, here: Collection[int]) -> None:
        """A step begins to sound; `over`: nothing is left."""
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
            self._played_in_round.add(step.body)
            self._played.add(step.body)
        self._lines += step.kind == "line"

    def _begin_round(self) -> None:
        self._turn = 0
        self._played_in_round.clear()

    @property
    def _end(self) -> int:
        return max(self.with_words, default=-1) + 1

    def _pass(self, end: int) -> None:
        self._passed |= {body for body in self.with_words if body < end} - self._played

    def fail(self, body: int, *, has_other: bool = False) -> None:
        """Its words could not be played, or not to their end.

        Where there is another form of them, the sequence restarts and plays that.
        """
        self._played_in_round.discard(body)
        self._played.discard(body)
        if not has_other:
            self.failed.add(body)
        self._passed.add(body)

    def renew(self, recorded: frozenset[tuple[int, str]], with_words: frozenset[int]) -> None:
        """Recordings or a voice have come: what had failed or had no words gets its turn.

        Args:
            recorded: the bodies whose recorded words are in store, with their form.
            with_words: as in `EmergencySequence`, now.
        """
        self.with_words |= with_words
        self.failed -= {body for body, _form in recorded - self._recorded}
        self._recorded = recorded

    def resume(self, here: Collection[int]) -> None:
        """Continue after an interruption: the signal, then the rounds that are left."""
        is_round_over = all(body < self._turn for body in self.able(here))
        if self._played_in_round and is_round_over:
            self._round += 1
        self._is_behind_signal = None

"""The questions of this box: each hello carries a new nonce, and a signed answer to it is fresh.

A nonce sets the clock once, but proves more than that: an emergency that carries it, and a head
that answers it, were signed after it was asked. So the answer that is too late for the clock, or
that the clock refuses, leaves it open for the rest of its life.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator


class Nonces:
    """The open ones, bounded in number and age.

    Args:
        boot: seconds since boot.

    Attributes:
        asked: how many there were.
        answers: how many signed times have come, in time or late.
        is_waiting: has none come since the last question?
        round_trip_s: of the quickest answer so far, whose time is exact to half of it; 0 before.
    """

    LIMIT = 8
    LIFETIME_S = 300.0

    def __init__(self, boot: Callable[[], float]) -> None:
        self._boot = boot
        self._asked: OrderedDict[str, float] = OrderedDict()
        self._used: set[str] = set()
        self.asked = self.answers = 0
        self.round_trip_s = 0.0
        self.is_waiting = False

    def ask(self) -> str:
        """A new nonce, asked now."""
        nonce = secrets.token_hex(16)
        self._asked[nonce] = self._boot()
        self.asked += 1
        self.is_waiting = True
        while len(self._asked) > self.LIMIT:
            self._used.discard(self._asked.popitem(last=False)[0])
        return nonce

    def __contains__(self, nonce: object) -> bool:
        asked = self._asked.get(nonce) if isinstance(nonce, str) else None
        return asked is not None and self._boot() - asked <= self.LIFETIME_S

    def __iter__(self) -> Iterator[str]:
        return filter(self.__contains__, self._asked)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def asked_boot_s(self, nonce: str) -> float:
        """When an open one was asked, by `boot`."""
        return self._asked[nonce]

    def has_set_clock(self, nonce: str) -> bool:
        """Has a `time` reply to it been taken?"""
        return nonce in self._used

    def note_answer(self, round_trip_s: float) -> None:
        """A signed time has come to one of them, so long after it was asked."""
        self.round_trip_s = min(self.round_trip_s, round_trip_s) if self.answers else round_trip_s
        self.answers += 1
        self.is_waiting = False

    def note_clock_set(self, nonce: str) -> None:
        """No further `time` reply to it counts."""
        self._used.add(nonce)

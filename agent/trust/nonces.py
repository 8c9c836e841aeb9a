"""The nonces of this box: each hello carries a new one, and a signed answer to it is fresh.

A nonce sets the clock once, and also proves that an emergency that carries it, and a head that
answers it, were signed after it was sent. So a signed time that comes too late for the clock, or
that the clock refuses, leaves the nonce open until its lifetime ends.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator


class Nonces:
    """The open nonces, bounded in number and age.

    Args:
        boot: returns seconds since boot.

    Attributes:
        asked: number of nonces sent so far.
        answers: number of signed times received, in time or late.
        is_waiting: no signed time has come since the last nonce.
        round_trip_s: of the quickest answer so far; its time is exact to half of it. 0: no answer.
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

    def create(self) -> str:
        """Create a new nonce; its age counts from now."""
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
        """When an open nonce was sent, by `boot`."""
        return self._asked[nonce]

    def has_set_clock(self, nonce: str) -> bool:
        """Has a `time` reply to this nonce set the clock?"""
        return nonce in self._used

    def record_answer(self, round_trip_s: float) -> None:
        """Record that a signed time has answered a nonce after `round_trip_s`."""
        self.round_trip_s = min(self.round_trip_s, round_trip_s) if self.answers else round_trip_s
        self.answers += 1
        self.is_waiting = False

    def mark_clock_set(self, nonce: str) -> None:
        """Ignore further `time` replies to this nonce."""
        self._used.add(nonce)

"""Who works at the station, as its lockouts and doors say; written by `overrides.site_inputs`.

A lockout counts as on until it is read, and while it cannot be read: a cut wire or a dead module
protects nobody. What was on counts for some seconds longer, so that a contact that chatters changes
nothing many times over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from agent.contract.input_kind import InputKindName
from agent.plan.site_work import SiteWork
from agent.signals import Signal

HOLD_S = 5.0


class SiteContacts:
    """The lockouts and doors of one box.

    Args:
        lockouts: the names of its lockouts.

    Attributes:
        changed: emitted when work has begun or ended.
    """

    def __init__(self, lockouts: Collection[str] = ()) -> None:
        self.changed = Signal[[]]()
        self._unread = set(lockouts)
        self._on: dict[str, InputKindName] = {}
        self._ends: dict[str, asyncio.TimerHandle] = {}

    @property
    def work(self) -> SiteWork:
        """What the contacts say now."""
        kinds = set(self._on.values())
        return SiteWork(bool(self._unread) or "lockout" in kinds, "door" in kinds)

    @property
    def is_read(self) -> bool:
        """Was every lockout read since the start?"""
        return not self._unread

    @property
    def lockouts(self) -> list[str]:
        """The lockouts that are on, or were not read yet."""
        return sorted({*self._unread, *(n for n, kind in self._on.items() if kind == "lockout")})

    def take(self, name: str, kind: InputKindName, active: bool) -> None:  # noqa: FBT001 - the state itself is the argument
        """A contact was read for the first time, or has changed."""
        if kind not in ("lockout", "door"):
            return
        before = self.work
        if (end := self._ends.pop(name, None)) is not None:
            end.cancel()
        self._unread.discard(name)
        if active:
            self._on[name] = kind
        elif name in self._on:
            loop = asyncio.get_running_loop()
            self._ends[name] = loop.call_later(HOLD_S, self._end, name)
        if self.work != before:
            self.changed.emit()

    def _end(self, name: str) -> None:
        before = self.work
        del self._ends[name]
        del self._on[name]
        if self.work != before:
            self.changed.emit()

"""Reports a lockout while it is on, and once more when it was left on.

Since when it is on survives restarts: a box that is switched off every night would else never tell
that its loudspeakers have been silent for a week. Loaded only where the settings have a lockout.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from agent.clock import Clock, mono_s
from agent.contract.utc import encode_utc, parse_utc
from agent.errors import StoreError
from agent.plan.site_work import SiteWorkRules
from agent.state.site_contacts import SiteContacts
from agent.store import key_value
from agent.store.database import Store
from agent.store.key_value_types import LOCKOUT_SINCE

log = logging.getLogger(__name__)
CHECK_S = 60.0
READ_S = 10.0  # after a start: a contact that is not read by then counts as on, and is reported
BOX = "box"


class LockoutWatch:
    """The lockouts of one box.

    Args:
        contacts: the lockouts, and whether they are on.
        store: keeps since when.
        clock: the only source of time.
        set_issue: begins or ends an issue.
        rules: those in force, which say after how many hours a lockout is left on.
    """

    def __init__(
        self,
        contacts: SiteContacts,
        store: Store,
        clock: Clock,
        set_issue: Callable[[str, str, str | None], None],
        rules: Callable[[], SiteWorkRules],
    ) -> None:
        self._contacts = contacts
        self._store = store
        self._clock = clock
        self._set_issue = set_issue
        self._rules = rules
        self._since_at: datetime | None = None
        self._since_mono_s: float | None = None
        self._began_mono_s = mono_s()
        self._changed = asyncio.Event()
        contacts.changed.connect(self._changed.set)

    async def load(self) -> None:
        """Read since when a former run had it on.

        Raises:
            StoreError: the database cannot be read.
        """
        text = await self._store.run(key_value.get, LOCKOUT_SINCE)
        self._since_at = parse_utc(text) if text else None

    async def run(self) -> None:
        """Run until cancelled.

        Raises:
            StoreError: the database cannot be read.
        """
        await self.load()
        while True:
            self._changed.clear()
            await self.check()
            left_s = self._began_mono_s + READ_S - mono_s()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_s if left_s > 0 else CHECK_S):
                    await self._changed.wait()

    async def check(self) -> None:
        """Set the issues, and store since when."""
        if not self._contacts.is_read and mono_s() < self._began_mono_s + READ_S:
            return  # its state is not known yet: what a former run knew stays
        names = self._contacts.lockouts
        if not names:
            await self._put(None)
            self._since_mono_s = None
            self._set_issue("lockout_on", BOX, None)
            self._set_issue("lockout_left_on", BOX, None)
            return
        self._set_issue("lockout_on", BOX, ", ".join(names))
        if self._since_mono_s is None:
            self._since_mono_s = mono_s()
        now = self._clock.now()
        if self._since_at is None and now.is_trusted:
            await self._put(now.at - timedelta(seconds=mono_s() - self._since_mono_s))
        limit_h = self._rules().left_on_h
        hint = f"for more than {limit_h} h" if self._on_s() >= 3600 * limit_h else None
        self._set_issue("lockout_left_on", BOX, hint)

    def _on_s(self) -> float:
        """How long it is on: by the monotonic clock in this run, by the box's clock before it."""
        own_s = mono_s() - (self._since_mono_s or mono_s())
        now = self._clock.now()
        if self._since_at is None or not now.is_trusted:
            return own_s
        return max(own_s, (now.at - self._since_at).total_seconds())

    async def _put(self, since_at: datetime | None) -> None:
        if since_at == self._since_at:
            return
        self._since_at = since_at
        try:
            text = encode_utc(since_at) if since_at is not None else ""
            await self._store.run(key_value.put, LOCKOUT_SINCE, text)
        except StoreError as error:  # it is counted in this run all the same
            log.warning("since when the lockout is on is not stored: %s", error)

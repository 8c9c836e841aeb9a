"""Who may sign, on this box: from the installed root to what is in force, and what a change does.

With a pinned root no file ever comes and nothing changes.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection

from agent.authority.updater import PAUSE_S, AuthorityUpdater
from agent.clock import Clock
from agent.contract.ids import Place
from agent.errors import StoreError
from agent.health.checks.authority import AuthorityState, read_state
from agent.health.open_issues import Issues
from agent.signals import AsyncSignal
from agent.store.database import Store
from agent.trust.current_authority import AuthorityInForce
from agent.trust.trust_anchor import InstalledRoot

log = logging.getLogger(__name__)
SOON = 1 / 24  # part of the spread: 5 s of the usual two minutes


class AuthorityTracker:
    """The authority in force, kept current.

    Args:
        root: the installed root file.
        in_force: gets each new authority; every verification reads it.
        store: keeps the files.
        clock: the only source of time.
        issues: gets an issue for refused files.
        restore: verifies and applies the held documents again.
        spread_s: the longest wait before a hello that many stations send at the same time.
        pause_s: see `authority.updater.PAUSE_S`.

    Attributes:
        wanted: emitted with the names of exactly those authority files to subscribe to from now on.
        hello_due: emitted when a hello must ask the centre for what was turned away.
    """

    def __init__(  # noqa: PLR0913 - one keyword a collaborator
        self,
        root: InstalledRoot,
        in_force: AuthorityInForce,
        *,
        store: Store,
        clock: Clock,
        issues: Issues,
        restore: Callable[[], Awaitable[None]],
        spread_s: float,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._store = store
        self._clock = clock
        self._issues = issues
        self._spread_s = spread_s
        self._restore = restore
        self._group: asyncio.TaskGroup | None = None
        self.in_force = in_force
        self.wanted = AsyncSignal[[Collection[str]]]()
        self.hello_due = AsyncSignal[[]]()
        self._updater = self._build_updater(root, pause_s) if root.is_tree else None

    def _build_updater(self, root: InstalledRoot, pause_s: float) -> AuthorityUpdater:
        updater = AuthorityUpdater(
            root.raw,
            self.in_force,
            store=self._store,
            now=self._clock.now,
            fault=self._issues.set_issue,
            pause_s=pause_s,
        )
        updater.wanted.connect(self.wanted.emit)
        updater.changed.connect(self._on_change)
        return updater

    async def load(self) -> None:
        """Restore what was accepted before; call it before any message is verified.

        Raises:
            StoreError: the store cannot be read.
        """
        if self._updater is not None:
            await self._updater.load()

    async def run(self) -> None:
        """Run until cancelled; with a pinned root return at once."""
        if self._updater is not None:
            async with asyncio.TaskGroup() as group:
                self._group = group
                group.create_task(self._updater.run(), name="authority files")

    @property
    def wanted_files(self) -> frozenset[str]:
        """The names of the files that are requested now; none with a pinned root."""
        return frozenset() if self._updater is None else self._updater.wanted_files

    async def settle(self) -> None:
        """Return when all files that have come were looked at."""
        if self._updater is not None:
            await self._updater.settle()

    async def on_file(self, name: str, raw: bytes) -> None:
        """Handle one authority file from the link."""
        if self._updater is not None:
            await self._updater.on_file(name, raw)

    def set_place(self, place: Place | None) -> None:
        """Set the box's place by its station-config; None when the place is lost."""
        if self._updater is not None:
            self._updater.set_place(place)

    def set_provisional_place(self, place: Place) -> None:
        """Set a provisional place, from a station-config that could not be verified."""
        if self._updater is not None:
            self._updater.set_provisional_place(place)

    def recheck(self) -> None:
        """Verify again: the clock has been set."""
        if self._updater is not None:
            self._updater.recheck()

    def state(self) -> AuthorityState:
        """The state of the authority, for health and page."""
        return read_state(self.in_force, self._clock.now())

    async def _on_change(self, has_improved: bool) -> None:  # noqa: FBT001 - better or not
        """Verify the held documents again, and ask the centre for what was turned away.

        A change concerns many boxes at the same moment, and they must not all ask in the same
        second; but what was turned away for lack of authority is needed within a few seconds.
        """
        if self._group is not None:
            hello = self._send_hello_within(self._spread_s * (SOON if has_improved else 1.0))
            self._group.create_task(hello, name="hello after a change of the authority")
        try:
            await self._restore()
        except StoreError:
            log.exception("the held documents could not be verified again; maintenance retries")

    async def _send_hello_within(self, limit_s: float) -> None:
        await asyncio.sleep(random.uniform(0, limit_s))  # noqa: S311 - jitter
        await self.hello_due.emit()

"""Who may sign, on this box: from the installed root to what is in force, and what a change does.

A room of `app`, as `site` is. With a pinned root nothing ever comes or changes.
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
from agent.health.checks.authority import AuthorityState
from agent.health.open_issues import Issues
from agent.signals import AsyncSignal
from agent.store.database import Store
from agent.trust.current_authority import AuthorityInForce
from agent.trust.trust_anchor import InstalledRoot

log = logging.getLogger(__name__)
SOON = 1 / 24  # of the spread: 5 s of the usual two minutes


class AuthorityTracker:
    """The authority in force, kept current.

    Args:
        root: the installed root file.
        in_force: gets each new authority; whoever judges asks it.
        store: keeps the files.
        clock: the only source of time.
        issues: told of refused files.
        restore: judges anew what is held.
        spread_s: the longest wait before a hello that many stations have reason to say.
        pause_s: see `authority.updater.PAUSE_S`.

    Attributes:
        wanted: emitted with exactly those authority files that are to be listened to from now on.
        hello_due: emitted when the centre is to be asked for what was turned away.
    """

    def __init__(  # noqa: PLR0913 - one keyword a neighbour
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
        self._feed = self._build_feed(root, pause_s) if root.is_tree else None

    def _build_feed(self, root: InstalledRoot, pause_s: float) -> AuthorityUpdater:
        feed = AuthorityUpdater(
            root.raw,
            self.in_force,
            store=self._store,
            now=self._clock.now,
            fault=self._issues.set_issue,
            pause_s=pause_s,
        )
        feed.wanted.connect(self.wanted.emit)
        feed.changed.connect(self._on_change)
        return feed

    async def load(self) -> None:
        """Take up what was accepted before; call it before anything is judged.

        Raises:
            StoreError: the store cannot be read.
        """
        if self._feed is not None:
            await self._feed.load()

    async def run(self) -> None:
        """Live until cancelled; ends at once with a pinned root."""
        if self._feed is not None:
            async with asyncio.TaskGroup() as group:
                self._group = group
                group.create_task(self._feed.run(), name="authority files")

    async def on_file(self, name: str, raw: bytes) -> None:
        """One authority file from the link."""
        if self._feed is not None:
            await self._feed.on_file(name, raw)

    def set_place(self, place: Place | None) -> None:
        """A station-config has said where the box stands, or says so no more."""
        if self._feed is not None:
            self._feed.set_place(place)

    def presume(self, place: Place) -> None:
        """A station-config that nobody could verify says where the box stands."""
        if self._feed is not None:
            self._feed.presume(place)

    def look_again(self) -> None:
        """The clock has been set."""
        if self._feed is not None:
            self._feed.look_again()

    def state(self) -> AuthorityState:
        """For health and page."""
        now = self._clock.now()
        authority = self.in_force.current
        return AuthorityState(
            grade=authority.grade(now),
            versions=authority.versions,
            issued=self.in_force.issued,
            is_known=self.in_force.knows_signers(now),
        )

    async def _on_change(self, has_improved: bool) -> None:  # noqa: FBT001 - better or not
        """What is held is judged anew; the centre sends again what was turned away.

        Either concerns many boxes at the same moment, and they must not all ask in the same second;
        but what was turned away for lack of authority is wanted within a few.
        """
        if self._group is not None:
            greeting = self._greet_within(self._spread_s * (SOON if has_improved else 1.0))
            self._group.create_task(greeting, name="authority greeting")
        try:
            await self._restore()
        except StoreError:
            log.exception("what is held could not be judged anew; upkeep tries again")

    async def _greet_within(self, limit_s: float) -> None:
        await asyncio.sleep(random.uniform(0, limit_s))  # noqa: S311 - jitter
        await self.hello_due.emit()

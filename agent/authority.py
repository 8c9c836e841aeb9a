"""Who may sign, on this box: from the installed root to what is in force, and what a change does.

A room of `app`, as `site` is. With a pinned root nothing ever comes or changes.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection

from agent.clock import Clock
from agent.contract.ident import Place
from agent.errors import StoreError
from agent.health.checks.authority import AuthorityState
from agent.health.issue import Issues
from agent.link.authority import PAUSE_S, AuthorityFeed, Seams
from agent.store.database import Store
from agent.trust.in_force import AuthorityInForce
from agent.trust.installed import InstalledRoot

log = logging.getLogger(__name__)
SOON = 1 / 24  # of the spread: 5 s of the usual two minutes


class Rights:
    """The authority in force, kept current.

    Args:
        root: the installed root file.
        store: keeps the files.
        clock: the only source of time.
        issues: told of refused files.
        spread_s: the longest wait before a hello that many stations have reason to say.
        pause_s: see `link.authority.PAUSE_S`.

    Attributes:
        in_force: whoever judges asks it.
    """

    def __init__(
        self,
        root: InstalledRoot,
        *,
        store: Store,
        clock: Clock,
        issues: Issues,
        spread_s: float,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._root = root
        self._store = store
        self._clock = clock
        self._issues = issues
        self._spread_s = spread_s
        self._pause_s = pause_s
        self._feed: AuthorityFeed | None = None
        self._group: asyncio.TaskGroup | None = None
        self.in_force = AuthorityInForce(root.authority)

    def wire(
        self,
        listen: Callable[[Collection[str]], Awaitable[None]],
        restore: Callable[[], Awaitable[None]],
        greet: Callable[[], Awaitable[None]],
    ) -> None:
        """Connect it with what is built after it; once, before `load`.

        Args:
            listen: to exactly these authority files.
            restore: judges anew what is held.
            greet: says hello.
        """
        self._restore = restore
        self._greet = greet
        if self._root.is_tree:
            self._feed = AuthorityFeed(
                self._root.raw,
                self.in_force,
                store=self._store,
                now=self._clock.now,
                seams=Seams(listen, self._on_change, self._issues.note),
                pause_s=self._pause_s,
            )

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
        await self._greet()

"""Keeps the clock: chrony's time under NTS, a floor on the card, jumps that wait for confirmation.

The floor is written to the card every ten minutes, but only while the time is authenticated, so
that a box that runs for months and then loses its power does not start months in the past.

A jump of more than 400 days is held (`Clock.held_at`), because the key that signs the time is
online and may be stolen. Two may confirm it (docs/decisions/0020): the root, by a version newer
than the one under which a time was last applied, whose tree is fresh at the moment in question;
and a person at the box, who writes today's date into a file by `tramtin confirm-time`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from agent.clock import NTS, Clock, Now, Outcome, boot_s, read_rtc
from agent.contract.local_time import LOCAL
from agent.errors import AgentError, LinkError, TrustError
from agent.evidence.journal import Journal
from agent.evidence.journal_rows import Detail
from agent.signals import Signal
from agent.store import clock_state
from agent.store.database import Store
from agent.store.time_confirmation import read_confirmation, remove_confirmation
from agent.timesync.chrony import ChronyReport, query_chrony
from agent.trust.authority import Grade
from agent.trust.current_authority import AuthorityInForce
from agent.trust.nts import verify_chrony

log = logging.getLogger(__name__)
TICK_S = 15.0
STORE_S = 600.0
ASK_CHRONY_S = 600.0
ASK_CHRONY_SOON_S = 60.0  # while the time is not known
FORGET_S = 3600.0  # between two times that one root lowers the floor
STEP_S = 0.5  # a smaller step by chrony is no event
OLDEST_TIMESTAMP = timedelta(days=30)  # a tree's timestamp is valid for at most this time
DAY = timedelta(days=1)


class TimeSync:
    """Built once for each run of the agent.

    Args:
        clock: the only source of time.
        store: keeps the clock's state.
        journal: records each fix that brings a change, and otherwise one in ten minutes.
        authority: in force, read at every use.
        boot_id: of this boot.
        state: the state folder.
        restore: applies the held documents again, after a large step.
        ask_chrony: see `timesync.chrony`.
        read_rtc: reads the battery-backed clock.

    Attributes:
        stepped: emitted when the clock has applied a time.
        time_wanted: emitted when a hello must ask the centre for the time.
    """

    def __init__(  # noqa: PLR0913 - one keyword a collaborator
        self,
        clock: Clock,
        *,
        store: Store,
        journal: Journal,
        authority: AuthorityInForce,
        boot_id: str,
        state: Path,
        restore: Callable[[], Awaitable[None]],
        ask_chrony: Callable[[], Awaitable[ChronyReport | None]] = query_chrony,
        read_rtc: Callable[[], datetime | None] = read_rtc,
    ) -> None:
        self.stepped = Signal[[]]()
        self.time_wanted = Signal[[]]()
        self._clock = clock
        self._store = store
        self._journal = journal
        self._authority = authority
        self._boot_id = boot_id
        self._state = state
        self._restore = restore
        self._query_chrony = ask_chrony
        self._read_rtc = read_rtc
        self._root: int | None = None  # version of the root under which a time was last applied
        self._stored_boot_s = boot_s()
        self._stored_values: dict[str, str] = {}
        self._fixed_by: tuple[str | None, int | None] = (None, None)  # source of the last record
        self._fixed_boot_s = float("-inf")
        self._asked_boot_s = self._forgot_boot_s = float("-inf")
        self._logged_chrony = ""
        self._is_asking = False

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            await self.tick()
            await asyncio.sleep(TICK_S)

    async def tick(self) -> None:
        """Do everything that is due."""
        try:
            await self._apply_root()
            if self._is_asking:
                self.time_wanted.emit()
            await self._apply_confirmation()
            await self._follow_chrony()
            await self._store_when_due()
        except (AgentError, OSError):
            log.exception("a step of the time synchronisation failed")

    async def on_time(self, outcome: Outcome) -> None:
        """Handle the clock's verdict on a time from the centre.

        Raises:
            StoreError: the card takes no writes.
        """
        if outcome.verdict == "taken":
            await self.on_fixed(outcome)

    async def on_fixed(self, outcome: Outcome) -> None:
        """Handle a time that the clock has applied: listeners first, then journal and card.

        Whoever controls the broker can make a box ask for the time every few seconds: an answer
        that changes nothing is not written.

        Raises:
            StoreError: the card takes no writes.
        """
        self._is_asking = False
        self.stepped.emit()
        await self._set_root()
        is_change = abs(outcome.step_s) >= STEP_S or self._fixed_by != (self._clock.by, self._root)
        if not is_change and boot_s() - self._fixed_boot_s < STORE_S:
            return
        self._fixed_by, self._fixed_boot_s = (self._clock.by, self._root), boot_s()
        by = NTS if self._clock.by == NTS else "centre"
        detail: Detail = {"step_ms": round(outcome.step_s * 1000), "by": by}
        await self._journal.append("clock_fix", detail=detail)
        await self._store_state()

    # The floor on the card

    async def _store_when_due(self) -> None:
        is_held = bool(self._stored_values.get(clock_state.HELD))
        if boot_s() - self._stored_boot_s >= STORE_S:
            self._clock.raise_floor()
        elif is_held == (self._clock.held_at is not None):
            return
        await self._store_state()

    async def _store_state(self) -> None:
        self._clock.check_rtc(await asyncio.to_thread(self._read_rtc))
        values = await self._describe()
        if values != self._stored_values:
            await self._store.run(clock_state.save, values)
        self._stored_values, self._stored_boot_s = values, boot_s()

    async def _describe(self) -> dict[str, str]:
        root = await self._last_root()
        return clock_state.describe(self._clock, self._boot_id, root)

    # chrony

    async def _follow_chrony(self) -> None:
        is_synced = self._clock.now().quality == "SYNCED"
        period_s = ASK_CHRONY_S if is_synced else ASK_CHRONY_SOON_S
        if boot_s() - self._asked_boot_s < period_s:
            return
        self._asked_boot_s = boot_s()
        outcome = await self._ask_chrony()
        if outcome.verdict != "taken":
            return
        if is_synced and abs(outcome.step_s) < STEP_S:
            self.stepped.emit()
            return
        await self.on_fixed(outcome)
        await self._restore()

    async def _ask_chrony(self) -> Outcome:
        clock = self._clock
        try:
            report = await self._query_chrony()
            if report is None:
                clock.apart_s = 0.0
                return Outcome("needless")
            kept = verify_chrony(report.text, report.system_at)
        except (LinkError, TrustError) as error:
            clock.apart_s = 0.0
            self._report_chrony(str(error))
            return Outcome("slow")
        self._report_chrony("authenticated by NTS")
        at = report.system_at + timedelta(seconds=kept.offset_s)
        # chronyd slews by at most a twelfth while chronyc runs.
        return clock.follow(at, report.boot_s, kept.error_s + report.took_s / 12)

    def _report_chrony(self, what: str) -> None:
        if what != self._logged_chrony:
            log.info("chrony: %s", what)
        self._logged_chrony = what

    # Held jumps and revoked keys

    async def _apply_root(self) -> None:
        """Confirm a held jump by a newer root, or lower a floor that a revoked key has raised."""
        clock, root = self._clock, self._authority.versions["root"]
        is_newer, held_at = root > await self._last_root(), clock.held_at
        if held_at is not None and is_newer and self._is_fresh_at(held_at):
            log.warning("root %d confirms the jump to %s", root, held_at)
            await self._apply_held()
        elif clock.floor_by and (self._is_by_revoked_key() or (is_newer and self._is_far_ahead())):
            log.warning("the root revokes the floor %s: it is lowered", clock.floor)
            clock.reset_floor()
            self._forgot_boot_s = boot_s()
            self._stored_values, self._is_asking = {}, True
            await self._store.run(clock_state.save_lowered, await self._describe())

    async def _set_root(self) -> None:
        """Store that a time was applied under the present root.

        A time from the centre at which every file has expired does not count: a thief who answers
        before the new files have come would use up the very root that repairs the clock.
        """
        clock, authority = self._clock, self._authority
        is_doubtful = clock.by != NTS and authority.grade(clock.now()) is Grade.EXPIRED
        if not is_doubtful or not await self._last_root():
            self._root = authority.versions["root"]

    async def _last_root(self) -> int:
        if self._root is None:
            values = await self._store.run(clock_state.load)
            self._root = int(values.get(clock_state.ROOT, "0"))
        return self._root

    def _is_fresh_at(self, at: datetime) -> bool:
        """Is the tree fresh at this moment? A pinned root has no timestamp and confirms nothing."""
        authority = self._authority
        is_tree = "timestamp" in authority.versions
        return is_tree and authority.grade(Now(at, "SYNCED", 0.0)) is Grade.FRESH

    def _is_by_revoked_key(self) -> bool:
        """Has a key that raised the floor lost the right to sign times since then?"""
        by, authority = self._clock.floor_by, self._authority
        if by == NTS or authority.grade(self._clock.now()) is Grade.EXPIRED:
            return False
        return any(
            all("time" not in role.kinds for role in authority.roles_for(keyid))
            for keyid in by.split(",")
        )

    def _is_far_ahead(self) -> bool:
        """Is the clock wrong, because a newer root is here and its other files look expired?

        By a clock that a stolen key has set ahead, every authority file has expired, so the box
        cannot even learn that the key was revoked. It still accepts a new root.
        """
        if boot_s() - self._forgot_boot_s < FORGET_S:
            return False
        issued = self._authority.issued
        return issued is not None and self._clock.now().at - issued > OLDEST_TIMESTAMP

    async def _apply_confirmation(self) -> None:
        held_at = self._clock.held_at
        if held_at is None:
            return
        day = await asyncio.to_thread(read_confirmation, self._state)
        if day is None:
            return
        is_right = abs(held_at.astimezone(LOCAL).date() - day) <= DAY
        await asyncio.to_thread(remove_confirmation, self._state)
        if is_right:
            await self._apply_held()
        detail: Detail = {
            "do": "confirm-time",
            "subject": day.isoformat(),
            "by": "console",
            "result": "done" if is_right else "refused",
            "code": None if is_right else "E_TIME",
        }
        await self._journal.append("command", detail=detail)

    async def _apply_held(self) -> None:
        outcome = self._clock.confirm()
        await self.on_fixed(outcome)
        await self._restore()

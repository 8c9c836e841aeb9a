"""The checks of this box, and the health report that is sent at every change and every period."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec

from agent.clock import Clock, Now, mono_s
from agent.contract.document import Head
from agent.contract.report import (
    Health,
    InputState,
    OnAir,
    Outbox,
    Play,
    SensorReading,
    Why,
    ZoneLevelState,
)
from agent.contract.utc import encode_utc
from agent.errors import StoreError
from agent.evidence.journal import Journal
from agent.health.check import Check, NotCheckedError
from agent.health.check_memory import CheckMemory
from agent.health.check_runner import CheckRunner
from agent.health.checks.authority import AuthorityCheck, AuthorityState
from agent.health.checks.board import BoardCheck
from agent.health.checks.clock import ClockCheck
from agent.health.checks.head import HeadCheck
from agent.health.checks.link import BrokerLink, LinkCheck
from agent.health.checks.media import MediaCheck
from agent.health.checks.outbox import OutboxCheck
from agent.health.checks.restart import RestartCheck
from agent.health.checks.sound import SoundCheck
from agent.health.health_report import build_health_report
from agent.health.machine_checks import build_machine_checks
from agent.health.open_issues import Issues
from agent.play.item import Item
from agent.play.sound.sound_output import SoundOutput
from agent.play.speaker_line import SpeakerLine
from agent.settings.model import Settings
from agent.state.documents_in_force import DocumentsInForce
from agent.state.zone_levels import ZoneLevels
from agent.store.database import Store
from agent.store.zone_level import FULL_PCT, ZoneLevel
from agent.telemetry.output_lane import OutputLane, Outputs, UpcomingItems, list_lanes
from agent.trust.floor_lookup import FloorLookup
from agent.trust.head import find_missing, select_heads

log = logging.getLogger(__name__)
HEALTH_MIN_S = 1.0
NO_REASON = Why()
AHEAD = timedelta(hours=24)


class CentreContact:
    """When the centre last sent something.

    Attributes:
        heard_mono_s: when the last signed message for this box alone came.
    """

    def __init__(self) -> None:
        self.heard_mono_s = mono_s()

    def record_contact(self, _content: object = None) -> None:
        """Such a message has just come."""
        self.heard_mono_s = mono_s()

    def last_mono_s(self) -> float:
        """See `heard_mono_s`."""
        return self.heard_mono_s


class HealthSnapshot:
    """Builds a health report from the box's state.

    Args:
        settings: of this box.
        session: the link's present session number.
        clock: the only source of time.
        journal: its outbox and its fault.
        issues: the open issues.
        outputs: by name.
        rundowns: name of an output → its part of the schedule.
        lines: every switched speaker line.
        inputs: contacts by name.
        readings: sensors by name.
        levels: what signed commands have set for a zone.
    """

    def __init__(  # noqa: PLR0913 - one keyword a part of the report
        self,
        settings: Settings,
        *,
        session: Callable[[], int],
        clock: Clock,
        journal: Journal,
        issues: Issues,
        outputs: Outputs,
        rundowns: Mapping[str, UpcomingItems],
        lines: Sequence[SpeakerLine],
        inputs: Callable[[], Mapping[str, InputState]],
        readings: Callable[[], Mapping[str, SensorReading]],
        levels: ZoneLevels,
    ) -> None:
        self._settings = settings
        self._session = session
        self._clock = clock
        self._journal = journal
        self._issues = issues
        self._outputs = outputs
        self._rundowns = rundowns
        self._lines = lines
        self._inputs = inputs
        self._readings = readings
        self._levels = levels

    async def take(self) -> Health:
        """Build the report of this moment.

        Raises:
            StoreError: the journal cannot be read.
            OSError: the state folder cannot be read.
        """
        now = self._clock.now()
        rows, oldest_s = await self._journal.outbox()
        fault = self._journal.fault
        self._issues.set_issue("journal_not_written", "state", str(fault) if fault else None)
        issues = self._issues
        lanes = list(list_lanes(self._outputs, self._rundowns, now))
        return await asyncio.to_thread(
            build_health_report,
            Path(self._settings.state),
            session=self._session(),
            now=now,
            issues=issues.all() if now.quality == "FLOOR" else issues.dated(now.at),
            on_air={one.name: _describe(one) for one in lanes},
            upcoming={one.name: _on_air(one.upcoming) for one in lanes},
            switches={line.name: line.state for line in self._lines},
            outbox=Outbox(rows, oldest_s),
            inputs=self._inputs(),
            readings=self._readings(),
            levels={
                zone: _describe_level(level) for zone, level in self._levels.in_force(now).items()
            },
            why=_explain(lanes, now),
        )


class HealthReporter:
    """Runs the checks, and reports at every change and every period.

    Args:
        checks: of this box.
        set_issue: begins or ends an issue.
        take: builds a health report.
        send: signs and sends it.
        period_s: between two reports when nothing changes.

    Attributes:
        watch: the checks; its `statuses` are for page and doctor.
    """

    def __init__(
        self,
        checks: Sequence[Check],
        *,
        set_issue: Callable[[str, str, str | None], None],
        take: Callable[[], Awaitable[Health]],
        send: Callable[[Health], Awaitable[None]],
        period_s: float,
    ) -> None:
        self.watch = CheckRunner(checks, set_issue)
        self._take = take
        self._send = send
        self._period_s = period_s
        self._wanted = asyncio.Event()

    def report_soon(self) -> None:
        """Send the next report at once: something has changed."""
        self._wanted.set()

    def on_play(self, play: Play) -> None:
        """Report at once on which outputs an emergency is heard or seen."""
        if play.class_ == "emergency":
            self.report_soon()

    async def run(self) -> None:
        """Run until cancelled: check, and report at every change and every period."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.watch.run(), name="watch")
            group.create_task(self._report(), name="health report")

    async def _report(self) -> None:
        while True:
            try:
                await self._send(await self._take())
            except (StoreError, OSError) as error:
                log.warning("no health report: %s", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._period_s):
                    await self._wanted.wait()
            self._wanted.clear()
            await asyncio.sleep(HEALTH_MIN_S)


def build_checks(  # noqa: PLR0913 - one keyword a checked part
    settings: Settings,
    *,
    boot_id: str,
    store: Store,
    clock: Clock,
    journal: Journal,
    issues: Issues,
    link: BrokerLink,
    contact: CentreContact,
    authority: Callable[[], AuthorityState],
    documents: DocumentsInForce,
    floors: FloorLookup,
    outputs: Outputs,
    rundowns: Mapping[str, UpcomingItems],
    voice: Check,
) -> list[Check]:
    """Build the checks of this box, cheap ones first: the start must not wait for certificates.

    Args:
        settings: of this box.
        boot_id: of this boot.
        store: keeps the checks' memory.
        clock: the only source of time.
        journal: its outbox.
        issues: the open issues.
        link: the connection.
        contact: when the centre last sent something.
        authority: the state of the authority.
        documents: those in force.
        floors: replay floors of what was accepted.
        outputs: by name.
        rundowns: name of an output → its part of the schedule.
        voice: the check of what reads aloud.
    """
    address = f"{settings.broker.host}:{settings.broker.port}"
    memory = CheckMemory(store)

    def heads() -> list[Head]:
        return select_heads(one.document for one in documents.held)

    checks: list[Check] = [
        ClockCheck(clock),
        LinkCheck(link, address, contact.last_mono_s),
        AuthorityCheck(authority, clock.now),
        OutboxCheck(journal.outbox),
        RestartCheck(memory, issues.begun),
        MediaCheck(partial(_lacking, clock, rundowns)),
        HeadCheck(memory, clock.now, heads, lambda: find_missing(heads(), floors)),
    ]
    if any(isinstance(output, SoundOutput) for output in outputs.values()):
        checks.append(SoundCheck(issues.all))
        checks.append(voice)
    if not all(isinstance(output, SoundOutput) for output in outputs.values()):
        checks.append(BoardCheck(partial(_late, outputs)))
    return checks + build_machine_checks(settings, memory, boot_id, clock.now)


def _describe_level(level: ZoneLevel) -> ZoneLevelState:
    """A level without what is over."""
    passes = level.passing_until is not None
    return ZoneLevelState(
        level.passing_db if passes else level.trim_db,
        encode_utc(level.passing_until) if level.passing_until is not None else None,
        encode_utc(level.muted_until) if level.muted_until is not None else None,
        level.dim_pct if level.dim_pct < FULL_PCT else None,
        encode_utc(level.dim_until) if level.dim_until is not None else None,
    )


def _late(outputs: Outputs) -> dict[str, int]:
    boards = outputs.items()
    return {name: board.late for name, board in boards if not isinstance(board, SoundOutput)}


def _lacking(clock: Clock, rundowns: Mapping[str, UpcomingItems]) -> dict[str, str]:
    now = clock.now()
    if now.quality == "FLOOR":
        raise NotCheckedError("no_time")
    items = [item for rundown in rundowns.values() for item in rundown.lacking(now, AHEAD)]
    lacking: dict[str, str] = {}
    for item in sorted(items, key=lambda item: item.start_at):
        lacking.setdefault(item.title, f"{encode_utc(item.start_at)}: {item.missing}")
    return lacking


def _explain(lanes: Iterable[OutputLane], now: Now) -> dict[str, Why]:
    """Why outputs play what they do; those of which there is nothing to say are left out."""
    found = {one.name: one.rundown.explain(now, one.on_air) for one in lanes}
    return {name: one for name, one in found.items() if one != NO_REASON}


def _describe(lane: OutputLane) -> OnAir | None:
    on_air, output = _on_air(lane.on_air), lane.output
    if on_air is None or not isinstance(output, SoundOutput):
        return on_air
    return msgspec.structs.replace(on_air, words_missing=output.session_stack.words_missing)


def _on_air(item: Item | None) -> OnAir | None:
    return item.on_air() if item is not None else None

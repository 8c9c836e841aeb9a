"""What the box says of its own state: the checks of this box, and the report that tells of them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import msgspec

from agent.clock import Clock, Now, mono_s
from agent.contract.accepted import HeldDocument
from agent.contract.document import Head
from agent.contract.moment import encode_utc
from agent.contract.report import Health, InputState, OnAir, Outbox, Play, Reading
from agent.errors import StoreError
from agent.evidence.journal import Journal
from agent.health.check import Check, NotCheckedError
from agent.health.checks.authority import AuthorityCheck, AuthorityState
from agent.health.checks.board import BoardCheck
from agent.health.checks.clock import ClockCheck
from agent.health.checks.head import HeadCheck
from agent.health.checks.link import Connection, LinkCheck
from agent.health.checks.media import MediaCheck
from agent.health.checks.outbox import OutboxCheck
from agent.health.checks.restart import RestartCheck
from agent.health.checks.sound import SoundCheck
from agent.health.issue import Issues
from agent.health.notebook import Notebook
from agent.health.roster import build_machine_checks
from agent.health.snapshot import take_snapshot
from agent.health.watch import Watch
from agent.play.item import Item
from agent.play.line import Line
from agent.play.picture import PictureOutput
from agent.play.sound import SoundOutput
from agent.settings.model import Settings
from agent.store.database import Store
from agent.trust.accepted import Floors
from agent.trust.head import behind, heads_of

log = logging.getLogger(__name__)
HEALTH_MIN_S = 1.0
AHEAD = timedelta(hours=24)


class Rundown(Protocol):
    """See `programme.SoundRundown`."""

    def upcoming(self, now: Now) -> Item | None:
        """The next item to start."""

    def lacking(self, now: Now, ahead: timedelta) -> list[Item]:
        """What is to start within `ahead` and lacks a medium, soonest first."""


@dataclass(frozen=True)
class Parts:
    """What is looked at.

    Args:
        settings: of this box.
        boot_id: of this boot.
        session: the link's session counter of this moment.
        store: remembers for the checks.
        clock: the only source of time.
        journal: its outbox and its fault.
        issues: those that last.
        link: the connection.
        authority: how it stands with who may sign.
        outputs: by name.
        rundowns: by the outputs' names.
        lines: every switched line.
        inputs: contacts by name.
        readings: sensors by name.
        held: the documents in force.
        floors: what was accepted.
    """

    settings: Settings
    boot_id: str
    session: Callable[[], int]
    store: Store
    clock: Clock
    journal: Journal
    issues: Issues
    link: Connection
    authority: Callable[[], AuthorityState]
    outputs: Mapping[str, SoundOutput | PictureOutput]
    rundowns: Mapping[str, Rundown]
    lines: Sequence[Line]
    inputs: Callable[[], Mapping[str, InputState]]
    readings: Callable[[], Mapping[str, Reading]]
    held: Callable[[], Sequence[HeldDocument]]
    floors: Floors


class Checkup:
    """The box's own doctor.

    Args:
        parts: what is looked at.
        send: signs and sends one health report.
        period_s: between two reports when nothing happens.

    Attributes:
        watch: the checks; its `standings` are for page and doctor.
        poke: set it, and the next report comes at once.
    """

    def __init__(
        self, parts: Parts, send: Callable[[Health], Awaitable[None]], period_s: float
    ) -> None:
        self._parts = parts
        self._send = send
        self._period_s = period_s
        self._heard_mono_s = mono_s()
        self.poke = asyncio.Event()
        parts.journal.played.append(self._on_play)
        self.watch = Watch(self._build_checks(), parts.issues.note)

    def centre_heard(self) -> None:
        """A signed word of the centre has come that was meant for this box alone."""
        self._heard_mono_s = mono_s()

    def _on_play(self, play: Play) -> None:
        """The centre is told at once on which outputs an emergency is heard or seen."""
        if play.class_ == "emergency":
            self.poke.set()

    async def run(self) -> None:
        """Live until cancelled: look, and report at every change and every period."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.watch.run(), name="watch")
            group.create_task(self._report(), name="health report")

    async def _report(self) -> None:
        while True:
            try:
                await self._send(await self._snapshot())
            except (StoreError, OSError) as error:
                log.warning("no health: %s", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._period_s):
                    await self.poke.wait()
            self.poke.clear()
            await asyncio.sleep(HEALTH_MIN_S)

    async def _snapshot(self) -> Health:
        parts = self._parts
        now = parts.clock.now()
        rows, oldest_s = await parts.journal.outbox()
        fault = parts.journal.fault
        parts.issues.note("journal_not_written", "state", str(fault) if fault else None)
        return await asyncio.to_thread(
            take_snapshot,
            Path(parts.settings.state),
            session=parts.session(),
            now=now,
            issues=parts.issues.all() if now.quality == "FLOOR" else parts.issues.dated(now.at),
            on_air={name: _tell(output) for name, output in parts.outputs.items()},
            upcoming={name: _told(r.upcoming(now)) for name, r in parts.rundowns.items()},
            switches={line.name: line.state for line in parts.lines},
            outbox=Outbox(rows, oldest_s),
            inputs=parts.inputs(),
            readings=parts.readings(),
        )

    def _build_checks(self) -> list[Check]:
        """Those that cost nothing first; a start has better to do than to read certificates."""
        parts = self._parts
        broker = parts.settings.broker
        notebook = Notebook(parts.store)
        checks: list[Check] = [
            ClockCheck(parts.clock),
            LinkCheck(parts.link, f"{broker.host}:{broker.port}", lambda: self._heard_mono_s),
            AuthorityCheck(parts.authority, parts.clock.now),
            OutboxCheck(parts.journal.outbox),
            RestartCheck(notebook, parts.issues.begun),
            MediaCheck(self._lacking),
            HeadCheck(
                notebook, parts.clock.now, self._heads, lambda: behind(self._heads(), parts.floors)
            ),
        ]
        if any(isinstance(output, SoundOutput) for output in parts.outputs.values()):
            checks.append(SoundCheck(parts.issues.all))
        if any(isinstance(output, PictureOutput) for output in parts.outputs.values()):
            checks.append(BoardCheck(self._late))
        now = parts.clock.now
        return checks + build_machine_checks(parts.settings, notebook, parts.boot_id, now)

    def _heads(self) -> list[Head]:
        return heads_of(one.document for one in self._parts.held())

    def _late(self) -> dict[str, int]:
        outputs = self._parts.outputs.items()
        return {name: board.late for name, board in outputs if isinstance(board, PictureOutput)}

    def _lacking(self) -> dict[str, str]:
        now = self._parts.clock.now()
        if now.quality == "FLOOR":
            raise NotCheckedError("no_time")
        items = [
            item
            for rundown in self._parts.rundowns.values()
            for item in rundown.lacking(now, AHEAD)
        ]
        lacking: dict[str, str] = {}
        for item in sorted(items, key=lambda item: item.start_at):
            lacking.setdefault(item.title, f"{encode_utc(item.start_at)}: {item.missing}")
        return lacking


def _tell(output: SoundOutput | PictureOutput) -> OnAir | None:
    told = _told(output.on_air)
    if told is None or not isinstance(output, SoundOutput):
        return told
    return msgspec.structs.replace(told, words_missing=output.lineup.words_missing)


def _told(item: Item | None) -> OnAir | None:
    return item.on_air() if item is not None else None

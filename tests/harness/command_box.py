"""A box that takes signed commands: real ingest, database, executor and levels; no outputs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from agent.contract.report import Result
from agent.control.command_executor import CommandExecutor
from agent.control.operations import (
    NOTHING,
    OperationName,
    OperationOutput,
    OperationRefusedError,
    Operations,
    Requester,
)
from agent.control.screenshots import Screenshots
from agent.settings.model import Settings
from agent.state.zone_levels import ZoneLevels
from agent.trust.authority import load_pinned
from tests.harness.headless_station import HeadlessStation
from tests.harness.signed_documents import (
    AT,
    PROVINCE,
    ROOT,
    STATION,
    make_header,
    seal,
    station_config,
    utc_text,
)
from tests.harness.station_settings import SETTINGS

CRITICAL = ("mute", "unmute", "blank", "unblank", "dim", "screenshot")
HOUR = timedelta(hours=1)


def command(do: str, hours: float = 1, at: datetime = AT, **changes: Any) -> dict[str, Any]:
    """A command of the province, issued at a moment."""
    args = changes.pop("args", {})
    dates = {
        "issued": utc_text(at), "not_before": utc_text(at),
        "expires": utc_text(at + timedelta(hours=hours)),
    }  # fmt: skip
    header = make_header("command", "vn.84", "command")
    crit = {"crit": [f"do={do}"]} if do in CRITICAL else {}
    return {**header, "slot": do, "do": do, "args": args, **dates, **crit, **changes}


def mute(until: datetime, at: datetime = AT, **changes: Any) -> dict[str, Any]:
    """A mute of the line `nga-ba`."""
    args = {"zones": ["nga-ba"], "until": utc_text(until)}
    return command("mute", at=at, **{"args": args, **changes})


@dataclass
class CommandBox:
    """What became of the commands.

    Args:
        folder: of its state.
        begins: its clock; None: it has no time yet.
    """

    folder: Path
    begins: datetime | None = AT
    asked: list[tuple[str, str]] = field(default_factory=list)
    refuses: str = ""
    results: list[Result] = field(default_factory=list)
    boards: list[Any] = field(default_factory=list)
    mono_s: float = 1000.0

    async def start(self) -> CommandBox:
        """As after power-on."""
        authority = load_pinned(json.dumps(ROOT).encode())
        self.box = await HeadlessStation(self.folder, STATION, authority, self.begins).start()
        settings = msgspec.convert(SETTINGS, Settings)
        zones = {zone.name for one in settings.outputs for zone in one.zones}
        faces = {face.name for one in settings.outputs for face in one.faces}
        self.levels = ZoneLevels(self.box.store, zones | faces)
        await self.levels.load()
        journal: Any = self.box.journal
        names: tuple[OperationName, ...] = ("tone", "reload")
        operations = Operations({name: self._operation(name) for name in names}, journal)
        self.executor = CommandExecutor(
            settings,
            store=self.box.store,
            clock=self.box.clock,
            journal=journal,
            documents=self.box.documents,
            levels=self.levels,
            operations=lambda: operations,
            screenshots=Screenshots(self.boards, self.box.clock, lambda: self.mono_s),
        )
        await self.executor.load()
        self.executor.carried_out.connect(self.results.append)
        await self.executor.carry_out_due()
        return self

    def _operation(self, name: str) -> Any:
        async def operate(subject: str, _: Requester) -> OperationOutput:
            if self.refuses:
                raise OperationRefusedError(self.refuses, subject)
            self.asked.append((name, subject))
            return NOTHING

        return operate

    async def place(self) -> CommandBox:
        """Give it its place."""
        assert await self.box.receive(seal(station_config(), PROVINCE), "station-config")
        return self

    async def receive(self, document: dict[str, Any]) -> str:
        """One command: what the box says at last, `` when it says nothing."""
        before = len(self.results)
        verdict = await self.box.receive(seal(document, PROVINCE), "command")
        await self.executor.carry_out_due()
        said = self.results[before:]
        return (said[-1].code or said[-1].result) if said else verdict

    async def restart(self, *, has_time: bool = True) -> None:
        """Cut the power and switch it on again; without a battery clock it `has_time` no more."""
        now_at = self.box.clock.now().at
        journal = self.box.journal
        await self.box.stop()
        self.begins = now_at if has_time and self.begins is not None else None
        await self.start()
        self.box.journal.records[:0] = journal.records

    @property
    def records(self) -> list[dict[str, Any]]:
        """The `command` records of the journal."""
        return [detail for kind, detail in self.box.journal.records if kind == "command"]

    async def stop(self) -> None:
        """As by the mains switch."""
        await self.box.stop()

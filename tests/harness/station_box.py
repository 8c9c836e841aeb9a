"""A box in memory, for the status and the operations of `agent.control`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from agent.clock import Now, Quality
from agent.contract.ids import Digest, Place
from agent.control.face_pictures import FacePictures
from agent.control.operation_set import build_operations
from agent.control.operations import OperationName, OperationResult, Operations, Requester
from agent.control.output_status import OutputStatusReader
from agent.control.readings import ReadingsReader
from agent.control.station_status import StationStatus
from agent.control.station_status_reader import StationStatusReader
from agent.health.checks.authority import AuthorityState
from agent.health.open_issues import Issues
from agent.plan.site_work import SiteWork
from agent.play.board.board_output import BoardOutput
from agent.play.item import OutputContext
from agent.play.sound.sound_output import SoundOutput
from agent.play.speaker_line import SpeakerLine
from agent.play.supervisor import SameWorker
from agent.playout.output_schedule import BoardSchedule, SoundSchedule
from agent.playout.schedule import Schedule
from agent.playout.volumes import StationVolumes, zones_of
from agent.settings.model import Settings
from agent.state.mutes import Mutes
from agent.state.zone_levels import ZoneLevels
from agent.trust.authority import Grade
from tests.harness.silent_schedule import START, playlist
from tests.harness.station_settings import SETTINGS


class FakeClock:
    def __init__(self) -> None:
        self.at = START + timedelta(seconds=10)
        self.quality: Quality = "SYNCED"
        self.by: str | None = None

    def now(self) -> Now:
        return Now(self.at, self.quality, 0.02)


@dataclass
class FakeJournal:
    raw: list[bytes] = field(default_factory=list)
    records: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def last_seq(self) -> int:
        return len(self.raw)

    async def pending(self, after_seq: int, limit: int) -> list[bytes]:
        return self.raw[after_seq : after_seq + limit]

    async def outbox(self) -> tuple[int, float]:
        return 3, 60.0

    async def append(self, kind: str, *, play: Any = None, detail: Any = None) -> None:
        self.records.append((kind, detail))


class FakeLink:
    connected = True
    since_mono_s = 0.0


@dataclass
class FakeSilence:
    left_s: float = 0.0

    @property
    def is_on(self) -> bool:
        return self.left_s > 0

    async def begin(self) -> None:
        self.left_s = 100.0

    async def end(self) -> None:
        self.left_s = 0.0


class FakeMedia:
    async def open(self, digest: Digest, size_bytes: int) -> int:
        raise NotImplementedError

    folder = Path()

    def path(self, digest: Digest) -> Path:
        return Path(digest)


class FakeReload:
    file = Path("/station.yaml")

    async def __call__(self) -> list[Any]:
        return []


PAGE = Requester("page", "10.0.0.7")


@dataclass
class Box:
    reader: StationStatusReader
    operations: Operations
    mutes: Mutes
    levels: ZoneLevels
    clock: FakeClock
    journal: FakeJournal
    silence: FakeSilence
    changes: list[int]
    work: list[SiteWork]

    async def status(self) -> StationStatus:
        return await self.reader.read()

    async def run(self, name: OperationName, subject: str = "") -> OperationResult:
        return await self.operations.run(name, subject, PAGE)

    def read(self, **readings: Any) -> None:
        """Set what the checks, contacts or sensors report."""
        self.reader = replace(self.reader, readings=replace(self.reader.readings, **readings))


def no_worker(*_: Any) -> Any:
    raise AssertionError("no process is started here")


def build_box() -> Box:
    clock, journal, silence = FakeClock(), FakeJournal(), FakeSilence()
    any_: Any = clock
    work = [SiteWork()]
    schedule = Schedule(None, lambda _digest: None, site_work=lambda: work[0])
    schedule.update([playlist()], clock.now())
    sound = SoundSchedule(schedule, ["nga-ba", "nha-van-hoa"])
    picture = BoardSchedule(schedule, ["mat-truoc"])
    log: Any = journal

    def context(rundown: SoundSchedule) -> OutputContext:
        return OutputContext(rundown, any_, FakeMedia(), log, lambda *_: None)

    lines = [SpeakerLine(name, None, 0, 0, lambda *_: None) for name in ("nga-ba", "nha-van-hoa")]
    changes: list[int] = []
    mute: Any = silence
    mutes = Mutes(schedule.documents, mute)
    levels = ZoneLevels(any_, ())
    mutes.changed.connect(lambda: changes.append(1))
    settings = msgspec.convert(SETTINGS, Settings)
    issues = Issues(lambda: "2026-11-24T01:00:00.000Z")
    outputs = {
        "loa": SoundOutput("loa", lines, SameWorker(no_worker), context(sound)),
        "bang-tin": BoardOutput("bang-tin", {"mat-truoc": picture}, no_worker, context(picture)),
    }
    fresh = AuthorityState(Grade.FRESH, {"root": 1}, None, is_known=True)
    reader = StationStatusReader(
        release="0.0.0",
        settings=settings,
        clock=any_,
        journal=log,
        issues=issues,
        documents=schedule.documents,
        mutes=mutes,
        link=FakeLink(),
        place=lambda: Place("84", "29266", "tv-cl-0007"),
        why_missing=lambda _digest: None,
        outputs=OutputStatusReader(
            outputs,
            schedule.documents,
            schedule,
            mutes,
            levels,
            StationVolumes(zones_of(settings), schedule, levels, {}),
            {"loa": sound, "bang-tin": picture},
            lambda _voice: None,
        ),
        pictures=FacePictures(outputs),
        readings=ReadingsReader(Path("/"), any_, issues, dict, lambda: fresh, dict, dict),
        emergency_keys=list,
        emergencies=list,
    )
    operations = build_operations(
        settings,
        clock=any_,
        journal=log,
        documents=schedule.documents,
        mutes=mutes,
        outputs=outputs,
        reload=FakeReload(),
        site_work=schedule.site_work,
    )
    return Box(reader, operations, mutes, levels, clock, journal, silence, changes, work)

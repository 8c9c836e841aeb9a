"""What the status says of a box, which operations are refused, and what is recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.clock import Now, Quality
from agent.contract import report
from agent.contract.document import Emergency
from agent.contract.ids import Digest, Place
from agent.contract.report import InputState, Record
from agent.control.face_pictures import FacePictures
from agent.control.operation_set import build_operations
from agent.control.operations import OperationName, OperationResult, Operations, Requester
from agent.control.output_status import OutputStatusReader
from agent.control.readings import ReadingsReader
from agent.control.station_status import LanguageStatus, ReadingStatus, StationStatus
from agent.control.station_status_reader import StationStatusReader
from agent.health.check import NOT_YET, CheckFinding, CheckStatus
from agent.health.checks.authority import AuthorityState
from agent.health.open_issues import Issues
from agent.overrides import emergency_state
from agent.overrides.emergency_state import EmergencyState, OutputState
from agent.plan.emergency import activate
from agent.plan.prepared_alarm import KeyAlarm
from agent.play.board.board_output import BoardOutput
from agent.play.item import OutputContext
from agent.play.sound.sound_output import SoundOutput
from agent.play.speaker_line import SpeakerLine
from agent.playout.schedule import BoardSchedule, Schedule, SoundSchedule
from agent.settings.model import Settings
from agent.state.mutes import Mutes
from agent.trust.authority import Grade
from tests.harness.play_records import HEAD, PLAY
from tests.harness.silent_schedule import DIGEST, START, emergency, playlist
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
    told: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def last_seq(self) -> int:
        return len(self.raw)

    async def pending(self, after_seq: int, limit: int) -> list[bytes]:
        return self.raw[after_seq : after_seq + limit]

    async def outbox(self) -> tuple[int, float]:
        return 3, 60.0

    async def append(self, kind: str, *, play: Any = None, detail: Any = None) -> None:
        self.told.append((kind, detail))


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


class FakeShelf:
    async def open(self, digest: Digest, size_bytes: int) -> int:
        raise NotImplementedError

    folder = Path()

    def path(self, digest: Digest) -> Path:
        return Path(digest)


class FakeReread:
    file = Path("/station.yaml")

    async def __call__(self) -> list[Any]:
        return []


PAGE = Requester("page", "10.0.0.7")


@dataclass
class Box:
    reader: StationStatusReader
    operations: Operations
    mutes: Mutes
    clock: FakeClock
    journal: FakeJournal
    silence: FakeSilence
    looked: list[int]

    async def status(self) -> StationStatus:
        return await self.reader.read()

    async def run(self, name: OperationName, subject: str = "") -> OperationResult:
        return await self.operations.run(name, subject, PAGE)

    def read(self, **readings: Any) -> None:
        """Have the checks, contacts or sensors say something else."""
        self.reader = replace(self.reader, readings=replace(self.reader.readings, **readings))


def no_worker(*_: Any) -> Any:
    raise AssertionError("no process is started here")


@pytest.fixture
def box() -> Box:
    clock, journal, silence = FakeClock(), FakeJournal(), FakeSilence()
    any_: Any = clock
    schedule = Schedule(None, lambda _digest: None)
    schedule.update([playlist()], clock.now())
    sound = SoundSchedule(schedule, ["nga-ba", "nha-van-hoa"])
    picture = BoardSchedule(schedule, ["mat-truoc"])
    log: Any = journal

    def context(rundown: SoundSchedule) -> OutputContext:
        return OutputContext(rundown, any_, FakeShelf(), log, lambda *_: None)

    lines = [SpeakerLine(name, None, 0, 0, lambda *_: None) for name in ("nga-ba", "nha-van-hoa")]
    looked: list[int] = []
    mute: Any = silence
    mutes = Mutes(schedule.documents, mute)
    mutes.changed.connect(lambda: looked.append(1))
    settings = msgspec.convert(SETTINGS, Settings)
    issues = Issues(lambda: "2026-11-24T01:00:00.000Z")
    outputs = {
        "loa": SoundOutput("loa", lines, no_worker, context(sound)),
        "bang-tin": BoardOutput("bang-tin", ["mat-truoc"], no_worker, context(picture)),
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
        outputs=OutputStatusReader(outputs, schedule.documents, schedule, mutes),
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
        reload=FakeReread(),
    )
    return Box(reader, operations, mutes, clock, journal, silence, looked)


async def refusal(running: Awaitable[OperationResult]) -> str:
    result = await running
    assert result.outcome == "refused"
    return result.code


async def test_the_status_says_what_is_next_by_which_document_and_what_has_been(box: Box) -> None:
    record = {**HEAD, "seq": 1, "kind": "play", "play": PLAY}
    box.journal.raw.append(msgspec.json.encode(msgspec.convert(record, Record)))
    box.reader.issues.set_issue("link_down", "mqtt.example.vn:8883", "no answer")
    status = await box.status()
    loa, board = status.outputs
    assert status.place == "84/29266/tv-cl-0007"
    assert (status.media.ready, status.media.named) == (1, 1)
    assert [(zone.name, zone.is_switched) for zone in loa.zones] == [
        ("nga-ba", True), ("nha-van-hoa", False),
    ]  # fmt: skip
    assert loa.next is not None
    assert loa.next.title == "later"
    assert loa.next.start_at == datetime(2026, 11, 24, 2, tzinfo=UTC)  # 09:00 in Viet Nam
    why = loa.next.why
    assert why is not None
    assert (why.issuer, why.slot, why.seq, why.at) == ("vn.84.29266", "tuan", 1, ("09:00",))
    assert (loa.is_up, board.is_up) == (False, False)
    assert board.faces[0].picture is None
    assert [event.code for event in status.events] == ["play.full"]
    assert [(one.kind, one.hint) for one in status.problems] == [("link_down", "no answer")]
    assert status.silence is None


async def test_since_when_an_issue_lasts_does_not_hang_on_the_clock_of_its_beginning(
    box: Box,
) -> None:
    box.reader.issues.set_issue("rtc_missing", "rtc0", "none")  # its clock says 08:00
    box.clock.at = datetime(2026, 11, 27, 3, tzinfo=UTC)  # then the centre tells the time
    (problem,) = (await box.status()).problems
    assert box.clock.at - problem.since_at < timedelta(minutes=5)


async def test_under_silence_the_next_is_what_comes_after_it(box: Box) -> None:
    box.silence.left_s = 2 * 3600.0  # until 10:00, and the last of the day begins at 09:00
    loa = (await box.status()).outputs[0]
    assert loa.next is not None
    assert loa.next.start_at == datetime(2026, 11, 25, 1, tzinfo=UTC)


async def test_an_emergency_is_known_by_its_words_and_hides_nothing_of_the_schedule(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = box.clock.now()
    schedule = box.reader.outputs.schedule
    schedule.update([playlist(), emergency()], now)
    alarm = SoundSchedule(schedule, ["nga-ba"]).wanted(now)
    monkeypatch.setattr(SoundOutput, "on_air", property(lambda _self: alarm))
    loa = (await box.status()).outputs[0]
    assert loa.now is not None
    assert loa.next is not None
    assert (loa.now.title, loa.now.level) == ("Lũ về", "emergency")
    assert loa.next.title == "later"


async def test_each_emergency_key_is_named_with_what_it_would_start(box: Box) -> None:
    document = emergency().document
    assert isinstance(document, Emergency)
    standings = [
        KeyAlarm("nut", "key", None, {}),
        KeyAlarm("nut-lu", "key-lu", document, {"sound": "E_FETCH", "picture": None}),
    ]
    box.reader = replace(box.reader, emergency_keys=lambda: standings)
    nothing, flood = (await box.status()).keys
    assert (nothing.name, nothing.slot, nothing.title) == ("nut", "key", None)
    assert (flood.title, flood.lacking) == ("Lũ về", "key-lu: E_FETCH")
    assert flood.until_at == datetime(2026, 11, 30, tzinfo=UTC)


async def test_a_file_that_is_not_here_counts_as_missing(box: Box) -> None:
    box.reader = replace(
        box.reader, why_missing=lambda digest: digest if digest == DIGEST else None
    )
    media = (await box.status()).media
    assert (media.ready, media.named) == (0, 1)


async def test_what_no_check_could_look_at_is_unchecked_and_grave_is_not_merely_watch(
    box: Box,
) -> None:
    standings: Mapping[str, CheckStatus] = {
        "power": CheckStatus("finding", 0.0, (CheckFinding("under_voltage_since_boot", "5v", ""),)),
        "disk": CheckStatus("finding", 0.0, (CheckFinding("disk_full", "state", ""),)),
        "rtc": CheckStatus("not_checked", 0.0, reason="no_sensor"),
        "clock": CheckStatus("good", 0.0),
        "board": NOT_YET,
        "link": CheckStatus("good", 0.0),
    }
    inputs = {
        "dien": InputState("mains", active=True),
        "cua": InputState("door", active=True),
        "may-no": InputState("generator", active=None),
    }
    box.read(checks=lambda: standings, inputs=lambda: inputs)
    readings = {one.name: one for one in (await box.status()).readings}
    marks = {name: one.mark for name, one in readings.items()}
    assert marks == {
        "power": "watch", "disk": "bad", "rtc": "unchecked",
        "board": "unchecked", "mains": "good", "door": "watch", "generator": "unchecked",
    }  # fmt: skip
    assert readings["rtc"].reason == "no_sensor"
    assert readings["mains"] == ReadingStatus("mains", "good", 1.0, "on")
    assert readings["disk"].unit == "bytes"


async def test_a_sensor_says_its_figure_while_it_is_fresh(box: Box) -> None:
    told = {
        "nhiet-do-tu": report.Reading("temperature", 41.5, "°C", 12.0),
        "dong-nga-ba": report.Reading("current", 0.1, "A", 5.0),
        "am-do": report.Reading("humidity", 80.0, "%", 900.0),
        "dien-ap": report.Reading("voltage", None, "V", None),
    }
    box.reader.issues.set_issue("amplifier_draws_nothing", "dong-nga-ba", "0.1 A")
    box.read(sensors=lambda: told)
    assert list((await box.status()).readings)[3:] == [
        ReadingStatus("nhiet-do-tu", "good", 41.5, "°C"),
        ReadingStatus("dong-nga-ba", "watch", 0.1, "A"),
        ReadingStatus("am-do", "unchecked"),
        ReadingStatus("dien-ap", "unchecked"),
    ]


async def test_a_tone_is_refused_where_it_has_no_place(box: Box) -> None:
    assert await refusal(box.run("tone", "no-such-zone")) == "E_UNKNOWN"
    assert await refusal(box.run("tone", "mat-truoc")) == "E_UNKNOWN"
    assert await refusal(box.run("tone", "nga-ba")) == "E_NOT_READY"  # its engine does not run
    box.clock.at = datetime(2026, 11, 24, 15, tzinfo=UTC)  # 22:00: the built-in quiet hours
    assert await refusal(box.run("tone", "nga-ba")) == "E_QUIET"
    box.clock.quality = "FLOOR"
    assert await refusal(box.run("tone", "nga-ba")) == "E_NOT_READY"
    box.silence.left_s = 1.0
    assert await refusal(box.run("tone", "nga-ba")) == "E_SILENT"


async def test_a_face_that_is_not_there_or_away_is_said(box: Box) -> None:
    assert await refusal(box.run("pattern", "nga-ba")) == "E_UNKNOWN"
    assert await refusal(box.run("label", "mat-truoc")) == "E_NOT_READY"
    assert await box.reader.pictures.thumbnail("mat-truoc") is None


async def test_no_test_starts_while_the_key_on_the_box_is_turned(box: Box) -> None:
    box.mutes.is_locked = True
    assert await refusal(box.run("tone", "nga-ba")) == "E_SILENT"
    assert await refusal(box.run("pattern", "mat-truoc")) == "E_SILENT"
    assert await refusal(box.run("label", "mat-truoc")) == "E_SILENT"
    assert (await box.status()).is_locked


async def test_the_local_mute_takes_effect_at_once_and_is_in_the_journal(box: Box) -> None:
    assert (await box.run("silence-on")).outcome == "done"
    silence = (await box.status()).silence
    assert silence is not None
    assert silence.until_at == box.clock.at + timedelta(seconds=100)
    assert (await box.run("silence-off")).outcome == "done"
    assert (await box.status()).silence is None
    assert len(box.looked) == 2
    states = [detail["state"] for kind, detail in box.journal.told if kind == "silence"]
    assert states == ["on", "off"]


async def test_an_operation_is_recorded_as_a_command_and_never_as_a_play(box: Box) -> None:
    await box.run("tone", "nga-ba")
    assert box.journal.told == [
        (
            "command",
            {"do": "tone", "subject": "nga-ba", "by": "page", "from": "10.0.0.7",
             "result": "refused", "code": "E_NOT_READY"},
        )
    ]  # fmt: skip


async def test_a_reload_is_recorded_with_its_faults_and_with_who_ordered_it(box: Box) -> None:
    result = await box.operations.run("reload", "", Requester("centre", ""))
    assert (result.outcome, list(result.output.faults)) == ("done", [])
    assert box.journal.told[0] == ("config", {"by": "centre", "faults": 0})
    assert [detail["by"] for kind, detail in box.journal.told if kind == "command"] == ["centre"]


async def test_an_emergency_in_force_is_there_with_its_outputs_and_languages(box: Box) -> None:
    held = emergency()
    document = held.document
    assert isinstance(document, Emergency)
    active = activate(held, document, START, press=("nut", 1))
    languages = (
        emergency_state.LanguageState("vi", "now"),
        emergency_state.LanguageState("km", "missing"),
    )
    states = (
        OutputState("loa", is_board=False, item=None, standing="on", words=languages),
        OutputState("bang-tin", is_board=True, item=None, standing="process"),
    )
    box.reader = replace(box.reader, emergencies=lambda: [EmergencyState(active, states)])
    (alarm,) = (await box.status()).alarms
    assert (alarm.title, alarm.issuer, alarm.started_by) == ("Lũ về", "vn.84.29266", "nut")
    assert [(one.output, one.standing, one.words) for one in alarm.outputs] == [
        ("loa", "on", (LanguageStatus("vi", "now"), LanguageStatus("km", "missing"))),
        ("bang-tin", "process", ()),
    ]

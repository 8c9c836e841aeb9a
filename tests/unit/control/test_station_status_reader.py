"""What the status says of a box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from agent.contract import report
from agent.contract.calendar_terms import DayRules
from agent.contract.document import Calendar, Emergency, Playlist
from agent.contract.report import InputState, Record
from agent.control.station_status import LanguageStatus, ReadingStatus
from agent.health.check import NOT_YET, CheckFinding, CheckStatus
from agent.overrides import emergency_state
from agent.overrides.emergency_state import EmergencyState, OutputState
from agent.plan.emergency import activate
from agent.plan.prepared_alarm import KeyAlarm
from agent.play.sound.sound_output import SoundOutput
from agent.playout.output_schedule import SoundSchedule
from agent.store.zone_level import ZoneLevel
from tests.harness.play_records import HEAD, PLAY
from tests.harness.silent_schedule import DIGEST, START, FakeHeld, emergency, playlist
from tests.harness.silent_schedule import HEAD as HEADER
from tests.harness.station_box import Box


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


async def test_the_next_goes_by_a_date_that_nobody_has_confirmed(box: Box) -> None:
    """Its document has the rule of days, and the calendar says so of the row."""
    held = playlist()
    assert isinstance(held.document, Playlist)
    when = held.document.entries[1].when
    feast = msgspec.structs.replace(when, days=DayRules(sets=["ok-om-bok"]))
    later = msgspec.structs.replace(held.document.entries[1], when=feast)
    document = msgspec.structs.replace(held.document, entries=[later])
    row = {
        "from": "2026-11-24", "until": "2026-11-24", "sets": ["ok-om-bok"], "title": "Ok Om Bok",
        "source": "CHỜ thông báo của tỉnh",
    }  # fmt: skip
    raw = {"kind": "calendar", "class": "config", "year": 2026, "sets": ["ok-om-bok"], **HEADER}
    calendar = msgspec.convert({**raw, "days": [row]}, Calendar)
    schedule = box.reader.outputs.schedule
    schedule.update([FakeHeld(document), FakeHeld(calendar)], box.clock.now())
    loa = (await box.status()).outputs[0]
    assert loa.next is not None
    assert loa.next.why is not None
    assert (loa.next.title, loa.next.why.unconfirmed) == ("later", "Ok Om Bok")


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
        "nhiet-do-tu": report.SensorReading("temperature", 41.5, "°C", 12.0),
        "dong-nga-ba": report.SensorReading("current", 0.1, "A", 5.0),
        "am-do": report.SensorReading("humidity", 80.0, "%", 900.0),
        "dien-ap": report.SensorReading("voltage", None, "V", None),
    }
    box.reader.issues.set_issue("amplifier_draws_nothing", "dong-nga-ba", "0.1 A")
    box.read(sensors=lambda: told)
    assert list((await box.status()).readings)[3:] == [
        ReadingStatus("nhiet-do-tu", "good", 41.5, "°C"),
        ReadingStatus("dong-nga-ba", "watch", 0.1, "A"),
        ReadingStatus("am-do", "unchecked"),
        ReadingStatus("dien-ap", "unchecked"),
    ]


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


async def test_a_zone_says_what_commands_have_set_for_it(box: Box) -> None:
    until_at = box.clock.at + timedelta(hours=1)
    box.levels._levels = {"nga-ba": ZoneLevel(trim_db=-6, muted_until=until_at)}
    muted, other = (await box.status()).outputs[0].zones
    assert (muted.trim_db, muted.muted_until) == (-6, until_at)
    assert (other.trim_db, other.muted_until) == (0, None)


async def test_the_fault_contact_of_an_amplifier_is_listed_where_there_is_one(box: Box) -> None:
    assert "amplifier-fault" not in {one.name for one in (await box.status()).readings}
    box.read(inputs=lambda: {"loi": InputState("amplifier-fault", active=True)})
    listed = {one.name: one.mark for one in (await box.status()).readings}
    assert listed["amplifier-fault"] == "good"  # it is switched off, and says fault as it must
    box.reader.issues.set_issue("amplifier_fault", "loi", "its fault contact says fault")
    listed = {one.name: one.mark for one in (await box.status()).readings}
    assert listed["amplifier-fault"] == "watch"

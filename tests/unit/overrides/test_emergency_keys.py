"""What the press of an emergency key does, with the real schedule, journal and clock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import msgspec
import pytest

from agent.clock import Clock
from agent.contract.document import Cancel, Emergency, Medium
from agent.contract.ids import StationId
from agent.contract.priority import Level
from agent.evidence.journal import Journal
from agent.health.open_issues import Issues
from agent.overrides.emergency_keys import GRACE_S, EmergencyKeys
from agent.play.item import Item
from agent.playout.output_schedule import BoardSchedule, SoundSchedule
from agent.playout.schedule import Schedule
from agent.settings.model import Settings
from agent.state.key_press import KeyPress
from agent.store.database import Store
from tests.harness.silent_schedule import DIGEST, FakeHeld, emergency, ordered, playlist
from tests.harness.station_settings import SETTINGS

START = datetime(2026, 11, 24, 1, 0, 10, tzinfo=UTC)  # while the `news` of the playlist is on
KEYS = [
    {"name": "nut", "kind": "emergency-key", "profile": "sim-input"},
    {"name": "nut-lu", "kind": "emergency-key", "profile": "sim-input", "starts": "key-lu"},
]


def alarm(slot: str = "key", event: str = "b0" * 16, **changes: Any) -> FakeHeld:
    """One minute of sound, text besides, ten minutes at the longest."""
    document = msgspec.structs.replace(
        emergency().document, trigger="key", slot=slot, event_id=event, doc_id=event, **changes
    )
    assert isinstance(document, Emergency)
    return FakeHeld(document)


def cancel(name: str) -> FakeHeld:
    head = msgspec.to_builtins(emergency().document)
    names = set(Cancel.__struct_encode_fields__)
    fields = {key: value for key, value in head.items() if key in names}
    return FakeHeld(msgspec.convert({**fields, "kind": "cancel", "cancels": name}, Cancel))


@dataclass
class Box:
    """A box with two keys; `s` is the time in seconds, which the test sets."""

    store: Store
    s: float = 1000.0
    held: list[FakeHeld] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    is_stopped: bool = False
    on_air: list[Item] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=lambda: {**SETTINGS, "inputs": KEYS})

    async def __aenter__(self) -> Self:
        self.clock = Clock(START, boot=lambda: self.s)
        self.journal = Journal(self.store, StationId("tv-cl-0007"), self.clock, "a" * 32)
        await self.journal.open()
        self.issues = Issues(lambda: "2026-11-24T01:00:00.000Z")
        self.press = KeyPress(self.clock)
        self.schedule = Schedule(
            None, self.missing.get, is_locked=lambda: self.is_stopped, pressed=self.press.current
        )
        self.alarm = EmergencyKeys(
            msgspec.convert(self.settings, Settings), clock=self.clock, journal=self.journal,
            issues=self.issues, documents=self.schedule.documents, why_missing=self.missing.get,
            is_stopped=lambda _now: self.is_stopped, sounding=lambda: self.on_air,
            press=self.press,
        )  # fmt: skip
        self.press.changed.connect(self.refresh, self.alarm.check)
        self.sound = SoundSchedule(self.schedule, ["nga-ba"])
        self.picture = BoardSchedule(self.schedule, ["mat-truoc"])
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    def hold(self, *held: FakeHeld) -> None:
        self.held = list(held)
        self.schedule.update(self.held, self.clock.now())
        self.alarm.check()

    def refresh(self) -> None:
        self.schedule.refresh(self.clock.now())

    def synced(self) -> None:
        assert self.clock.fix(self.clock.now().at, self.s) is not None

    def heard(self, done: Collection[str] = ()) -> str | None:
        item = self.sound.wanted(self.clock.now(), done)
        return None if item is None else f"{item.level_name} {item.source.entry[:2]}"

    def seen(self) -> str | None:
        item = self.picture.wanted(self.clock.now())
        return None if item is None else f"{item.level_name} {item.source.entry[:2]}"

    def kinds(self) -> set[tuple[str, str]]:
        return {(one.kind, one.subject) for one in self.issues.all()}

    async def presses(self, count: int) -> list[dict[str, Any]]:
        """What the journal has of them, once it has so many behind the start's own record."""
        writing = asyncio.create_task(self.alarm.run())
        async with asyncio.timeout(60):
            while self.journal.last_seq <= count:  # noqa: ASYNC110 - the disk has no event
                await asyncio.sleep(0.01)
        writing.cancel()
        await asyncio.wait([writing])
        records = [json.loads(raw) for raw in await self.journal.pending(0, 100)]
        return [one["detail"] for one in records if one["kind"] == "command"]


@pytest.fixture
async def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Box]:
    store = await asyncio.to_thread(Store.open, tmp_path)
    async with Box(store) as one:
        for name in (
            "agent.clock.mono_s",
            "agent.overrides.emergency_keys.mono_s",
            "agent.state.key_press.mono_s",
        ):
            monkeypatch.setattr(name, lambda: one.s)
        yield one
    await asyncio.to_thread(store.close)


def test_a_key_without_starts_has_the_slot_that_its_description_names() -> None:
    from agent.settings.key_docs.catalogue import KEYS as DESCRIBED
    from agent.settings.model import DEFAULT_KEY_SLOT

    text = DESCRIBED["inputs[].starts"].text
    assert f"khe {DEFAULT_KEY_SLOT}" in text.vi
    assert f"{DEFAULT_KEY_SLOT} without it" in text.en


async def test_nothing_sounds_until_a_key_is_pressed_then_its_alarm_overrides_all(box: Box) -> None:
    box.synced()
    box.hold(playlist(), alarm())
    assert (box.heard(), box.seen()) == ("scheduled ne", "scheduled no")
    box.alarm.press("nut")
    assert (box.heard(), box.seen()) == ("local_key b0", "local_key b0")
    item = box.sound.wanted(box.clock.now())
    assert item is not None
    assert (item.level, item.started_by, item.source.class_) == (
        Level.LOCAL_KEY,
        "nut",
        "emergency",
    )
    assert item.source.issuer == "vn.84.29266"
    upcoming = box.sound.upcoming(box.clock.now())
    assert upcoming is not None
    assert upcoming.source.entry == "later"  # it may be due right behind the alarm
    # an output that has played it has finished; text stays for max_ms, 600 s, and
    # the 3 s of a signal that was not signed
    box.s += 71
    assert (box.heard({item.key}), box.seen()) == (None, "local_key b0")
    box.s += 531
    assert box.seen() == "local_key b0"
    box.s += 1
    assert (box.heard(), box.seen()) == (None, None)


async def test_a_key_needs_no_clock(box: Box) -> None:
    box.hold(playlist(), alarm())
    assert box.clock.now().quality == "FLOOR"
    assert box.heard() is None
    box.alarm.press("nut")
    assert box.heard() == "local_key b0"
    # the clock is put right by a month while it sounds: it neither ends nor begins anew
    item = box.sound.wanted(box.clock.now())
    box.s += 5
    assert box.clock.fix(START + timedelta(days=4), box.s) is not None
    again = box.sound.wanted(box.clock.now())
    assert item is not None
    assert again is not None
    assert (again.key, again.end_at - again.start_at) == (item.key, item.end_at - item.start_at)
    assert box.sound.is_entitled(item, box.clock.now())
    box.s += 597
    assert box.sound.is_entitled(item, box.clock.now())
    box.s += 1
    assert not box.sound.is_entitled(item, box.clock.now())


async def test_each_key_starts_its_own_alarm_and_the_later_one_is_heard(box: Box) -> None:
    box.hold(alarm(), alarm("key-lu", "c0" * 16))
    box.alarm.press("nut")
    first = box.sound.wanted(box.clock.now())
    box.s += 1
    box.alarm.press("nut-lu")
    assert box.heard() == "local_key c0"
    assert first is not None
    assert not box.sound.is_entitled(first, box.clock.now())


async def test_a_second_press_while_the_alarm_plays_changes_nothing(box: Box) -> None:
    box.hold(alarm())
    box.alarm.press("nut")
    item = box.sound.wanted(box.clock.now())
    assert item is not None
    box.s += 59
    box.alarm.press("nut")
    same = box.sound.wanted(box.clock.now())
    assert same is not None
    assert same.key == item.key
    # its amplifier was slow: it still sounds
    box.s += 3
    box.on_air = [item]
    box.alarm.press("nut")
    same = box.sound.wanted(box.clock.now())
    assert same is not None
    assert same.key == item.key
    # it has been played, though its text is still on the board: a new press starts it again
    box.on_air = []
    box.s += 1
    box.alarm.press("nut")
    again = box.sound.wanted(box.clock.now(), {item.key})
    assert again is not None
    assert again.key != item.key
    commands = await box.presses(4)
    assert [(one["result"], one["code"]) for one in commands] == [
        ("done", None), ("ignored", "E_ON"), ("ignored", "E_ON"), ("done", None),
    ]  # fmt: skip
    assert commands[0] == {
        "what": "emergency-key", "by": "nut", "slot": "key", "doc_id": "b0" * 16,
        "result": "done", "code": None,
    }  # fmt: skip


async def test_the_silence_key_ends_the_alarm_for_good_and_no_press_restarts_it(box: Box) -> None:
    box.hold(alarm())
    box.alarm.press("nut")
    item = box.sound.wanted(box.clock.now())
    assert item is not None
    box.is_stopped = True
    assert box.heard() is None
    assert not box.sound.is_entitled(item, box.clock.now())
    box.alarm.check()
    box.alarm.press("nut")
    box.is_stopped = False
    assert (box.heard(), box.seen()) == (None, None)
    assert [one["code"] for one in await box.presses(2)] == [None, "E_SILENT"]
    assert box.kinds() == set()


@pytest.mark.parametrize(("standing", "heard"), [(1, "local_key b0"), (2, None)])
async def test_only_a_silence_signed_by_two_overrides_a_keys_alarm(
    box: Box, standing: int, heard: str | None
) -> None:
    box.synced()
    box.hold(alarm(), ordered(standing))
    box.alarm.press("nut")
    assert box.heard() == heard
    assert (box.seen() is None) == (heard is None)


async def test_a_cancel_ends_the_alarm_also_when_it_was_replaced_meanwhile(box: Box) -> None:
    box.hold(alarm())
    box.alarm.press("nut")
    box.hold(alarm(event="d0" * 16, seq=9))
    assert box.heard() == "local_key b0"
    box.hold(alarm(event="d0" * 16, seq=9), cancel("b0" * 16))
    assert box.heard() is None
    box.alarm.press("nut")
    assert box.heard() == "local_key d0"


async def test_an_emergency_waits_for_the_end_of_a_keys_alarm(box: Box) -> None:
    box.synced()
    box.hold(emergency(), alarm())
    own = box.sound.wanted(box.clock.now())
    assert own is not None
    box.s += 30
    box.alarm.press("nut")
    assert box.heard() == "local_key b0"
    assert box.sound.is_entitled(own, box.clock.now())  # the engine cuts it, nobody withdraws it
    local = box.sound.wanted(box.clock.now())
    assert local is not None
    assert own.when_cut == "rejoin"  # an output gives up for good what it may only drop
    box.s += 60
    assert box.heard({local.key}) == "emergency ef"
    box.s += 12  # the key's alarm plays: signal, a minute of words, ten seconds of slack
    box.refresh()
    box.s += 602  # as if the emergency had been accepted then
    assert box.heard({local.key}) == "emergency ef"
    box.s += 1
    assert box.heard({local.key}) is None


async def test_a_press_without_an_alarm_starts_nothing_and_sets_an_issue(box: Box) -> None:
    box.hold(playlist(), emergency())
    box.synced()
    before = box.heard()
    box.alarm.press("nut")
    assert box.heard() == before
    assert box.kinds() == {("key_started_nothing", "nut")}
    (commands,) = await box.presses(1)
    assert (commands["result"], commands["code"], commands["doc_id"]) == (
        "refused",
        "E_NO_ALARM",
        None,
    )
    # the alarm comes: nothing sounds late, and the issue is over
    box.hold(playlist(), emergency(), alarm())
    assert box.heard() == before
    assert box.kinds() == set()


async def test_a_press_starts_the_alarm_with_whatever_files_are_here(box: Box) -> None:
    box.missing[DIGEST] = "E_FETCH: no answer"
    box.hold(alarm(bodies=[msgspec.structs.replace(_body(), text=None)]))
    box.alarm.press("nut")
    assert (box.heard(), box.seen()) == ("local_key b0", None)
    assert box.kinds() == set()
    item = box.sound.wanted(box.clock.now())
    assert item is not None
    assert [body.is_here for body in item.bodies] == [False]
    box.missing.clear()
    item = box.sound.wanted(box.clock.now())
    assert item is not None
    assert [body.is_here for body in item.bodies] == [True]
    (commands,) = await box.presses(1)
    assert (commands["result"], commands["code"]) == ("done", None)


def _body() -> Any:
    document = emergency().document
    assert isinstance(document, Emergency)
    return document.bodies[0]


async def test_the_alarms_files_are_fetched_before_those_of_the_schedule(box: Box) -> None:
    other = msgspec.structs.replace(_medium(), sha256="ee" * 32)
    box.synced()
    box.hold(playlist(), alarm(media=[other], bodies=[]))
    needed = box.schedule.needed(box.clock.now())
    assert min(needed, key=needed.__getitem__) == other.sha256
    assert set(needed) == {other.sha256, DIGEST}


def _medium() -> Medium:
    document = emergency().document
    assert isinstance(document, Emergency)
    return document.media[0]


async def test_a_key_that_would_start_nothing_sets_an_issue_in_advance(box: Box) -> None:
    box.missing[DIGEST] = "E_FETCH: no answer"
    box.hold(alarm())
    assert box.kinds() == set()  # its files are on their way
    box.s += GRACE_S
    box.alarm.check()
    assert box.kinds() == {("key_alarm_incomplete", "nut"), ("key_without_alarm", "nut-lu")}
    box.missing.clear()
    box.hold(alarm(), alarm("key-lu", "c0" * 16))
    assert box.kinds() == set()
    # a year later it has expired, without any signal
    box.s += 400 * 86_400
    box.alarm.check()
    box.s += GRACE_S
    box.alarm.check()
    assert box.kinds() == {("key_without_alarm", "nut"), ("key_without_alarm", "nut-lu")}


async def test_an_alarm_in_which_there_is_nothing_for_this_box_counts_as_incomplete(
    box: Box,
) -> None:
    only_board = [one for one in box.settings["outputs"] if "board" in one]
    async with replace(box, settings=box.settings | {"outputs": only_board}) as board:
        board.hold(alarm(bodies=[msgspec.structs.replace(_body(), text=None)]))
        (nut, _) = board.alarm.key_alarms()
        assert not nut.is_startable
        board.alarm.press("nut")
        assert board.kinds() == {("key_started_nothing", "nut")}
        (commands,) = await board.presses(2)
        assert (commands["result"], commands["code"]) == ("refused", "E_MEDIA")


async def test_a_new_process_plays_nothing_of_the_old_ones_press(box: Box, tmp_path: Path) -> None:
    box.hold(alarm())
    box.alarm.press("nut")
    assert box.heard() == "local_key b0"
    async with replace(box) as later:
        later.hold(alarm())
        assert (later.heard(), later.seen()) == (None, None)

"""The floor on the card; chrony, the root and a technician; over a real store and tree."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.clock import BUILD_AT, NTS, Clock
from agent.contract.ids import StationId
from agent.errors import LinkError
from agent.evidence.journal import Journal
from agent.store import clock_state, key_value
from agent.store.database import Store
from agent.store.time_confirmation import FILE, write_confirmation
from agent.timesync import time_sync
from agent.timesync.chrony import ChronyReport
from agent.timesync.time_sync import TimeSync
from agent.trust.current_authority import AuthorityInForce, SupersededAuthority
from agent.trust.tree import TreeAuthority, load_tree
from tests.fakes.fake_publisher import FakePublisher
from tests.harness.chrony_reports import AUTH, PLAIN_AUTH, SOURCE

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
BOOT = "0d9c5a0b7a5f4d7c9f6f3a1e2b4c6d80"
TEN_MINUTES_S = 600.0


def tree_of(publisher: FakePublisher) -> TreeAuthority:
    return load_tree(publisher.files())


def chrony(
    system_at: datetime, boot_s: float, *, offset_s: float, auth: str = AUTH
) -> ChronyReport:
    """As chronyc prints it, about a system's clock that is `offset_s` slow."""
    heard_s = system_at.timestamp() + offset_s - 10
    tracking = f"7F000001,127.0.0.1,4,{heard_s},{offset_s},0,0,0,0,0,0.02,0.01,64,Normal"
    return ChronyReport(f"{tracking}\n{SOURCE}\n{auth}\n", boot_s, system_at, took_s=0.012)


@dataclass
class Box:
    """One life of an agent, as far as its time goes; its seconds are ours to turn."""

    store: Store
    folder: Path
    clock: Clock
    keeper: TimeSync
    in_force: AuthorityInForce
    seconds: list[float]
    chrony: list[ChronyReport | LinkError | None] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    rtc_reads: list[datetime] = field(default_factory=list)

    async def pass_time(self, seconds: float) -> None:
        self.seconds[0] += seconds
        await self.keeper.tick()

    def words(self) -> dict[str, str]:
        """What lies on the card, read past all product code."""
        with closing(sqlite3.connect(self.store.path)) as connection:
            return dict(connection.execute("SELECT key, value FROM meta"))

    def records(self, kind: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.store.path)) as connection:
            rows = connection.execute("SELECT bytes FROM journal ORDER BY seq").fetchall()
        records = [json.loads(raw) for (raw,) in rows]
        return [one["detail"] for one in records if one["kind"] == kind]

    async def told_by_centre(self, at: datetime, by: str) -> str:
        outcome = self.clock.fix(at, self.seconds[0], by)
        if outcome.verdict == "taken":
            await self.keeper.on_fixed(outcome)
        return outcome.verdict


@pytest.fixture
def publisher() -> FakePublisher:
    return FakePublisher()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    one = await asyncio.to_thread(Store.open, tmp_path)
    yield one
    await asyncio.to_thread(one.close)


async def begin(
    store: Store,
    publisher: FakePublisher,
    monkeypatch: pytest.MonkeyPatch,
    *,
    boot_id: str = BOOT,
    rtc: datetime | None = None,
) -> Box:
    """An agent that starts over what lies on the card."""
    seconds = [1000.0]
    words = await store.run(clock_state.load)
    clock = clock_state.build_clock(words, rtc, boot_id, lambda: seconds[0])
    monkeypatch.setattr(time_sync, "boot_s", lambda: seconds[0])
    in_force = AuthorityInForce(tree_of(publisher))
    journal = Journal(store, StationId("tv-cl-0007"), clock, boot_id)
    await journal.open()
    events: list[str] = []
    rtc_reads: list[datetime] = []
    reports: list[ChronyReport | LinkError | None] = []

    async def ask() -> ChronyReport | None:
        report = reports.pop(0) if reports else None
        if isinstance(report, LinkError):
            raise report
        return report

    async def restore() -> None:
        events.append("restore")

    keeper = TimeSync(
        clock, store=store, journal=journal, authority=in_force, boot_id=boot_id,
        state=store.path.parent, restore=restore, ask_chrony=ask,
        read_rtc=lambda: rtc_reads[-1] if rtc_reads else None,
    )  # fmt: skip
    keeper.stepped.connect(lambda: events.append("stepped"))
    keeper.time_wanted.connect(lambda: events.append("greet"))
    return Box(
        store, store.path.parent, clock, keeper, in_force, seconds, reports, events, rtc_reads
    )


@pytest.fixture
async def box(store: Store, publisher: FakePublisher, monkeypatch: pytest.MonkeyPatch) -> Box:
    return await begin(store, publisher, monkeypatch)


def time_key(publisher: FakePublisher) -> str:
    keyid: str = publisher.signers("vn.time")[0].public_key.keyid
    return keyid


async def test_a_box_that_ran_for_months_loses_ten_minutes_to_a_power_cut(
    box: Box, store: Store, publisher: FakePublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    await box.told_by_centre(AT, time_key(publisher))
    for day in range(1, 10):
        await box.pass_time(86_400)
        assert await box.told_by_centre(AT + timedelta(days=day), time_key(publisher)) == "taken"
    await box.pass_time(TEN_MINUTES_S)
    await box.pass_time(TEN_MINUTES_S - 1)
    after = await begin(store, publisher, monkeypatch, boot_id="another boot")
    assert after.clock.now().quality == "FLOOR"
    lost = AT + timedelta(days=9, seconds=2 * TEN_MINUTES_S) - after.clock.now().at
    assert timedelta(0) < lost < timedelta(seconds=TEN_MINUTES_S + 5)


async def test_ten_minutes_with_the_battery_clock_alone_write_nothing_to_the_card(
    store: Store, publisher: FakePublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = await begin(store, publisher, monkeypatch, rtc=AT)
    assert box.clock.now().quality == "RTC"
    await box.pass_time(TEN_MINUTES_S)
    assert box.words()["time_floor"] == "2026-11-01T00:00:00.000Z"


@pytest.mark.parametrize(("off_s", "quality"), [(7 * 3600, "FLOOR"), (-3600, "FLOOR"), (90, "RTC")])
async def test_a_battery_clock_in_local_time_is_not_used_after_the_power_cut(
    box: Box,
    store: Store,
    publisher: FakePublisher,
    monkeypatch: pytest.MonkeyPatch,
    off_s: int,
    quality: str,
) -> None:
    off = timedelta(seconds=off_s)
    box.rtc_reads.append(AT + off)
    await box.told_by_centre(AT, time_key(publisher))
    later = AT + timedelta(hours=3)  # of darkness
    after = await begin(store, publisher, monkeypatch, boot_id="another boot", rtc=later + off)
    assert after.clock.now().quality == quality
    assert after.clock.is_rtc_wrong == (quality == "FLOOR")


async def test_a_corrected_battery_clock_is_used_again(
    box: Box, store: Store, publisher: FakePublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.rtc_reads.append(AT + timedelta(hours=7))
    await box.told_by_centre(AT, time_key(publisher))
    box.rtc_reads.append(AT + timedelta(seconds=TEN_MINUTES_S))
    await box.pass_time(TEN_MINUTES_S)
    after = await begin(
        store, publisher, monkeypatch, boot_id="another boot", rtc=AT + timedelta(hours=3)
    )
    assert after.clock.now().at == AT + timedelta(hours=3)
    assert after.clock.now().quality == "RTC"


async def test_a_restart_of_the_agent_does_not_make_a_wrong_battery_clock_usable(
    box: Box, store: Store, publisher: FakePublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fix of this boot outlives the restart; when it has run out, the battery clock is left."""
    wrong = AT + timedelta(hours=7)
    box.rtc_reads.append(wrong)
    await box.told_by_centre(AT, time_key(publisher))
    again = await begin(store, publisher, monkeypatch, rtc=wrong)
    assert again.clock.now().quality == "SYNCED"
    await again.pass_time(14 * 86_400)
    assert again.clock.now().quality == "FLOOR"


async def test_a_dropped_fix_does_not_prove_the_battery_clock_wrong(
    box: Box, publisher: FakePublisher
) -> None:
    box.rtc_reads.append(AT)
    await box.told_by_centre(AT + timedelta(days=20), time_key(publisher))
    assert box.clock.is_rtc_wrong
    publisher.rotate("vn.time")
    publisher.publish()
    box.in_force.current = tree_of(publisher)
    await box.pass_time(TEN_MINUTES_S)
    assert not box.clock.is_rtc_wrong
    assert box.words()["rtc_apart"] == "0"


async def test_when_the_fix_exceeds_its_error_limit_the_floor_stays(
    box: Box, publisher: FakePublisher
) -> None:
    await box.told_by_centre(AT, time_key(publisher))
    await box.pass_time(13 * 86_400)
    floor = box.words()["time_floor"]
    assert floor == "2026-12-06T00:58:07.680Z"  # 13 days less 13 × 8.64 s
    await box.pass_time(86_400)
    assert box.clock.now().quality == "FLOOR"
    await box.pass_time(TEN_MINUTES_S)
    assert box.words()["time_floor"] == floor


async def test_chrony_under_nts_makes_the_box_synced_and_is_recorded(box: Box) -> None:
    wrong = datetime(2026, 11, 5, tzinfo=UTC)  # the system's own clock
    offset_s = (AT - wrong).total_seconds()
    box.chrony += [chrony(wrong, 1000.0, offset_s=offset_s)]
    await box.keeper.tick()
    now = box.clock.now()
    assert (now.at, now.quality) == (AT, "SYNCED")
    assert now.error_s == pytest.approx(0.01 + 0.02 / 2 + 0.012 / 12)
    assert box.clock.by == NTS
    assert box.events == ["stepped", "restore"]
    assert [record["by"] for record in box.records("clock_fix")] == ["nts"]
    assert box.words()["time_floor_by"] == "nts"


async def test_plain_ntp_moves_neither_quality_nor_floor(box: Box) -> None:
    wrong = datetime(2026, 11, 5, tzinfo=UTC)
    for _ in range(12):
        box.chrony += [chrony(wrong, box.seconds[0], offset_s=86_400.0 * 30, auth=PLAIN_AUTH)]
        await box.pass_time(60)
    assert box.clock.now().quality == "FLOOR"
    assert box.words()["time_floor"] == "2026-11-01T00:00:00.000Z"
    assert box.events == []


async def test_chrony_that_cannot_be_asked_is_asked_again(box: Box) -> None:
    box.chrony += [LinkError("E_CHRONY", "chronyd.sock", "no answer in 4 s")]
    await box.keeper.tick()
    box.chrony += [chrony(AT, 1060.0, offset_s=0.0)]
    await box.pass_time(59)
    assert box.clock.now().quality == "FLOOR"
    await box.pass_time(1)
    assert box.clock.now().quality == "SYNCED"


async def test_small_steps_by_chrony_fill_no_journal(box: Box) -> None:
    box.chrony += [chrony(AT, 1000.0, offset_s=0.0)]
    await box.keeper.tick()
    at = AT + timedelta(minutes=10)
    box.chrony += [chrony(at, 1600.0, offset_s=0.03)]
    await box.pass_time(TEN_MINUTES_S)
    assert box.clock.now().at == at + timedelta(seconds=0.03)
    assert len(box.records("clock_fix")) == 1
    assert box.events == ["stepped", "restore", "stepped"]


async def test_endless_time_requests_fill_neither_journal_nor_card(
    box: Box, publisher: FakePublisher
) -> None:
    """The broker switches the centre's presence, and the box sends a hello each time."""
    log = box.store.path.with_name(f"{box.store.path.name}-wal")
    before_bytes = log.stat().st_size
    for seconds in range(0, 1200, 10):
        box.seconds[0] = 1000.0 + seconds
        at = AT + timedelta(seconds=seconds)
        assert await box.told_by_centre(at, time_key(publisher)) == "taken"
    assert len(box.records("clock_fix")) == 2
    assert log.stat().st_size - before_bytes < 200_000
    await box.told_by_centre(at + timedelta(seconds=2), time_key(publisher))
    assert [fix["step_ms"] for fix in box.records("clock_fix")][2:] == [2000]


# jumps


async def test_a_held_jump_survives_restarts_and_doctor_reports_it(
    box: Box, publisher: FakePublisher
) -> None:
    later = AT + timedelta(days=500)
    await box.told_by_centre(AT, time_key(publisher))
    await box.pass_time(15)
    assert await box.told_by_centre(later, time_key(publisher)) == "held"
    await box.pass_time(15)
    assert box.clock.now().at < AT + timedelta(minutes=1)
    assert box.words()["time_held"] == "2028-04-06"  # 500 days after 2026-11-23
    assert await box.told_by_centre(AT + timedelta(seconds=30), time_key(publisher)) in (
        "taken",
        "needless",
    )
    await box.pass_time(15)
    assert box.words()["time_held"] == ""


@pytest.mark.parametrize(
    ("day", "result"),
    [
        (date(2028, 4, 6), "done"),
        (date(2028, 4, 5), "done"),
        (date(2028, 4, 4), "refused"),
        (date(2082, 4, 6), "refused"),
    ],
)
async def test_a_person_at_the_box_confirms_the_day_and_no_other(
    box: Box, publisher: FakePublisher, day: date, result: str
) -> None:
    later = AT + timedelta(days=500)
    await box.told_by_centre(AT, time_key(publisher))
    await box.told_by_centre(later, time_key(publisher))
    await asyncio.to_thread(write_confirmation, box.folder, day)
    await box.pass_time(0)
    assert (box.clock.now().at == later) == (result == "done")
    assert [(one["do"], one["result"]) for one in box.records("command")] == [
        ("confirm-time", result)
    ]
    assert not (box.folder / FILE).exists()


async def test_a_confirmed_day_only_confirms_the_held_jump(box: Box) -> None:
    await asyncio.to_thread(write_confirmation, box.folder, date(2028, 4, 6))
    await box.pass_time(0)
    assert box.clock.now().quality == "FLOOR"
    assert (box.folder / FILE).exists()  # it waits for a time that agrees


async def test_an_invalid_file_confirms_nothing(box: Box, publisher: FakePublisher) -> None:
    await box.told_by_centre(AT, time_key(publisher))
    await box.told_by_centre(AT + timedelta(days=500), time_key(publisher))
    (box.folder / FILE).write_text("2028-04-06 or so, and much more than fits")
    await box.pass_time(0)
    assert box.clock.held_at is not None


async def test_a_newer_root_confirms_what_its_tree_is_fresh_at(
    box: Box, publisher: FakePublisher
) -> None:
    later = AT + timedelta(days=500)
    await box.told_by_centre(AT, time_key(publisher))
    await box.told_by_centre(later, time_key(publisher))
    publisher.at = later
    renew(publisher, later)
    publisher.publish()
    box.in_force.current = tree_of(publisher)
    await box.pass_time(0)
    assert box.clock.now().at == later
    assert box.events == ["stepped", "stepped", "restore"]


def renew(publisher: FakePublisher, at: datetime, *, root: bool = True) -> None:
    """What the holders sign at a ceremony."""
    until = (at + timedelta(days=365)).strftime("%Y-%m-%dT%H:%M:%SZ")
    signed = [publisher.targets, publisher.snapshot, *publisher.roles.values()]
    for file in [*signed, *([publisher.root] if root else [])]:
        file["expires"] = until


@pytest.mark.parametrize(
    ("what", "root", "stamp_days"),
    [
        ("whoever has all online keys, without a new root", False, 500),
        ("a new root, and a timestamp that is days away", True, 497),
        ("a new root, and a timestamp of before", True, 0),
    ],
)
async def test_no_other_root_confirms_a_jump(
    box: Box,
    publisher: FakePublisher,
    what: str,
    root: bool,  # noqa: FBT001 - a case
    stamp_days: int,
) -> None:
    later = AT + timedelta(days=500)
    await box.told_by_centre(AT, time_key(publisher))
    await box.told_by_centre(later, time_key(publisher))
    publisher.at = AT + timedelta(days=stamp_days)
    renew(publisher, later, root=root)
    publisher.publish()
    box.in_force.current = tree_of(publisher)
    await box.pass_time(0)
    assert box.clock.held_at == later, what


# Repairs of a wrong clock


async def test_a_floor_that_a_revoked_key_raised_is_lowered(
    box: Box, publisher: FakePublisher
) -> None:
    stolen = time_key(publisher)
    await box.told_by_centre(AT + timedelta(days=20), stolen)
    await box.pass_time(0)
    assert box.events == ["stepped"]
    publisher.rotate("vn.time")
    publisher.publish()
    box.in_force.current = tree_of(publisher)
    await box.pass_time(0)
    assert box.events == ["stepped", "greet"]
    assert box.words()["time_floor"] == "2026-11-01T00:00:00.000Z"
    assert await box.told_by_centre(AT, time_key(publisher)) == "taken"
    assert box.clock.now().at == AT
    await box.pass_time(TEN_MINUTES_S)
    assert box.words()["time_floor"] > "2026-11-23"


async def test_a_lost_reply_is_requested_again(box: Box, publisher: FakePublisher) -> None:
    """All stations ask within the same minutes; the next hello of itself is hours away."""
    await box.told_by_centre(AT, time_key(publisher))
    publisher.rotate("vn.time")
    publisher.publish()
    box.in_force.current = tree_of(publisher)
    await box.pass_time(0)
    await box.pass_time(15)
    assert box.events == ["stepped", "greet", "greet"]
    await box.told_by_centre(AT, time_key(publisher))
    await box.pass_time(15)
    assert box.events == ["stepped", "greet", "greet", "stepped"]


async def test_a_key_that_is_changed_in_the_boxs_third_year_needs_nobody_on_site(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No root changes with it: only the file that names the key of the time."""
    third_year = AT + timedelta(days=800)
    publisher = FakePublisher(third_year)
    box = await begin(store, publisher, monkeypatch)
    assert await box.told_by_centre(third_year, time_key(publisher)) == "held"
    await box.pass_time(0)  # its first root confirms
    box.clock.attest(third_year - timedelta(days=6))  # the week's programme
    publisher.rotate("vn.time")
    publisher.publish()
    box.in_force.current = tree_of(publisher)
    await box.pass_time(0)
    assert box.words()["time_floor"] == "2026-11-01T00:00:00.000Z"
    after = await begin(store, publisher, monkeypatch, boot_id="another boot")
    for one in (box, after):
        assert await one.told_by_centre(third_year, time_key(publisher)) == "taken"


async def test_a_clock_set_far_ahead_is_repaired_by_a_new_root(
    box: Box, publisher: FakePublisher
) -> None:
    """By such a clock every other file has expired, so the root comes alone."""
    former = tree_of(publisher)
    await box.told_by_centre(AT + timedelta(days=300), time_key(publisher))
    await box.pass_time(0)
    assert box.clock.floor > BUILD_AT
    box.in_force.current = SupersededAuthority(former, 2)
    await box.pass_time(0)
    assert box.clock.floor == BUILD_AT
    assert await box.told_by_centre(AT, time_key(publisher)) == "taken"
    await box.pass_time(0)
    assert box.events == ["stepped", "greet", "stepped"]


@pytest.mark.parametrize("is_superseded", [True, False])
async def test_a_thief_who_answers_once_more_does_not_use_up_the_root_that_repairs_the_clock(
    store: Store,
    publisher: FakePublisher,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_superseded: bool,
) -> None:
    """The former files, and with them the stolen key, count until the new ones have come."""
    files, stolen, lie = publisher.files(), time_key(publisher), AT + timedelta(days=300)
    former = load_tree(files)
    publisher.root["expires"] = "2029-12-01T00:00:00Z"
    same_keys = load_tree(replace(files, root=publisher.publish().root))
    box = await begin(store, publisher, monkeypatch)
    box.in_force.current = former
    await box.told_by_centre(lie, stolen)
    await box.pass_time(0)
    box.in_force.current = SupersededAuthority(former, 2) if is_superseded else same_keys
    await box.pass_time(0)
    assert box.clock.floor == BUILD_AT
    assert await box.told_by_centre(lie, stolen) == "taken"
    await box.pass_time(15)
    assert box.clock.floor > BUILD_AT  # once an hour: who withholds the files fills no journal
    await box.pass_time(3600)
    assert box.clock.floor == BUILD_AT
    assert await box.told_by_centre(lie, stolen) == "taken"
    after = await begin(store, publisher, monkeypatch)
    after.in_force.current = box.in_force.current
    assert after.clock.floor > BUILD_AT
    await after.pass_time(0)
    assert after.clock.floor == BUILD_AT


async def test_a_new_root_with_a_right_clock_changes_nothing(
    box: Box, publisher: FakePublisher
) -> None:
    await box.told_by_centre(AT + timedelta(days=1), time_key(publisher))
    box.in_force.current = SupersededAuthority(tree_of(publisher), 2)
    await box.pass_time(0)
    assert box.events == ["stepped"]
    assert box.clock.now().quality == "SYNCED"


async def test_what_people_attest_survives_a_restart(
    box: Box, store: Store, publisher: FakePublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    await box.told_by_centre(AT + timedelta(days=370), time_key(publisher))
    box.clock.attest(AT + timedelta(days=360))
    await box.pass_time(TEN_MINUTES_S)
    after = await begin(store, publisher, monkeypatch, boot_id="another boot")
    counted_on = AT + timedelta(days=360, seconds=TEN_MINUTES_S)
    assert abs(after.clock.attested - counted_on) < timedelta(milliseconds=1)
    assert await after.told_by_centre(AT + timedelta(days=760), time_key(publisher)) == "taken"


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("time_floor", "2O26-11-23T01:00:00.000Z"),
        ("time_vouched", "2026-11-23"),
        ("time_root", "l"),
        ("rtc_apart", "nan"),
        ("clock_fix", '{"boot_id": "'),
        ("clock_fix", "[]"),
        ("clock_fix", json.dumps({"boot_id": BOOT, "raw_s": 1.0, "utc": "2026"})),
    ],
)
async def test_a_corrupt_value_on_the_card_does_not_prevent_the_start(
    box: Box,
    store: Store,
    publisher: FakePublisher,
    monkeypatch: pytest.MonkeyPatch,
    word: str,
    text: str,
) -> None:
    await box.told_by_centre(AT, time_key(publisher))
    await store.run(lambda connection: key_value.put(connection, word, text))
    after = await begin(store, publisher, monkeypatch)
    assert bool(after.clock.floor_by) == (word != "time_floor")  # a build's floor is nobody's
    assert await after.told_by_centre(AT + timedelta(hours=1), time_key(publisher)) == "taken"
    await after.pass_time(TEN_MINUTES_S)
    assert after.words()["time_floor"] > "2026-11-23"


async def test_a_recovered_database_still_has_the_attested_time(
    box: Box, publisher: FakePublisher, tmp_path: Path
) -> None:
    await box.told_by_centre(AT, time_key(publisher))
    other = tmp_path / "other"
    other.mkdir()
    with closing(sqlite3.connect(box.store.path)) as source:
        source.execute("VACUUM INTO ?", (str(other / "state.db"),))
    with closing(sqlite3.connect(other / "state.db")) as raw:
        query = "SELECT rootpage FROM sqlite_master WHERE name='journal'"
        page = raw.execute(query).fetchone()[0]
    with (other / "state.db").open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    rescued = await asyncio.to_thread(Store.open, other)
    try:
        assert rescued.moved_aside is not None
        words = await rescued.run(clock_state.load)
    finally:
        await asyncio.to_thread(rescued.close)
    assert words["time_floor"] == box.words()["time_floor"]
    assert words["time_floor_by"] == time_key(publisher)

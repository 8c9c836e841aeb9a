"""`tramtin why --at` of a moment that is over: what the box held then, and its journal. UTC+7."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from agent.__main__ import main
from agent.clock import Clock
from agent.contract.document import StationConfig
from agent.contract.ids import StationId
from agent.contract.local_time import LOCAL
from agent.contract.report import Play
from agent.contract.station_policy import StationPolicy
from agent.contract.utc import encode_utc
from agent.doctor.box_past import BoxPast, read_box_past
from agent.evidence.journal import Journal
from agent.store import documents, key_value
from agent.store.clock_state import FLOOR
from agent.store.database import Store
from central.documents.sign import build_header, encode_document, sign_document
from central.publication.document_outbox import sha256_of
from tests.harness.accepted_documents import Accepted, accepted
from tests.harness.station_and_centre import SETTINGS, entry, playlist

NOW = datetime(2026, 11, 29, 8, tzinfo=LOCAL)
OLD = playlist(1, "tuan", entry("Tin cũ", "05:00"))
NEW = playlist(2, "tuan", entry("Tin mới", "05:00"))
OTHER = playlist(3, "khac", entry("Nhắc", "11:00"))


def config(at: datetime) -> Accepted:
    """Quiet until six."""
    header = build_header(
        "station-config", issuer="vn.84", class_="config", to=["84/29266/*"], slot="chinh", seq=1,
        now=at, lifetime=timedelta(days=30),
    )  # fmt: skip
    place = "84/29266/tv-cl-0007"
    policy = StationPolicy(["21:00-06:00"])
    document = StationConfig(**header, place=place, groups=[], zones=[], policy=policy)
    envelope = sign_document(encode_document(document), "station-config", [])
    return Accepted(document, envelope, sha256_of(envelope), None)


def moment(day: int, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=LOCAL)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    (tmp_path / "station.yaml").write_text(SETTINGS.format(folder))
    return folder


def take(state: Path, *found: tuple[Accepted, datetime]) -> None:
    store = Store.open(state)
    for one, at in found:
        store.do(lambda connection, one=one, at=at: documents.commit(connection, one, at))
    store.do(lambda connection: key_value.put(connection, FLOOR, encode_utc(NOW)))
    store.close()


def read(state: Path, at: datetime) -> BoxPast:
    store = Store.open(state)
    try:
        return store.do(
            lambda connection: read_box_past(connection, documents.held(connection), at, NOW)
        )
    finally:
        store.close()


def ask(state: Path, at: str, *more: str) -> str:
    file = str(state.parent / "station.yaml")
    return CliRunner().invoke(main, ["why", file, "--at", at, *more]).output


def test_what_it_held_then_counts_and_what_it_replaced_is_not_known(state: Path) -> None:
    taken = (OLD, moment(22, "09:00")), (OTHER, moment(22, "09:01")), (NEW, moment(25, "17:00"))
    take(state, *taken)
    early, late = read(state, moment(25, "05:02")), read(state, moment(26, "05:02"))
    assert [one.doc_id for one in early.documents] == [OTHER.document.doc_id]
    assert [(one.code, one.kind, one.name, one.at) for one in early.notes] == [
        ("former", "playlist", "vn.84.29266/tuan", moment(25, "17:00")),
    ]
    assert {one.slot: one.since for one in late.documents} == {
        "khac": moment(22, "09:01"), "tuan": moment(25, "17:00"),
    }  # fmt: skip
    assert late.notes == ()


def test_a_withdrawal_after_the_moment_leaves_a_doubt(state: Path) -> None:
    cancel = accepted("cancel", 9, "rut", cancels=OTHER.document.doc_id, **{"class": "routine"})
    take(state, (OTHER, moment(22, "09:00")), (cancel, moment(25, "17:00")))
    (note,) = read(state, moment(24, "11:02")).notes
    assert (note.code, note.name, note.at) == (
        "withdrawn", "vn.84.29266/khac", moment(25, "17:00"),
    )  # fmt: skip
    assert read(state, moment(26, "11:02")).notes == ()


def test_in_place_of_a_config_that_is_not_kept_the_one_after_it_counts(state: Path) -> None:
    later = config(at := moment(27, "17:00"))
    take(state, (NEW, moment(22, "09:00")), (later, at))
    output = ask(state, "2026-11-26T05:02", "--lang", "en")
    assert "“Tin mới” is refused: in quiet hours 21:00-06:00" in output
    assert "NOT CERTAIN: station-config vn.84/chinh is there since 17:00 27/11/2026" in output
    assert "NOT CERTAIN" not in ask(state, "2026-11-28T05:02", "--lang", "en")


def test_what_expired_a_month_ago_is_forgotten(state: Path) -> None:
    take(state, (OTHER, moment(22, "09:00")))
    (note,) = read(state, NOW - timedelta(days=31)).notes[-1:]
    assert (note.code, note.at) == ("pruned", NOW - timedelta(days=30))


def build_play(one: Accepted, begin: datetime, **more: Any) -> Play:
    end = begin + timedelta(minutes=10)
    values = {
        "output": "loa", "medium": "sound", "zones": ["z"], "doc_id": one.document.doc_id,
        "doc_sha256": one.sha256, "entry": "e0500", "title": "Tin cũ", "issuer": "vn.84.29266",
        "editor": "", "approver": "", "class_": "routine", "level": "scheduled", "lang": "vi",
        "media": [], "planned_start": encode_utc(begin), "planned_end": encode_utc(end),
        "start": encode_utc(begin), "end": encode_utc(end), "duration_ms": 600_000,
        "result": "full", "reason": None, "proof": "A2", "gain_db": 0.0, "underruns": 0, **more,
    }  # fmt: skip
    return Play(**values)


def journal(state: Path, write: Callable[[Journal], Awaitable[None]], at: datetime) -> None:
    """Write into the box's journal, its clock at a moment."""

    store = Store.open(state)
    clock = Clock(at.astimezone(UTC), None, lambda: 100.0)

    async def run() -> None:
        one = Journal(store, StationId("tv-cl-0007"), clock, "b" * 32)
        await one.open()
        await write(one)
        await one.close()

    asyncio.run(run())
    store.close()


def test_the_journal_tells_what_played_by_a_schedule_that_is_replaced(state: Path) -> None:
    take(state, (OLD, moment(22, "09:00")), (NEW, moment(25, "17:00")))

    async def write(one: Journal) -> None:
        begin = moment(25, "05:00")
        record = await one.append("play", play=build_play(OLD, begin))
        assert record is not None
        proof = {"what": "proof", "epoch": record.epoch, "seq": record.seq, "level": "A5"}
        await one.append("config", detail={**proof, "heard": True, "method": "microphone"})

    async def begin(_: Journal) -> None:
        """Only the record of the start."""

    journal(state, begin, moment(22, "08:00"))
    journal(state, write, moment(25, "05:10"))
    lines = ask(state, "2026-11-25T05:02").splitlines()
    assert lines[0] == "Loa [z] 05:02 25/11/2026: không có gì theo lịch"
    assert "  nhật ký: KHÁC" in lines
    assert "    “Tin cũ”: phát đủ 05:00–05:10; đã kiểm là có tiếng (A5)" in lines
    assert lines[-2].startswith("CHƯA CHẮC: lịch vn.84.29266/tuan có từ 17:00 25/11/2026")
    assert lines[-1].startswith("Biết chắc được từ 17:00 25/11/2026")
    told = json.loads(ask(state, "2026-11-25T05:02", "--format", "json"))
    assert told["not_known"] == ["former"]
    assert told["past"]["records"][0]["plays"][0]["doc_id"] == OLD.document.doc_id
    assert "nhật ký lúc ấy không có đủ ở đây" in ask(state, "2026-11-22T07:00")
    assert "on record: NOTHING of this item" in ask(state, "2026-11-26T05:02", "--lang", "en")


def test_what_is_still_on_is_on_record(state: Path) -> None:
    take(state, (NEW, moment(22, "09:00")))

    async def write(one: Journal) -> None:
        begin = moment(29, "05:00")
        await one.open_play(build_play(NEW, begin, title="Tin mới", end=None))

    journal(state, write, moment(29, "05:00"))
    output = ask(state, "2026-11-29T05:02", "--lang", "en")
    assert "on record: just so" in output
    assert "“Tin mới”: still on, since 05:00" in output


def test_a_box_without_a_journal_says_so(state: Path) -> None:
    take(state, (NEW, moment(22, "09:00")))
    assert "the journal of that time is not here" in ask(state, "2026-11-25T05:02", "--lang", "en")

"""The plan of days that are over, by hand: three schedules, policies, groups, verdicts. UTC+7."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from securesystemslib.signer import CryptoSigner

from agent.contract.calendar_terms import CalendarDays
from agent.contract.document import Calendar
from agent.contract.local_time import LOCAL
from agent.contract.report import LogBatch
from agent.contract.station_policy import StationPolicy, ZoneKindClasses
from agent.contract.utc import encode_utc
from central.collector import heads, report_store
from central.collector.journal_ingest import commit_batch
from central.documents.emergency_order import OrderParams, draft_silence
from central.documents.sign import build_header, encode_document, read_document, sign_document
from central.publication import document_outbox
from central.publication.document_outbox import keep, sha256_of
from central.publication.station_why import StationWhy, explain_station, write_why
from central.store.database import Database
from central.store.publication_history import KEEP
from central.store.schema import acceptances, envelopes, publications
from tests.harness.accepted_documents import Accepted, accepted
from tests.harness.centre_layout import LAYOUT_1
from tests.harness.centre_records import GROUP, STATION, place_station, say_hello
from tests.harness.station_and_centre import MEDIUM, entry

OTHER, SILENT = "tv-cl-0008", "tv-cl-0009"
NOW = datetime(2026, 12, 10, 8, tzinfo=LOCAL)
Clock = Callable[[int, str], datetime]


def moment(day: int, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=LOCAL)


def set_clocks(patch: pytest.MonkeyPatch) -> Clock:
    """What sets the centre's clock to a local moment of November."""

    def set_to(day: int, clock: str) -> datetime:
        at = moment(day, clock)
        for module in (document_outbox, report_store, heads):
            patch.setattr(module, "utc_now", lambda: encode_utc(at))
        return at

    return set_to


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return set_clocks(monkeypatch)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    one = Database.open(tmp_path / "central.db")
    yield one
    one.close()


def schedule(seq: int, title: str, *clocks: str) -> Accepted:
    entries = [entry(title, clock) for clock in clocks]
    for one in entries:
        one["when"]["from"] = "2026-11-19"
    issued = "2026-11-19T00:00:00Z"
    return accepted(seq=seq, media=[MEDIUM], entries=entries, issued=issued, not_before=issued)


FIRST, SECOND = schedule(1, "Tin 1", "05:00"), schedule(2, "Tin 2", "05:00")
THIRD = schedule(3, "Tin 3", "06:30", "11:00")


def publish(database: Database, one: Accepted, target: str = f"g/{GROUP}") -> None:
    keep(database, f"tramtin/1/{target}/playlist/tuan", one.envelope)


def say(database: Database, station: str, kind: str, sha256: str, code: str | None = None) -> None:
    """A station's verdict: a refusal, where it has a code."""
    result = "accepted" if code is None else "refused"
    row = {"doc_id": None, "result": result, "code": code, "detail": "", "kind": kind}
    report_store.note_result(database, station, {**row, "sha256": sha256})


def configure(database: Database, clock: Clock, at: tuple[int, str], seq: int, **more: Any) -> None:
    """A station-config for the first station, which takes it at once."""
    place_station(database, seq=seq, now=clock(*at), **more)
    with database.transaction() as connection:
        query = sa.select(publications.c.sha256).order_by(publications.c.number.desc())
        sha256 = connection.execute(query.limit(1)).scalar_one()
    say(database, STATION, "station-config", sha256)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the history of three stations, made once."""
    path = tmp_path_factory.mktemp("history") / "central.db"
    with closing(Database.open(path)) as database, pytest.MonkeyPatch.context() as patch:
        write_history(database, set_clocks(patch))
    return path


@pytest.fixture
def centre(history: Path, tmp_path: Path) -> Iterator[Database]:
    """A copy of `history`."""
    shutil.copy(history, tmp_path / "centre.db")
    one = Database.open(tmp_path / "centre.db")
    yield one
    one.close()


def write_history(database: Database, clock: Clock) -> None:
    """The history of three stations.

    20th: configs, the first schedule. 23rd, 09:00: the second, which the first station takes at
    09:05 and the other refuses. 24th, 20:00: the first is to be quiet until 06:00. 26th, 09:00:
    the third, which the first takes at 12:00. 27th, 20:00: the first leaves the group. 28th: the
    third is withdrawn from 10:00 to 20:00. The third station never says anything.
    """
    for station in (OTHER, SILENT):
        place_station(database, station, now=clock(20, "08:00"))
        say_hello(database, station, "audio")
    configure(database, clock, (20, "08:00"), 1)
    say_hello(database, STATION, "audio")
    clock(20, "09:00")
    publish(database, FIRST)
    for station in (STATION, OTHER):
        say(database, station, "playlist", FIRST.sha256)
    clock(23, "09:00")
    publish(database, SECOND)
    clock(23, "09:05")
    say(database, STATION, "playlist", SECOND.sha256)
    say(database, OTHER, "playlist", SECOND.sha256, "E_BUDGET")
    configure(database, clock, (24, "20:00"), 2, policy=StationPolicy(["21:00-06:00"]))
    clock(26, "09:00")
    publish(database, THIRD)
    say(database, OTHER, "playlist", THIRD.sha256)
    clock(26, "12:00")
    say(database, STATION, "playlist", THIRD.sha256)
    configure(database, clock, (27, "20:00"), 3, groups=())
    clock(28, "10:00")
    heads.withhold(database, f"{3:032x}", "sai")
    clock(28, "20:00")
    heads.reinstate(database, f"{3:032x}")


def ask(database: Database, day: int, clock: str, station: str = STATION) -> StationWhy:
    return explain_station(database, station, moment(day, clock), NOW)


def titles(found: StationWhy) -> list[str]:
    return [one.title for one in found.answers if one.state == "plays"]


# station, day, time, what was on by the plan of then
MOMENTS = [
    (STATION, 21, "05:02", "Tin 1"),
    (STATION, 23, "05:02", "Tin 1"),  # the second is published four hours later
    (STATION, 24, "05:02", "Tin 2"),
    (STATION, 25, "05:02", ""),  # quiet until 06:00
    (STATION, 26, "11:02", ""),  # the third is published, and not here yet
    (STATION, 27, "06:32", "Tin 3"),
    (STATION, 28, "06:32", ""),  # of the group no more
    (OTHER, 24, "05:02", "Tin 1"),  # it refused the second
    (OTHER, 25, "05:02", "Tin 1"),
    (OTHER, 26, "11:02", "Tin 3"),
    (OTHER, 28, "06:32", "Tin 3"),
    (OTHER, 28, "11:02", ""),  # withdrawn
    (OTHER, 29, "06:32", "Tin 3"),
    (SILENT, 23, "09:02", ""),
    (SILENT, 24, "05:02", "Tin 2"),  # published: it said nothing
    (SILENT, 26, "11:02", "Tin 3"),
]


@pytest.mark.parametrize(("station", "day", "at", "title"), MOMENTS)
def test_the_plan_of_then_is_rebuilt(
    centre: Database, station: str, day: int, at: str, title: str
) -> None:
    found = ask(centre, day, at, station)
    assert titles(found) == ([title] if title else [])
    assert found.past is not None
    assert "CHƯA CHẮC" not in write_why(found, "text", "vi")


def test_the_policy_of_then_refuses_and_the_documents_are_named(centre: Database) -> None:
    found = ask(centre, 25, "05:02")
    (refused,) = found.answers[0].refused
    assert (refused.title, refused.code, refused.rule) == (
        "Tin 2", "E_HOURS", "quiet_hours 21:00-06:00",
    )  # fmt: skip
    assert found.past is not None
    held = {one.kind: one for one in found.past.documents}
    assert (held["playlist"].seq, held["playlist"].since, held["playlist"].by) == (
        2, moment(23, "09:05"), "accepted",
    )  # fmt: skip
    assert (held["station-config"].seq, held["station-config"].since) == (2, moment(24, "20:00"))
    text = write_why(found, "text", "vi")
    assert "lịch vn.84.29266/tuan, số 1/2, trạm nhận lúc 09:05 23/11/2026" in text
    text = write_why(ask(centre, 24, "05:02", SILENT), "text", "en")
    assert "published at 09:00 23/11/2026, the station has not said it took it" in text


def test_what_a_station_refused_is_named_and_leaves_no_doubt(centre: Database) -> None:
    found = ask(centre, 24, "05:02", OTHER)
    assert found.past is not None
    (note,) = found.past.notes
    assert (note.code, note.name, note.at, note.detail) == (
        "refused", "vn.84.29266/tuan", moment(23, "09:05"), "E_BUDGET",
    )  # fmt: skip
    assert "Trạm TỪ CHỐI lịch vn.84.29266/tuan lúc 09:05 23/11/2026" in write_why(
        found, "text", "vi"
    )
    assert json.loads(write_why(found, "json", "vi"))["not_known"] == []
    assert ask(centre, 27, "06:32", OTHER).past.notes == ()  # type: ignore[union-attr] - a newer one


def test_a_refusal_after_the_acceptance_leaves_a_doubt(centre: Database, clock: Clock) -> None:
    clock(29, "12:00")
    say(centre, OTHER, "playlist", THIRD.sha256, "E_ROLE")
    before, after = ask(centre, 29, "06:32", OTHER), ask(centre, 30, "06:32", OTHER)
    assert (titles(before), titles(after)) == (["Tin 3"], ["Tin 3"])
    assert "CHƯA CHẮC" not in write_why(before, "text", "vi")
    assert "CHƯA CHẮC: trạm nhận lịch vn.84.29266/tuan" in write_why(after, "text", "vi")
    assert json.loads(write_why(after, "json", "vi"))["not_known"] == ["refused_later"]


def test_before_its_first_config_a_station_had_the_built_in_rules(centre: Database) -> None:
    found = ask(centre, 19, "12:00")
    assert [one.state for one in found.answers] == ["nothing"]
    assert "chỉ theo luật mặc định (im 21:00–05:00)" in write_why(found, "text", "vi")
    assert json.loads(write_why(found, "json", "vi"))["not_known"] == []


def test_kinds_of_clusters_are_those_of_the_last_hello(centre: Database, clock: Clock) -> None:
    closed = StationPolicy([], zone_classes=[ZoneKindClasses("special", ["priority"])])
    configure(centre, clock, (28, "08:00"), 4, policy=closed)
    assert ask(centre, 28, "11:02").not_known == ("zone_classes",)
    clock(29, "08:00")
    say_hello(centre, STATION, "audio")
    with centre.transaction() as connection:
        connection.execute(
            sa.update(report_store.latest).values(
                body=b'{"zone_kinds":{"z":"ordinary"},"has":["audio"]}'
            )
        )
    early, late = ask(centre, 28, "11:02"), ask(centre, 29, "11:02")
    assert "CHƯA CHẮC: xét zone_classes theo loại" in write_why(early, "text", "vi")
    assert "CHƯA CHẮC" not in write_why(late, "text", "vi")
    assert titles(late) == ["Tin 3"]


def test_the_calendar_of_then_counts(centre: Database, clock: Clock) -> None:
    """A mourning of the 25th and 26th, signed on the 24th; on the 26th at noon it is cut short."""
    music = accepted(
        seq=7, slot="nhac", media=[MEDIUM], issued="2026-11-19T00:00:00Z",
        not_before="2026-11-19T00:00:00Z",
        entries=[{**entry("Nhạc", "12:30"), "music": True}],
    )  # fmt: skip
    clock(20, "09:00")
    keep(centre, f"tramtin/1/g/{GROUP}/playlist/nhac", music.envelope)
    for seq, (day, at), last in ((1, (24, "22:00"), 26), (2, (26, "12:00"), 25)):
        row = CalendarDays("2026-11-25", f"2026-11-{last}", ["quoc-tang"], "Quốc tang", "x")
        header = build_header(
            "calendar", issuer="vn.84", class_="config", to=["84/29266/*"], slot="nam", seq=seq,
            now=clock(day, at), lifetime=timedelta(days=60),
        )  # fmt: skip
        document = Calendar(**header, year=2026, sets=[], days=[row])
        envelope = sign_document(encode_document(document), "calendar", [])
        keep(centre, f"tramtin/1/g/{GROUP}/calendar/nam", envelope)
    sung = [titles(ask(centre, day, "12:32", OTHER)) for day in (24, 25, 26)]
    assert sung == [["Nhạc"], [], ["Nhạc"]]
    (refused,) = ask(centre, 25, "12:32", OTHER).answers[0].refused
    assert (refused.title, refused.code) == ("Nhạc", "E_POLICY")
    (planned,) = explain_station(centre, OTHER, moment(26, "11:59"), NOW).answers
    assert planned.next_title != "Nhạc"  # by the calendar of that moment it is refused


def test_a_silence_counts_from_its_acceptance_until_it_was_lifted(
    centre: Database, clock: Clock
) -> None:
    keys = [CryptoSigner.generate_ed25519() for _ in range(2)]
    for seq, state, at in ((1, "on", "04:00"), (2, "off", "12:00")):
        order = OrderParams(
            "vn.84", ["84/29266/*"], clock(21, at).astimezone(UTC), timedelta(days=1), seq
        )
        signed = sign_document(draft_silence(order, state, "bão"), "silence", keys)  # type: ignore[arg-type] - on or off
        keep(centre, f"tramtin/1/g/{GROUP}/silence/ngat-tieng", signed)
    clock(21, "05:00")
    with centre.transaction() as connection:
        rows = connection.execute(
            sa.select(publications.c.sha256).where(publications.c.kind == "silence")
        ).scalars()
        first = next(iter(rows))
    say(centre, OTHER, "silence", first)
    states = [ask(centre, 21, at, OTHER).answers[0].state for at in ("04:30", "05:02", "12:30")]
    assert states == ["nothing", "silenced", "nothing"]


def play(doc: Accepted, day: int, clock: str, **more: Any) -> dict[str, Any]:
    begin = moment(day, clock)
    end = begin + timedelta(minutes=10)
    return {
        "output": "loa", "medium": "sound", "zones": ["z"], "doc_id": doc.document.doc_id,
        "doc_sha256": doc.sha256, "entry": f"e{clock.replace(':', '')}",
        "title": f"Tin {doc.document.seq}", "issuer": "vn.84.29266", "editor": "", "approver": "",
        "class": "routine", "level": "scheduled", "lang": "vi", "media": [],
        "planned_start": encode_utc(begin), "planned_end": encode_utc(end),
        "start": encode_utc(begin), "end": encode_utc(end), "duration_ms": 600_000,
        "result": "full", "reason": None, "proof": "A2", "gain_db": 0.0, "underruns": 0, **more,
    }  # fmt: skip


def record(database: Database, *parts: tuple[str, dict[str, Any], datetime]) -> None:
    """The journal of the first station, as it chains it."""
    texts, before = [], bytes(32)
    for seq, (kind, part, at) in enumerate(parts, 1):
        text = json.dumps({
            "station": STATION, "epoch": "6f3a9c01d2e4b587", "seq": seq, "prev": before.hex(),
            "at": encode_utc(at), "offset_min": 420, "boot_id": "b", "mono_ns": seq,
            "clock": {"quality": "SYNCED", "error_s": 0.02}, "kind": kind,
            "play" if kind == "play" else "detail": part,
        })  # fmt: skip
        before = hashlib.sha256(before + text.encode()).digest()
        texts.append(text)
    commit_batch(database, STATION, LogBatch("6f3a9c01d2e4b587", texts))


HEARD = {
    "what": "proof", "epoch": "6f3a9c01d2e4b587", "seq": 2, "level": "A5", "heard": True,
    "method": "microphone", "scores": [],
}  # fmt: skip


@pytest.fixture
def journal(centre: Database) -> Database:
    """The 21st: cut. The 24th: heard. The 25th: sounded all the same. The 27th: not played."""
    cut = {"end": encode_utc(moment(21, "05:03")), "result": "cut", "reason": "preempted"}
    skipped = {"start": None, "end": None, "result": "skipped", "reason": "no_time"}
    record(
        centre,
        ("play", play(FIRST, 21, "05:00", **cut), moment(21, "05:03")),
        ("play", play(SECOND, 24, "05:00"), moment(24, "05:10")),
        ("config", HEARD, moment(24, "05:11")),
        ("play", play(SECOND, 25, "05:00"), moment(25, "05:10")),
        ("play", play(THIRD, 27, "06:30", **skipped), moment(27, "06:40")),
        ("boot", {"cut": 0}, moment(28, "08:00")),
    )
    return centre


RECORDS = [
    (21, "05:01", "as_planned", "“Tin 1”: bị cắt 05:00–05:03; nhường cho mục khác"),
    (21, "05:05", "differs", "“Tin 1”: bị cắt 05:00–05:03; nhường cho mục khác"),
    (24, "05:02", "as_planned", "“Tin 2”: phát đủ 05:00–05:10; đã kiểm là có tiếng (A5)"),
    (25, "05:02", "differs", "“Tin 2”: phát đủ 05:00–05:10; không có gì để biết"),
    (23, "05:02", "no_record", "nhật ký: KHÔNG ghi gì về mục này"),
    (27, "06:32", "differs", "“Tin 3”: không phát (lịch 06:30–06:40); hộp chưa biết giờ"),
    (26, "11:02", "as_planned", "nhật ký: đúng như thế"),
    (29, "12:00", "not_reached", "nhật ký lúc ấy không có ở đây (mới có đến 08:00 28/11/2026)"),
]


@pytest.mark.parametrize(("day", "at", "verdict", "words"), RECORDS)
def test_the_record_stands_beside_the_plan(
    journal: Database, day: int, at: str, verdict: str, words: str
) -> None:
    found = ask(journal, day, at)
    assert found.past is not None
    assert [one.verdict for one in found.past.records] == [verdict]
    assert words in write_why(found, "text", "vi")
    told = json.loads(write_why(found, "json", "vi"))
    assert told["past"]["records"][0]["verdict"] == verdict
    assert len(told["past"]["records"]) == len(told["outputs"])


def test_a_station_whose_journal_never_came_has_no_record(journal: Database) -> None:
    found = ask(journal, 24, "05:02", OTHER)
    assert "the journal of that time is not here" in write_why(found, "text", "en")


def test_a_record_that_is_missing_is_no_silence(journal: Database) -> None:
    with journal.transaction() as connection:
        connection.execute(sa.text("DELETE FROM plays WHERE seq = 2"))
        connection.execute(sa.text("DELETE FROM records WHERE seq = 2"))
    found = ask(journal, 24, "05:02")
    assert found.past is not None
    assert [one.verdict for one in found.past.records] == ["not_reached"]


def test_of_a_moment_to_come_nothing_is_on_record(centre: Database) -> None:
    found = explain_station(centre, OTHER, moment(30, "06:32"), moment(29, "08:00"))
    assert (titles(found), found.past) == (["Tin 3"], None)


def test_what_an_older_release_did_not_keep_is_not_certain(
    tmp_path: Path, database: Database
) -> None:
    place_station(database, now=moment(20, "08:00"))
    with database.transaction() as connection:
        (row,) = connection.execute(sa.select(document_outbox.documents)).mappings()
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as old, old:
        old.executescript(LAYOUT_1.read_text(encoding="utf-8"))
        values = {**row, "published_at": "2026-11-29T00:00:00.000Z", "is_sent": 1}
        marks = ", ".join("?" * len(values))
        names = ", ".join(values)
        old.execute(f"INSERT INTO documents ({names}) VALUES ({marks})", list(values.values()))  # noqa: S608 - names of columns
        old.execute("INSERT INTO revocations VALUES (?, '', ?, 0)",
                    ("ab" * 16, "2026-12-02T00:00:00.000Z"))  # fmt: skip
    with closing(Database.open(path)) as migrated:
        early, between, late = (
            explain_station(migrated, STATION, datetime(2026, *at, tzinfo=UTC), NOW)
            for at in ((11, 28, 5), (12, 1, 5), (12, 3, 5))
        )
    # by the file: published on 30 November at 18:29:39 local, taken in the same second
    assert [(one.code, one.kind) for one in early.past.notes] == [  # type: ignore[union-attr] - past
        ("former", "station-config"), ("former", "playlist"),
    ]  # fmt: skip
    text = write_why(early, "text", "vi")
    assert "CHƯA CHẮC: cấu hình trạm vn.84/chinh có từ 07:00 29/11/2026" in text
    assert "CHƯA CHẮC: lịch vn.84.29266/sang có từ 18:29:39 30/11/2026" in text
    assert "Biết chắc được từ 18:29:39 30/11/2026" in text
    assert "CHƯA CHẮC: lịch vn.84.29266/sang có lệnh rút đổi lúc 07:00 02/12/2026" in write_why(
        between, "text", "vi"
    )
    assert "CHƯA CHẮC" not in write_why(late, "text", "vi")
    (held,) = [one for one in late.past.documents if one.kind == "playlist"]  # type: ignore[union-attr] - past
    assert (held.by, held.doc_id) == ("accepted", "ab" * 16)


def count(database: Database) -> tuple[int, int, int]:
    with database.transaction() as connection:
        return tuple(  # type: ignore[return-value] - three
            connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in (publications, envelopes, acceptances)
        )


def test_the_same_bytes_are_kept_once(database: Database, clock: Clock) -> None:
    clock(20, "09:00")
    for target in ("g/a", "g/b", "g/a", f"d/{STATION}"):
        publish(database, FIRST, target)
    assert count(database) == (3, 1, 0)


def test_what_stations_say_of_unknown_documents_is_not_kept(
    database: Database, clock: Clock
) -> None:
    clock(20, "09:00")
    publish(database, FIRST)
    for _ in range(3):
        say(database, STATION, "playlist", "f" * 64)
        say(database, STATION, "head", FIRST.sha256)
        say(database, STATION, "playlist", FIRST.sha256)
    assert count(database) == (1, 1, 1)


def test_what_expired_long_ago_is_given_up_and_said_to_be(
    centre: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All schedules expire on 1 December, the configs in the last week of it."""
    now = datetime(2026, 12, 10, tzinfo=UTC) + KEEP
    monkeypatch.setattr(document_outbox, "utc_now", lambda: encode_utc(now))
    fourth = accepted(seq=4, media=[MEDIUM], entries=[], expires="2028-02-01T00:00:00Z")
    publish(centre, fourth)
    assert count(centre)[0] == 6  # five configs and this one
    found = explain_station(centre, OTHER, moment(27, "06:32"), now)
    assert titles(found) == []
    assert "CHƯA CHẮC: văn bản hết hạn trước" in write_why(found, "text", "vi")
    assert json.loads(write_why(found, "json", "vi"))["not_known"] == ["pruned"]
    with centre.transaction() as connection:
        kept = set(connection.execute(sa.select(acceptances.c.sha256)).scalars())
        bytes_ = list(connection.execute(sa.select(envelopes.c.bytes)).scalars())
    assert kept.isdisjoint({FIRST.sha256, SECOND.sha256, THIRD.sha256})
    assert {read_document(one).kind for one in bytes_} == {"station-config", "playlist"}
    assert sha256_of(fourth.envelope) == fourth.sha256


def test_an_expired_one_stays_while_an_older_one_of_its_place_would_come_back(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock(20, "09:00")
    place_station(database, now=moment(20, "08:00"))
    long = accepted(seq=1, media=[MEDIUM], entries=[entry("Dài", "05:00")],
                    expires="2029-01-01T00:00:00Z")  # fmt: skip
    publish(database, long)
    publish(database, SECOND)
    now = moment(20, "09:00") + KEEP + timedelta(days=40)
    monkeypatch.setattr(document_outbox, "utc_now", lambda: encode_utc(now))
    publish(database, accepted(seq=1, slot="khac", expires="2029-01-01T00:00:00Z"))
    assert titles(explain_station(database, STATION, now + timedelta(hours=1), now)) == []
    with database.transaction() as connection:
        seqs = connection.execute(
            sa.select(publications.c.seq).where(publications.c.place.like("%/tuan"))
        ).scalars()
        assert sorted(seqs) == [1, 2]

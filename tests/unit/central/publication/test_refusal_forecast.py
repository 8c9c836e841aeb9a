"""`publish` names what stations would refuse, by their policies and what they hold already."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from agent.contract.calendar_terms import CalendarDays
from agent.contract.document import (
    Body,
    Calendar,
    Emergency,
    EmergencyBody,
    Entry,
    Medium,
    Relay,
    TextBody,
)
from agent.contract.host_rule import is_named
from agent.contract.report import ClockState, Hello
from agent.contract.station_policy import StationPolicy
from agent.errors import TrustError
from agent.link.url_policy import check_url
from central.collector.report_store import note_latest
from central.documents.sign import build_header, encode_document, new_doc_id, sign_document
from central.store.database import Database
from tests.harness.centre_records import STATION
from tests.harness.published_playlists import (
    DIGEST,
    OTHER,
    TODAY,
    TOMORROW,
    configure,
    db,
    entry,
    playlist,
    publish,
)

__all__ = ["db"]


@pytest.mark.parametrize(
    ("policy", "entries", "code", "words"),
    [
        (
            StationPolicy(["21:00-05:00"]), [entry("Bản tin đêm", ["03:15"])], "E_HOURS",
            ("“Bản tin đêm” lúc 03:15", "giờ yên lặng 21:00-05:00"),
        ),
        (
            StationPolicy([], sessions_per_day=2),
            [entry("a", ["06:00"]), entry("b", ["07:00"]), entry("c", ["08:00"])], "E_POLICY",
            ("“c” lúc 08:00", "quá 2 buổi"),
        ),
        (
            StationPolicy([], minutes_per_session=1), [entry("Ca nhạc", ["06:00"], seconds=300)],
            "E_POLICY", ("“Ca nhạc”", "dài quá 1 phút"),
        ),
        (
            StationPolicy([], weekdays=[TODAY.isoweekday()]), [entry("x", ["06:00"])], "E_POLICY",
            ("ngày không được phát",),
        ),
        (
            StationPolicy([], media_hosts=["media.example.vn:8443", "khac.vn"]),
            [entry("x", ["06:00"])],
            "E_URL", ("media.example.vn ∉ media.example.vn:8443, khac.vn",),
        ),
    ],
)  # fmt: skip
def test_what_a_policy_forbids_is_refused_with_the_first_time_and_the_rule(
    tmp_path: Path,
    db: Path,
    policy: StationPolicy,
    entries: list[Entry],
    code: str,
    words: tuple[str],
) -> None:
    configure(db, policy)
    configure(db, StationPolicy([]), OTHER)
    file = playlist(tmp_path / "p", *entries)
    exit_code, output = publish(file, db)
    assert exit_code == 1
    assert output.startswith(code)
    assert [word for word in words if word not in output] == []
    assert f"[trạm: {STATION}]" in output
    exit_code, output = publish(file, db, "--despite", "đã hỏi xã")
    assert exit_code == 0
    assert f"CHÚ Ý: {code}" in output


def test_what_every_station_accepts_is_published_without_a_notice(tmp_path: Path, db: Path) -> None:
    configure(
        db, StationPolicy(["21:00-05:00"], sessions_per_day=2, media_hosts=["media.example.vn"])
    )
    exit_code, output = publish(playlist(tmp_path / "p", entry("x", ["06:00", "17:00"])), db)
    assert exit_code == 0
    assert "CHÚ Ý" not in output


def test_the_sessions_of_other_schedules_count_and_those_of_the_replaced_one_do_not(
    tmp_path: Path, db: Path
) -> None:
    configure(db, StationPolicy([], sessions_per_day=2))
    early = playlist(tmp_path / "a", entry("x", ["06:00", "07:00"]))
    assert publish(early, db)[0] == 0
    same_slot = playlist(tmp_path / "b", entry("x", ["08:00", "09:00"]), seq=6)
    assert publish(same_slot, db)[0] == 0
    other_slot = playlist(tmp_path / "c", entry("y", ["18:00"]), slot="khac")
    exit_code, output = publish(other_slot, db)
    assert (exit_code, "“y” lúc 18:00" in output) == (1, True)


def test_stations_alike_are_named_together(tmp_path: Path, db: Path) -> None:
    for station in (STATION, OTHER):
        configure(db, StationPolicy(["21:00-05:00"]), station)
    output = publish(playlist(tmp_path / "p", entry("x", ["03:15"])), db, "--lang", "en")[1]
    refusal, _, week = output.partition("Rehearsal at")
    assert refusal.count("E_HOURS") == 2  # the code of the refusal, and its one line
    assert week.count("E_HOURS") == 1  # the day's line, once for both stations
    assert f"[stations: {STATION}, {OTHER}]" in output


def test_a_schedule_for_other_places_than_the_groups_is_refused(tmp_path: Path, db: Path) -> None:
    configure(db, StationPolicy([]))
    exit_code, output = publish(playlist(tmp_path / "p", to=["84/29281/*"]), db)
    assert (exit_code, output.split(":")[0]) == (1, "E_STATION")
    assert "mọi trạm của xã 29281" in output


def test_a_station_elsewhere_or_outside_the_group_is_named_and_blocks_no_other(
    tmp_path: Path, db: Path
) -> None:
    configure(db, StationPolicy([]))
    configure(db, StationPolicy([]), OTHER, place="84/29281")
    configure(db, StationPolicy([]), "tv-cl-0033", groups=("khac",))
    exit_code, output = publish(playlist(tmp_path / "p"), db)
    assert exit_code == 0
    outside = "E_STATION: trạm nằm ngoài nơi nhận (mọi trạm của xã 29266 (tỉnh 84))"
    assert f"{outside} [trạm: {OTHER}]" in output
    assert "không gửi tới trạm nằm trong nơi nhận mà ngoài nhóm này: tv-cl-0033" in output


def test_one_station_that_claims_a_high_number_is_named_and_blocks_no_other(
    tmp_path: Path, db: Path
) -> None:
    """Its key may be in other hands."""
    configure(db, StationPolicy([]))
    configure(db, StationPolicy([]), OTHER)
    hello = Hello(
        session=1, boot_id="b", epoch="e" * 16, last_seq=0, nonce="n" * 16, place=None,
        holds={"vn.84.29266/playlist/tuan": (1, 2**53, DIGEST)}, authority={}, agent="0",
        clock=ClockState("SYNCED", 0.02), has=["audio"],
    )  # fmt: skip
    database = Database.open(db)
    note_latest(database, OTHER, "hello", msgspec.json.encode(hello))
    database.close()
    exit_code, output = publish(playlist(tmp_path / "p"), db)
    assert (exit_code, f"[trạm: {OTHER}]" in output, "E_REPLAY" in output) == (0, True, True)


def test_an_emergency_is_published_with_a_notice_of_what_is_missing(
    tmp_path: Path, db: Path
) -> None:
    configure(db, StationPolicy(["00:00-24:00"], media_hosts=["khac.vn"]))
    fields = build_header(
        "emergency", issuer="vn.84.em", class_="emergency", to=["84/29266/*"], slot="khan-cap",
        seq=5, now=datetime.now(UTC), lifetime=timedelta(hours=1),
    )  # fmt: skip
    medium = Medium(DIGEST, 480_000, "audio/mpeg", 30_000, [f"https://media.example.vn/{DIGEST}"])
    payload = encode_document(
        Emergency(
            **fields, event_id=new_doc_id(), exercise=True, attention="two-tone", media=[medium],
            bodies=[EmergencyBody("vi", [DIGEST], TextBody(show="LŨ"))], repeat=1, gap_ms=0,
            max_ms=5000,
        )
    )  # fmt: skip
    file = tmp_path / "e"
    file.write_bytes(sign_document(payload, "emergency", []))
    exit_code, output = publish(file, db)
    assert (exit_code, "CHÚ Ý: E_URL" in output) == (0, True)


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://a.vn/x", ["a.vn"]),
        ("https://a.vn:8443/x", ["a.vn"]),
        ("https://a.vn:8443/x", ["a.vn:8443"]),
        ("https://A.vn/x", ["a.vn"]),
        ("https://a.vn:443/x", ["a.vn"]),
        ("https://b.vn/x", ["a.vn"]),
    ],
)
def test_a_host_is_named_exactly_when_a_box_would_fetch_from_it(url: str, hosts: list[str]) -> None:
    try:
        check_url(url, hosts, allow_private=False)
        would_fetch = True
    except TrustError:
        would_fetch = False
    assert is_named(url, hosts) is would_fetch


@pytest.mark.parametrize(
    ("hosts", "exit_code"), [(["radio.example.vn"], 0), (["vov.example.vn"], 1), ([], 1)]
)
def test_a_relay_from_a_host_that_policy_does_not_name_is_refused(
    hosts: list[str], exit_code: int, tmp_path: Path, db: Path
) -> None:
    configure(db, StationPolicy([], relay_hosts=hosts))
    radio = Body(relay=Relay("https://radio.example.vn/vov1"))
    item = msgspec.structs.replace(entry("VOV1", ["05:30"]), body=radio, max_ms=1_800_000)
    code, output = publish(playlist(tmp_path / "p", item), db)
    assert code == exit_code
    assert ("E_POLICY: mục “VOV1”" in output) == bool(exit_code)
    assert ("không cho tiếp âm từ đó" in output) == bool(exit_code)


def _schedule(path: Path, *, province: str = "84", seq: int = 5, **members: object) -> Path:
    """A playlist for tomorrow with one entry of music, whose `when` has more members."""
    plain = entry("Ca nhạc", ["06:00"])
    when = msgspec.convert(msgspec.to_builtins(plain.when) | members, type(plain.when))
    changed = msgspec.structs.replace(plain, when=when, music=True)
    return playlist(path, changed, to=[f"{province}/29266/*"], seq=seq)


def _calendar(path: Path, sets: list[str], *names: str) -> Path:
    """The calendar of tomorrow's year, in which tomorrow belongs to these sets."""
    now = datetime.now(UTC)
    header = build_header(
        "calendar", issuer="vn.84", class_="config", to=["84/*/*"], slot="lich", seq=1, now=now,
        lifetime=timedelta(days=30),
    )  # fmt: skip
    row = CalendarDays(str(TOMORROW), str(TOMORROW), list(names), "Quốc tang", "Thông cáo")
    rows = [row] if names else []
    document = Calendar(**header, year=TOMORROW.year, sets=sets, days=rows)
    path.write_bytes(sign_document(encode_document(document), "calendar", []))
    return path


def test_a_schedule_that_needs_a_calendar_waits_for_it(tmp_path: Path, db: Path) -> None:
    configure(db, StationPolicy([]))
    schedule = _schedule(tmp_path / "p", except_days={"sets": ["tet"]})
    exit_code, output = publish(schedule, db)
    assert exit_code == 1
    assert output.startswith("E_CALENDAR")
    assert f"chưa có lịch năm đã ký cho trạm ({TOMORROW.year} tet)" in output
    assert publish(_calendar(tmp_path / "c", ["tet"]), db)[0] == 0
    exit_code, output = publish(schedule, db)
    assert (exit_code, "CHÚ Ý" in output) == (0, False)


def test_music_on_a_day_of_mourning_is_refused_with_its_title(tmp_path: Path, db: Path) -> None:
    configure(db, StationPolicy([]))
    assert publish(_calendar(tmp_path / "c", [], "quoc-tang"), db)[0] == 0
    exit_code, output = publish(_schedule(tmp_path / "p"), db)
    assert exit_code == 1
    assert output.startswith("E_POLICY")
    assert "ngày tang, không nhạc (Quốc tang)" in output


def test_the_sun_of_a_province_without_a_point_is_named(tmp_path: Path, db: Path) -> None:
    configure(db, StationPolicy([]), place="84/29266")
    by_sun = {"at": [], "sun": [{"event": "sunrise", "offset_min": 0}]}
    assert publish(_schedule(tmp_path / "p", **by_sun), db)[0] == 0
    configure(db, StationPolicy([]), place="99/29266", seq=2)
    exit_code, output = publish(_schedule(tmp_path / "q", province="99", seq=6, **by_sun), db)
    assert exit_code == 1
    assert "sun_point" in output

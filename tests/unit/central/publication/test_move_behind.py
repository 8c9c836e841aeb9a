"""`after`: what a new schedule clashes with keeps its time, the schedule begins behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.contract.calendar_terms import SunStart
from agent.contract.document import Entry, EntryStart, Sync, TextBody
from agent.contract.local_time import LOCAL
from agent.contract.scene import Element, Scene
from agent.contract.station_policy import LanguageDuty, Stagger, StationPolicy
from agent.contract.strict_json import parse_strict
from agent.errors import PlanError
from agent.plan.rehearsal import list_clashes
from central.documents.sign import open_envelope, read_document
from central.documents.start_term import list_terms, show_term
from central.publication.moved_playlist import MovedPlaylist, move_behind, renew
from central.publication.recipients import list_known_configs
from central.publication.station_rehearsal import rehearse_stations
from central.store.database import Database
from tests.harness.published_playlists import (
    OTHER,
    TOMORROW,
    configure,
    db,
    entry,
    playlist,
    publish,
)

__all__ = ["db"]
DAYS = [TOMORROW + timedelta(days=n) for n in range(5)]
NOTHING = StationPolicy([])


def daily(
    title: str, at: Sequence[str], *, seconds: int = 30, days: Sequence[date] = DAYS
) -> Entry:
    """An entry on all days of a schedule, or from the first of some to the last."""
    one = entry(title, at, day=days[0], seconds=seconds)
    return msgspec.structs.replace(one, when=msgspec.structs.replace(one.when, until=str(days[-1])))


def change(one: Entry, **more: Any) -> Entry:
    return msgspec.structs.replace(one, **more)


def move(file: Path, db: Path, lang: Any = "vi") -> MovedPlaylist:
    database = Database.open(db)
    try:
        now = datetime.now(UTC)
        configs = list_known_configs(database, f"{now:%Y-%m-%dT%H:%M:%SZ}")
        payload = open_envelope(file.read_bytes()).payload_bytes()
        return move_behind(database, payload, configs, now, lang)
    finally:
        database.close()


def moves_of(moved: MovedPlaylist) -> list[tuple[str, str, str]]:
    return [(one.title, show_term(one.old), show_term(one.new)) for one in moved.moves]


def refusal(file: Path, db: Path) -> str:
    with pytest.raises(PlanError) as caught:
        move(file, db, "en")
    assert caught.value.code == "E_MOVE"
    return caught.value.hint


@pytest.fixture
def station(tmp_path: Path, db: Path) -> Path:
    """A station that plays a bulletin of ten minutes at 06:00 on five days."""
    configure(db, NOTHING)
    assert publish(playlist(tmp_path / "a", daily("Bản tin", ["06:00"], seconds=600)), db)[0] == 0
    return db


def new(tmp_path: Path, *entries: Entry, **more: Any) -> Path:
    return playlist(tmp_path / "b", *entries, **{"slot": "nhac", **more})


def test_an_item_begins_where_what_it_clashes_with_ends_on_every_day(
    tmp_path: Path, station: Path
) -> None:
    moved = move(new(tmp_path, daily("Nhắc", ["06:05", "17:00"])), station)
    assert moves_of(moved) == [("Nhắc", "06:05", "06:10")]
    assert moved.document.entries[0].when.at == ["06:10:00", "17:00:00"]


def test_the_plan_of_the_stations_has_no_clash_left(tmp_path: Path, station: Path) -> None:
    file = new(tmp_path, daily("Nhắc", ["06:05"]), daily("Lời", ["06:09"], seconds=120))
    moved = move(file, station)
    database = Database.open(station)
    now = datetime.now(UTC)
    configs = list_known_configs(database, f"{now:%Y-%m-%dT%H:%M:%SZ}")
    (found,) = rehearse_stations(database, configs, now, now + timedelta(days=7), moved.document)
    database.close()
    assert list_clashes(found.rehearsal, moved.document.doc_id) == []
    starts = {(e.title, f"{e.at.astimezone(LOCAL):%H:%M:%S}") for e in found.rehearsal.events}
    # both go behind the bulletin; of these two the one that is named later goes behind the other
    assert starts == {("Bản tin", "06:00:00"), ("Nhắc", "06:10:00"), ("Lời", "06:11:00")}


def test_nothing_but_the_start_changes_in_the_payload(tmp_path: Path, station: Path) -> None:
    file = new(tmp_path, daily("Nhắc", ["06:05"]))
    before = parse_strict(open_envelope(file.read_bytes()).payload_bytes())
    before["entries"][0]["later_member"] = {"x": 1}  # of a later release
    raw = msgspec.json.encode(before)
    database = Database.open(station)
    now = datetime.now(UTC)
    configs = list_known_configs(database, f"{now:%Y-%m-%dT%H:%M:%SZ}")
    moved = move_behind(database, raw, configs, now, "vi")
    database.close()
    before["entries"][0]["when"]["at"] = ["06:10:00"]
    assert parse_strict(moved.payload) == before
    renewed = parse_strict(renew(moved.payload, "0" * 32, 77))
    assert renewed == before | {"doc_id": "0" * 32, "seq": 77}


def test_a_daily_item_moves_on_all_days_to_a_time_that_is_free_on_each(
    tmp_path: Path, db: Path
) -> None:
    """It clashes from the first day to the fourth; on the last the former end is taken."""
    configure(db, NOTHING)
    bulletin = daily("Bản tin", ["06:00"], seconds=600, days=DAYS[:4])
    other = change(daily("Thơ", ["06:10"], seconds=330, days=DAYS[4:]), max_ms=301_000)
    assert publish(playlist(tmp_path / "a", bulletin, other), db)[0] == 0
    moved = move(new(tmp_path, daily("Nhắc", ["06:05"])), db)
    assert moves_of(moved) == [("Nhắc", "06:05", "06:16")]  # behind 06:15:01


def test_where_each_day_has_another_rival_the_latest_end_counts(tmp_path: Path, db: Path) -> None:
    configure(db, NOTHING)
    early = daily("Sớm", ["06:00"], seconds=600, days=DAYS[:2])
    late = daily("Muộn", ["06:04"], seconds=600, days=DAYS[2:])
    assert publish(playlist(tmp_path / "a", early, late), db)[0] == 0
    moved = move(new(tmp_path, daily("Nhắc", ["06:05"])), db)
    assert moves_of(moved) == [("Nhắc", "06:05", "06:14")]


def test_a_new_time_is_a_whole_minute(tmp_path: Path, db: Path) -> None:
    """A recording lasts seconds and parts of them; a schedule is read in minutes."""
    configure(db, NOTHING)
    bulletin = change(daily("Bản tin", ["17:00"], seconds=630), max_ms=601_000)
    assert publish(playlist(tmp_path / "a", bulletin), db)[0] == 0
    moved = move(new(tmp_path, daily("Nhắc", ["17:05"])), db)
    assert moves_of(moved) == [("Nhắc", "17:05", "17:11")]


def test_what_was_moved_into_quiet_hours_moves_on_behind_them(tmp_path: Path, db: Path) -> None:
    configure(db, StationPolicy(["06:10-06:30"]))
    assert publish(playlist(tmp_path / "a", daily("Bản tin", ["06:00"], seconds=600)), db)[0] == 0
    moved = move(new(tmp_path, daily("Nhắc", ["06:05"])), db)
    assert moves_of(moved) == [("Nhắc", "06:05", "06:30")]


def test_bulletins_of_each_day_s_own_length_are_alike_and_the_longest_counts(
    tmp_path: Path, db: Path
) -> None:
    configure(db, NOTHING)
    bulletins = [
        change(daily("Bản tin", ["06:00"], seconds=600 + 60 * n, days=[day]), id=f"b{n}")
        for n, day in enumerate(DAYS)
    ]
    assert publish(playlist(tmp_path / "a", *bulletins), db)[0] == 0
    moved = move(new(tmp_path, daily("Nhắc", ["06:05"])), db)
    assert moves_of(moved) == [("Nhắc", "06:05", "06:14")]


def test_a_chain_moves_with_the_first_of_it(tmp_path: Path, station: Path) -> None:
    """Also where what follows is what clashes: a chime does not stay behind alone."""
    chime = daily("Chuông", ["05:59"])
    news = change(daily("Tin", ["00:00"], seconds=120), start=EntryStart("after", entry=chime.id))
    news = change(news, when=msgspec.structs.replace(news.when, at=[]))
    moved = move(new(tmp_path, chime, news), station)
    assert moves_of(moved) == [("Chuông", "05:59", "06:10")]
    assert moved.moves[0].along == ("Tin",)


@pytest.mark.parametrize("more", [{"id": "e4-06-hinh"}, {"id": "hinh", "with_": "e4-06"}])
def test_the_picture_of_an_item_moves_with_its_sound(
    tmp_path: Path, station: Path, more: dict[str, str]
) -> None:
    """By its name in documents of 0.1.0, by `with` in later ones."""
    sound = daily("Nhắc", ["06:05"])
    scene = Scene([Element("text", [0, 0, 1000, 1000], text="Nước sạch")], 30_000)
    body = msgspec.structs.replace(sound.body, media=None, scene=scene)
    picture = change(sound, body=body, **more)
    moved = move(new(tmp_path, sound, picture), station)
    assert [one.when.at for one in moved.document.entries] == [["06:10:00"]] * 2


def test_of_two_items_of_one_schedule_the_later_named_moves(tmp_path: Path, db: Path) -> None:
    configure(db, NOTHING)
    first, second = daily("Đầu", ["06:05"]), daily("Sau đó", ["06:00"], seconds=600)
    assert moves_of(move(new(tmp_path, first, second), db)) == [("Sau đó", "06:00", "06:06")]


def test_what_was_moved_goes_on_behind_the_next_item_that_stands(
    tmp_path: Path, station: Path
) -> None:
    """The other item of the schedule clashed with nothing: it stays."""
    file = new(tmp_path, daily("Nhắc", ["06:05"]), daily("Thơ", ["06:10"], seconds=60))
    assert moves_of(move(file, station)) == [("Nhắc", "06:05", "06:11")]


def test_two_starts_of_one_item_do_not_become_one(tmp_path: Path, station: Path) -> None:
    moved = move(new(tmp_path, daily("Nhắc", ["06:05", "06:10"])), station)
    assert moved.document.entries[0].when.at == ["06:11:00", "06:10:00"]


def test_a_start_by_the_sun_moves_by_whole_minutes(tmp_path: Path, db: Path) -> None:
    """In Vietnam the sun rises between 05:00 and 07:00."""
    configure(db, NOTHING)
    long = daily("Tiếp âm", ["05:00"], seconds=3 * 3600)
    assert publish(playlist(tmp_path / "a", long), db)[0] == 0
    one = daily("Sớm", ["06:00"])
    sun = msgspec.structs.replace(one.when, at=[], sun=[SunStart("sunrise")])
    moved = move(new(tmp_path, change(one, when=sun)), db)
    (term,) = list_terms(moved.document.entries[0].when)
    assert isinstance(term, SunStart)
    assert 60 <= term.offset_min <= 180  # 08:00 is so long after sunrise


def test_a_station_whose_turn_comes_later_counts_from_the_written_time(
    tmp_path: Path, db: Path
) -> None:
    """Its turn is two minutes later, so the bulletin's end is written two minutes sooner."""
    configure(db, StationPolicy([], stagger=Stagger(group=1, gap_ms=120_000)))
    assert publish(playlist(tmp_path / "a", daily("Bản tin", ["06:00"], seconds=600)), db)[0] == 0
    one = change(daily("Nhắc", ["06:05"]), sync=Sync("staggered"))
    assert moves_of(move(new(tmp_path, one), db)) == [("Nhắc", "06:05", "06:08")]


def test_of_two_stations_the_later_end_counts(tmp_path: Path, station: Path) -> None:
    configure(station, NOTHING, OTHER)
    longer = playlist(
        tmp_path / "c", daily("Dài", ["06:04"], seconds=900), to=[f"84/29266/{OTHER}"], slot="dai"
    )
    code, output = publish(longer, station, "--clash", "instead")
    assert code == 0, output
    assert moves_of(move(new(tmp_path, daily("Nhắc", ["06:05"])), station)) == [
        ("Nhắc", "06:05", "06:19")
    ]


REFUSED: dict[str, tuple[StationPolicy, Entry, Entry, str]] = {
    "the minutes of a session": (
        StationPolicy([], minutes_per_session=11),
        daily("Bản tin", ["06:00"], seconds=600),
        daily("Nhắc", ["06:05"], seconds=120),
        "would refuse “Nhắc” at 06:10",
    ),
    "quiet hours": (
        StationPolicy(["06:10-05:00"]),
        daily("Bản tin", ["06:00"], seconds=600),
        daily("Nhắc", ["06:05"]),
        "would refuse “Nhắc” at 06:10",
    ),
    "the next day": (
        NOTHING,
        daily("Bản tin", ["23:55"], seconds=600, days=DAYS[:4]),
        daily("Nhắc", ["23:57"], days=DAYS[:4]),
        "“Nhắc” 23:57: behind what it clashes with is the next day",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_where_nothing_fits_behind_it_the_reason_is_named(
    tmp_path: Path, db: Path, name: str
) -> None:
    policy, bulletin, other, reason = REFUSED[name]
    configure(db, policy)
    assert publish(playlist(tmp_path / "a", bulletin), db)[0] == 0
    assert reason in refusal(new(tmp_path, other), db)


def test_the_end_of_the_schedule_is_not_passed(tmp_path: Path, db: Path) -> None:
    configure(db, NOTHING)
    days = DAYS[:1]
    assert publish(
        playlist(tmp_path / "a", daily("Bản tin", ["06:00"], seconds=600, days=days)), db
    )[0] == 0  # fmt: skip
    end = datetime.combine(days[0], time(6, 8), LOCAL)
    file = new(
        tmp_path, daily("Nhắc", ["06:05"], days=days),
        lifetime=end - datetime.now(UTC),
    )  # fmt: skip
    assert "past the schedule's end" in refusal(file, db)


def test_a_language_does_not_come_to_lack_its_share(tmp_path: Path, db: Path) -> None:
    """Behind the bulletin the Khmer item is past the schedule's end, and Khmer has no minute."""
    configure(db, StationPolicy([], language_duties=[LanguageDuty("km", 5)]))
    monday = TOMORROW + timedelta(days=-TOMORROW.weekday() % 7)
    bulletin = daily("Bản tin", ["06:00"], seconds=600, days=[monday])
    life = timedelta(days=8)
    assert publish(playlist(tmp_path / "a", bulletin, lifetime=life), db)[0] == 0
    end = datetime.combine(monday, time(6, 8), LOCAL)
    khmer = change(daily("Khmer", ["06:05"], seconds=60, days=[monday]), lang="km")
    file = new(tmp_path, khmer, lifetime=end - datetime.now(UTC))
    assert "LANGUAGE LACKING" in refusal(file, db)


def test_what_waited_moves_behind_what_cut_it(tmp_path: Path, db: Path) -> None:
    """By the plan it begins at 06:10, when the bulletin is over, and is cut at 06:11."""
    configure(db, NOTHING)
    bulletin, other = daily("Bản tin", ["06:00"], seconds=600), daily("Nhắc", ["06:11"])
    assert publish(playlist(tmp_path / "a", bulletin, other), db)[0] == 0
    waits = change(daily("Thơ", ["06:00"], seconds=120), start=EntryStart("next"))
    assert moves_of(move(new(tmp_path, waits), db)) == [("Thơ", "06:00", "06:12")]


def test_a_picture_does_not_clash_and_does_not_move(tmp_path: Path, station: Path) -> None:
    sound = daily("Nhắc", ["06:05"])
    text = msgspec.structs.replace(sound.body, media=None, text=TextBody(show="Nước sạch"))
    file = new(tmp_path, change(sound, body=text))
    moved = move(file, station)
    assert (moved.moves, moved.document) == ((), read_document(file.read_bytes()))

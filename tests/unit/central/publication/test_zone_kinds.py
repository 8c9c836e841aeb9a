"""Classes by kind of cluster are judged at the centre where hellos tell the kinds, else not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import msgspec
from click.testing import CliRunner
from msgspec import UNSET, UnsetType

from agent.contract.report import ClockState, Hello
from agent.contract.station_policy import StationPolicy, ZoneKindClasses
from central.__main__ import main
from central.collector.report_store import note_latest
from central.store.database import Database
from tests.harness.centre_records import STATION
from tests.harness.published_playlists import OTHER, configure, db, entry, playlist, publish

__all__ = ["db"]  # the fixture

CLOSED = StationPolicy([], zone_classes=[ZoneKindClasses("special", ["priority"])])
KINDS = {"nga-ba": "ordinary", "truong-hoc": "special"}


def say_hello(path: Path, station: str, kinds: Mapping[str, str] | UnsetType) -> None:
    hello = Hello(
        session=1, boot_id="b", epoch="e" * 16, last_seq=0, nonce="n" * 16, place=None, holds={},
        authority={}, agent="0", clock=ClockState("SYNCED", 0.02), has=["audio"],
        zone_kinds=kinds if kinds is UNSET else dict(kinds),
    )  # fmt: skip
    database = Database.open(path)
    note_latest(database, station, "hello", msgspec.json.encode(hello))
    database.close()


def bulletin(path: Path, zones: list[str], class_: str = "routine") -> Path:
    one = msgspec.structs.replace(entry("Bản tin", ["08:00"]), zones=zones)
    return playlist(path, one, class_=class_)


def rehearse(db: Path, *more: str) -> str:
    result = CliRunner().invoke(main, ["rehearse", "--db", str(db), "--days", "3", *more])
    assert result.exit_code == 0
    return result.output


def test_an_item_for_closed_clusters_alone_is_refused_before_it_is_sent(
    tmp_path: Path, db: Path
) -> None:
    configure(db, CLOSED)
    say_hello(db, STATION, KINDS)
    exit_code, output = publish(bulletin(tmp_path / "p", ["truong-hoc"]), db)
    assert (exit_code, output.split(":")[0]) == (1, "E_POLICY")
    assert "loại bản tin không được phát ở cụm loa này (special: truong-hoc)" in output
    assert "CHƯA BIẾT" not in output
    english = publish(bulletin(tmp_path / "p", ["truong-hoc"]), db, "--lang", "en")[1]
    assert "this class may not sound at these clusters (special: truong-hoc)" in english
    assert publish(bulletin(tmp_path / "q", ["truong-hoc"], "priority"), db)[0] == 0


def test_an_item_that_sounds_elsewhere_is_sent_with_a_notice(tmp_path: Path, db: Path) -> None:
    configure(db, CLOSED)
    say_hello(db, STATION, KINDS)
    exit_code, output = publish(bulletin(tmp_path / "p", ["*"]), db)
    assert exit_code == 0
    assert "CHÚ Ý: E_POLICY: mục “Bản tin”" in output
    assert "các cụm loa khác của trạm vẫn phát" in output
    assert "TỪ CHỐI     Bản tin [truong-hoc]:" in output
    assert "phát        Bản tin [nga-ba]" in output
    assert "phát        Bản tin [nga-ba]" in rehearse(db)


def test_a_box_that_tells_no_kinds_is_named_and_nothing_is_made_up(
    tmp_path: Path, db: Path
) -> None:
    for station in (STATION, OTHER):
        configure(db, CLOSED, station)
    say_hello(db, STATION, UNSET)  # an older release; the other one has never said hello
    exit_code, output = publish(bulletin(tmp_path / "p", ["truong-hoc"]), db)
    assert exit_code == 0
    assert "E_POLICY" not in output
    assert "CHÚ Ý: CHƯA BIẾT loại cụm loa (đặc biệt, thông thường) của các trạm sau" in output
    assert f"{STATION}, {OTHER}" in output
    assert "CHƯA BIẾT cụm loa nào là loại đặc biệt" in rehearse(db)
    command = ["sign", str(tmp_path / "p"), "--key", str(tmp_path / "p"), "--db", str(db)]
    assert "CHƯA BIẾT loại cụm loa" in CliRunner().invoke(main, command, input="n\n").output
    found = json.loads(rehearse(db, "--format", "json"))["rehearsals"]
    assert [one["not_known"] for one in found] == [["zone_classes"], ["zone_classes"]]


def test_stations_that_differ_in_kinds_are_planned_apart(tmp_path: Path, db: Path) -> None:
    for station, kinds in ((STATION, KINDS), (OTHER, {"nga-ba": "ordinary"})):
        configure(db, CLOSED, station)
        say_hello(db, station, kinds)
    exit_code, output = publish(bulletin(tmp_path / "p", ["truong-hoc"]), db)
    assert exit_code == 1
    assert f"[trạm: {STATION}]" in output
    assert OTHER not in output.split("[trạm:")[1].split("]")[0]


def test_without_classes_and_for_a_class_that_is_open_nobody_asks(tmp_path: Path, db: Path) -> None:
    configure(db, StationPolicy([]))
    configure(db, CLOSED, OTHER)
    output = publish(bulletin(tmp_path / "p", ["*"], "priority"), db)[1]
    assert "CHƯA BIẾT" not in output

"""Whoever publishes a scene that moves is told which faces show it at rest."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import UNSET

from agent.contract.document import Body
from agent.contract.report import ClockState, Hello
from agent.contract.scene import Element, Scene
from agent.contract.station_policy import StationPolicy
from central.collector.report_store import note_latest
from central.store.database import Database
from tests.harness.centre_records import STATION
from tests.harness.published_playlists import configure, db, entry, playlist, publish

__all__ = ["db"]  # the fixture


def say_hello(path: Path, faces: list[str]) -> None:
    hello = Hello(
        session=1, boot_id="b", epoch="e" * 16, last_seq=0, nonce="n" * 16, place=None, holds={},
        authority={}, agent="0", clock=ClockState("SYNCED", 0.02), has=["board"],
        still_faces=faces or UNSET,
    )  # fmt: skip
    database = Database.open(path)
    note_latest(database, STATION, "hello", msgspec.json.encode(hello))
    database.close()


def publish_ticker(tmp_path: Path, db: Path, zones: list[str], **element: object) -> str:
    text = Element("text", [0, 0, 1000, 1000], text="x", **element)  # type: ignore[arg-type]  # keys of an element
    body = Body(scene=Scene([text], 600_000))
    one = msgspec.structs.replace(entry("Triều cường", ["08:00"]), zones=zones, body=body)
    return publish(playlist(tmp_path / "p", one), db, "--lang", "en")[1]


def test_a_running_text_for_a_sign_is_named_with_station_and_face(tmp_path: Path, db: Path) -> None:
    configure(db, StationPolicy([]))
    say_hello(db, ["cong-xa"])
    output = publish_ticker(tmp_path, db, ["cong-xa"], ticker_ms=6000)
    assert f"show stills only and will not have running text: {STATION} (cong-xa)" in output


def test_what_does_not_move_or_goes_elsewhere_is_not_mentioned(tmp_path: Path, db: Path) -> None:
    configure(db, StationPolicy([]))
    say_hello(db, ["cong-xa"])
    assert "stills" not in publish_ticker(tmp_path, db, ["cong-xa"])
    assert "stills" not in publish_ticker(tmp_path, db, ["mat-truoc"], ticker_ms=6000)
    say_hello(db, [])
    assert "stills" not in publish_ticker(tmp_path, db, ["cong-xa"], ticker_ms=6000)

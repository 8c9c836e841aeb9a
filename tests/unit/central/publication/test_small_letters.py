"""Whoever signs or publishes a text that nobody can read from where a face is read is told so."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from msgspec import UNSET

from agent.contract.document import Body
from agent.contract.legibility import least_size_px
from agent.contract.report import ClockState, FaceView, Hello
from agent.contract.scene import Element, Region, Scene, Turn
from agent.contract.station_policy import StationPolicy
from agent.play.board.letter_size import list_letter_sizes
from central.collector.report_store import note_latest
from central.store.database import Database
from tests.harness.centre_records import STATION
from tests.harness.published_playlists import configure, db, entry, playlist, publish

__all__ = ["db"]  # the fixture
ALL = [0, 0, 1000, 1000]
WALL = FaceView(160, 80, pitch_mm=10, read_m=40)
LONG = "Uỷ ban nhân dân xã thông báo lịch cắt điện để sửa đường dây, bà con chú ý theo dõi. " * 2


@pytest.mark.parametrize(
    ("pitch_mm", "read_m", "is_khmer", "size_px"),
    [
        # by hand: 40 m / 360 = 111 mm of capital, 11.1 lamps of 10 mm, / 0.714 = 15.56
        (10, 40, False, 16),
        (10, 40, True, 32),  # 31.1
        (5, 40, False, 32),
        (10, 100, False, 39),  # 38.9
    ],
)
def test_letters_grow_with_the_distance_and_shrink_with_the_pitch(
    pitch_mm: float, read_m: float, *, is_khmer: bool, size_px: int
) -> None:
    assert least_size_px(pitch_mm, read_m, is_khmer=is_khmer) == size_px


def test_the_letters_of_a_scene_are_those_that_are_drawn() -> None:
    turns = [Turn([Element("text", [0, 0, 1000, 500], text="Lũ")], 9_000)]
    line = Element("text", [0, 500, 1000, 500], text="Lũ về", ticker_ms=9_000)
    scene = Scene([line, Element("qr", ALL, text="x")], 1, [Region([0, 0, 500, 500], turns)])
    sizes = dict(list_letter_sizes(scene, (400, 200)))
    # By hhea of Noto Sans a line is 1.069 + 0.293 sizes high, each rounded up: 72 takes 77 + 22 of
    # 100 lamps, 73 would take 79 + 22; 34 takes 37 + 10 of 50 - 2, 35 would take 38 + 11.
    assert sizes == {"Lũ về": 72, "Lũ": 34}


def lunar_clock() -> Element:
    """As `clock: lunar` beside something else."""
    return Element(
        "clock", [0, 0, 1000, 300], format="%d/%m/%Y\n%H:%M", lang="vi",
        full_format="%A %d/%m/%Y\n%L\n%H:%M",
    )  # fmt: skip


def test_the_letters_of_a_clock_are_measured_too() -> None:
    line = Element("text", [0, 300, 1000, 700], text="Lũ")
    sizes = dict(list_letter_sizes(Scene([lunar_clock(), line], 1), (400, 250)))
    # Three lines in 75 - 2 lamps: of 17 they take 3 * (19 + 5), of 18 it would be 3 * (20 + 6).
    assert sizes["Chủ Nhật 27/12/2026\n19/11 năm Bính Ngọ âm lịch\n20:48"] == 17


def say_hello(path: Path, views: dict[str, FaceView]) -> None:
    hello = Hello(
        session=1, boot_id="b", epoch="e" * 16, last_seq=0, nonce="n" * 16, place=None, holds={},
        authority={}, agent="0", clock=ClockState("SYNCED", 0.02), has=["board"],
        face_views=views or UNSET,
    )  # fmt: skip
    database = Database.open(path)
    note_latest(database, STATION, "hello", msgspec.json.encode(hello))
    database.close()


def publish_text(tmp_path: Path, db: Path, text: str, zones: list[str], lang: str = "en") -> str:
    body = Body(scene=Scene([Element("text", ALL, text=text)], 600_000))
    one = msgspec.structs.replace(entry("Cúp điện", ["08:00"]), zones=zones, body=body)
    return publish(playlist(tmp_path / "p", one), db, "--lang", lang)[1]


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "16 are needed to read it"), ("vi", "đọc được phải từ 16")]
)
def test_a_text_too_small_to_read_is_named_with_station_and_face(
    lang: str, words: str, tmp_path: Path, db: Path
) -> None:
    configure(db, StationPolicy([]))
    say_hello(db, {"cong-xa": WALL})
    output = " ".join(publish_text(tmp_path, db, LONG, ["cong-xa"], lang).split())
    assert words in output
    assert f"{STATION} (cong-xa)" in output
    assert "MUTCD" in output


def test_a_text_that_does_not_fit_at_all_is_named_too(tmp_path: Path, db: Path) -> None:
    configure(db, StationPolicy([]))
    say_hello(db, {"cong-xa": WALL})
    assert "too long to be shown" in publish_text(tmp_path, db, LONG * 20, ["*"])


def test_a_clock_too_small_to_read_is_named(tmp_path: Path, db: Path) -> None:
    configure(db, StationPolicy([]))
    say_hello(db, {"cong-xa": FaceView(400, 250, pitch_mm=5, read_m=40)})
    body = Body(scene=Scene([lunar_clock()], 600_000))
    one = msgspec.structs.replace(entry("Lịch", ["08:00"]), zones=["cong-xa"], body=body)
    output = publish(playlist(tmp_path / "p", one), db, "--lang", "en")[1]
    assert "32 are needed to read it" in " ".join(output.split())


def test_what_can_be_read_goes_elsewhere_or_is_not_known_is_not_mentioned(
    tmp_path: Path, db: Path
) -> None:
    configure(db, StationPolicy([]))
    say_hello(db, {"cong-xa": WALL})
    assert "letters" not in publish_text(tmp_path, db, "Lũ về", ["cong-xa"])
    assert "letters" not in publish_text(tmp_path, db, LONG, ["mat-truoc"])
    say_hello(db, {})
    assert "letters" not in publish_text(tmp_path, db, LONG, ["cong-xa"])

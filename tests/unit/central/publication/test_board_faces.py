"""Who may fill a face is judged at the centre before a schedule is signed or sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from msgspec import UNSET

from agent.contract.document import Body, Entry
from agent.contract.report import ClockState, Hello
from agent.contract.scene import Element, Scene
from agent.contract.station_policy import FaceIssuers, StationPolicy
from central.__main__ import main
from central.collector.report_store import note_latest
from central.store.database import Database
from tests.harness.centre_records import STATION
from tests.harness.published_playlists import configure, db, entry, playlist, publish

__all__ = ["db"]  # the fixture

PICTURE = Body(scene=Scene([Element("text", [0, 0, 1000, 1000], text="Tiêm chủng")], 30_000))
KEPT = StationPolicy([], face_issuers=[FaceIssuers("mat-truoc", ["vn.84.29270", "vn.84.29271"])])
CLOSED = "người ký này không được đưa hình lên mặt bảng mat-truoc"


def say_hello(path: Path, faces: list[str] | None, has: str = "board") -> None:
    hello = Hello(
        session=1, boot_id="b", epoch="e" * 16, last_seq=0, nonce="n" * 16, place=None, holds={},
        authority={}, agent="0", clock=ClockState("SYNCED", 0.02), has=[has],
        faces=UNSET if faces is None else faces, features=["policy.face_issuers", "entries.standby"]
    )  # fmt: skip
    database = Database.open(path)
    note_latest(database, STATION, "hello", msgspec.json.encode(hello))
    database.close()


def picture(zones: list[str], **more: Any) -> Entry:
    return msgspec.structs.replace(entry("Tin", ["08:00"]), zones=zones, body=PICTURE, **more)


def test_a_picture_for_a_face_of_others_is_refused_before_it_is_sent(
    tmp_path: Path, db: Path
) -> None:
    configure(db, KEPT)
    say_hello(db, ["mat-truoc", "mat-sau"])
    file = playlist(tmp_path / "p", picture(["mat-truoc"]))
    exit_code, output = publish(file, db)
    assert (exit_code, output.split(":")[0]) == (1, "E_POLICY")
    assert f"{CLOSED}; chỉ dành cho: mat-truoc: vn.84.29270, vn.84.29271" in output
    english = publish(file, db, "--lang", "en")[1]
    assert "this issuer has no right to the faces mat-truoc; kept for: mat-truoc:" in english
    assert f"[stations: {STATION}]" in english
    command = ["sign", str(file), "--key", str(file), "--db", str(db)]
    signed = CliRunner().invoke(main, command, input="n\n")
    assert signed.exit_code != 0
    assert "chỉ dành cho: mat-truoc: vn.84.29270" in signed.output


def test_a_picture_for_all_faces_is_sent_with_a_notice(tmp_path: Path, db: Path) -> None:
    configure(db, KEPT)
    say_hello(db, ["mat-truoc", "mat-sau"])
    exit_code, output = publish(playlist(tmp_path / "p", picture(["*"])), db)
    assert exit_code == 0
    assert "CHÚ Ý: E_POLICY: mục “Tin”" in output
    assert "các mặt bảng khác của trạm vẫn hiện" in output
    assert "hiện        Tin [mat-sau]" in output  # the week that is shown with it


def test_on_a_board_of_one_face_nothing_is_left_of_it(tmp_path: Path, db: Path) -> None:
    configure(db, KEPT)
    say_hello(db, ["mat-truoc"])
    exit_code, output = publish(playlist(tmp_path / "p", picture(["*"])), db)
    assert (exit_code, output.split(":")[0]) == (1, "E_POLICY")


@pytest.mark.parametrize("faces", [None, ["mat-truoc", "mat-sau"]])
def test_who_has_the_right_is_refused_nothing(
    tmp_path: Path, db: Path, faces: list[str] | None
) -> None:
    configure(db, KEPT)
    say_hello(db, faces)
    own = playlist(tmp_path / "p", picture(["mat-truoc"]), issuer="vn.84.29271.tre")
    assert publish(own, db)[0] == 0
    other = playlist(tmp_path / "q", picture(["mat-sau"]))
    exit_code, output = publish(other, db)
    assert (exit_code, "E_POLICY" in output) == (0, False)


def test_a_station_that_never_said_hello_has_the_faces_of_its_policy(
    tmp_path: Path, db: Path
) -> None:
    configure(db, KEPT)
    assert publish(playlist(tmp_path / "p", picture(["mat-truoc"])), db)[0] == 1
    exit_code, output = publish(playlist(tmp_path / "q", picture(["*"])), db)
    assert exit_code == 0
    assert "các mặt bảng khác của trạm vẫn hiện" in output


def test_a_station_without_a_board_leaves_nothing_out(tmp_path: Path, db: Path) -> None:
    configure(db, KEPT)
    say_hello(db, None, has="audio")
    exit_code, output = publish(playlist(tmp_path / "p", picture(["*"])), db)
    assert (exit_code, "E_POLICY" in output) == (0, False)


@pytest.mark.parametrize(
    ("zones", "code", "words"),
    [(["mat-truoc"], 1, CLOSED), (["*"], 0, "các mặt bảng khác của trạm vẫn hiện")],
)
def test_a_standby_picture_is_judged_like_every_other(
    tmp_path: Path, db: Path, zones: list[str], code: int, words: str
) -> None:
    configure(db, KEPT)
    say_hello(db, ["mat-truoc", "mat-sau"])
    still = picture(zones, standby=True)
    exit_code, output = publish(playlist(tmp_path / "p", still, slot="base"), db)
    assert exit_code == code
    assert words in output

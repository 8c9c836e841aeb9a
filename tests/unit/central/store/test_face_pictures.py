"""Pictures of faces: what a station signs is kept by face, in files that are what they say."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from agent.contract.report import FacePicture, Result
from central.__main__ import main
from central.collector.report_rules import ReportError, verify_report_content
from central.store.database import Database
from central.store.face_pictures import FACES_KEPT, KEPT, list_pictures, note_pictures

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
AT = "2026-12-01T03:00:00.000Z"


def picture(face: str = "mat-truoc", png: bytes = PNG, at: str = AT) -> FacePicture:
    return FacePicture(face, at, hashlib.sha256(png).hexdigest(), png)


def verdict(*pictures: FacePicture) -> Result:
    return Result("d1", "done", None, "", "command", "s1", pictures=list(pictures))


@pytest.fixture
def database(tmp_path: Path) -> Any:
    database = Database.open(tmp_path / "centre.db")
    yield database
    database.close()


def test_the_newest_of_each_face_are_kept(database: Database) -> None:
    for number in range(KEPT + 5):
        png = PNG + bytes([number])
        note_pictures(database, "tv-cl-0001", f"d{number}", [picture(png=png)])
    note_pictures(database, "tv-cl-0002", "x", [picture("mat-sau")])
    found = list_pictures(database, "tv-cl-0001", None)
    assert [one.doc_id for one in found] == [f"d{number}" for number in range(5, KEPT + 5)]
    assert [one.picture.face for one in list_pictures(database, None, "mat-sau")] == ["mat-sau"]


def test_a_stolen_device_key_does_not_fill_the_disk(database: Database) -> None:
    for number in range(KEPT * FACES_KEPT + 30):
        note_pictures(database, "tv-cl-0001", None, [picture(f"mat-{number}")])
    assert len(list_pictures(database, "tv-cl-0001", None)) == KEPT * FACES_KEPT


@pytest.mark.parametrize(
    "bad",
    [
        verdict(picture(png=b"MZ" + PNG)),
        verdict(picture(png=PNG + b"\0" * 16_000)),
        verdict(*[picture()] * 3),
        verdict(picture("../../etc/cron.d/x")),
        verdict(picture("mat\x1b[2J")),
        verdict(picture(at="../x")),
    ],
)
def test_what_is_no_small_picture_of_a_face_is_refused(bad: Result) -> None:
    with pytest.raises(ReportError):
        verify_report_content(bad)


def test_the_largest_pictures_pass() -> None:
    verify_report_content(verdict(*[picture(png=PNG.ljust(16_000, b"\0"))] * 2))


def test_they_are_written_to_files(tmp_path: Path, database: Database) -> None:
    note_pictures(database, "tv-cl-0001", "d1", [picture(), picture("mat-sau", PNG + b"1")])
    out = tmp_path / "pictures"
    args = ["pictures", "--db", str(tmp_path / "centre.db"), "--out", str(out), "--lang", "en"]
    result = CliRunner().invoke(main, [*args, "--station", "tv-cl-0001"])
    assert result.exit_code == 0, result.output
    assert sorted(one.name for one in out.iterdir()) == [
        "tv-cl-0001.mat-sau.2026-12-01T030000-000Z.png",
        "tv-cl-0001.mat-truoc.2026-12-01T030000-000Z.png",
    ]
    assert (out / "tv-cl-0001.mat-truoc.2026-12-01T030000-000Z.png").read_bytes() == PNG
    nobody = CliRunner().invoke(main, [*args, "--station", "tv-cl-0009"])
    assert nobody.exit_code != 0
    assert "no station has sent a picture" in nobody.output


def test_a_picture_is_base64_on_the_wire() -> None:
    import msgspec

    wire = msgspec.json.decode(msgspec.json.encode(verdict(picture())))
    assert base64.b64decode(wire["pictures"][0]["png"]) == PNG

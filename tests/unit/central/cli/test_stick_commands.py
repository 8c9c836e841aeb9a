"""`export --usb` and `import --usb` as an officer types them."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.contract.stick import StickReader
from central.__main__ import main
from central.stick import stick_writer
from tests.harness.stick_story import BEGIN, StickCentre, move_centre


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StickCentre]:
    move_centre(monkeypatch)
    one = StickCentre(tmp_path)
    one.at = BEGIN
    yield one
    one.database.close()


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    stick = tmp_path / "usb"
    stick.mkdir()
    return stick


def run(centre: StickCentre, usb: Path, name: str, *more: str) -> Result:
    keys = centre.authority.keys
    words = [
        name, "--usb", str(usb), "--db", str(centre.folder / "central.db"),
        "--time-key", str(keys["vn.time"][0]), "--receipt-key", str(keys["vn.receipt"][0]),
    ]  # fmt: skip
    return CliRunner().invoke(main, [*words, *more])


def export(centre: StickCentre, usb: Path, *more: str) -> Result:
    keys = centre.authority.keys
    return run(
        centre, usb, "export", "--media", str(centre.media),
        "--head-key", str(keys["vn.head"][0]), "--timestamp-key", str(keys["timestamp"][0]), *more,
    )  # fmt: skip


def read_file(usb: Path) -> StickReader:
    reader = StickReader()
    for line in (usb / "tramtin/stations/tv-cl-0007.jsonl").read_bytes().splitlines(keepends=True):
        reader.read(line)
    return reader


def test_a_stick_is_filled_with_what_is_in_force_and_told(centre: StickCentre, usb: Path) -> None:
    centre.place()
    centre.playlist(b"sound")
    result = export(centre, usb)
    assert result.exit_code == 0, result.output
    assert "tv-cl-0007: 4 văn bản" in result.stdout  # time, config, head, playlist
    reader = read_file(usb)
    assert reader.is_whole
    assert reader.header is not None
    digest = hashlib.sha256(b"sound").hexdigest()
    assert [(one.sha256, one.bytes) for one in reader.header.media] == [(digest, 5)]
    assert (usb / "tramtin/media" / digest).read_bytes() == b"sound"


def test_a_second_filling_copies_nothing_twice_and_drops_what_nobody_names(
    centre: StickCentre, usb: Path
) -> None:
    centre.place()
    centre.playlist(b"old")
    export(centre, usb)
    centre.playlist(b"new sound")
    digest = hashlib.sha256(b"new sound").hexdigest()
    (usb / "tramtin/media" / f"{digest}.part").write_bytes(b"new s")  # pulled while it was filled
    assert export(centre, usb).exit_code == 0
    media = usb / "tramtin/media"
    assert [one.name for one in media.iterdir()] == [digest]
    assert (media / digest).read_bytes() == b"new sound"
    (media / digest).write_bytes(b"bad sound")
    assert export(centre, usb).exit_code == 0
    assert (media / digest).read_bytes() == b"new sound"


def test_what_is_missing_is_named_and_the_rest_is_on_the_stick(
    centre: StickCentre, usb: Path
) -> None:
    centre.playlist(b"sound")
    digest = hashlib.sha256(b"sound").hexdigest()
    (centre.media / digest).unlink()
    result = export(centre, usb, "--lang", "en")
    assert result.exit_code == 1
    assert f"{digest} is missing" in result.stdout
    assert "no station-config is published" in result.stdout
    assert read_file(usb).is_whole


def test_too_little_room_is_told_before_anything_is_written(
    centre: StickCentre, usb: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre.place()
    centre.playlist(b"sound")
    usage = shutil.disk_usage(usb)._replace(free=1 << 20)
    monkeypatch.setattr(stick_writer.shutil, "disk_usage", lambda _path: usage)
    result = export(centre, usb, "--lang", "en")
    assert result.exit_code == 78
    assert "E_STICK_FULL" in result.stderr
    assert list((usb / "tramtin/stations").iterdir()) == []


def test_a_station_that_nobody_enrolled_is_refused_by_name(centre: StickCentre, usb: Path) -> None:
    result = export(centre, usb, "--stations", "tv-cl-0007,tv-xx-9999")
    assert result.exit_code == 78
    assert "tv-xx-9999" in result.stderr


def test_what_another_box_has_signed_is_refused_and_stays(centre: StickCentre, usb: Path) -> None:
    up = usb / "tramtin/up/tv-cl-0007"
    up.mkdir(parents=True)
    name = f"{'e' * 16}-000000000001-000000000002.log.json"
    foreign = {
        "payloadType": "application/vnd.tramtin.report.log.v1+json", "payload": "e30=",
        "signatures": [{"keyid": "0" * 64, "sig": "AAAA"}],
    }  # fmt: skip
    (up / name).write_text(json.dumps(foreign))
    (up / "passwd").symlink_to("/etc/passwd")
    (up / "hello.json").symlink_to("/etc/passwd")
    result = run(centre, usb, "import")
    assert result.exit_code == 1
    assert name in result.stderr
    assert (up / name).exists()
    assert centre.rows() == []


@pytest.mark.parametrize("name", ["", "media", "stations"])
def test_a_stick_whose_folder_is_a_link_deletes_and_writes_nothing_elsewhere(
    centre: StickCentre, usb: Path, tmp_path: Path, name: str
) -> None:
    centre.place()
    centre.playlist(b"sound")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / ("a" * 64)).write_bytes(b"kept")
    link = usb / "tramtin" / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(mine)
    result = export(centre, usb)
    assert result.exit_code == 78
    assert "E_STICK" in result.stderr
    assert [one.name for one in mine.iterdir()] == ["a" * 64]
    assert run(centre, usb, "import").exit_code in (0, 78)


def test_a_file_that_is_a_link_is_not_written_through(
    centre: StickCentre, usb: Path, tmp_path: Path
) -> None:
    centre.place()
    mine = tmp_path / "mine"
    mine.write_bytes(b"kept")
    (usb / "tramtin/stations").mkdir(parents=True)
    (usb / "tramtin/stations/tv-cl-0007.jsonl.part").symlink_to(mine)
    assert export(centre, usb).exit_code == 78
    assert mine.read_bytes() == b"kept"


def test_a_folder_that_is_no_stick_is_refused(centre: StickCentre, usb: Path) -> None:
    assert run(centre, usb, "import").exit_code == 78

"""`sign` and `publish` with the answer `after`: what is shown is what is signed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from agent.contract.document import Entry, Playlist
from agent.contract.station_policy import StationPolicy
from central.__main__ import main
from central.authority.signing_key import make_key
from central.documents.sign import open_envelope, read_document
from central.publication.document_outbox import list_documents
from central.store.database import Database
from tests.harness.centre_records import GROUP, place_station
from tests.harness.published_playlists import (
    TOMORROW,
    configure,
    db,
    entry,
    playlist,
    publish,
)

__all__ = ["db"]
YAML = """\
slot: nhac
to: ["84/29266/*"]
from: {day}
until: {day}
items:
  - title: Nhắc
    at: ["17:00", "06:05"]  # hai lần
    say: Mời bà con đi họp
"""


@pytest.fixture
def key(tmp_path: Path) -> Path:
    make_key(tmp_path / "khoa.pem")
    return tmp_path / "khoa.pem"


@pytest.fixture
def station(tmp_path: Path, db: Path) -> Path:
    configure(db, StationPolicy([]))
    assert publish(playlist(tmp_path / "a", entry("Bản tin", ["06:00"], seconds=600)), db)[0] == 0
    return db


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """A schedule that clashes, as it was signed before anybody rehearsed it."""
    return playlist(tmp_path / "lich.signed", entry("Nhắc", ["06:05"]), slot="nhac")


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(map(str, words)))
    return result.exit_code, result.stdout + result.stderr


def starts_of(file: Path) -> list[list[str]]:
    document = read_document(file.read_bytes())
    assert isinstance(document, Playlist)
    return [one.when.at for one in document.entries]


def each_day(one: Entry) -> Entry:
    """From its day on."""
    return msgspec.structs.replace(one, when=msgspec.structs.replace(one.when, until="2099-01-01"))


def published(db: Path) -> set[str]:
    database = Database.open(db)
    found = {row["doc_id"] for row in list_documents(database) if row["slot"] == "nhac"}
    database.close()
    return found


def sign_yaml(tmp_path: Path, db: Path, key: Path, *more: str) -> tuple[int, str]:
    file = tmp_path / "lich.yaml"
    file.write_text(YAML.format(day=TOMORROW))
    return run(
        "sign", file, "--key", key, "--passphrase", "", "--yes", "--db", db, "--issuer",
        "vn.84.29266", "--media-dir", tmp_path / "media", "--media-url",
        "https://media.example.vn", *more,
    )  # fmt: skip


def test_who_signs_is_asked_and_signs_the_moved_schedule_that_was_shown(
    tmp_path: Path, station: Path, key: Path
) -> None:
    code, output = sign_yaml(tmp_path, station, key)
    assert (code, "E_CLASH: nhac: trùng giờ với mục cùng hạng, chưa ký gì" in output) == (1, True)
    assert not (tmp_path / "lich.signed").exists()
    code, output = sign_yaml(tmp_path, station, key, "--clash", "after")
    assert code == 0, output
    assert starts_of(tmp_path / "lich.signed") == [["17:00:00", "06:10:00"]]
    shown = output.partition("DỜI RA SAU mục trùng giờ, mọi ngày có mục ấy:")[2]
    assert "“Nhắc”: 06:05 → 06:10" in shown
    assert '7: at: ["17:00", "06:10"]  # hai lần' in shown  # the line of the file
    assert re.search(r"06:10–06:10:\d\d     phát        Nhắc", shown)
    assert "TRÙNG GIỜ:" not in shown
    assert publish(tmp_path / "lich.signed", station)[0] == 0


@pytest.mark.parametrize(
    ("lang", "told"), [("vi", r"• mọi ngày, (\d\d/\d\d) đến"), ("en", r"• every day, (\S+) to")]
)
def test_the_question_names_all_days(tmp_path: Path, db: Path, lang: str, told: str) -> None:
    configure(db, StationPolicy([]))
    bulletin = each_day(entry("Bản tin", ["06:00"], seconds=600))
    assert publish(playlist(tmp_path / "a", bulletin), db)[0] == 0
    file = playlist(tmp_path / "b", each_day(entry("Nhắc", ["06:05"])), slot="nhac")
    code, output = publish(file, db, "--lang", lang)
    found = re.search(told, output)
    assert found is not None, output
    assert (code, found[1]) == (1, f"{TOMORROW:%d/%m}")


def test_who_signs_may_let_it_sound_instead_or_cancel(
    tmp_path: Path, station: Path, key: Path
) -> None:
    code, output = sign_yaml(tmp_path, station, key, "--clash", "cancel", "--lang", "en")
    assert (code, "E_CLASH: nhac: cancelled, nothing was signed" in output) == (1, True)
    assert not (tmp_path / "lich.signed").exists()
    assert sign_yaml(tmp_path, station, key, "--clash", "instead")[0] == 0
    assert starts_of(tmp_path / "lich.signed") == [["17:00:00", "06:05:00"]]


def test_what_others_have_signed_is_another_document_once_it_is_moved(
    tmp_path: Path, station: Path, key: Path, signed: Path
) -> None:
    make_key(tmp_path / "khac.pem")
    words = ("--passphrase", "", "--yes")
    assert run("sign", signed, "--key", tmp_path / "khac.pem", *words)[0] == 0
    former = read_document(signed.read_bytes())
    out = tmp_path / "moi.signed"
    code, output = run(
        "sign", signed, "--key", key, *words, "--db", station, "--clash", "after", "--out", out
    )
    assert (code, "1 chữ ký đã có là của bản chưa dời" in output) == (0, True), output
    moved = read_document(out.read_bytes())
    assert (moved.doc_id != former.doc_id, moved.seq > former.seq) == (True, True)
    assert len(open_envelope(out.read_bytes()).signatures) == 1


def test_a_signed_schedule_is_moved_signed_and_published_in_one_command(
    tmp_path: Path, station: Path, key: Path, signed: Path
) -> None:
    code, output = publish(
        signed, station, "--clash", "after", "--key", str(key), "--passphrase", "", "--yes"
    )
    assert code == 0, output
    moved = read_document((tmp_path / "lich.sau.signed").read_bytes())
    assert published(station) == {moved.doc_id}
    assert starts_of(tmp_path / "lich.sau.signed") == [["06:10:00"]]
    assert starts_of(signed) == [["06:05:00"]]  # the file that was given stays as it is


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_without_a_key_the_next_commands_are_printed_and_do_what_is_left(
    tmp_path: Path, station: Path, key: Path, signed: Path, lang: str
) -> None:
    code, output = publish(signed, station, "--clash", "after", "--lang", lang)
    assert (code, output.split(":")[0], published(station)) == (1, "E_CLASH", set())
    commands = [line for line in output.splitlines() if line.startswith("tramtin-central ")]
    assert [shlex.split(one)[1] for one in commands] == ["sign", "publish"]
    name = {"vi": "khoa.pem", "en": "key.pem"}[lang]
    for one in commands:
        words = [str(key) if word == name else word for word in shlex.split(one)[1:]]
        more = ["--passphrase", "", "--yes"] if words[0] == "sign" else []
        code, output = run(*words, *more)
        assert code == 0, output
    moved = read_document((tmp_path / "lich.sau.signed").read_bytes())
    assert published(station) == {moved.doc_id}
    assert GROUP in commands[1]


def test_the_next_commands_repeat_what_was_given(tmp_path: Path, station: Path, key: Path) -> None:
    """A reason counts for who signs and for who publishes."""
    database = Database.open(station)
    place_station(database, policy=StationPolicy(["21:00-05:00"]), seq=2)
    database.close()
    file = playlist(
        tmp_path / "lich.signed", entry("Nhắc", ["06:05"]), entry("Đêm", ["03:15"]), slot="nhac"
    )
    more = ("--despite", "huyện yêu cầu", "--anyway", "--wait", "0")
    output = publish(file, station, "--clash", "after", *more)[1]
    commands = [line for line in output.splitlines() if line.startswith("tramtin-central ")]
    sign, send = ([w if w != "khoa.pem" else str(key) for w in shlex.split(c)] for c in commands)
    assert send[-3:] == ["--anyway", "--wait", "0"]
    assert run(*sign[1:], "--passphrase", "", "--yes")[0] == 0
    assert run(*send[1:])[0] == 5  # sent, and no station has answered at once
    assert starts_of(tmp_path / "lich.sau.signed") == [["06:10:00"], ["03:15:00"]]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_daily_item_moves_where_it_clashes_on_some_days_only(
    tmp_path: Path, station: Path, key: Path, lang: str
) -> None:
    """The bulletin is on one day of the schedule's days."""
    file = playlist(tmp_path / "lich.signed", each_day(entry("Nhắc", ["06:05"])), slot="nhac")
    words = ("--clash", "after", "--key", str(key), "--passphrase", "", "--yes", "--lang", lang)
    code, output = publish(file, station, *words)
    told = {"vi": "mọi ngày có mục ấy:", "en": "on all days of the item:"}[lang]
    assert (code, told in output) == (0, True), output
    assert starts_of(tmp_path / "lich.sau.signed") == [["06:10:00"]]


def test_who_signs_moves_it_on_all_days_too(tmp_path: Path, station: Path, key: Path) -> None:
    words = ("--key", key, "--passphrase", "", "--yes", "--db", station, "--clash", "after")
    file = playlist(tmp_path / "lich.signed", each_day(entry("Nhắc", ["06:05"])), slot="nhac")
    out = tmp_path / "moi.signed"
    code, output = run("sign", file, *words, "--out", out)
    assert code == 0, output
    assert starts_of(out) == [["06:10:00"]]


def test_what_cannot_be_moved_changes_nothing(tmp_path: Path, station: Path, key: Path) -> None:
    late = entry("Bản tin đêm", ["23:55"], seconds=600)
    assert publish(playlist(tmp_path / "c", late, slot="dem"), station)[0] == 0
    file = playlist(tmp_path / "lich.signed", each_day(entry("Nhắc", ["23:58"])), slot="nhac")
    code, output = publish(file, station, "--clash", "after", "--key", str(key), "--yes")
    assert (code, output.split(":")[0]) == (1, "E_MOVE")
    assert "đã là ngày hôm sau" in output
    assert (published(station), (tmp_path / "lich.sau.json").exists()) == (set(), False)

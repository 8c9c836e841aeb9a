"""Stations that would refuse what a document needs are named before it is signed and sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from agent.contract.document import Body, Relay, StationConfig, Sync
from agent.contract.report import ClockState, Hello
from agent.contract.scene import Element, Scene
from agent.contract.station_policy import AdvertPolicy, ChimeCheck, Stagger, StationPolicy
from agent.errors import YamlFaults
from central.__main__ import main
from central.collector.report_store import note_latest
from central.documents.audio_tools import make_melody
from central.documents.schedule_compiler import compile_schedule
from central.documents.sign import (
    build_header,
    ignored_members,
    mark_critical,
    read_document,
    sign_document,
)
from central.store.database import Database
from tests.harness.centre_records import STATION
from tests.harness.published_playlists import (
    OTHER,
    configure,
    db,
    entry,
    playlist,
    publish,
)
from tests.harness.signed_documents import AT, COMMUNE
from tests.harness.signed_documents import playlist as plain

__all__ = ["db"]  # the fixture

ALL_DAY = AdvertPolicy(["00:00-24:00"])
DESCRIBED = "essential: true, field: 3, source: UBND xã, ref: 12/TB-UBND"


def say_hello(path: Path, station: str, features: list[str]) -> None:
    hello = Hello(
        session=1, boot_id="b", epoch="e" * 16, last_seq=0, nonce="n" * 16, place=None, holds={},
        authority={}, agent="0", clock=ClockState("SYNCED", 0.02), has=["audio"], features=features,
    )  # fmt: skip
    database = Database.open(path)
    note_latest(database, station, "hello", msgspec.json.encode(hello))
    database.close()


def advert(path: Path) -> Path:
    """A schedule with an advertisement in an envelope that nobody has signed."""
    document = read_document(playlist(path, entry("x", ["08:00"])).read_bytes())
    entries = [msgspec.structs.replace(document.entries[0], advert=True)]  # type: ignore[union-attr] # a playlist
    document = mark_critical(msgspec.structs.replace(document, entries=entries))
    path.write_bytes(sign_document(msgspec.json.encode(document), "playlist", []))
    return path


def configure_two(path: Path, *features: list[str]) -> None:
    for station, known in zip((STATION, OTHER), features, strict=True):
        configure(path, StationPolicy([], adverts=ALL_DAY), station)
        say_hello(path, station, known)


def test_an_older_station_is_named_and_does_not_keep_the_others_waiting(
    tmp_path: Path, db: Path
) -> None:
    configure_two(db, ["entries.advert"], [])
    exit_code, output = publish(advert(tmp_path / "p"), db)
    assert exit_code == 0
    assert "E_UNSUPPORTED" in output
    assert f"(entries.advert): nâng cấp hộp [trạm: {OTHER}]" in output


def test_when_all_stations_would_refuse_it_is_not_published(tmp_path: Path, db: Path) -> None:
    configure_two(db, [], [])
    exit_code, output = publish(advert(tmp_path / "p"), db)
    assert (exit_code, output.split(":")[0]) == (1, "E_UNSUPPORTED")
    assert publish(advert(tmp_path / "q"), db, "--despite", "đã hỏi xã")[0] == 0


def test_where_all_know_it_and_where_nothing_is_needed_nobody_is_named(
    tmp_path: Path, db: Path
) -> None:
    configure_two(db, ["entries.advert"], ["entries.advert", "entries.song"])
    assert "E_UNSUPPORTED" not in publish(advert(tmp_path / "p"), db)[1]
    say_hello(db, OTHER, [])
    assert "E_UNSUPPORTED" not in publish(playlist(tmp_path / "q"), db)[1]


def test_a_station_that_never_sent_a_hello_is_not_judged(tmp_path: Path, db: Path) -> None:
    configure(db, StationPolicy([]))
    assert "E_UNSUPPORTED" not in publish(advert(tmp_path / "p"), db)[1]


@pytest.mark.parametrize(
    ("lang", "words"), [("vi", "sẽ TỪ CHỐI"), ("en", "these stations will REFUSE")]
)
def test_sign_names_them_too_before_it_asks_for_the_key(
    tmp_path: Path, db: Path, lang: str, words: str
) -> None:
    configure_two(db, ["entries.advert"], [])
    file = advert(tmp_path / "p")
    command = ["sign", str(file), "--key", str(file), "--db", str(db), "--lang", lang]
    output = CliRunner().invoke(main, command, input="n\n").output
    assert words in output
    assert OTHER in output
    assert STATION not in output.split(words)[1]


def test_sign_shows_the_names_of_what_this_machine_does_not_know(tmp_path: Path) -> None:
    from tests.harness.signed_documents import seal

    file = tmp_path / "p"
    file.write_bytes(seal(plain(mood="calm"), COMMUNE))
    assert ignored_members(file.read_bytes()) == ("mood",)
    output = CliRunner().invoke(main, ["sign", str(file), "--key", str(file)], input="n\n").output
    assert "CHÚ Ý: máy này chưa hiểu" in output
    assert "mood" in output


def in_turns(path: Path) -> Path:
    """A schedule with a staggered item in an envelope that nobody has signed."""
    document = read_document(playlist(path, entry("x", ["08:00"])).read_bytes())
    turns = Sync("staggered", 180_000)
    entries = [msgspec.structs.replace(document.entries[0], sync=turns)]  # type: ignore[union-attr] # a playlist
    document = msgspec.structs.replace(document, entries=entries)
    path.write_bytes(sign_document(msgspec.json.encode(document), "playlist", []))
    return path


@pytest.mark.parametrize(
    ("group", "knows", "is_named"), [(2, False, True), (2, True, False), (0, False, False)]
)
def test_an_older_box_that_does_not_wait_for_its_turn_is_named_and_gets_it_all_the_same(
    group: int, *, knows: bool, is_named: bool, tmp_path: Path, db: Path
) -> None:
    """0.1.0 accepts the item and plays it with the first group (decision 47)."""
    configure(db, StationPolicy([], stagger=Stagger(group)), STATION)
    say_hello(db, STATION, ["entries.sync.kind=staggered"] if knows else ["entries.advert"])
    exit_code, output = publish(in_turns(tmp_path / "p"), db)
    assert exit_code == 0
    assert "E_UNSUPPORTED" not in output
    assert (f"không chờ lượt mình (hộp phiên bản cũ): {STATION}" in output) == is_named


def test_an_older_box_is_named_to_the_signer_too(tmp_path: Path, db: Path) -> None:
    configure(db, StationPolicy([], stagger=Stagger(1)), STATION)
    say_hello(db, STATION, [])
    file = in_turns(tmp_path / "p")
    command = ["sign", str(file), "--key", str(file), "--db", str(db), "--lang", "en"]
    output = CliRunner().invoke(main, command, input="n\n").output
    assert f"not in their turn (older boxes): {STATION}" in output
    assert "REFUSE" not in output


def songs(path: Path) -> Path:
    document = read_document(playlist(path, entry("x", ["08:00"])).read_bytes())
    entries = [msgspec.structs.replace(document.entries[0], music=True)]  # type: ignore[union-attr] # a playlist
    document = msgspec.structs.replace(document, entries=entries)
    path.write_bytes(sign_document(msgspec.json.encode(document), "playlist", []))
    return path


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_an_older_box_that_plays_music_on_days_of_mourning_is_named(
    lang: str, tmp_path: Path, db: Path
) -> None:
    """0.1.0 ignores `music` and refuses calendars (decision 52)."""
    words = {"vi": "cả ngày quốc tang", "en": "music on days of mourning too"}[lang]
    configure_two(db, ["entries.music"], ["entries.advert"])
    exit_code, output = publish(songs(tmp_path / "p"), db, "--lang", lang)
    assert exit_code == 0
    assert "E_UNSUPPORTED" not in output
    (line,) = [one for one in output.splitlines() if words in one]
    assert OTHER in line
    assert STATION not in line
    file = songs(tmp_path / "q")
    command = ["sign", str(file), "--key", str(file), "--db", str(db), "--lang", lang]
    assert words in CliRunner().invoke(main, command, input="n\n").output


def test_an_older_box_that_shows_running_text_at_rest_is_named(tmp_path: Path, db: Path) -> None:
    """0.1.0 ignores `ticker_ms`: it has the element as a text."""
    configure_two(db, ["entries.body.scene.elements.ticker_ms"], ["entries.advert"])
    file = tmp_path / "p"
    document = read_document(playlist(file, entry("x", ["08:00"])).read_bytes())
    body = Body(scene=Scene([Element("text", [0, 0, 9, 9], text="Lũ", ticker_ms=9_000)], 60_000))
    entries = [msgspec.structs.replace(document.entries[0], body=body)]  # type: ignore[union-attr] # a playlist
    document = msgspec.structs.replace(document, entries=entries)
    file.write_bytes(sign_document(msgspec.json.encode(document), "playlist", []))
    _exit_code, output = publish(file, db)
    (line,) = [one for one in output.splitlines() if "chữ đứng yên" in one]
    assert (OTHER in line, STATION in line) == (True, False)


def test_a_config_tells_which_older_boxes_do_without_its_turn_and_its_chime(
    tmp_path: Path, db: Path
) -> None:
    configure_two(db, [], [])
    policy = StationPolicy([], stagger=Stagger(2), chime_check=ChimeCheck([7], "17:00"))
    header = build_header(
        "station-config", issuer="vn.84", class_="config", to=[f"84/29266/{STATION}"],
        slot="chinh", seq=2, now=datetime.now(UTC), lifetime=timedelta(days=30),
    )  # fmt: skip
    place = f"84/29266/{STATION}"
    document = StationConfig(**header, place=place, groups=[], zones=[], policy=policy)
    file = tmp_path / "config"
    file.write_bytes(sign_document(msgspec.json.encode(document), "station-config", []))
    result = CliRunner().invoke(main, ["publish", str(file), "--db", str(db), "--station", STATION])
    output = result.stdout + result.stderr
    assert (
        f"không chờ lượt của nhóm mình mà phát cùng nhóm đầu (hộp phiên bản cũ): {STATION}"
        in output
    )
    assert f"không phát chuông kiểm loa (hộp phiên bản cũ): {STATION}" in output
    assert "E_UNSUPPORTED" not in output


def compiled(folder: Path, words: str) -> dict[str, Any]:
    make_melody(folder / "a.wav", 1000)
    text = (
        "slot: tuan\nto: ['84/29266/*']\nfrom: 2026-11-24\nuntil: 2026-11-30\n"
        f"items:\n  - {{title: a, at: '05:00', play: a.wav, {words}}}\n"
    )
    (folder / "lich.yaml").write_text(text, encoding="utf-8")
    payload = compile_schedule(
        folder / "lich.yaml", issuer="vn.84.29266", seq=1, epoch=1, now=AT,
        media_dir=folder / "media", media_base_url="https://media.example.vn",
    )  # fmt: skip
    document: dict[str, Any] = json.loads(payload)
    return document


@pytest.mark.parametrize(
    ("words", "sync"),
    [
        ("stagger: 3m", {"kind": "staggered", "gap_ms": 180_000}),
        ("repeat: 1", {"kind": "simultaneous", "gap_ms": 0}),
    ],
)
def test_group_after_group_is_signed_as_sync_and_is_not_critical(
    words: str, sync: dict[str, Any], tmp_path: Path
) -> None:
    document = compiled(tmp_path, words)
    assert document["entries"][0]["sync"] == sync
    assert "crit" not in document


def test_what_an_item_says_of_itself_travels_and_is_not_critical(tmp_path: Path) -> None:
    document = compiled(tmp_path, DESCRIBED)
    members = {
        name: document["entries"][0][name] for name in ("essential", "field", "source", "ref")
    }
    assert members == {"essential": True, "field": 3, "source": "UBND xã", "ref": "12/TB-UBND"}
    assert "crit" not in document
    assert "advert" not in document["entries"][0]


def test_an_advertisement_is_listed_as_critical_without_the_officers_doing(tmp_path: Path) -> None:
    assert compiled(tmp_path, "advert: true")["crit"] == ["entries.advert"]
    assert "crit" not in compiled(tmp_path, "advert: false")


@pytest.mark.parametrize("words", ["field: 7", "field: 0", "source: ''", "essential: maybe"])
def test_a_wrong_value_is_shown_with_its_place(tmp_path: Path, words: str) -> None:
    with pytest.raises(YamlFaults) as caught:
        compiled(tmp_path, words)
    assert "items[0]" in str(caught.value.faults[0])


def test_a_box_that_cannot_pull_a_radio_is_named(tmp_path: Path, db: Path) -> None:
    for station, known in ((STATION, ["entries.body.relay"]), (OTHER, [])):
        configure(db, StationPolicy([], relay_hosts=["radio.example.vn"]), station)
        say_hello(db, station, known)
    radio = Body(relay=Relay("https://radio.example.vn/vov1"))
    item = msgspec.structs.replace(entry("VOV1", ["05:30"]), body=radio, max_ms=1_800_000)
    exit_code, output = publish(playlist(tmp_path / "p", item), db)
    assert exit_code == 0
    assert f"(entries.body.relay): nâng cấp hộp [trạm: {OTHER}]" in output

"""Messages of recorded phrases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from agent.errors import ConfigError
from central.__main__ import main
from central.documents.phrase_bank import compose
from tests.harness.melody import make_melody

BANK = """
lang: km
phrases:
  lu-ve: {text: "ទឹកជំនន់មកដល់", file: lu-ve.wav}
  luc: {text: "នៅម៉ោង", file: luc.wav}
slots:
  place: {ap-3: {text: "ភូមិបី", file: ap-3.wav}}
  hour: {"17": {text: "ដប់ប្រាំពីរ", file: "17.wav"}}
messages:
  lu: [lu-ve, "{place}", luc, "{hour}"]
"""


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    path = tmp_path / "khmer.yaml"
    path.write_text(BANK, encoding="utf-8")
    return path


def test_a_message_is_its_phrases_with_the_slots_filled(bank: Path) -> None:
    message = compose(bank, "lu hour=17 place=ap-3")
    assert message.lang == "km"
    assert message.text == "ទឹកជំនន់មកដល់ ភូមិបី នៅម៉ោង ដប់ប្រាំពីរ"
    assert [file.name for file in message.files] == ["lu-ve.wav", "ap-3.wav", "luc.wav", "17.wav"]


@pytest.mark.parametrize(
    ("order", "listed"),
    [
        ("chay", "lu"),
        ("lu hour=17", "ap-3"),
        ("lu hour=25 place=ap-3", "17"),
        ("lu hour=17 place=ap-3 number=5", "{hour}"),
        ("lu 17", "slot=choice"),
    ],
)
def test_what_the_bank_does_not_have_is_an_error_that_lists_what_it_has(
    bank: Path, order: str, listed: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        compose(bank, order)
    assert (caught.value.code, listed in caught.value.hint) == ("E_USAGE", True)


def test_a_draft_says_it_beside_the_vietnamese_words(bank: Path, tmp_path: Path) -> None:
    for name in ("lu-ve", "ap-3", "luc", "17"):
        make_melody(tmp_path / f"{name}.wav", 500 + 100 * len(name))
    out = tmp_path / "draft.json"
    argv = ["draft", "emergency", "--issuer", "vn.84.em", "--to", "84/29266/*"]
    argv += ["--say", "Lũ về", "--phrases", str(bank), "lu hour=17 place=ap-3"]
    argv += ["--media-url", "https://m.vn", "--media-dir", str(tmp_path / "media")]
    done = CliRunner().invoke(main, [*argv, "--out", str(out)])
    assert done.exit_code == 0, done.output
    document = json.loads(out.read_bytes())
    vietnamese, khmer = document["bodies"]
    assert (vietnamese["lang"], vietnamese["text"]["say"]) == ("vi", "Lũ về")
    assert khmer["lang"] == "km"
    lengths = {one["sha256"]: one["duration_ms"] for one in document["media"]}
    assert [lengths[digest] for digest in khmer["media"]] == [1000, 900, 800, 700]
    assert khmer["text"]["show"].startswith("ទឹកជំនន់មកដល់")
    assert khmer["phrases"] == khmer["media"]  # 0.1.0 plays its `media`
    assert "tiếng Khmer: 4 câu ghi sẵn nối nhau" in done.output


def order(tmp_path: Path, *words: str) -> dict[str, Any]:
    for name in ("lu-ve", "ap-3", "luc", "17", "ghi-am"):
        make_melody(tmp_path / f"{name}.wav", 500 + 100 * len(name))
    out = tmp_path / "draft.json"
    argv = ["draft", "emergency", "--issuer", "vn.84.em", "--to", "84/29266/*", *words]
    argv += ["--media-url", "https://m.vn", "--media-dir", str(tmp_path / "media")]
    done = CliRunner().invoke(main, [*argv, "--out", str(out)])
    assert done.exit_code == 0, done.output
    document: dict[str, Any] = json.loads(out.read_bytes())
    return document


def test_a_message_of_phrases_alone_is_an_emergency_of_its_own(bank: Path, tmp_path: Path) -> None:
    (khmer,) = order(tmp_path, "--phrases", str(bank), "lu hour=17 place=ap-3")["bodies"]
    assert (khmer["lang"], len(khmer["media"])) == ("km", 4)


def test_phrases_stand_in_for_a_recording_in_the_same_language(bank: Path, tmp_path: Path) -> None:
    play = ["--play", str(tmp_path / "ghi-am.wav"), "--text-lang", "km"]
    document = order(tmp_path, *play, "--phrases", str(bank), "lu hour=17 place=ap-3")
    (khmer,) = document["bodies"]
    assert (len(khmer["media"]), len(khmer["phrases"])) == (1, 4)
    assert {*khmer["media"], *khmer["phrases"]} == {one["sha256"] for one in document["media"]}

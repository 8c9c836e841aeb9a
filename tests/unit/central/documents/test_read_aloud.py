"""A text becomes words, and words a file, by espeak-ng or by a command of the operator's."""

from __future__ import annotations

import json
import subprocess
import wave
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.errors import ConfigError
from central.__main__ import main
from central.documents.preparation.prepare import Preparation
from central.documents.read_aloud import read_aloud, settle_words
from speech.dialect import NORTH, SOUTH

PLAIN = Preparation(chime_before=False)
LIST = "words:\n  TKCN: tê ca xê nờ\n  Sóc Ruộng: Xóc Ruộng\n"


def length_s(path: Path) -> float:
    """The length by ffprobe."""
    argv = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"]
    return float(subprocess.check_output([*argv, str(path)], text=True))


def test_a_text_is_said_word_for_word_and_becomes_a_file(tmp_path: Path) -> None:
    text, listed, out = tmp_path / "tin.txt", tmp_path / "ten.yaml", tmp_path / "tin.opus"
    text.write_text("TKCN Sóc Ruộng họp lúc 17h30. Mời 1.005 hộ.", encoding="utf-8")
    listed.write_text(LIST, encoding="utf-8")
    argv = ["speak", str(text), "--pronunciation", str(listed), "--dialect", "south"]
    done = CliRunner().invoke(main, [*argv, "--chime", "none", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert (
        "tê ca xê nờ Xóc Ruộng họp lúc mười bảy giờ ba mươi phút. "
        "Mời một ngàn không trăm lẻ năm hộ."
    ) in done.output
    assert "NGHE" in done.output
    # 19 syllables at some 160 a minute, and the pause of a sentence
    assert 6 < length_s(out) < 11


def test_a_voice_of_the_operators_gets_each_sentence_and_its_pause_follows(tmp_path: Path) -> None:
    said = tmp_path / "said"
    voice = tmp_path / "voice"
    voice.write_text(
        f'#!/bin/sh\ncat >>{said}; echo " $2" >>{said}\n'
        'ffmpeg -v error -y -f lavfi -i "sine=440:duration=1" -ar 22050 "$1"\n'
    )
    voice.chmod(0o755)
    out = tmp_path / "tin.wav"
    read_aloud("lũ về. chạy ngay", SOUTH, out, PLAIN, engine=f"{voice} {{out}} {{dialect}}")
    assert said.read_text(encoding="utf-8") == "lũ về. south\nchạy ngay south\n"
    with wave.open(str(out)) as made:
        seconds = made.getnframes() / made.getframerate()
    assert 2.4 < seconds < 2.5  # 1 s, 450 ms, 1 s


@pytest.mark.parametrize(
    ("engine", "code"),
    [("espeak-ng -w x", "E_USAGE"), ("false {out}", "E_CLIP"), ("true {out}", "E_CLIP")],
)
def test_a_voice_that_does_not_speak_is_an_error(tmp_path: Path, engine: str, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_aloud("lũ về", NORTH, tmp_path / "x.wav", PLAIN, engine=engine)
    assert caught.value.code == code
    assert not list(tmp_path.iterdir())


def test_a_text_without_words_is_refused() -> None:
    with pytest.raises(ConfigError, match="E_USAGE"):
        settle_words("…", NORTH)


def test_a_fault_of_the_list_is_named_with_its_line(tmp_path: Path) -> None:
    text, listed = tmp_path / "tin.txt", tmp_path / "ten.yaml"
    text.write_text("Lũ", encoding="utf-8")
    listed.write_text("words:\n  TKCN: [a]\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["speak", str(text), "--pronunciation", str(listed)])
    assert done.exit_code != 0
    assert "ten.yaml:2" in done.output


def test_a_draft_holds_the_words_and_shows_what_was_written(tmp_path: Path) -> None:
    out = tmp_path / "draft.json"
    argv = ["draft", "emergency", "--issuer", "vn.84.em", "--to", "84/29266/*"]
    argv += ["--say", "Lũ về lúc 17h30", "--dialect", "south", "--out", str(out)]
    done = CliRunner().invoke(main, argv)
    assert done.exit_code == 0, done.output
    words = "Lũ về lúc mười bảy giờ ba mươi phút"
    assert f"ĐỌC “{words}”" in done.output
    (body,) = json.loads(out.read_bytes())["bodies"]
    assert body["text"] == {"say": words, "show": "Lũ về lúc 17h30", "dialect": "south"}

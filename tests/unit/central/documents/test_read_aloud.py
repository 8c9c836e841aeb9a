"""A text becomes words, and words a file, by espeak-ng or by a command of the operator's."""

from __future__ import annotations

import json
import subprocess
import wave
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from agent.contract.document import Emergency, Playlist, TextBody
from agent.errors import ConfigError, YamlFaults
from central.__main__ import main
from central.documents.alarm_compiler import compile_alarm
from central.documents.compiler import SigningParams
from central.documents.preparation.prepare import Preparation
from central.documents.pronunciation import settle_words
from central.documents.read_aloud import read_aloud
from central.documents.schedule_compiler import compile_schedule
from central.documents.summary import describe
from speech.dialect import NORTH, SOUTH
from tests.harness.signed_documents import AT

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


SCHEDULE = """
slot: tuan
to: ['84/29266/*']
from: 2026-11-24
until: 2026-11-30
{reading}
items:
  - {{title: Họp, at: '05:00', say: "TKCN họp lúc 17h30, 1.005 hộ"}}
"""
WORDS = "tê ca xê nờ họp lúc mười bảy giờ ba mươi phút, một ngàn không trăm lẻ năm hộ"


def compile_in(folder: Path, reading: str) -> Playlist:
    (folder / "lich.yaml").write_text(SCHEDULE.format(reading=reading), encoding="utf-8")
    payload = compile_schedule(
        folder / "lich.yaml", issuer="vn.84.29266", seq=1, epoch=1, now=AT,
        media_dir=folder / "media", media_base_url="https://m.vn",
    )  # fmt: skip
    return msgspec.json.decode(payload, type=Playlist)


def test_a_schedule_may_settle_the_words_before_it_is_signed(tmp_path: Path) -> None:
    (tmp_path / "ten.yaml").write_text(LIST, encoding="utf-8")
    document = compile_in(tmp_path, "dialect: south\npronunciation: ten.yaml")
    assert document.entries[0].body.text == TextBody(say=WORDS, dialect="south")
    assert f"ĐỌC “{WORDS}”" in "\n".join(describe(document, "vi"))


def test_a_schedule_that_settles_nothing_is_read_by_each_station_and_shown_in_words(
    tmp_path: Path,
) -> None:
    document = compile_in(tmp_path, "")
    assert document.entries[0].body.text == TextBody(say="TKCN họp lúc 17h30, 1.005 hộ")
    shown = "\n".join(describe(document, "en"))
    assert "SAYS “TKCN họp lúc 17h30, 1.005 hộ” (in words: “tìm kiếm cứu nạn họp lúc" in shown


def test_a_list_that_is_not_beside_the_schedule_is_a_fault_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(YamlFaults) as caught:
        compile_in(tmp_path, "pronunciation: ten.yaml")
    (fault,) = caught.value.faults
    assert (fault.line, fault.key, fault.got) == (6, "pronunciation", "ten.yaml")


def test_a_prepared_alarm_may_be_text_alone(tmp_path: Path) -> None:
    (tmp_path / "ten.yaml").write_text(LIST, encoding="utf-8")
    alarm = tmp_path / "bao-dong.yaml"
    alarm.write_text(
        "class: emergency\ntrigger: key\nslot: key-lu\nto: ['84/29266/*']\nuntil: 2027-01-31\n"
        "dialect: north\npronunciation: ten.yaml\nmessages:\n"
        "  - say: Sóc Ruộng lũ về lúc 17h\n",
        encoding="utf-8",
    )
    issue = SigningParams("vn.84.em", 1, 1, AT, tmp_path / "media", "https://m.vn")
    document = msgspec.json.decode(compile_alarm(alarm, issue), type=Emergency)
    shown = "Sóc Ruộng lũ về lúc 17h"
    said = TextBody(say="Xóc Ruộng lũ về lúc mười bảy giờ", show=shown, dialect="north")
    assert document.bodies[0].text == said

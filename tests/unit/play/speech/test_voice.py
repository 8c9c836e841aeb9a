"""Which texts a box reads, and in which words."""

from __future__ import annotations

import pytest

from agent.contract.document import TextBody
from agent.play.speech.espeak import espeak_argv, split_wave
from agent.play.speech.voice import Voice
from agent.settings.model import Speech
from speech.dialect import CENTRAL, SOUTH

FLOOD = TextBody(say="Lũ về lúc 17h30, 1.005 hộ di chuyển ngay!")


@pytest.mark.parametrize(
    ("dialect", "words"),
    [
        ("north", "một nghìn không trăm linh năm hộ di chuyển ngay!"),
        ("south", "một ngàn không trăm lẻ năm hộ di chuyển ngay!"),
    ],
)
def test_a_text_is_read_in_the_dialect_of_the_station(dialect: str, words: str) -> None:
    voice = Voice(Speech(dialect=dialect), is_installed=True)  # type: ignore[arg-type] # a literal
    reading = voice.read("vi", FLOOD)
    assert reading is not None
    assert reading.words == f"Lũ về lúc mười bảy giờ ba mươi phút, {words}"
    assert reading.dialect.name == dialect
    assert voice.read("vi", FLOOD) is reading


def test_the_dialect_of_the_document_goes_before_the_stations() -> None:
    voice = Voice(Speech(dialect="north"), is_installed=True)
    reading = voice.read("vi-VN", TextBody(say="5.000 đồng", dialect="central"))
    assert reading is not None
    assert (reading.words, reading.dialect) == ("năm ngàn đồng", CENTRAL)


@pytest.mark.parametrize(
    ("lang", "text"),
    [("km", FLOOD), ("en", FLOOD), ("vi", TextBody(show="Lũ")), ("vi", TextBody(say="…"))],
)
def test_other_languages_and_texts_without_words_are_not_read(lang: str, text: TextBody) -> None:
    assert Voice(Speech(), is_installed=True).read(lang, text) is None


def test_a_box_without_the_program_reads_nothing() -> None:
    assert Voice(Speech(), is_installed=False).read("vi", FLOOD) is None


def test_the_rate_of_the_settings_is_that_of_the_program() -> None:
    argv = espeak_argv(SOUTH, Speech(syllables_per_minute=140))
    assert argv[:5] == ["espeak-ng", "-v", "vi-vn-x-south", "-s", "100"]


def test_samples_are_what_stands_behind_a_header_without_lengths() -> None:
    # as espeak-ng 1.51 writes it into a pipe
    head = bytes.fromhex(
        "5249464624f0ff7f57415645666d742010000000010001002256000044ac0000020010006461746100f0ff7f"
    )
    assert split_wave(head + b"\x01\x02\x03\x04\x05") == b"\x01\x02\x03\x04"
    assert split_wave(b"Error: no voice data") == b""
    assert split_wave(b"") == b""

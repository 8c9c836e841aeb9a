"""The text of a public key, as mail and chat hand it on."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import ConfigError
from central.authority.ceremony.key_card import (
    MARK,
    KeyCard,
    encode_card,
    fold_card,
    has_card,
    parse_card,
)
from central.authority.signing_key import make_key


def pack(*fields: object) -> str:
    raw = json.dumps(fields).encode()
    packed = base64.b32encode(raw + hashlib.sha256(raw).digest()[:4]).decode().rstrip("=")
    return f"{MARK}{packed}:"


def read_or_none(text: str) -> KeyCard | None:
    try:
        return parse_card(text, "x")
    except ConfigError:
        return None


@pytest.fixture(params=["ed25519", "ecdsa-sha2-nistp256"])
def card(tmp_path: Path, request: pytest.FixtureRequest) -> KeyCard:
    key = make_key(tmp_path / "k.pem", None, request.param)
    return KeyCard("Nguyễn Thị Lan", "xã Càng Long", "vn.84.29266", key)


def test_what_was_written_is_read(card: KeyCard) -> None:
    assert parse_card(encode_card(card), "x") == card


def test_quotes_line_ends_case_and_the_mail_around_it_do_no_harm(card: KeyCard) -> None:
    folded = fold_card(encode_card(card))
    mail = "Kính gửi trung tâm,\r\n" + folded.replace("\n", "\r\n> ") + "\r\nTrân trọng, Lan"
    assert has_card(mail)
    assert parse_card(mail, "x") == card
    assert parse_card(mail.lower(), "x") == card
    assert parse_card(folded.replace("-", "-\n"), "x") == card


def test_the_text_needs_only_letters_that_a_small_qr_code_has(card: KeyCard) -> None:
    """ISO/IEC 18004, table 5: digits, capitals, space and $%*+-./:"""
    assert set(encode_card(card)) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def test_every_letter_that_is_lost_or_changed_is_noticed(card: KeyCard) -> None:
    text = encode_card(card)
    for at in range(len(MARK), len(text) - 1):
        other = "A" if text[at] != "A" else "B"
        for damaged in (text[:at] + text[at + 1 :], text[:at] + other + text[at + 1 :]):
            assert read_or_none(damaged) in (None, card)  # the last letter has bits to spare


def test_a_text_that_nobody_wrote_as_a_card_is_refused() -> None:
    der = Ed25519PrivateKey.generate().public_key()
    good = base64.b64encode(
        der.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).decode()
    assert parse_card(pack("Lan", "", "", good), "x").name == "Lan"
    weak = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + bytes(32)).decode()
    for fields in (
        ("", "", "", good),
        ("Lan\u202e", "", "", good),
        ("Lan\x1b[2J", "", "", good),
        ("L" * 121, "", "", good),
        ("Lan", "", "", weak),
        ("Lan", "", "", "%%%"),
        ("Lan", "", "", good, "more"),
        ("Lan", 1, "", good),
        ("Lan",),
    ):
        with pytest.raises(ConfigError, match="E_KEY"):
            parse_card(pack(*fields), "x")


@given(st.text())
def test_whatever_is_pasted_is_read_or_refused(text: str) -> None:
    for pasted in (text, f"{MARK}{text}:"):
        with pytest.raises(ConfigError, match="E_KEY"):
            parse_card(pasted, "x")

"""Attacks 1 to 17 of the catalogue, but those of transport: what is not strictly an envelope."""

from __future__ import annotations

import base64
import dataclasses
import json
from typing import Any

import pytest

from agent.errors import TrustError
from agent.trust.tree import load_tree
from tests.fakes.fake_publisher import FakePublisher
from tests.harness.signed_documents import (
    COMMUNE,
    FIRST,
    GOOD,
    SECOND,
    code_of,
    emergency,
    judge,
    playlist,
    seal,
)

TEXT = json.dumps(playlist())


def edited(**changes: Any) -> bytes:
    """The good envelope with other members."""
    return json.dumps({**json.loads(GOOD), **changes}).encode()


def refused(envelope: bytes, kind: str = "playlist") -> str:
    """With which code."""
    return code_of(lambda: judge(envelope, kind))


def signed_text(text: str | bytes) -> bytes:
    """Whatever it is, validly signed by the commune."""
    raw = text if isinstance(text, bytes) else text.encode()
    return seal(raw, COMMUNE, kind="playlist")


def test_the_envelope_that_the_attacks_begin_with_is_good() -> None:
    assert judge(GOOD).document.seq == 42


@pytest.mark.parametrize(
    "raw",
    [b"playlist", b"{", b"'a'", b"\x00", b"nul", GOOD[:-1]],
    ids=["word", "brace", "quote", "zero", "nul", "cut"],
)
def test_attack_001_what_is_not_json(raw: bytes) -> None:
    assert refused(raw) == "E_JSON"


def test_attack_003_more_than_the_largest_document() -> None:
    assert refused(b" " * (352 * 1024 + 1)) == "E_SIZE"
    assert refused(signed_text(b" " * (256 * 1024 + 1))) == "E_SIZE"


@pytest.mark.parametrize("deep", [b"[" * 100_000, b'{"a":' * 50_000, b"[" * 20 + b"]" * 20])
def test_attack_005_nesting(deep: bytes) -> None:
    assert refused(deep) == "E_JSON"
    assert refused(signed_text(deep)) == "E_SCHEMA"


def test_attack_006_a_member_twice_in_the_envelope() -> None:
    assert refused(GOOD[:-1] + b', "payload": "AAAA"}') == "E_JSON"
    assert refused(GOOD.replace(b'{"keyid"', b'{"keyid": "x", "keyid"')) == "E_JSON"


def test_attack_007_a_member_twice_in_a_signed_payload() -> None:
    assert refused(signed_text(TEXT[:-1] + ', "seq": 43}')) == "E_SCHEMA"
    assert refused(signed_text(TEXT.replace('"zones"', '"zones": [], "zones"'))) == "E_SCHEMA"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "42.0", "1e400", "4.2e1"])
def test_attack_008_numbers_that_are_not_integers(number: str) -> None:
    assert refused(signed_text(TEXT.replace("42", number, 1))) == "E_SCHEMA"
    envelope = GOOD[:-1] + f', "x": {number}}}'.encode()
    assert refused(envelope) in ("E_JSON", "E_ENVELOPE")


def test_attack_009_a_further_field_in_the_envelope() -> None:
    assert refused(edited(alg="none")) == "E_ENVELOPE"
    signature = {**json.loads(GOOD)["signatures"][0], "x5c": []}
    assert refused(edited(signatures=[signature])) == "E_ENVELOPE"


def test_attack_010_a_further_field_in_a_signed_payload() -> None:
    """It is ignored and told (docs/decisions/0031), and holds nothing that is refused elsewhere.

    Whoever signs what must not be ignored lists it in `crit`.
    """
    accepted = judge(seal(playlist(extra=1), COMMUNE))
    assert accepted.ignored == ("extra",)
    assert accepted.document == judge(seal(playlist(), COMMUNE)).document
    assert refused(seal(playlist(extra=1, crit=["extra"]), COMMUNE)) == "E_UNSUPPORTED"
    for hidden in (1.5, "e\u0301", "a\u0007", {"a": [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}, 10**19):
        assert refused(seal(playlist(extra=hidden), COMMUNE)) == "E_SCHEMA"
    assert refused(signed_text(TEXT[:-1] + ', "x": {"a": 1, "a": 2}}')) == "E_SCHEMA"
    assert refused(seal(playlist(extra="a" * 262_144), COMMUNE)) == "E_SIZE"


@pytest.mark.parametrize("text", ["AA AA", "AAAA\n", "__--", "AAA", "AB==", "AAAA====", "A*AA"])
def test_attack_011_base64_that_is_not_canonical(text: str) -> None:
    assert refused(edited(payload=text)) == "E_ENVELOPE"
    signature = {**json.loads(GOOD)["signatures"][0], "sig": text}
    assert refused(edited(signatures=[signature])) == "E_ENVELOPE"


def test_attack_012_the_payload_written_anew_under_the_old_signature() -> None:
    for text in (json.dumps(playlist(), indent=1), json.dumps(playlist(), sort_keys=True)):
        payload = base64.b64encode(text.encode()).decode()
        assert refused(edited(payload=payload)) == "E_THRESHOLD"


def test_attack_013_the_same_bytes_under_another_type() -> None:
    as_cancel = seal(playlist(), COMMUNE, kind="cancel")
    relabelled = {**json.loads(as_cancel), "payloadType": json.loads(GOOD)["payloadType"]}
    assert refused(json.dumps(relabelled).encode()) == "E_THRESHOLD"


def test_attack_014_a_playlist_on_the_topic_of_emergencies() -> None:
    assert refused(GOOD, "emergency") == "E_TYPE"
    assert refused(seal(emergency(), FIRST, SECOND), "playlist") == "E_TYPE"


def test_attack_015_a_file_of_the_tree_as_a_document_and_a_document_as_a_file_of_the_tree() -> None:
    published = FakePublisher().files()
    assert refused(published.targets) == "E_ENVELOPE"
    as_document = seal(published.targets, COMMUNE, kind="playlist")
    assert refused(as_document) == "E_SCHEMA"
    relabelled = {**json.loads(as_document), "payloadType": "application/vnd.tuf+json"}
    assert refused(json.dumps(relabelled).encode()) == "E_TYPE"
    for name in ("timestamp", "snapshot", "targets"):
        with pytest.raises(TrustError, match="E_ROLE"):
            load_tree(dataclasses.replace(published, **{name: GOOD}))


def test_attack_016_text_that_is_not_utf_8() -> None:
    for bad in (b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80"):
        assert refused(GOOD.replace(b"vnd", bad)) == "E_JSON"
        assert refused(signed_text(TEXT.encode().replace(b"tuan", bad))) == "E_SCHEMA"
    assert refused(b"\xef\xbb\xbf" + GOOD) == "E_JSON"
    assert refused(signed_text(b"\xef\xbb\xbf" + TEXT.encode())) == "E_SCHEMA"
    assert refused(signed_text(TEXT.replace("tuan", "\\ud800"))) == "E_SCHEMA"


@pytest.mark.parametrize("seq", [2**63, 2**64, -1, True, "42", None, [42]])
def test_attack_017_numbers_out_of_range_and_of_another_type(seq: object) -> None:
    assert refused(seal(playlist(seq=seq), COMMUNE)) == "E_SCHEMA"
    assert refused(seal(playlist(epoch=seq), COMMUNE)) == "E_SCHEMA"

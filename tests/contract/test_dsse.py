"""The envelope against the DSSE specification, and against whatever Hypothesis makes of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st
from securesystemslib.signer import CryptoSigner

from agent.clock import Now
from agent.contract.document import Cancel
from agent.contract.envelope import decode_base64, pae
from agent.contract.ids import Place, StationId
from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.trust.authority import load_pinned
from agent.trust.verify import verify
from central.authority.demo_authority import build_root
from central.authority.demo_model import Grant
from central.documents.sign import build_header, encode_document, sign_document

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SIGNERS = [CryptoSigner(Ed25519PrivateKey.generate()) for _ in range(2)]
GRANT = Grant(
    "vn.84.em", ["cancel"], ["emergency/84/*/*"], 86_400,
    [(f"holder {n}", signer.public_key) for n, signer in enumerate(SIGNERS)], threshold=2,
)  # fmt: skip
AUTHORITY = load_pinned(build_root([GRANT], version=1, demo=True))
HEADER = build_header(
    "cancel", issuer="vn.84.em", class_="emergency", to=["84/29266/*"], slot="em", seq=1, now=AT,
    lifetime=timedelta(hours=1), doc_id="6b1f" * 8,
)  # fmt: skip
PAYLOAD = encode_document(Cancel(**HEADER, cancels="e0" * 16))
ENVELOPE = sign_document(PAYLOAD, "cancel", SIGNERS)


class _NoFloors:
    def get(self, issuer: str, kind: str, slot: str) -> tuple[int, int, str] | None:
        return None

    def has_event(self, event_id: str) -> bool:
        return False

    def is_cancelled(self, class_: str, name: str) -> bool:
        return False


def _payload_of(envelope: bytes) -> bytes | None:
    """The accepted payload, None when refused."""
    try:
        accepted = verify(
            envelope, Topic("cancel", "em", group="84"), AUTHORITY,
            Place("84", "29266", "tv-cl-0007"), StationId("tv-cl-0007"), _NoFloors(),
            Now(AT, "SYNCED", 0.02),
        )  # fmt: skip
    except TrustError:
        return None
    return accepted.payload


def test_pae_is_that_of_the_dsse_specification() -> None:
    # secure-systems-lab/dsse, protocol.md, "Test Vectors"
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_the_specifications_signature_verifies_over_our_pae() -> None:
    # secure-systems-lab/dsse, protocol.md, "Test Vectors": P-256, signature is raw r || s
    x = 46950820868899156662930047687818585632848591499744589407958293238635476079160
    y = 5640078356564379163099075877009565129882514886557779369047442380624545832820
    signature = decode_base64(
        "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="
    )
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    key = EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
    signed = pae("http://example.com/HelloWorld", b"hello world")
    key.verify(encode_dss_signature(r, s), signed, ECDSA(SHA256()))


def test_the_envelope_itself_is_accepted() -> None:
    assert _payload_of(ENVELOPE) == PAYLOAD


@given(st.integers(0, len(ENVELOPE) - 1), st.integers(1, 255))
@settings(max_examples=400, deadline=None)
def test_no_changed_byte_changes_what_is_accepted(place: int, flip: int) -> None:
    changed = bytearray(ENVELOPE)
    changed[place] ^= flip
    assert _payload_of(bytes(changed)) in (None, PAYLOAD)


@given(st.integers(0, len(PAYLOAD) - 1), st.integers(1, 255))
@settings(max_examples=200, deadline=None)
def test_no_changed_byte_of_the_payload_is_accepted(place: int, flip: int) -> None:
    from base64 import b64encode

    payload = bytearray(PAYLOAD)
    payload[place] ^= flip
    envelope = {**json.loads(ENVELOPE), "payload": b64encode(payload).decode()}
    assert _payload_of(json.dumps(envelope).encode()) is None


@given(st.integers(0, len(ENVELOPE)), st.integers(0, 40), st.binary(max_size=40))
@settings(max_examples=200, deadline=None)
def test_no_cut_and_paste_changes_what_is_accepted(place: int, drop: int, paste: bytes) -> None:
    changed = ENVELOPE[:place] + paste + ENVELOPE[place + drop :]
    assert _payload_of(changed) in (None, PAYLOAD)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_noise_is_accepted_or_crashes(noise: bytes) -> None:
    assert _payload_of(noise) is None

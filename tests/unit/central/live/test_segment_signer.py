"""Packets → segments: signed by the contract's table, chained, on one grid of 20 ms."""

from __future__ import annotations

import hashlib

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agent.contract.document import StreamGrant
from agent.trust.live_stream import LiveStreamVerifier
from central.live.segment_signer import SegmentSigner
from central.live.voice_source import VoicePacket
from tests.harness.live_documents import SILENCE, STREAM_ID, stream_grant

AT = 1_795_334_400_000_000


def sign(*captured_us: int) -> tuple[SegmentSigner, list[bytes]]:
    signer = SegmentSigner(STREAM_ID)
    messages = [one for us in captured_us for one in signer.add(VoicePacket(us, SILENCE))]
    return signer, [*messages, signer.end()]


def verify(signer: SegmentSigner, messages: list[bytes]) -> list[tuple[int, int]]:
    """Moment and number of packets of each, as a box reads them."""
    grant = {**_GRANT, "stream_key": signer.public_hex}
    stream = LiveStreamVerifier(msgspec.convert(grant, StreamGrant))
    segments = [stream.verify(message, None) for message in messages]
    return [(one.captured_us - AT, len(one.packets)) for one in segments]


def _grant() -> dict[str, object]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return stream_grant(Ed25519PrivateKey.generate())


_GRANT = _grant()


def test_ten_packets_are_a_segment_and_the_rest_goes_with_the_end() -> None:
    signer, messages = sign(*(AT + n * 20_000 for n in range(23)))
    assert verify(signer, messages) == [(0, 10), (200_000, 10), (400_000, 3)]


def test_signature_and_chain_by_the_words_of_the_contract() -> None:
    signer, messages = sign(*(AT + n * 20_000 for n in range(20)))
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer.public_hex))
    for before, message in zip([b"", *messages], messages, strict=False):
        signed = b"tramtin live 1\x00" + STREAM_ID.encode() + b"\x00" + message[:-64]
        key.verify(message[-64:], signed)
        assert message[22:54] == (hashlib.sha256(before).digest() if before else bytes(32))


def test_missing_sound_lies_between_two_segments() -> None:
    late = [AT + 60_000 + n * 20_000 for n in range(10)]
    signer, messages = sign(AT, AT + 20_000, *late)
    assert verify(signer, messages) == [(0, 2), (60_000, 10), (260_000, 0)]


def test_a_second_source_is_placed_on_the_grid_of_the_first() -> None:
    signer, messages = sign(*(AT + n * 20_000 for n in range(10)), AT + 213_000)
    assert verify(signer, messages) == [(0, 10), (220_000, 1)]


def test_a_source_that_overlaps_the_one_before_it_loses_its_beginning() -> None:
    signer, messages = sign(*(AT + n * 20_000 for n in range(10)), AT + 150_000, AT + 200_000)
    assert verify(signer, messages) == [(0, 10), (200_000, 1)]

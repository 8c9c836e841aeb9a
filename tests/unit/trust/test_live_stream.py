"""The steps of a live segment's verification; the attacks are in `tests/attack/test_live.py`."""

from __future__ import annotations

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.contract.document import StreamGrant
from agent.trust.live_stream import LiveStreamVerifier
from tests.harness.live_documents import SILENCE, Studio, micros
from tests.harness.signed_documents import AT, code_of

NOW_US = micros(AT)


def verifier(studio: Studio, **changes: object) -> LiveStreamVerifier:
    return LiveStreamVerifier(msgspec.convert(studio.grant(**changes), StreamGrant))


def test_a_stream_is_accepted_segment_by_segment_to_its_end() -> None:
    studio = Studio()
    stream = verifier(studio)
    for number in range(3):
        assert stream.verify(studio.segment(), NOW_US).seq == number
    assert stream.verify(studio.end(), NOW_US).is_end


def test_a_late_joiner_begins_with_any_segment() -> None:
    studio = Studio()
    studio.skip(4)
    assert verifier(studio).verify(studio.segment(), NOW_US).seq == 4


def test_a_gap_is_no_fault_and_what_follows_is_chained_again() -> None:
    studio = Studio()
    stream = verifier(studio)
    stream.verify(studio.segment(), NOW_US)
    studio.skip(2)
    assert stream.verify(studio.segment(), NOW_US).seq == 3
    studio.prev = b"\x01" * 32
    assert code_of(lambda: stream.verify(studio.segment(), NOW_US)) == "E_FORK"


def test_the_first_segment_names_none_before_it() -> None:
    studio = Studio(prev=b"\x01" * 32)
    assert code_of(lambda: verifier(studio).verify(studio.segment(), NOW_US)) == "E_FORK"


def test_a_refused_segment_changes_nothing() -> None:
    studio = Studio()
    stream = verifier(studio)
    good = studio.segment()
    assert (
        code_of(lambda: stream.verify(good[:-1] + bytes([good[-1] ^ 1]), NOW_US)) == "E_THRESHOLD"
    )
    assert stream.last is None
    assert stream.verify(good, NOW_US).seq == 0


@pytest.mark.parametrize("seconds", [-16, 16])
def test_a_moment_far_from_now_is_refused_where_the_clock_is_trusted(seconds: int) -> None:
    studio = Studio(at_us=NOW_US + seconds * 1_000_000)
    message = studio.segment()
    assert code_of(lambda: verifier(studio).verify(message, NOW_US)) == "E_TIME"
    assert verifier(studio).verify(message, None).seq == 0


@pytest.mark.parametrize("moved_us", [-20_000, 7_000])
def test_a_segment_begins_where_the_one_before_it_ends_or_whole_packets_later(
    moved_us: int,
) -> None:
    studio = Studio()
    stream = verifier(studio)
    stream.verify(studio.segment(), NOW_US)
    studio.at_us += moved_us
    assert code_of(lambda: stream.verify(studio.segment(), NOW_US)) == "E_TIME"


def test_a_packet_of_another_length_never_reaches_the_decoder() -> None:
    studio = Studio()
    message = studio.segment(packets=[SILENCE, b"\xe0\x00"])  # CELT, 2.5 ms
    assert code_of(lambda: verifier(studio).verify(message, NOW_US)) == "E_SCHEMA"


def test_a_renewed_grant_may_bring_a_new_key() -> None:
    studio = Studio()
    stream = verifier(studio)
    stream.verify(studio.segment(), NOW_US)
    studio.key = Ed25519PrivateKey.generate()
    message = studio.segment()
    assert code_of(lambda: stream.verify(message, NOW_US)) == "E_THRESHOLD"
    stream.renew(msgspec.convert(studio.grant(), StreamGrant))
    assert stream.verify(message, NOW_US).seq == 1

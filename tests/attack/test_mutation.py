"""No mutation of a valid document is ever accepted. More than the usual 10,000 tries on demand:

TRAMTIN_EXAMPLES=1000000 python -m pytest tests/attack/test_mutation.py
"""

from __future__ import annotations

import base64
import json
import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from securesystemslib.signer import CryptoSigner

from agent.errors import TrustError
from tests.harness.signed_documents import (
    COMMUNE,
    FIRST,
    NEIGHBOUR,
    PROVINCE,
    RECEIPT,
    SECOND,
    STRANGER,
    TIME,
    emergency,
    judge,
    seal,
)

EXAMPLES = int(os.environ.get("TRAMTIN_EXAMPLES", "10000"))
PAYLOAD = json.dumps(emergency()).encode()
ENVELOPE = seal(PAYLOAD, FIRST, SECOND, kind="emergency")
BOTH = {FIRST.public_key.keyid, SECOND.public_key.keyid}
OTHERS = [COMMUNE, NEIGHBOUR, PROVINCE, RECEIPT, STRANGER, TIME]
FEW = [FIRST, SECOND, *OTHERS]

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**65), 2**65), st.floats(), st.text(max_size=20),
    st.sampled_from(["84/*/*", "*/*/*", "vn.84.em", "emergency", "2027-01-01T00:00:00Z", "tuan"]),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def places_in(node: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything inside a JSON value."""
    found = [here] if here else []
    if isinstance(node, dict | list):
        inner = node.items() if isinstance(node, dict) else enumerate(node)
        for step, value in inner:
            found += places_in(value, (*here, step))
    return found


PLACES = places_in(emergency())


@st.composite
def changed_documents(draw: st.DrawFn) -> bytes:
    """The emergency with one to three of its values replaced, removed or added."""
    document = emergency()
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(PLACES))
        node: Any = document
        try:
            for step in way:
                node = node[step]
            match draw(st.sampled_from(["replace", "remove", "add"])):
                case "replace":
                    node[last] = draw(values)
                case "remove":
                    del node[last]
                case _ if isinstance(node, dict):
                    node[draw(st.text(max_size=8))] = draw(values)
                case _:
                    node.insert(0, draw(values))
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # an earlier change took this place away
    return json.dumps(document).encode()


@st.composite
def changed_bytes(draw: st.DrawFn) -> bytes:
    """The envelope with a stretch of its bytes replaced."""
    place = draw(st.integers(0, len(ENVELOPE)))
    return (
        ENVELOPE[:place] + draw(st.binary(max_size=8)) + ENVELOPE[place + draw(st.integers(0, 8)) :]
    )


@st.composite
def changed_envelopes(draw: st.DrawFn) -> bytes:
    """Another payload, other signatures or other members, all in good form."""
    envelope = json.loads(ENVELOPE)
    match draw(st.sampled_from(["payload", "signatures", "resigned", "member"])):
        case "payload":
            envelope["payload"] = base64.b64encode(draw(changed_documents())).decode()
        case "signatures":
            pool = envelope["signatures"] + [
                signature
                for signer in OTHERS
                for signature in json.loads(seal(PAYLOAD, signer, kind="emergency"))["signatures"]
            ]
            chosen = draw(st.lists(st.sampled_from(pool), max_size=8))
            if draw(st.booleans()) and len(chosen) > 1:
                chosen[0] = {**chosen[0], "keyid": chosen[1]["keyid"]}
            envelope["signatures"] = chosen
        case "resigned":
            signers: list[CryptoSigner] = draw(st.lists(st.sampled_from(FEW), max_size=3))
            if {signer.public_key.keyid for signer in signers} >= BOTH:
                signers = [signer for signer in signers if signer is not FIRST]
            return seal(draw(changed_documents()), *signers, kind="emergency")
        case _:
            envelope[draw(st.sampled_from([*envelope, "x"]))] = draw(values)
    return json.dumps(envelope).encode()


@given(st.one_of(changed_bytes(), changed_envelopes()))
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
def test_what_is_accepted_is_what_two_people_signed(envelope: bytes) -> None:
    try:
        accepted = judge(envelope, "emergency")
    except TrustError:  # any other exception fails the test
        return
    assert accepted.payload == PAYLOAD
    assert set(accepted.signers) == BOTH

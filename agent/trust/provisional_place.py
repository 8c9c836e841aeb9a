"""The place that an unverified station-config claims for this box: a hint that grants nothing.

A box without a place holds only the file of `targets`, so it knows the roles of the provinces and
none below them. A role below them may sign its first station-config; the box must then pull files
before it can verify, and only the document itself states which files (docs/decisions/0016).
"""

from __future__ import annotations

import msgspec

from agent.contract.document import StationConfig
from agent.contract.envelope import MAX_ENVELOPE_BYTES, EnvelopeError, parse_envelope
from agent.contract.ids import Place, StationId, is_match, parse_place
from agent.contract.strict_json import StrictJsonError
from agent.errors import TrustError
from agent.trust.payload import decode_payload


def find_provisional_place(envelope: bytes, station: StationId) -> Place | None:
    """The place that a station-config claims for this station; None for anything else.

    It is not verified: it only selects which authority files to pull.
    """
    if len(envelope) > MAX_ENVELOPE_BYTES:
        return None
    try:
        payload = parse_envelope(envelope).payload_bytes()
        document = decode_payload("station-config", payload)
    except (StrictJsonError, msgspec.ValidationError, EnvelopeError, TrustError):
        return None
    if not isinstance(document, StationConfig):
        return None
    place = parse_place(document.place)
    is_meant = any(
        # the topic of its former place, when the config moves it
        is_match(to, place) or to.rpartition("/")[2] == station
        for to in document.to
    )
    return place if place.station == station and is_meant else None

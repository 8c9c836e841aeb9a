"""A payload that a person has written: its critical members are listed for them.

Which names `crit` must have follows from the members that are used (contract.md §8), so nobody has
to look them up to sign a station-config.
"""

from __future__ import annotations

import msgspec

from agent.contract.document import TYPE_OF_KIND
from agent.contract.feature import must_be_critical
from agent.contract.strict_json import StrictJsonError, parse_strict


def list_critical(payload: bytes, kind: str) -> bytes:
    """The payload with `crit` as its members need it.

    The very bytes where nothing is missing, and where they are no such document: whoever signs
    them is told what is wrong.
    """
    if kind not in TYPE_OF_KIND:
        return payload
    try:
        value = parse_strict(payload)
        document = msgspec.convert(value, TYPE_OF_KIND[kind])
    except (StrictJsonError, msgspec.ValidationError):
        return payload
    listed = set() if document.crit is msgspec.UNSET else set(document.crit)
    needed = must_be_critical(document)
    if needed <= listed:
        return payload
    return msgspec.json.encode(value | {"crit": sorted(listed | needed)})

"""The body of an MQTT 5 PUBLISH packet (section 3.3.2)."""

from __future__ import annotations

_LENGTH_BYTES = 4  # of a variable byte integer, at most: section 1.5.5


def cut_properties(body: bytearray, *, has_packet_id: bool) -> bytearray:
    """The same body with no properties.

    The agent uses no property, and paho reads them in quadratic time: 356 KiB of empty user
    properties took ten seconds.

    Args:
        body: everything after the fixed header.
        has_packet_id: does it have a packet id, as all above QoS 0?

    Raises:
        ValueError: it is shorter than the length that it announces.
    """
    head = 2 + int.from_bytes(body[:2], "big") + (2 if has_packet_id else 0)
    length, digits = 0, body[head : head + _LENGTH_BYTES]
    for number, digit in enumerate(digits, 1):
        length |= (digit & 0x7F) << 7 * (number - 1)
        if not digit & 0x80:
            break
    else:
        raise ValueError("a PUBLISH whose properties have no length")
    end = head + number + length
    if end > len(body):
        raise ValueError(f"a PUBLISH of {len(body)} bytes with {length} of properties")
    return body if length == 0 else body[:head] + b"\0" + body[end:]

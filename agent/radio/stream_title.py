"""The titles between the bytes of a stream, as SHOUTcast and Icecast send them.

Where a response has `icy-metaint: N`, a block follows each N bytes of sound: one byte with its
length in units of 16 bytes, then that many bytes of text. Icecast sends such blocks where they are
asked for, and some hosts where they are not. Source: the SHOUTcast protocol as Icecast's `format.c`
and the players of the field have it; there is no standard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.radio.radio_error import RadioError

METAINT = "icy-metaint"
MAX_METAINT_BYTES = 1 << 20
UNIT_BYTES = 16


@dataclass
class TitleRemover:
    """Takes the titles out of the bytes of a stream, however they are cut.

    Args:
        interval_bytes: of sound between two titles; 0: there are none.
    """

    interval_bytes: int
    _sound_left: int = field(init=False)
    _text_left: int = 0

    def __post_init__(self) -> None:
        """Sound comes first."""
        self._sound_left = self.interval_bytes

    def feed(self, data: bytes) -> bytes:
        """The sound in what has come."""
        if not self.interval_bytes:
            return data
        sound, at = bytearray(), 0
        while at < len(data):
            if self._text_left:
                step = min(self._text_left, len(data) - at)
                self._text_left -= step
            elif self._sound_left:
                step = min(self._sound_left, len(data) - at)
                sound += data[at : at + step]
                self._sound_left -= step
            else:
                step, self._sound_left = 1, self.interval_bytes
                self._text_left = data[at] * UNIT_BYTES
            at += step
        return bytes(sound)


def parse_metaint(headers: Mapping[str, str]) -> int:
    """Bytes of sound between two titles; 0 where there are none.

    Args:
        headers: names in lower case.

    Raises:
        RadioError: it is no number of bytes.
    """
    text = headers.get(METAINT, "0").strip()
    if not text.isascii() or not text.isdecimal() or int(text) > MAX_METAINT_BYTES:
        raise RadioError(f"{METAINT}: {text[:20]!r}")
    return int(text)

"""The files of a posted form: bytes in, events out, as RFC 7578 and RFC 2046 section 5.1.1 say.

Nothing is kept but the head of a part and what may be the beginning of a boundary.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass

MAX_HEAD_BYTES = 4 * 1024
MAX_PARTS = 4_096
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))')
_FIELD = re.compile(rb'[;\s](name|filename)="([^"]{0,255})"')


@dataclass(frozen=True)
class PartBegun:
    """A part of the form begins: its field, and the name that the sender gave the file."""

    field: str
    filename: str


@dataclass(frozen=True)
class PartBytes:
    """Bytes of the part that has begun."""

    content: bytes


@dataclass(frozen=True)
class PartEnded:
    """The part is complete."""


Event = PartBegun | PartBytes | PartEnded


def find_boundary(content_type: str) -> bytes | None:
    """The boundary of a `multipart/form-data`; None for another type."""
    found = _BOUNDARY.search(content_type)
    if not content_type.startswith("multipart/form-data") or found is None:
        return None
    return (found[1] or found[2]).encode("latin-1")


class Multipart:
    """Reads one form.

    Args:
        boundary: see `find_boundary`.

    Attributes:
        is_over: the last boundary was read.
    """

    def __init__(self, boundary: bytes) -> None:
        self.is_over = False
        self._line = b"\r\n--" + boundary
        self._rest = b"\r\n"  # the first boundary has no line end before it
        self._in_head = self._in_part = False
        self._parts = 0

    def feed(self, block: bytes) -> Iterator[Event]:
        """What these bytes bring.

        Raises:
            ValueError: no such form, too many parts, or too long a head.
        """
        self._rest += block
        while not self.is_over:
            if self._in_head:
                if not (yield from self._read_head()):
                    return
            elif not (yield from self._read_content()):
                return

    def _read_head(self) -> Generator[Event, None, bool]:
        head, end, rest = self._rest.partition(b"\r\n\r\n")
        if not end:
            if len(self._rest) > MAX_HEAD_BYTES:
                raise ValueError("the head of a part is too long")
            return False
        self._rest, self._in_head, self._in_part = rest, False, True
        named = {one[1]: one[2].decode("utf-8", "replace") for one in _FIELD.finditer(head)}
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise ValueError("too many parts")
        yield PartBegun(named.get(b"name", ""), named.get(b"filename", ""))
        # the content may be empty: then its boundary has no line end of its own
        self._rest = b"\r\n" + self._rest if self._rest.startswith(self._line[2:]) else self._rest
        return True

    def _read_content(self) -> Generator[Event, None, bool]:
        at = self._rest.find(self._line)
        if at < 0:
            sure = len(self._rest) - len(self._line) - 2
            if sure > 0:
                if self._in_part:
                    yield PartBytes(self._rest[:sure])
                self._rest = self._rest[sure:]
            return False
        behind = at + len(self._line)
        if len(self._rest) < behind + 2:
            return False
        if self._in_part:
            if at:
                yield PartBytes(self._rest[:at])
            yield PartEnded()
        mark = self._rest[behind : behind + 2]
        self._rest, self._in_part = self._rest[behind + 2 :], False
        if mark == b"--":
            self.is_over = True
        elif mark == b"\r\n":
            self._in_head = True
        else:
            raise ValueError("no boundary")
        return True

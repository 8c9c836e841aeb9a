"""A play that has begun and not ended, as it is stored."""

from __future__ import annotations

import msgspec

from agent.contract.report import Play
from agent.contract.utc import parse_utc

_LARGEST_NS = 1 << 63


class OpenPlay(msgspec.Struct, frozen=True, omit_defaults=True):
    """A play that has begun: the fields of its later record, and when it was opened.

    `last_mono_ns` is the last heartbeat of the run that opened it. It is set where the play was
    merged from another database, whose heartbeat is not the journal's own.
    """

    play: Play
    mono_ns: int
    last_mono_ns: int | None = None


def parse_open_play(raw: bytes) -> OpenPlay:
    """Parse a stored open play.

    Raises:
        ValueError, msgspec.MsgspecError: it is not an open play.
    """
    opened = msgspec.json.decode(raw, type=OpenPlay)
    if opened.play.start is not None:
        parse_utc(opened.play.start)
    for mono_ns in (opened.mono_ns, opened.last_mono_ns or 0):
        if not 0 <= mono_ns < _LARGEST_NS:
            raise ValueError(f"not a moment since boot: {mono_ns}")
    return opened

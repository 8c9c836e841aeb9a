"""Between `tramtin stick` and the agent: a question, an answer, each a line of JSON and its bytes.

The process that reads a stick is confined and has no secret; the agent never opens a stick's files.
Over a Unix socket in the run-time folder, which only the service's user and root may open.
"""

from __future__ import annotations

from typing import Literal

import msgspec

MAX_HEAD_BYTES = 256 * 1024  # a list of thousands of media
MAX_BODY_BYTES = 1 << 20
MAX_ANSWER_BYTES = 8 << 20  # a support bundle

Do = Literal["begin", "line", "wanted", "block", "commit", "record", "up", "bundle"]


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the process asks.

    Args:
        do: `begin` a visit; hand over the next `line` of the station's file; ask which media are
            `wanted`; hand over a `block` of one; `commit` it; `record` the visit; ask for the next
            message `up`; ask for a `bundle`.
        name: who asks (`begin`), or a medium's sha256.
        bytes: how many follow.
        is_all: `up` also what the centre has confirmed.
    """

    do: Do
    name: str = ""
    bytes: int = 0
    is_all: bool = False


class Wanted(msgspec.Struct, frozen=True):
    """A medium that is named and not in store: its length as signed, and how much is here."""

    sha256: str
    bytes: int
    have: int


class Tally(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a visit has brought so far.

    Args:
        accepted: new documents.
        held: documents that the box had.
        refused: number by code.
        media: new media.
        lacking: media that are named and still not in store.
    """

    accepted: int = 0
    held: int = 0
    refused: dict[str, int] = msgspec.field(default_factory=dict)
    media: int = 0
    lacking: int = 0


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the agent answers.

    Args:
        outcome: `ok`, `accepted`, `held`, `waits`, `end`, or a code.
        detail: of a code, in English; the station, or a file's name.
        kind: of the document in a line.
        wanted: media.
        tally: of the visit so far.
        bytes: how many follow.
    """

    outcome: str
    detail: str = ""
    kind: str = ""
    wanted: list[Wanted] = msgspec.field(default_factory=list)
    tally: Tally | None = None
    bytes: int = 0


def encode(head: msgspec.Struct) -> bytes:
    """A head as it goes over the socket."""
    return msgspec.json.encode(head) + b"\n"

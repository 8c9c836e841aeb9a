"""What an operator orders of stations at once: volume, mute, test tone, restart, as a payload."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from agent.contract.document import Command
from central.documents.emergency_order import OrderParams
from central.documents.sign import encode_document, mark_critical

Do = Literal[
    "volume", "mute", "unmute", "tone", "restart", "blank", "unblank", "dim", "screenshot",
]  # fmt: skip
PAIRS = {"unmute": "mute", "unblank": "blank"}
MAX_SLOT = 64


def draft_command(
    order: OrderParams,
    do: Do,
    zones: Sequence[str],
    *,
    gain_db: int | None = None,
    until_at: datetime | None = None,
    pct: int | None = None,
) -> bytes:
    """The payload of a command.

    Args:
        order: what every order needs.
        do: what stations are to do.
        zones: names of zones, or of faces; none: all of each station.
        gain_db: of `volume`, -40 to 0.
        until_at: end of a mute, a blank face, or of a volume or brightness that passes; aware.
        pct: of `dim`, 1 to 100.

    Raises:
        TrustError: E_SCHEMA, a box would refuse it.
    """
    args: dict[str, Any] = {}
    if zones:
        args["zones"] = list(zones)
    if gain_db is not None:
        args["gain_db"] = gain_db
    if pct is not None:
        args["pct"] = pct
    if until_at is not None:
        args["until"] = f"{until_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    header = order.header("command", "command", name_slot(do, zones))
    return encode_document(mark_critical(Command(**header, do=do, args=args)))


def name_slot(do: Do, zones: Sequence[str]) -> str:
    """The slot of a command: a newer one replaces it only where it concerns the same zones.

    A mute and its lifting share a slot, so that a station that was away gets the newer one.
    """
    words = [PAIRS.get(do, do), *sorted(zones)]
    slot = ".".join(words)
    if len(slot) <= MAX_SLOT:
        return slot
    return f"{words[0]}.{hashlib.sha256(slot.encode()).hexdigest()[:16]}"

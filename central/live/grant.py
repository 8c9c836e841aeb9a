"""Grants of a live stream: the first one, and those that renew it before it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from securesystemslib.signer import Signer

from agent.contract.default_title import default_title
from agent.contract.document import Cancel, StreamGrant
from central.documents.sign import build_header, encode_document, sign_document

LIFE = timedelta(minutes=10)
SLOT = "live"
MAX_SEGMENT_BYTES = 16_384
CODEC = "opus"


@dataclass(frozen=True)
class LiveOrder:
    """Who speaks, where, and how.

    Args:
        issuer: the role that signs.
        to: patterns of places.
        class_: routine, priority or emergency.
        title: what people read of it.
        delay_ms: from the capture of a sample to its sound, on all stations.
        zones: where it sounds.
        lang: the language that is spoken.
        life: of each grant; at most ten minutes.
        epoch: of the role.
        slot: of the grant; two voices of a role at a time need two.
        editor: who speaks.
        approver: who approved it.
    """

    issuer: str
    to: Sequence[str]
    class_: Literal["routine", "priority", "emergency"] = "routine"
    title: str = default_title("live")
    delay_ms: int = 1_000
    zones: Sequence[str] = ("*",)
    lang: str = "vi"
    life: timedelta = LIFE
    epoch: int = 1
    slot: str = SLOT
    editor: str = ""
    approver: str = ""


def draft_grant(
    order: LiveOrder,
    stream_id: str,
    stream_key: str,
    *,
    begun_at: datetime,
    now: datetime,
    seq: int,
) -> bytes:
    """The payload of a grant.

    Args:
        order: who, where, how.
        stream_id: of the stream.
        stream_key: its public key, in hex.
        begun_at: when the stream began; the same in each renewal.
        now: the moment of issue.
        seq: its number; higher than that of the grant before it.

    Raises:
        TrustError: E_SCHEMA, a box would refuse it.
    """
    header = build_header(
        "stream-grant", issuer=order.issuer, class_=order.class_, to=order.to, slot=order.slot,
        seq=seq, now=now, lifetime=order.life, epoch=order.epoch, not_before=begun_at,
        editor=order.editor, approver=order.approver,
    )  # fmt: skip
    return encode_document(
        StreamGrant(
            **header, stream_id=stream_id, stream_key=stream_key, first_seq=0, codec=CODEC,
            max_segment_bytes=MAX_SEGMENT_BYTES, hosts=[], delay_ms=order.delay_ms,
            zones=list(order.zones), title=order.title, lang=order.lang,
        )
    )  # fmt: skip


def sign_grant(payload: bytes, signers: Sequence[Signer]) -> bytes:
    """The envelope of a grant, signed by all who must.

    Raises:
        TrustError: E_SCHEMA.
    """
    return sign_document(payload, "stream-grant", signers)


def draft_cancel(order: LiveOrder, stream_id: str, *, now: datetime, seq: int) -> bytes:
    """The payload that ends a stream for people who do not have its key.

    Raises:
        TrustError: E_SCHEMA.
    """
    header = build_header(
        "cancel", issuer=order.issuer, class_=order.class_, to=order.to, slot=f"huy-{order.slot}",
        seq=seq, now=now, lifetime=timedelta(hours=1), epoch=order.epoch, editor=order.editor,
        approver=order.approver,
    )  # fmt: skip
    return encode_document(Cancel(**header, cancels=stream_id))


def next_seq(now: datetime, last: int = 0) -> int:
    """Milliseconds since 1970, and more than the number before."""
    return max(int(now.timestamp() * 1000), last + 1)

"""What a duty officer orders at once: emergency, cancel, silence and its lifting, as payloads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import UNSET

from agent.contract.document import (
    Cancel,
    Document,
    Emergency,
    EmergencyBody,
    Medium,
    Silence,
    TextBody,
)
from agent.contract.utc import encode_utc, parse_utc
from agent.errors import ConfigError, TrustError
from agent.trust.freshness import EARLY, EMERGENCY_WINDOW
from central.documents.media import store_medium
from central.documents.phrase_bank import PhraseMessage
from central.documents.sign import build_header, encode_document, new_doc_id, read_document
from central.documents.summary_text import format_moment
from central.messages.catalogue import translate
from speech.dialect import DialectName
from texts.catalogue import Lang

MARGIN_S = 60  # after the script: amplifiers settle, engines are replaced


@dataclass(frozen=True)
class OrderParams:
    """Values that every order needs.

    Args:
        issuer: the role that will sign.
        to: patterns of places.
        issued: the moment of issue: boxes accept an emergency from five minutes before it until
            half an hour after it.
        lifetime: from then until it expires.
        seq: its number; rises with every order of the role in its slot.
        editor: who wrote it.
        approver: who approved it.
        epoch: raised when the role's key is replaced.
    """

    issuer: str
    to: Sequence[str]
    issued: datetime
    lifetime: timedelta
    seq: int
    editor: str = ""
    approver: str = ""
    epoch: int = 1

    def header(self, kind: str, class_: Any, slot: str) -> dict[str, Any]:
        """The fields of the document's header."""
        return build_header(
            kind, issuer=self.issuer, class_=class_, to=self.to, slot=slot, seq=self.seq,
            epoch=self.epoch, now=self.issued, lifetime=self.lifetime, editor=self.editor,
            approver=self.approver,
        )  # fmt: skip


@dataclass(frozen=True)
class EmergencyMessage:
    """The message of an emergency: recorded sound, words to be read aloud, text on boards.

    `say` has its numbers and abbreviations written out (`pronunciation.settle_words`).
    """

    play: Sequence[Path] = ()
    show: str | None = None
    say: str | None = None
    dialect: DialectName | None = None
    phrases: Sequence[PhraseMessage] = ()
    lang: str = "vi"
    repeat: int = 3
    gap_s: int = 2
    is_exercise: bool = False


def draft_emergency(
    order: OrderParams, message: EmergencyMessage, media_dir: Path, media_url: str | None
) -> bytes:
    """The payload of an emergency: attention signal, then the message, `repeat` times.

    Raises:
        ConfigError: E_USAGE, it has no message; E_MEDIA, a file cannot be used.
        TrustError: E_SCHEMA, a box would refuse it.
    """
    if not message.play and not _has_text(message) and not message.phrases:
        hint = "--play, --say, --phrases or --show: it must say something"
        raise ConfigError("E_USAGE", "emergency", hint)
    if (message.play or message.phrases) and media_url is None:
        raise ConfigError("E_USAGE", "emergency", "--play and --phrases need --media-url")
    media = [store_medium(path, media_dir, str(media_url)) for path in message.play]
    text = None
    if _has_text(message):
        text = TextBody(message.say, message.show, message.dialect or UNSET)
    bodies = []
    if media or text is not None:
        bodies = [EmergencyBody(message.lang, [medium.sha256 for medium in media] or None, text)]
    for one in message.phrases:
        said = [store_medium(path, media_dir, str(media_url)) for path in one.files]
        bodies = _with_phrases(bodies, one, [medium.sha256 for medium in said])
        media += said
    return encode_document(
        Emergency(
            **order.header("emergency", "emergency", "khan-cap"),
            event_id=new_doc_id(),
            exercise=message.is_exercise,
            attention="two-tone",
            media=list({medium.sha256: medium for medium in media}.values()),
            bodies=bodies,
            repeat=message.repeat,
            gap_ms=message.gap_s * 1000,
            max_ms=_longest_ms(order, message, media),
        )
    )


def _with_phrases(
    bodies: Sequence[EmergencyBody], phrases: PhraseMessage, digests: list[str]
) -> list[EmergencyBody]:
    """The bodies with a bank's message: a body of its own, or beside what the language has.

    Where the language has no recording they are its `media` too, which every release plays.
    """
    known = [body for body in bodies if body.lang == phrases.lang]
    if not known:
        own = EmergencyBody(phrases.lang, digests, TextBody(show=phrases.text), digests)
        return [*bodies, own]
    joined = msgspec.structs.replace(known[0], media=known[0].media or digests, phrases=digests)
    return [joined if body is known[0] else body for body in bodies]


def verify_dates(document: Document, now: datetime, lang: Lang) -> None:
    """Verify that stations would accept the document's dates now; otherwise each would refuse it.

    Raises:
        TrustError: E_EXPIRED; E_TIME, an emergency outside its window.
    """
    if now >= parse_utc(document.expires):
        hint = translate(lang, "fault.expired", format_moment(document.expires))
        raise TrustError("E_EXPIRED", document.doc_id, hint)
    verify_window(document, now, lang)


def verify_window(document: Document, now: datetime, lang: Lang) -> None:
    """Verify that stations would accept this emergency now, instead of letting each refuse it.

    Raises:
        TrustError: E_TIME.
    """
    if not isinstance(document, Emergency) or document.nonce is not None:
        return
    if document.trigger == "key":  # a prepared alarm waits for a key press, however old it is
        return
    issued_at = parse_utc(document.issued)
    if now > issued_at + EMERGENCY_WINDOW:
        raise TrustError("E_TIME", document.doc_id, translate(lang, "fault.late"))
    if now < issued_at - EARLY:
        from_at = format_moment(encode_utc(issued_at - EARLY))
        raise TrustError("E_TIME", document.doc_id, translate(lang, "fault.early", from_at))


def _has_text(message: EmergencyMessage) -> bool:
    """Is there a text, which stays on boards, or whose reading takes an unknown time?"""
    return message.show is not None or message.say is not None


def _longest_ms(order: OrderParams, message: EmergencyMessage, media: Sequence[Medium]) -> int:
    """Return the script's length plus a margin; text on boards stays until the document expires."""
    life_ms = int(order.lifetime.total_seconds() * 1000)
    if _has_text(message) or not media:
        return life_ms
    once_ms = sum(medium.duration_ms for medium in media) + message.gap_s * 1000
    return min(life_ms, once_ms * message.repeat + MARGIN_S * 1000)


def draft_silence(order: OrderParams, state: Literal["on", "off"], why: str) -> bytes:
    """The payload of a silence, or of its lifting.

    Raises:
        TrustError: E_SCHEMA, a box would refuse it.
    """
    header = order.header("silence", "silence", "ngat-tieng")
    return encode_document(Silence(**header, state=state, why=why))


def read_emergency(file: Path) -> Emergency:
    """Read a signed emergency, for its event and lifetime: NOT verified.

    Raises:
        ConfigError: E_USAGE, it is something else.
        TrustError: it is no document.
    """
    document = read_document(file.read_bytes())
    if not isinstance(document, Emergency):
        raise ConfigError("E_USAGE", str(file), "not a signed emergency")
    return document


def extend_for_cancel(order: OrderParams, emergency: Emergency) -> OrderParams:
    """Extend an order until an emergency ends: a station may come back that late."""
    left = parse_utc(emergency.expires) - order.issued
    return replace(order, lifetime=max(order.lifetime, left))


def draft_cancel(order: OrderParams, class_: str, cancels: str) -> bytes:
    """The payload that ends an emergency or withdraws a document.

    Raises:
        TrustError: E_SCHEMA, a box would refuse it.
    """
    return encode_document(Cancel(**order.header("cancel", class_, "huy"), cancels=cancels))

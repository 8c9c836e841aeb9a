"""Describe a document in plain Vietnamese or English, for a signer to read before signing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from msgspec import UNSET

from agent.contract.command_args import OF_FACES, read_args
from agent.contract.document import (
    Ack,
    Body,
    Calendar,
    Cancel,
    Command,
    Document,
    Emergency,
    Entry,
    Head,
    Medium,
    Playlist,
    Silence,
    StationConfig,
    StreamGrant,
    TextBody,
    TimeReply,
)
from agent.contract.feature import STAGGERED
from agent.contract.scene import Element, Region, list_regions
from central.documents.calendar_summary import (
    describe_calendar,
    describe_exceptions,
    describe_rules,
    describe_starts,
)
from central.documents.emergency_summary import describe_emergency
from central.documents.station_config_summary import describe_station_config
from central.documents.summary_text import (
    Say,
    describe_place,
    describe_words,
    format_moment,
    format_span,
    format_weekdays,
    mark_unobeyed,
    name_language,
)
from central.messages.catalogue import translate
from texts.catalogue import Lang


def describe(document: Document, lang: Lang = "vi") -> list[str]:
    """Lines for a person: which kind and class, where, from when until when, then the effect.

    Times are local (UTC+7).
    """

    def speak(code: str, *args: object) -> str:
        return translate(lang, code, *args)

    return [*_head(document, speak), *_BODY[type(document)](document, speak)]


def _head(document: Document, speak: Say) -> Iterator[str]:
    kind = speak(f"kind.{document.kind}")
    yield speak("title", kind, speak(f"class.{document.class_}"))
    yield speak("issuer", document.issuer, document.slot, document.epoch, document.seq)
    yield speak("where", ", ".join(describe_place(pattern, speak) for pattern in document.to))
    yield speak("valid", format_moment(document.not_before), format_moment(document.expires))
    if document.editor or document.approver:
        yield speak("people", document.editor or "—", document.approver or "—")


def _playlist(document: Playlist, speak: Say) -> Iterator[str]:
    media = {medium.sha256: medium for medium in document.media}
    yield speak("playlist", len(document.entries), document.slot)
    if document.filler is True:
        yield speak("playlist.filler")
    for entry in document.entries:
        yield f"  • {_entry(entry, media, speak)}"


def _entry(entry: Entry, media: dict[str, Medium], speak: Say) -> str:
    when = entry.when
    at = describe_starts(when, speak)
    begin, end = _date(when.from_), _date(when.until)
    parts = [
        f"“{entry.title}” ({name_language(entry.lang, speak)})",
        _start(entry, at, speak),
        format_weekdays(when.weekdays, speak)
        if when.days is UNSET
        else describe_rules(when.days, speak),
        speak("dates", begin, end) if begin != end else speak("one_date", begin),
        _body(entry.body, media, speak),
        _zones(entry.zones, speak),
    ]
    parts += describe_exceptions(when, speak)
    if entry.sync.kind == "staggered":
        gap = format_span(entry.sync.gap_ms) if entry.sync.gap_ms else speak("stagger_gap.station")
        parts.append(mark_unobeyed(STAGGERED, speak("staggered", gap), speak))
    if entry.max_ms:
        parts.append(speak("at_most", format_span(entry.max_ms)))
    return "; ".join([*parts, *_description(entry, speak)])


def _description(entry: Entry, speak: Say) -> Iterator[str]:
    """Return the entry's own description."""
    for name in ("advert", "essential", "music", "standby"):
        if getattr(entry, name) is True:
            yield speak(f"entry.{name}")
    if entry.banner is not UNSET:
        yield speak("entry.banner")
    if entry.field is not UNSET:
        yield speak("entry.field", entry.field, speak(f"field.{entry.field}"))
    for name in ("source", "ref"):
        if (text := getattr(entry, name)) is not UNSET:
            yield speak(f"entry.{name}", text)


def _start(entry: Entry, at: str, speak: Say) -> str:
    if entry.start.kind == "within":
        return speak("start.within", at, format_span(entry.start.ms or 0))
    if entry.start.kind == "after":
        has_time = bool(entry.when.at) or entry.when.sun is not UNSET
        return speak("start.after_timed" if has_time else "start.after", entry.start.entry, at)
    return speak(f"start.{entry.start.kind}", at)


def _date(text: str) -> str:
    return date.fromisoformat(text).strftime("%d/%m/%Y")


def _zones(zones: Sequence[str], speak: Say) -> str:
    return speak("zones.all") if "*" in zones else speak("zones", ", ".join(zones))


def _body(body: Body, media: dict[str, Medium], speak: Say) -> str:
    times = f" × {body.repeat}" if body.repeat > 1 else ""
    if body.media is not None:
        length_ms = sum(media[digest].duration_ms for digest in body.media if digest in media)
        return speak("body.media", len(body.media), format_span(length_ms)) + times
    if body.relay is not None:
        return speak("body.relay", body.relay.url)
    if body.text is not None:
        return _text(body.text, speak) + times
    assert body.scene is not None  # noqa: S101 - the schema allows no fifth kind
    parts = [_element(element, speak) for element in body.scene.elements]
    parts += [_region(region, speak) for region in list_regions(body.scene)]
    shown = speak("body.scene", ", ".join(parts), format_span(body.scene.ms))
    live = body.scene.input
    return shown if live is UNSET else f"{speak('body.input', live)}; {shown}"


def _text(text: TextBody, speak: Say) -> str:
    parts = []
    if text.say:
        parts.append(speak("body.say", text.say) + describe_words(text, speak))
    if text.show:
        parts.append(speak("body.show", text.show))
    return ", ".join(parts)


def _region(region: Region, speak: Say) -> str:
    turns = (
        " + ".join(_element(element, speak) for element in turn.elements)
        + f" ({format_span(turn.ms)})"
        for turn in region.turns
    )
    return speak("region", " → ".join(turns))


def _element(element: Element, speak: Say) -> str:
    if element.count_to is not UNSET:
        return speak("element.countdown", element.text, format_moment(element.count_to))
    name: str = element.kind if element.ticker_ms is UNSET else "ticker"
    name = name if element.full_format is UNSET else "full_clock"
    return speak(f"element.{name}", element.text or element.format or "")


def _cancel(document: Cancel, speak: Say) -> Iterator[str]:
    yield speak("cancel", document.cancels)


def _silence(document: Silence, speak: Say) -> Iterator[str]:
    yield speak(f"silence.{document.state}")
    if document.why:
        yield speak("why", document.why)


def _command(document: Command, speak: Say) -> Iterator[str]:
    args = read_args(document)
    what = "face" if document.do in OF_FACES else "zone"
    zones = speak(f"do.every_{what}")
    if args.zones is not UNSET and not args.is_every_zone:
        zones = speak(f"do.{what}s", ", ".join(args.zones))
    until = speak("do.for_good")
    if args.until is not UNSET:
        until = speak("do.until", format_moment(args.until))
    lower_db = 0 if args.gain_db is UNSET else -args.gain_db
    figure = lower_db if args.pct is UNSET else args.pct
    yield speak(f"do.{document.do}", zones, figure, until)


def _head_document(document: Head, speak: Say) -> Iterator[str]:
    yield speak("head", len(document.slots), len(document.revoked))


def _time(document: TimeReply, speak: Say) -> Iterator[str]:
    yield speak("time", format_moment(document.utc))


def _ack(document: Ack, speak: Say) -> Iterator[str]:
    yield speak("ack", document.upto, document.journal)


def _stream_grant(document: StreamGrant, speak: Say) -> Iterator[str]:
    title = document.title if isinstance(document.title, str) else "–"
    zones = document.zones if isinstance(document.zones, list) else ["*"]
    delay_ms = document.delay_ms if isinstance(document.delay_ms, int) else 1_000
    yield speak("grant", title, ", ".join(zones), delay_ms, document.stream_id)


_BODY: dict[type[Any], Callable[[Any, Say], Iterator[str]]] = {
    Playlist: _playlist,
    Emergency: describe_emergency,
    Cancel: _cancel,
    Silence: _silence,
    StationConfig: describe_station_config,
    Command: _command,
    Head: _head_document,
    TimeReply: _time,
    Ack: _ack,
    StreamGrant: _stream_grant,
    Calendar: describe_calendar,
}

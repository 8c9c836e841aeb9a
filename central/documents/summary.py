"""Describe a document in plain Vietnamese or English, for a signer to read before signing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from msgspec import UNSET

from agent.contract.command_args import read_args
from agent.contract.document import (
    Ack,
    Body,
    Calendar,
    Cancel,
    Command,
    Document,
    Element,
    Emergency,
    EmergencyBody,
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
from agent.contract.feature import PARTS, STAGGERED
from agent.contract.local_time import LOCAL
from agent.contract.station_policy import StationPolicy
from agent.contract.utc import encode_utc, parse_utc
from agent.trust.freshness import EARLY, EMERGENCY_WINDOW
from central.documents.calendar_summary import (
    describe_calendar,
    describe_exceptions,
    describe_point,
    describe_rules,
    describe_starts,
)
from central.documents.limit_summary import describe_limits
from central.messages.catalogue import translate
from speech.dialect import DIALECTS, is_read
from speech.normalise import normalise
from texts.catalogue import Lang

_DAYS = ("days.1", "days.2", "days.3", "days.4", "days.5", "days.6", "days.7")
Say = Callable[..., str]


def describe(document: Document, lang: Lang = "vi") -> list[str]:
    """Lines for a person: which kind and class, where, from when until when, then the effect.

    Times are local (UTC+7).
    """

    def speak(code: str, *args: object) -> str:
        return translate(lang, code, *args)

    return [*_head(document, speak), *_BODY[type(document)](document, speak)]


def format_moment(utc: str) -> str:
    """UTC text to local `HH:MM ngày/tháng/năm`; seconds only when there are any."""
    at = parse_utc(utc).astimezone(LOCAL)
    return at.strftime("%H:%M:%S %d/%m/%Y" if at.second else "%H:%M %d/%m/%Y")


def format_span(ms: int) -> str:
    """Milliseconds as `1 h 05'`, `2'30"` or `12,5"`."""
    if ms < 60_000:
        return f'{ms / 1000:.1f}"'.replace(".0", "").replace(".", ",")
    minutes, seconds = divmod(round(ms / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d}'"
    return f"{minutes}'{seconds:02d}\""


def format_weekdays(days: Sequence[int], speak: Say) -> str:
    """ISO weekdays, with ranges of three and more drawn together."""
    ordered = sorted(days)
    if len(ordered) == 7:
        return speak("daily")
    first, last = speak(_DAYS[ordered[0] - 1]), speak(_DAYS[ordered[-1] - 1])
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return speak("day_range", first, last)
    return ", ".join(speak(_DAYS[day - 1]) for day in ordered)


def _head(document: Document, speak: Say) -> Iterator[str]:
    kind = speak(f"kind.{document.kind}")
    yield speak("title", kind, speak(f"class.{document.class_}"))
    yield speak("issuer", document.issuer, document.slot, document.epoch, document.seq)
    yield speak("where", ", ".join(describe_place(pattern, speak) for pattern in document.to))
    yield speak("valid", format_moment(document.not_before), format_moment(document.expires))
    if document.editor or document.approver:
        yield speak("people", document.editor or "—", document.approver or "—")


def describe_place(pattern: str, speak: Say) -> str:
    """A place pattern in words: the country, a province, a commune, one station."""
    province, commune, station = pattern.split("/")
    match (province, commune, station):
        case ("*", "*", "*"):
            return speak("where.all")
        case (_, "*", "*"):
            return speak("where.province", province)
        case (_, _, "*"):
            return speak("where.commune", commune, province)
    return speak("where.station", station)


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
        f"“{entry.title}” ({_name_language(entry.lang, speak)})",
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
        parts.append(_as_obeyed(STAGGERED, speak("staggered", gap), speak))
    if entry.max_ms:
        parts.append(speak("at_most", format_span(entry.max_ms)))
    return "; ".join([*parts, *_description(entry, speak)])


def _description(entry: Entry, speak: Say) -> Iterator[str]:
    """Return the entry's own description."""
    for name in ("advert", "essential", "music"):
        if getattr(entry, name) is True:
            yield speak(f"entry.{name}")
    if entry.field is not UNSET:
        yield speak("entry.field", entry.field, speak(f"field.{entry.field}"))
    for name in ("source", "ref"):
        if (text := getattr(entry, name)) is not UNSET:
            yield speak(f"entry.{name}", text)


def _name_language(lang: str, speak: Say) -> str:
    """The name of a language, or its code when it has no name here."""
    name = speak(f"lang.{lang}")
    return lang if name.startswith("lang.") else name


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
    shown = ", ".join(_element(element, speak) for element in body.scene.elements)
    return speak("body.scene", shown, format_span(body.scene.ms))


def _text(text: TextBody, speak: Say) -> str:
    parts = []
    if text.say:
        parts.append(speak("body.say", text.say) + _words(text, speak))
    if text.show:
        parts.append(speak("body.show", text.show))
    return ", ".join(parts)


def _words(text: TextBody, speak: Say) -> str:
    """The words that are said for a text, where it is not written in words already."""
    dialect = DIALECTS["north" if text.dialect is UNSET else text.dialect]
    words = normalise(text.say or "", dialect)
    return "" if words == text.say else speak("body.say.words", words)


def _element(element: Element, speak: Say) -> str:
    return speak(f"element.{element.kind}", element.text or element.format or "")


def _emergency(document: Emergency, speak: Say) -> Iterator[str]:
    what = "exercise" if document.exercise else "real"
    if document.trigger == "key":
        yield speak(f"key.{what}")
        yield speak("key.how", document.slot)
        yield speak("key.until", format_moment(document.expires))
    else:
        if document.nonce is None:
            issued_at = parse_utc(document.issued)
            edges = (issued_at - EARLY, issued_at + EMERGENCY_WINDOW)
            yield speak("window", *(format_moment(encode_utc(edge)) for edge in edges))
        yield speak(what)
    yield from describe_outputs(document, speak)
    yield speak("at_most_all", format_span(document.max_ms))
    yield speak("event", document.event_id)


def describe_outputs(document: Emergency, speak: Say) -> Iterator[str]:
    """What will be heard on loudspeakers and seen on boards, language by language."""
    yield speak("heard", _signal(document, speak))
    has_words = any(body.media or _is_read(body) for body in document.bodies)
    for body in document.bodies:
        lang = _name_language(body.lang, speak)
        phrases = [] if body.phrases is UNSET else body.phrases
        if body.media and body.media != phrases:
            yield speak("heard.words", lang, _length(body.media, document))
        if phrases:
            code = "heard.phrases" if body.media == phrases else "heard.phrases_too"
            yield speak(code, lang, len(phrases), _length(phrases, document))
        elif has_words and not body.media and not _is_read(body):
            yield speak("heard.nothing", lang)
        if body.text is not None and body.text.say:
            code = "heard.read" if _is_read(body) else "heard.not_read"
            words = _words(body.text, speak) if _is_read(body) else ""
            yield speak(code, lang, body.text.say) + words
    yield from _rounds(document, speak, has_words=has_words)
    shown = [(body.lang, text) for body in document.bodies if (text := _shown(body.text))]
    yield speak("seen" if shown else "seen.nothing")
    for code, text in shown:
        yield speak("seen.text", _name_language(code, speak), text)


def _is_read(body: EmergencyBody) -> bool:
    """Do boxes read it aloud?"""
    return body.text is not None and bool(body.text.say) and is_read(body.lang)


def _rounds(document: Emergency, speak: Say, *, has_words: bool) -> Iterator[str]:
    """Return how often the message is played; without a recording, what is played instead."""
    gap = format_span(document.gap_ms)
    line = speak("line.exercise" if document.exercise else "line")
    if has_words:
        yield speak("repeat", document.repeat, gap)
        yield speak("heard.late", line)
    else:
        yield speak("heard.line", line)
        yield speak("repeat.line", gap)


def _signal(document: Emergency, speak: Say) -> str:
    if document.attention in (None, "two-tone"):
        return speak("signal.two-tone")
    return speak("signal.own", _length([str(document.attention)], document))


def _length(digests: Sequence[str], document: Emergency) -> str:
    duration_of = {medium.sha256: medium.duration_ms for medium in document.media}
    return format_span(sum(duration_of.get(digest, 0) for digest in digests))


def _shown(text: TextBody | None) -> str | None:
    """Return what a board shows; without text of its own, the message in words."""
    return None if text is None else text.show or text.say


def _cancel(document: Cancel, speak: Say) -> Iterator[str]:
    yield speak("cancel", document.cancels)


def _silence(document: Silence, speak: Say) -> Iterator[str]:
    yield speak(f"silence.{document.state}")
    if document.why:
        yield speak("why", document.why)


def _station_config(document: StationConfig, speak: Say) -> Iterator[str]:
    policy = document.policy
    yield speak("place", document.place, ", ".join(document.groups) or "—")
    yield speak("zone_names", ", ".join(document.zones) or "—")
    yield speak("quiet", ", ".join(policy.quiet_hours) or speak("none"))
    yield from describe_limits(policy, speak)
    yield from _levels(policy, speak)
    if policy.sessions_per_day is not None:
        yield speak("sessions", policy.sessions_per_day)
    if policy.minutes_per_session is not None:
        yield speak("minutes", policy.minutes_per_session)
    if policy.weekdays is not None:
        yield speak("weekdays", format_weekdays(policy.weekdays, speak) if policy.weekdays else "—")
    relays = speak("relays", ", ".join(policy.relay_hosts) or speak("none"))
    yield _as_obeyed("policy.relay_hosts", relays, speak) if policy.relay_hosts else relays
    yield speak("media_hosts", ", ".join(policy.media_hosts) or speak("media_hosts.any"))
    yield _as_obeyed("policy.mic", speak("mic.on"), speak) if policy.mic else speak("mic.off")


def _as_obeyed(part: str, line: str, speak: Say) -> str:
    """Mark the line of a part that is signed and that boxes of this release do not obey."""
    return speak("not_yet", line) if PARTS.get(part) == "not obeyed" else line


def _levels(policy: StationPolicy, speak: Say) -> Iterator[str]:
    for cap in policy.caps:
        limit = speak("cap", speak(f"zone.{cap.zone_kind}"), cap.from_, cap.to, cap.dba)
        yield _as_obeyed("policy.caps", limit, speak)
    if policy.cap_distance_m is not UNSET:
        yield speak("cap_distance", policy.cap_distance_m)
    for one in policy.levels if policy.levels is not UNSET else []:
        yield speak("hour_level", one.from_, one.to, one.gain_db)
    if policy.stagger is not UNSET:
        turn = policy.stagger
        yield speak("stagger_turn", turn.group, format_span(turn.gap_ms))
    if policy.chime_check is not UNSET:
        check = policy.chime_check
        zones = speak("do.every_zone") if "*" in check.zones else ", ".join(check.zones)
        yield speak("chime_check", check.at, format_weekdays(check.weekdays, speak), zones)
    if policy.sun_point is not UNSET:
        yield describe_point(policy.sun_point, speak)


def _command(document: Command, speak: Say) -> Iterator[str]:
    args = read_args(document)
    zones = speak("do.every_zone")
    if args.zones is not UNSET and not args.is_every_zone:
        zones = speak("do.zones", ", ".join(args.zones))
    until = speak("do.for_good")
    if args.until is not UNSET:
        until = speak("do.until", format_moment(args.until))
    lower_db = 0 if args.gain_db is UNSET else -args.gain_db
    yield speak(f"do.{document.do}", zones, lower_db, until)


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
    Emergency: _emergency,
    Cancel: _cancel,
    Silence: _silence,
    StationConfig: _station_config,
    Command: _command,
    Head: _head_document,
    TimeReply: _time,
    Ack: _ack,
    StreamGrant: _stream_grant,
    Calendar: describe_calendar,
}

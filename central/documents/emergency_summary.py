"""What an emergency does at stations, in plain Vietnamese or English, for a signer to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import UNSET

from agent.contract.document import Emergency, EmergencyBody, TextBody
from agent.contract.utc import encode_utc, parse_utc
from agent.trust.freshness import EARLY, EMERGENCY_WINDOW
from central.documents.summary_text import (
    Say,
    describe_words,
    format_moment,
    format_span,
    name_language,
)
from speech.dialect import is_read


def describe_emergency(document: Emergency, speak: Say) -> Iterator[str]:
    """Whether it is an exercise, when it may come, what it makes heard and seen."""
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
        lang = name_language(body.lang, speak)
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
            words = describe_words(body.text, speak) if _is_read(body) else ""
            yield speak(code, lang, body.text.say) + words
    yield from _rounds(document, speak, has_words=has_words)
    shown = [(body.lang, text) for body in document.bodies if (text := _shown(body.text))]
    yield speak("seen" if shown else "seen.nothing")
    for code, text in shown:
        yield speak("seen.text", name_language(code, speak), text)


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

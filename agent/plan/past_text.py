"""The answer for a moment that is over as lines of text and as JSON: the plan, then the record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from agent.contract.default_title import show_title
from agent.contract.play_reason import describe_reason
from agent.plan.past import UNKNOWN_BEFORE, DocumentThen, OutputRecord, Past, PastNote, Recorded
from agent.plan.past import list_not_known as list_past_unknown
from agent.plan.past_messages import PHRASES
from agent.plan.rehearsal_export import encode, to_plain
from agent.plan.rehearsal_text import clock_time, describe_unknown, describe_why, moment
from agent.plan.why import WhyAnswer
from texts.catalogue import Lang, look_up

MAX_DOCUMENTS = MAX_NOTES = 8
LISTED = ("playlist", "calendar", "station-config", "silence")  # that plan a whole day


def describe_past(
    answers: Sequence[WhyAnswer], past: Past, not_known: Sequence[str], lang: Lang
) -> list[str]:
    """Each answer with what is on record, then the documents and what is not known.

    Args:
        answers: of one moment, as of `why.explain`.
        past: of the same moment.
        not_known: rules of policy of which nobody knows here what they refuse.
        lang: of the text.
    """
    lines = []
    for answer, record in zip(answers, past.records, strict=True):
        lines += describe_why(answer, lang)
        lines += [f"  {line}" for line in _describe_record(record, past, answer.at, lang)]
    lines += _describe_documents(past.documents, lang)
    lines += [_describe_note(one, lang) for one in past.notes[:MAX_NOTES]]
    if len(past.notes) > MAX_NOTES:
        lines.append(_say(lang, "more_notes", len(past.notes) - MAX_NOTES))
    if known_at := _find_certain(past.notes):
        lines.append(_say(lang, "certain_from", moment(known_at)))
    return [*lines, *describe_unknown(not_known, lang)]


def build_past_json(answers: Sequence[WhyAnswer], past: Past, not_known: Sequence[str] = ()) -> str:
    """As `build_why_json`, and in `past` the documents, the notes and what is on record.

    `records` has an object for each of `outputs`, in the same order.
    """
    unknown = [*not_known, *list_past_unknown(past.notes)]
    outputs = [to_plain(one) for one in answers]
    return encode({"outputs": outputs, "not_known": unknown, "past": to_plain(past)})


def _say(lang: Lang, code: str, *args: object) -> str:
    return look_up(PHRASES, code, lang, *args)


def _describe_record(record: OutputRecord, past: Past, at: datetime, lang: Lang) -> Iterator[str]:
    if record.verdict != "not_reached":
        yield _say(lang, f"verdict.{record.verdict}")
    elif past.reached_at is None or past.reached_at >= at:
        yield _say(lang, "verdict.not_kept")
    else:
        yield _say(lang, "verdict.not_reached", moment(past.reached_at))
    for one in record.plays:
        yield f"  {_describe_play(one, lang)}"


def _describe_play(one: Recorded, lang: Lang) -> str:
    """`“Tin sáng”: in full 05:00–05:10; sound proved (A5)`."""
    shown, played = f"shown.{one.result}", f"play.{one.result}"
    code = shown if one.medium == "picture" and shown in PHRASES else played
    begin, end = (one.start, one.end) if one.start else (one.planned_start, one.planned_end)
    span = "–".join(clock_time(each) for each in (begin, end) if each is not None)
    parts = [_say(lang, code, span) if code in PHRASES else f"{one.result} {span}"]
    if one.reason:
        parts.append(describe_reason(one.reason, lang))
    if one.medium == "sound" and one.start is not None and one.result:
        parts.append(_say(lang, f"heard.{one.heard}", one.proof))
    if not one.doc_id:
        parts.append(_say(lang, "unsigned"))
    return f"“{show_title(one.title, lang)}”: {'; '.join(parts)}"


def _describe_documents(documents: Sequence[DocumentThen], lang: Lang) -> list[str]:
    listed = [one for one in documents if one.kind in LISTED]
    if not listed:
        return []
    lines = [_say(lang, "documents")]
    for one in listed[:MAX_DOCUMENTS]:
        how = _say(lang, f"by.{one.by}", moment(one.since))
        name = f"{one.issuer}/{one.slot}"
        kind = _say(lang, f"kind.{one.kind}")
        lines.append("  " + _say(lang, "document", kind, name, one.epoch, one.seq, how))
    if len(listed) > MAX_DOCUMENTS:
        lines.append("  " + _say(lang, "more", len(listed) - MAX_DOCUMENTS))
    return lines


def _describe_note(one: PastNote, lang: Lang) -> str:
    kind = _say(lang, f"kind.{one.kind}") if one.kind else ""
    at = "" if one.at is None else moment(one.at)
    return _say(lang, f"note.{one.code}", kind, one.name, at, one.detail)


def _find_certain(notes: Sequence[PastNote]) -> datetime | None:
    """From when on all is known of which a note says that it is not."""
    return max((one.at for one in notes if one.code in UNKNOWN_BEFORE and one.at), default=None)

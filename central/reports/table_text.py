"""The cells of the tables of `tables`, as text for a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from agent.contract.policy_rule import describe_rule
from central.documents.summary_text import format_moment
from central.messages.catalogue import PHRASES, name_language, translate
from central.messages.table_messages import WORDS
from central.publication.numbering import format_number
from central.reports.plays import (
    describe_next,
    describe_on_air,
    describe_play,
    name_output,
    shorten_title,
)
from central.reports.tables import Row
from texts.catalogue import Lang

_LOCAL = ("at", "since", "start", "until", "expires")  # UTC+7, local time


def render_cell(row: Row, column: str, lang: Lang) -> str:
    """The text of one cell; a station's own text in it is not cleaned of control characters."""
    tell = _TOLD.get(column)
    if tell is not None:
        return tell(row, lang)
    value = row.get(column)
    return _local(str(value)) if column in _LOCAL and value else _format(value, column, lang)


def _local(utc: str) -> str:
    """Local time; a text that a station made up, as it is."""
    try:
        return format_moment(utc)
    except ValueError:
        return utc


def _name_document(row: Row, lang: Lang) -> str:
    """Kind, slot and number, then the id on a line of its own."""
    number = format_number((row["epoch"], row["seq"]))
    named = f"{translate(lang, 'kind.' + row['kind'])} “{row['slot']}” {number}\n{row['doc_id']}"
    lines = [named]
    if row.get("despite"):
        lines.append(translate(lang, "despite", row["despite"]))
    if "withheld" in row:
        lines.append(translate(lang, "withheld.why", row["withheld"] or "–"))
    return "\n".join(lines)


def _describe_issue(row: Row, lang: Lang) -> str:
    """Return the issue, then where, since when and the station's own detail."""
    lines = [str(row["text"].get(lang, row["kind"]))]
    for name, value in (
        ("subject", row.get("subject")),
        ("since", _since(row)),
        ("hint", row.get("hint")),
    ):
        if value:
            lines.append(translate(lang, f"issue.{name}", value))
    return "\n".join(lines)


def _since(row: Row) -> str | None:
    return _local(str(row["since"])) if row.get("since") else None


def _describe_order(row: Row, lang: Lang) -> str:
    """Return who ordered it, why, until when, and its document."""
    lines = [str(row["by"])] if row.get("by") else []
    lines += [str(row["from"])] if row.get("from") else []
    if row.get("why"):
        lines.append(translate(lang, "why", row["why"]))
    if row.get("until"):
        lines.append(translate(lang, "order.until", _local(str(row["until"]))))
    if row.get("editor") or row.get("approver"):
        lines.append(
            translate(lang, "play.people", row.get("editor") or "–", row.get("approver") or "–")
        )
    lines += [str(row["doc_id"])] if row.get("doc_id") else []
    return "\n".join(lines) or "–"


def _describe_command(row: Row, lang: Lang) -> str:
    """Return what was done, where; of a signed command in the words in which it was signed.

    Of a key the rule of policy that refused it or left out some of its clusters follows.
    """
    if row.get("rule"):
        what = str(row.get("what") or "–")
        return f"{what} {row.get('by') or ''}: {describe_rule(str(row['rule']), lang)}"
    do, subject = str(row.get("do") or row.get("what") or "–"), str(row.get("subject") or "")
    if not row.get("doc_id") or f"do.{do}" not in PHRASES:
        return " ".join(part for part in (do, subject or str(row.get("slot") or "")) if part)
    zones = translate(lang, "do.every_zone")
    if subject != "*":
        zones = translate(lang, "do.zones", subject)
    until = translate(lang, "do.for_good")
    if row.get("until"):
        until = translate(lang, "do.until", _local(str(row["until"])))
    lower_db = str(row.get("gain_db", "0")).removeprefix("-")
    return translate(lang, f"do.{do}", zones, lower_db, until)


def _describe_hint(row: Row, lang: Lang) -> str:
    """Why something was refused; of an item of a schedule the rule in words."""
    hint = str(row.get("hint") or "–")
    return describe_rule(hint, lang) if row.get("kind") == "entry" else hint


def _format(value: Any, column: str, lang: Lang) -> str:
    if column in WORDS:
        word = WORDS[column].get(str(value))  # a newer box may know more of them
        return word.render(lang) if word is not None else str(value)
    if isinstance(value, dict):
        return str(value.get(lang, "–"))
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return "–" if value is None else str(value)


def _describe_duty(row: Row, lang: Lang) -> str:
    """`30 %: THIẾU`; nothing where there is no duty."""
    if row["duty_pct"] is None:
        return "–"
    return f"{row['duty_pct']} %: {WORDS['duty'][row['state']].render(lang)}"


def _describe_speech(row: Row, lang: Lang) -> str:
    """What is proved, what counts for no language, what is missing."""
    figures = {
        "proved": row["proved_minutes"],
        "unknown": row["unknown_minutes"],
        "silent": row["silent_minutes"],
        "missing": row["missing_records"],
    }
    lines = [translate(lang, f"language.{name}", f"{of:g}") for name, of in figures.items() if of]
    return "\n".join(lines) or "–"


# columns whose cell combines several members of a row
_TOLD: dict[str, Callable[[Row, Lang], str]] = {
    "document": _name_document,
    "issue": _describe_issue,
    "order": _describe_order,
    "command": _describe_command,
    "play": describe_play,
    "on_air": describe_on_air,
    "next": describe_next,
    "proofs": lambda row, _: f"{row['heard']}/{row['not_heard']}/{row['not_known']}",
    "where": name_output,
    "week": lambda row, _: f"{date.fromisoformat(row['week']):%d/%m/%Y}",
    "share": lambda row, _: "–" if row["share_pct"] is None else f"{row['share_pct']:g} %",
    "duty": _describe_duty,
    "speech": _describe_speech,
    "what": lambda row, lang: shorten_title(row["title"], lang),
    "hint": _describe_hint,
    "language": lambda row, lang: name_language(row["lang"], lang),
}

"""Plays, and what is on air, as text for a person."""

from __future__ import annotations

import re
from typing import Any

from agent.contract.default_title import show_title
from agent.contract.policy_rule import describe_precedence, describe_refused
from agent.contract.proof import PICTURE_LEVELS
from central.documents.summary_text import format_moment, format_span
from central.messages.catalogue import name_language, translate
from texts.catalogue import Lang

Row = dict[str, Any]
_LONG_ID = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24}\b")
_DESCRIPTION = ("advert", "essential", "field", "source", "ref")
MAX_SAID = 200  # characters; the whole is in the record
_CODE = re.compile(r"\bE_[A-Z_]+\b")


def describe_on_air(row: Row, lang: Lang) -> str:
    """Describe: title; output and class; until when; why; what is not heard; a lost link."""
    if row["title"] is None:
        lines = [translate(lang, "on_air.nothing"), name_output(row, lang)]
    else:
        lines = [shorten_title(str(row["title"]), lang), _describe_place(row, lang)]
        lines.append(translate(lang, "on_air.until", _until(str(row["end"]))))
    lines += _reasons(row["why"], lang)
    if silent := row.get("words_missing"):
        names = ", ".join(name_language(str(one), lang) for one in silent)
        lines.append(translate(lang, "play.words_missing", names))
    if not row["is_online"]:
        lines.append(translate(lang, "on_air.offline"))
    return "\n".join(lines)


def describe_next(row: Row, lang: Lang) -> str:
    """Describe: title; output and class; what gives way to it."""
    lines = [shorten_title(str(row["title"]), lang), _describe_place(row, lang)]
    why = row["why"]
    if "next_rule" in why:
        over = show_title(str(why.get("next_over", "")), lang)
        lines.append(describe_precedence(str(why["next_rule"]), over, lang))
    return "\n".join(lines)


def _describe_place(row: Row, lang: Lang) -> str:
    """The output, and the class of what is on it."""
    level = str(row["level"])
    if level in ("local_key", "emergency_voice"):
        level = "emergency"
    words = translate(lang, f"class.{level}")
    kind = level if words == f"class.{level}" else words
    return f"{name_output(row, lang)}, {kind}"


def _reasons(why: Row, lang: Lang) -> list[str]:
    """What gives way or why nothing is on, and what is refused; of another type as it is."""
    lines = []
    if "rule" in why:
        over = show_title(str(why.get("over", "")), lang)
        more = translate(lang, "on_air.more", why["losers"] - 1) if "losers" in why else ""
        lines.append(f"{describe_precedence(str(why['rule']), over, lang)}{more}")
    if "refused" in why:
        title, code, rule = map(str, why["refused"])
        lines.append(describe_refused(show_title(title, lang), code, rule, lang))
    return lines


def _until(utc: str) -> str:
    """Format local time; a malformed text of a station stays as it is."""
    try:
        return format_moment(utc)
    except ValueError:
        return utc


def name_output(row: Row, lang: Lang) -> str:
    """`Loa (loa)`: what kind of output, and its name in the settings."""
    medium = str(row.get("medium") or "")
    kind = translate(lang, f"medium.{medium}")
    if kind == f"medium.{medium}":  # from an older box, which does not report it
        return medium or str(row.get("output") or "–")
    output = row.get("output")
    return kind if output is None else f"{kind} ({output})"


def describe_play(row: Row, lang: Lang) -> str:
    """Title; output, language, length; then what is unusual, and by whom."""
    length = format_span(row["duration_ms"]) if isinstance(row.get("duration_ms"), int) else "–"
    where = (name_output(row, lang), name_language(str(row.get("lang", "–")), lang), length)
    lines = [shorten_title(str(row.get("title", "–")), lang), ", ".join(where)]
    if row.get("class") not in (None, "routine"):
        lines.append(translate(lang, f"class.{row['class']}"))
    if told := [text for name in _DESCRIPTION if (text := _describe(row, name, lang))]:
        lines.append("; ".join(told))
    if row.get("started_by"):
        lines.append(translate(lang, "play.key", row["started_by"]))
    if silent := row.get("words_missing"):
        names = ", ".join(name_language(str(one), lang) for one in silent)
        lines.append(translate(lang, "play.words_missing", names))
    lines += _words(row, lang)
    if muted := row.get("muted"):
        lines.append(translate(lang, "play.muted", ", ".join(map(str, muted))))
    lines += [*_relay(row, lang), *_levels(row, lang), *_path(row, lang)]
    lines += [*_clock(row, lang), *_steering(row, lang)]
    lines += _frames(row, lang)
    if proof := _describe_proof(row, lang):
        lines.append(proof)
    if row.get("reason"):
        lines.append(translate(lang, "play.reason", _reason(str(row["reason"]), lang)))
    if row.get("editor") or row.get("approver"):
        people = (row.get("editor") or "–", row.get("approver") or "–")
        lines.append(translate(lang, "play.people", *people))
    return "\n".join(lines)


def _words(row: Row, lang: Lang) -> list[str]:
    """How the words of each language were heard, and what was read; other types are left out."""
    words, said = row.get("words"), row.get("said")
    lines = []
    if isinstance(words, dict) and words:
        each = (
            f"{name_language(str(one), lang)}: {_word(f'words.{form}', str(form), lang)}"
            for one, form in words.items()
        )
        lines.append(translate(lang, "play.words", ", ".join(each)))
    if isinstance(said, dict):
        lines += [translate(lang, "play.said", str(one)[:MAX_SAID]) for one in said.values()]
    return lines


def _relay(row: Row, lang: Lang) -> list[str]:
    """What a radio's play consisted of; what has another type is left out."""
    relayed = row.get("relayed")
    if row.get("authentic_by") != "transport" or not isinstance(relayed, dict):
        return []
    parts = [relayed.get(name) for name in ("radio_ms", "filler_ms", "silence_ms")]
    seconds = [one // 1000 if isinstance(one, int) else "–" for one in parts]
    return [translate(lang, "play.transport", *seconds)]


def _levels(row: Row, lang: Lang) -> list[str]:
    """How loud it was, where the station knows; what has another type is left out."""
    gain_db, est_dba = row.get("gain_db"), row.get("est_dba")
    lines = []
    if isinstance(gain_db, int | float) and isinstance(est_dba, int | float):
        lines.append(translate(lang, "play.level", f"{gain_db:.1f}", f"{est_dba:.1f}"))
    elif isinstance(gain_db, int | float) and gain_db:
        lines.append(translate(lang, "play.gain", f"{gain_db:.1f}"))
    if row.get("cap"):
        lines.append(translate(lang, "play.cap", row["cap"]))
    return lines


def _path(row: Row, lang: Lang) -> list[str]:
    """On which card and by what it sounded, where that was not the usual way."""
    lines = []
    if row.get("card"):
        lines.append(translate(lang, "play.card", row["card"]))
    if row.get("safe_mode") is True:
        lines.append(translate(lang, "play.safe_mode"))
    return lines


def _clock(row: Row, lang: Lang) -> list[str]:
    """How exactly the station knew the time when it began; what has another type is left out."""
    error_ms, source = row.get("clock_error_ms"), row.get("clock_source")
    if not isinstance(error_ms, int | float) or source not in ("nts", "centre"):
        return []
    return [translate(lang, f"play.clock.{source}", f"{error_ms:.0f}")]


def _steering(row: Row, lang: Lang) -> list[str]:
    """How it was kept in step with the clock; what has another type is left out."""
    figures = [row.get(name) or 0 for name in ("corrected_samples", "resyncs", "worst_off_ms")]
    ppm, lines = row.get("card_ppm"), []
    if any(figures) and all(isinstance(one, int | float) for one in figures):
        lines.append(translate(lang, "play.steering", *(f"{one:g}" for one in figures)))
    if isinstance(ppm, int | float):
        lines.append(translate(lang, "play.card_speed", f"{ppm:+.0f}"))
    return lines


def _describe_proof(row: Row, lang: Lang) -> str:
    """Return whether what sounded was heard, and how that is known; empty of what did not sound."""
    heard = row.get("heard")
    if row.get("medium") == "picture":
        return _describe_picture(row, heard, lang)
    if heard is None:
        if row.get("medium") != "sound" or row.get("start") is None:
            return ""
        reason = row.get("proof_why") or "none"
        return translate(lang, "play.not_known", _word(f"unknown.{reason}", str(reason), lang))
    method = str(row.get("proof_method"))
    words = _word(f"proof.{method}", method, lang)
    return translate(lang, "play.heard" if heard else "play.not_heard", row["proof"], words)


def _describe_picture(row: Row, heard: object, lang: Lang) -> str:
    """How far down the chain a picture is known to have come; empty of what was never shown."""
    if row.get("start") is None:
        return ""
    level = PICTURE_LEVELS.get(row["proof"], row["proof"])
    if heard is None:
        return translate(lang, f"picture.{level}") if level in PICTURE_LEVELS.values() else ""
    return translate(lang, "picture.confirmed" if heard else "picture.denied", level)


def _frames(row: Row, lang: Lang) -> list[str]:
    """The first frame of each face, and how many were late; what has another type is left out."""
    frames, late = row.get("frames"), row.get("late_frames")
    lines = []
    if isinstance(frames, dict) and frames:
        each = ", ".join(f"{face} {str(digest)[:16]}…" for face, digest in frames.items())
        lines.append(translate(lang, "play.frames", each))
    if isinstance(late, int) and late:
        lines.append(translate(lang, "play.late_frames", late))
    return lines


def _word(code: str, otherwise: str, lang: Lang) -> str:
    """The text of a code; a newer station may send one that is not known here."""
    words = translate(lang, code)
    return otherwise if words == code else words


def _describe(row: Row, name: str, lang: Lang) -> str:
    """Return the entry's description; a malformed value of a station stays as it is."""
    value = row.get(name)
    if value is None or value is False:
        return ""
    if name == "field":
        return translate(lang, "entry.field", value, translate(lang, f"field.{value}"))
    return translate(lang, f"entry.{name}", value)


def _reason(text: str, lang: Lang) -> str:
    """Return the reason in words; of a fault only the codes, by which the manuals are ordered."""
    words = translate(lang, f"reason.{text}")
    if words != f"reason.{text}":
        return words
    return ", ".join(_CODE.findall(text)) or text


def shorten_title(title: str, lang: Lang) -> str:
    """A title in a language, event ids by their first eight digits."""
    return _LONG_ID.sub(r"\1…", show_title(title, lang))

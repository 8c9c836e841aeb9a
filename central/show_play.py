"""What was played, counted for each output and language, and play by play.

A picture on a board is never counted as heard, nor is an emergency's signal counted as its words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from agent.contract.document import Emergency
from central.database import Database, documents
from central.describe import format_moment, format_span, speak_lang
from central.phrase import Lang, say
from central.sign import read_document

Row = dict[str, Any]
_LONG_ID = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24}\b")
_CODE = re.compile(r"\bE_[A-Z_]+\b")


def total_plays(database: Database) -> list[Row]:
    """One row for each item, output kind and language: how often it was heard or seen.

    Members besides `title`, `medium` and `lang`: `full`, `cut`, `skipped`, `failed`, and `wordless`
    for an emergency of which only the signal and the built-in line were heard in that language.
    """
    languages = _spoken_languages(database)
    counts: dict[tuple[str, ...], Counter[str]] = {}
    titles: dict[str, str] = {}
    for play in database.plays():
        item = f"{play.get('doc_id')}/{play.get('entry')}"
        titles[item] = str(play.get("title", "–"))
        silent = play.get("words_missing") or []
        for lang in _languages(play, languages.get(str(play.get("doc_id")), [])):
            key = (item, str(play.get("medium") or play.get("output") or "–"), lang)
            outcome = "wordless" if lang in silent else str(play.get("result"))
            counts.setdefault(key, Counter())[outcome] += 1
    return [
        {"title": titles[item], "medium": medium, "lang": lang, **_numbers(counter)}
        for (item, medium, lang), counter in counts.items()
    ]


def _numbers(counter: Counter[str]) -> dict[str, int]:
    return {name: counter[name] for name in ("full", "cut", "skipped", "failed", "wordless")}


def _languages(play: Mapping[str, Any], spoken: Sequence[str]) -> Iterable[str]:
    """The languages of a play's words; of a picture, its own."""
    own = [str(play.get("lang", "–"))]
    if play.get("medium") == "picture":
        return own
    return dict.fromkeys([*(spoken or own), *(play.get("words_missing") or [])])


def _spoken_languages(database: Database) -> dict[str, list[str]]:
    """The languages in which each published emergency has recorded words, by document id."""
    query = sa.select(documents.c.envelope).where(documents.c.kind == "emergency")
    with database.transaction() as connection:
        read = [read_document(raw) for raw in connection.execute(query).scalars()]
    return {
        one.doc_id: [body.lang for body in one.bodies if body.media]
        for one in read
        if isinstance(one, Emergency)
    }


def list_on_air(database: Database) -> list[Row]:
    """What each station last told that it plays or shows, and whether it is still connected."""
    online = {row["station"]: bool(row["online"]) for row in database.stations()}
    return [
        {"station": station, "at": health["at"], "output": output, **item,
         "is_online": online.get(station, False)}
        for station, health in database.health().items()
        for output, item in health["on_air"].items()
        if item is not None
    ]  # fmt: skip


def tell_on_air(row: Row, lang: Lang) -> str:
    """Title; output and class; until when; then what of it is not heard, and a lost link."""
    level = "emergency" if row["level"] == "local_key" else str(row["level"])
    words = say(lang, f"class.{level}")
    kind = level if words == f"class.{level}" else words
    lines = [shorten_title(str(row["title"])), f"{name_output(row, lang)}, {kind}"]
    lines.append(say(lang, "on_air.until", _until(str(row["end"]))))
    if silent := row.get("words_missing"):
        names = ", ".join(name_lang(str(one), lang) for one in silent)
        lines.append(say(lang, "play.words_missing", names))
    if not row["is_online"]:
        lines.append(say(lang, "on_air.offline"))
    return "\n".join(lines)


def _until(utc: str) -> str:
    """Local time; a text that a station made up, as it is."""
    try:
        return format_moment(utc)
    except ValueError:
        return utc


def name_output(row: Row, lang: Lang) -> str:
    """`Loa (loa)`: what kind of output, and its name in the settings."""
    medium = str(row.get("medium") or "")
    kind = say(lang, f"medium.{medium}")
    if kind == f"medium.{medium}":  # of an older box, which does not say it
        return medium or str(row.get("output") or "–")
    output = row.get("output")
    return kind if output is None else f"{kind} ({output})"


def tell_play(row: Row, lang: Lang) -> str:
    """Title; output, language, length; then whatever is not ordinary, and by whom."""
    length = format_span(row["duration_ms"]) if isinstance(row.get("duration_ms"), int) else "–"
    where = (name_output(row, lang), name_lang(str(row.get("lang", "–")), lang), length)
    lines = [shorten_title(str(row.get("title", "–"))), ", ".join(where)]
    if row.get("class") not in (None, "routine"):
        lines.append(say(lang, f"class.{row['class']}"))
    if row.get("started_by"):
        lines.append(say(lang, "play.key", row["started_by"]))
    if silent := row.get("words_missing"):
        names = ", ".join(name_lang(str(one), lang) for one in silent)
        lines.append(say(lang, "play.words_missing", names))
    if row.get("reason"):
        lines.append(say(lang, "play.reason", _reason(str(row["reason"]), lang)))
    if row.get("editor") or row.get("approver"):
        people = (row.get("editor") or "–", row.get("approver") or "–")
        lines.append(say(lang, "play.people", *people))
    return "\n".join(lines)


def _reason(text: str, lang: Lang) -> str:
    """In words; of a fault the codes alone: the manuals go by them, the JSON has it all."""
    words = say(lang, f"reason.{text}")
    if words != f"reason.{text}":
        return words
    return ", ".join(_CODE.findall(text)) or text


def shorten_title(title: str) -> str:
    """Event ids in titles by their first eight digits."""
    return _LONG_ID.sub(r"\1…", title)


def name_lang(code: str, lang: Lang) -> str:
    """A language by its name."""
    return speak_lang(code, lambda phrase, *args: say(lang, phrase, *args))

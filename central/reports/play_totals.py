"""Totals of plays for each output and language; and what is on air.

A picture on a board is never counted as heard, nor is an emergency's signal counted as its words,
nor a play that nothing has proved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from agent.contract.document import Emergency
from central.documents.sign import read_document
from central.store.database import Database
from central.store.plays import count_plays
from central.store.schema import documents
from central.store.station_reports import list_stations

Row = dict[str, Any]
_PROOF_OF: dict[bool | None, str] = {True: "heard", False: "not_heard", None: "not_known"}


def total_plays(database: Database) -> list[Row]:
    """Return a row for each item, output kind and language: how often it was played or shown.

    Members besides `title`, `medium` and `lang`: `full`, `cut`, `skipped`, `failed`, and `wordless`
    for an emergency of which only the signal and the built-in announcement were played in that
    language. Of those that sounded, in full or not: `heard`, `not_heard` and `not_known`.
    """
    languages = _spoken_languages(database)
    counts: dict[tuple[str, ...], Counter[str]] = {}
    titles: dict[str, str] = {}
    for row in count_plays(database):
        item = f"{row['doc_id']}/{row['item']}"
        titles[item] = "–" if row["title"] is None else row["title"]
        for lang in _languages(row, languages.get(str(row["doc_id"]), [])):
            key = (item, row["medium"] or row["output"] or "–", lang)
            outcome = "wordless" if lang in row["words_missing"] else str(row["result"])
            counter = counts.setdefault(key, Counter())
            counter[outcome] += row["count"]
            if row["medium"] == "sound" and row["result"] in ("full", "cut"):
                counter[_PROOF_OF[row["heard"]]] += row["count"]
    return [
        {"title": titles[item], "medium": medium, "lang": lang, **_numbers(counter)}
        for (item, medium, lang), counter in counts.items()
    ]


def _numbers(counter: Counter[str]) -> dict[str, int]:
    names = ("full", "cut", "skipped", "failed", "wordless", *_PROOF_OF.values())
    return {name: counter[name] for name in names}


def _languages(row: Row, spoken: Sequence[str]) -> Iterable[str]:
    """The languages of a play's words; of a picture, its own."""
    own = ["–" if row["lang"] is None else row["lang"]]
    if row["medium"] == "picture":
        return own
    return dict.fromkeys([*(spoken or own), *row["words_missing"]])


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
    """Return what each station last reported as on air and why, and whether it is connected.

    Also an output on which nothing is, where the station says why: `title` is None then.
    """
    online = {row["station"]: bool(row["online"]) for row in list_stations(database)}
    rows = []
    for station, health in database.health().items():
        reasons = health.get("why", {})
        for output, item in health["on_air"].items():
            why = reasons.get(output, {})
            about = {"station": station, "at": health["at"], "output": output, "why": why,
                     "is_online": online.get(station, False)}  # fmt: skip
            if item is not None:
                rows.append({**about, **item})
            elif "rule" in why or "refused" in why:
                rows.append({**about, "title": None})
    return rows


def list_next(database: Database) -> list[Row]:
    """Return the next start of each output, as its station last reported it."""
    return [
        {"station": station, "output": output, **item,
         "why": health.get("why", {}).get(output, {})}
        for station, health in database.health().items()
        for output, item in health["next"].items()
        if item is not None
    ]  # fmt: skip

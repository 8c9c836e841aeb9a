"""Sound that a new schedule makes overlap: a person decides what is to happen.

`instead`: this time it plays as the rules say, the later start cuts off the earlier. `after`: the
schedule is moved behind it (`moved_playlist`) and that is what is signed. `cancel`: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from agent.contract.document import Document, Playlist
from agent.errors import PlanError
from agent.plan.calendar import local_date
from agent.plan.rehearsal import Event, list_clashes
from agent.plan.rehearsal_text import describe_event
from central.messages.catalogue import translate
from central.publication.clash_days import describe_days
from central.publication.recipients import list_names
from central.publication.station_rehearsal import GroupRehearsal
from texts.catalogue import Lang

Answer = Literal["instead", "after", "cancel"]
Act = Literal["publish", "sign"]
MAX_LINES = 12


def find_clashes(found: Iterable[GroupRehearsal], document: Document) -> dict[Event, list[str]]:
    """The events of sound that a playlist makes overlap → the stations concerned."""
    clashes: dict[Event, list[str]] = {}
    for one in found:
        for event in list_clashes(one.rehearsal, document.doc_id):
            clashes.setdefault(event, []).extend(one.stations)
    return clashes


def describe_clashes(clashes: Mapping[Event, Sequence[str]], lang: Lang) -> list[str]:
    """A line for each item and clock time, with all its days and stations."""
    alike: dict[str, tuple[set[date], set[str]]] = {}
    for event, stations in clashes.items():
        days, names = alike.setdefault(describe_event(event, lang), (set(), set()))
        days.add(local_date(event.at))
        names.update(stations)
    lines = [
        f"  • {describe_days(days, lang)}: {text} ({list_names(sorted(names))})"
        for text, (days, names) in alike.items()
    ]
    more = len(lines) - MAX_LINES
    return [*lines[:MAX_LINES], *([f"  … (+{more})"] if more > 0 else [])]


def verify_wanted(document: Playlist, answer: Answer | None, act: Act, lang: Lang) -> Answer:
    """Verify that a person wants one of the two ways in which something is to happen.

    Args:
        document: the playlist that clashes.
        answer: of the person; None: nobody was asked.
        act: what is not done without an answer.
        lang: of all texts.

    Raises:
        PlanError: E_CLASH.
    """
    if answer in ("instead", "after"):
        return answer
    raise PlanError("E_CLASH", document.slot, translate(lang, f"clash.{answer or 'ask'}.{act}"))

"""Sound that a new schedule makes overlap: a person decides what is to happen.

`instead`: this time it plays as the rules say, the later start cuts off the earlier. `after`:
nothing is published; the free times are named, and the schedule is signed anew. `cancel`: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from agent.contract.document import Document, Playlist
from agent.contract.local_time import LOCAL
from agent.errors import PlanError
from agent.plan.rehearsal import Event, list_clashes
from agent.plan.rehearsal_text import clock_time, describe_event
from central.messages.catalogue import translate
from central.publication.recipients import list_names
from central.publication.station_rehearsal import GroupRehearsal
from texts.catalogue import Lang

Answer = Literal["instead", "after", "cancel"]
MAX_LINES = 12


def find_clashes(found: Iterable[GroupRehearsal], document: Document) -> dict[Event, list[str]]:
    """The events of sound that a playlist makes overlap → the stations concerned."""
    clashes: dict[Event, list[str]] = {}
    for one in found:
        for event in list_clashes(one.rehearsal, document.doc_id):
            clashes.setdefault(event, []).extend(one.stations)
    return clashes


def describe_clashes(clashes: Mapping[Event, Sequence[str]], lang: Lang) -> list[str]:
    """A line for each item and clock time; of several days the first."""
    lines: dict[str, str] = {}
    for event, stations in clashes.items():
        text, day = describe_event(event, lang), f"{event.at.astimezone(LOCAL):%d/%m}"
        lines.setdefault(text, f"  • {day} {text} ({list_names(sorted(set(stations)))})")
    more = len(lines) - MAX_LINES
    return [*list(lines.values())[:MAX_LINES], *([f"  … (+{more})"] if more > 0 else [])]


def verify_no_clash(
    clashes: Mapping[Event, Sequence[str]],
    found: Sequence[GroupRehearsal],
    document: Playlist,
    answer: Answer | None,
    lang: Lang,
) -> None:
    """Verify that nothing clashes, or that a person wants it this time.

    Args:
        clashes: of `find_clashes`.
        found: the rehearsals that they come from.
        document: the new playlist.
        answer: of the person; None: nobody was asked.
        lang: of all texts.

    Raises:
        PlanError: E_CLASH.
    """
    if not clashes or answer == "instead":
        return
    hint = translate(lang, f"clash.{answer or 'ask'}")
    if answer == "after":
        hint += "".join(f"\n  {line}" for line in _describe_moves(clashes, found, document, lang))
    raise PlanError("E_CLASH", document.slot, hint)


def _describe_moves(
    clashes: Iterable[Event], found: Sequence[GroupRehearsal], document: Playlist, lang: Lang
) -> list[str]:
    """The times at which the items of the new playlist begin after what they clash with."""
    moves: dict[tuple[str, str], datetime] = {}
    ends = {
        (event.doc_id, event.entry_id, event.at): event.until
        for one in found
        for event in one.rehearsal.events
    }
    for event in clashes:
        for rival in event.rivals:
            if rival.doc_id == document.doc_id:
                title, at, end_at = rival.title, rival.at, event.until
            elif event.doc_id == document.doc_id:
                title, at = event.title, event.at
                end_at = ends.get((rival.doc_id, rival.entry_id, rival.at), rival.at)
            else:
                continue
            name = (title, clock_time(at))
            moves[name] = max(moves.get(name, end_at), end_at, key=clock_time)
    return [
        translate(lang, "clash.move", title, at, clock_time(end_at))
        for (title, at), end_at in sorted(moves.items())
    ]

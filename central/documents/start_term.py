"""The starts of an entry as they are written: clock times first, then those by the sun."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import UNSET

from agent.contract.calendar_terms import SunStart
from agent.contract.document import When

Term = str | SunStart  # a clock time `HH:MM:SS`, or a moment by the sun
_SUN_WORD = {"sunrise": "mat-troi-moc", "sunset": "mat-troi-lan"}


@dataclass(frozen=True)
class StartMove:
    """A start of an entry that was moved.

    Args:
        entry_id: the entry that has it.
        title: of the entry.
        old: as it was written.
        new: as it is written now.
        along: titles of what follows the entry and begins later with it.
    """

    entry_id: str
    title: str
    old: Term
    new: Term
    along: tuple[str, ...] = ()


def list_terms(when: When) -> list[Term]:
    """The starts of an entry."""
    return [*when.at, *(() if when.sun is UNSET else when.sun)]


def show_term(term: Term, word: str | None = None) -> str:
    """A start as an officer writes it: `06:05`, `mat-troi-moc+5m`.

    Args:
        term: the start.
        word: for sunrise or sunset; None: the Vietnamese one.
    """
    if isinstance(term, str):
        return term[:5] if term.endswith(":00") else term
    offset = f"{term.offset_min:+d}m" if term.offset_min else ""
    return (word or _SUN_WORD[term.event]) + offset

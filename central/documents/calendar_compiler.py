"""calendar.yaml (officer) → the payload of a signed calendar, all faults at once with their places.

Its rows are dated: somebody looked each date up and says where. Nothing is computed here.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from agent.contract.calendar_terms import (
    HOLIDAY,
    MOURNING,
    SWAPPED_WORKDAY,
    WORKDAY,
    CalendarDays,
)
from agent.contract.document import Calendar
from agent.errors import YamlFaults
from agent.trust.freshness import LIFETIME_OF_KIND
from central.documents.compiler import Compilation, SigningParams, SourceFile, midnight, read_source
from central.documents.schedule_model import Date, Name, Pattern
from central.documents.sign import encode_document
from strict_yaml.loader import load_yaml
from strict_yaml.node import Node, given

Text256 = Annotated[str, Meta(min_length=1, max_length=256)]
_SET = re.compile(r"[a-z0-9-]{1,32}")


class CalendarRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A date, or dates in a row, and which sets they belong to."""

    in_: str | list[str] = msgspec.field(name="in")
    title: Text256
    source: Text256
    date: Date | None = None
    from_: Date | None = msgspec.field(name="from", default=None)
    until: Date | None = None


class CalendarFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file: the dated days of one year."""

    calendar: Annotated[int, Meta(ge=2000, le=2099)]
    to: Annotated[list[Pattern], Meta(min_length=1, max_length=256)]
    sets: Annotated[list[str], Meta(max_length=64)] = msgspec.field(default_factory=list)
    days: Annotated[list[CalendarRow], Meta(max_length=400)] = msgspec.field(default_factory=list)
    slot: Name | None = None


def is_calendar(text: str) -> bool:
    """Return whether an officer's file is a calendar."""
    _, tree, _ = load_yaml(text, CalendarFile, "")
    return given(tree, "calendar") is not None


def compile_calendar(source: Path | str, issue: SigningParams) -> bytes:
    """Compile a calendar to the exact bytes to be signed.

    Args:
        source: the file's path, or its text.
        issue: values that the file does not contain.

    Raises:
        YamlFaults: every fault of the file, with line and column.
        TrustError: E_SCHEMA, a box would refuse the result.
    """
    file = read_source(source)
    calendar, tree, faults = load_yaml(file.text, CalendarFile, file.name)
    if calendar is None or faults:
        raise YamlFaults(faults)
    return _CalendarCompiler(calendar, file, tree, issue).payload()


class _CalendarCompiler(Compilation):
    """One pass over a calendar."""

    def __init__(
        self, calendar: CalendarFile, file: SourceFile, tree: Node | None, issue: SigningParams
    ) -> None:
        super().__init__(file, tree, issue)
        self._calendar = calendar

    def payload(self) -> bytes:
        """The bytes, or every fault."""
        calendar, now = self._calendar, self.issue.now
        end = midnight(f"{calendar.calendar}-12-31", 1)
        self._check_sets()
        rows = [self._row(row, f"days[{index}]") for index, row in enumerate(calendar.days)]
        limit = LIFETIME_OF_KIND["calendar"]
        if end <= now:
            self.fault("calendar", "file.year", got=str(calendar.calendar))
        elif end - now > limit:
            first = (end - limit + timedelta(days=1)).date()
            self.fault("calendar", "file.calendar_early", str(first), got=str(calendar.calendar))
        if self.faults:
            raise YamlFaults(self.faults)
        header = self.header(
            "calendar", class_="config", to=calendar.to,
            slot=calendar.slot or str(calendar.calendar), begin=now, end=end,
        )  # fmt: skip
        days = [row for row in rows if row is not None]
        return encode_document(
            Calendar(**header, year=calendar.calendar, sets=calendar.sets, days=days)
        )

    def _check_sets(self) -> None:
        sets = self._calendar.sets
        paired = HOLIDAY not in sets or SWAPPED_WORKDAY in sets
        named = all(map(_SET.fullmatch, sets)) and {MOURNING, WORKDAY}.isdisjoint(sets)
        if not (paired and named and len(set(sets)) == len(sets)):
            self.fault("sets", "file.set_name", got=", ".join(sets))

    def _row(self, row: CalendarRow, path: str) -> CalendarDays | None:
        names = [row.in_] if isinstance(row.in_, str) else row.in_
        unknown = [name for name in names if name not in (*self._calendar.sets, MOURNING)]
        if unknown or not names or len(set(names)) != len(names):
            self.fault(f"{path}.in", "file.known_set", got=", ".join(unknown or names))
        is_one = row.date is not None and row.from_ is None and row.until is None
        is_span = row.date is None and row.from_ is not None and row.until is not None
        if not (is_one or is_span):
            self.fault(path, "file.date_or_span")
            return None
        first, last = row.date or row.from_ or "", row.date or row.until or ""
        keys = {"date": first} if is_one else {"from": first, "until": last}
        for key, day in keys.items():
            self._check_date(f"{path}.{key}", day)
        if first > last:
            self.fault(f"{path}.until", "file.after_from", got=last)
        return CalendarDays(first, last, list(names), row.title, row.source)

    def _check_date(self, path: str, day: str) -> None:
        year = str(self._calendar.calendar)
        known = self.attempt(path, lambda: date.fromisoformat(day), "file.date", day)
        if known is not None and day[:4] != year:
            self.fault(path, "file.year_dates", year, got=day)

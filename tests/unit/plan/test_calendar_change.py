"""Which weeks another calendar changes, by hand from the rules of docs/plan.md."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from agent.contract.accepted import HeldDocument
from agent.contract.calendar_terms import CalendarDays, DayRules
from agent.contract.document import Calendar, Playlist
from agent.plan.calendar_change import list_changed_weeks
from agent.plan.correction import hold
from central.documents.sign import build_header
from tests.harness.published_playlists import entry

NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)  # a Tuesday
END = datetime(2027, 1, 31, 17, tzinfo=UTC)
FEAST = DayRules(sets=["le"])


def week(first: str, last: str) -> tuple[datetime, datetime]:
    """Local midnights."""
    begin, end = (datetime.fromisoformat(f"{one}T00:00:00+07:00") for one in (first, last))
    return max(NOW, begin), end


def held(*rows: tuple[str, str], sets: tuple[str, ...] = ("le",), **more: Any) -> HeldDocument:
    days = [CalendarDays(on, on, [name], "x", "x") for on, name in rows]
    header = _header("calendar", "config")
    return hold(Calendar(**header, year=2026, sets=list(sets), days=days, **more), NOW)


def _header(kind: str, class_: str) -> dict[str, Any]:
    return build_header(
        kind, issuer="vn.84", class_=class_, to=["84/*/*"], slot="x", seq=1, now=NOW,  # type: ignore[arg-type]  # a class of a document
        lifetime=END - NOW,
    )  # fmt: skip


def song(**more: Any) -> HeldDocument:
    one = entry("Nhạc", ["06:00"])
    rules = {name: more.pop(name) for name in ("days", "except_days") if name in more}
    when = msgspec.structs.replace(one.when, from_="2026-12-01", until="2027-01-15", **rules)
    item = msgspec.structs.replace(one, when=when, **more)
    return hold(Playlist(**_header("playlist", "routine"), media=[], entries=[item]), NOW)


def weeks(item: HeldDocument, before: HeldDocument, after: HeldDocument) -> list[Any]:
    return list_changed_weeks([item, before], [item, after], None, NOW, END)


def test_the_weeks_of_a_feast_that_moves_and_of_the_days_after_them() -> None:
    """9 December 2026 is a Wednesday, 20 December a Sunday."""
    found = weeks(song(days=FEAST), held(("2026-12-09", "le")), held(("2026-12-20", "le")))
    assert found == [week("2026-12-07", "2026-12-28")]
    found = weeks(song(except_days=FEAST), held(("2026-12-02", "le")), held(("2026-12-24", "le")))
    assert found == [week("2026-12-01", "2026-12-07"), week("2026-12-21", "2026-12-28")]


def test_a_mourning_concerns_what_it_bars_alone() -> None:
    both = held(), held(("2026-12-09", "quoc-tang"))
    assert weeks(song(music=True), *both) == [week("2026-12-07", "2026-12-14")]
    assert weeks(song(advert=True), *both) == [week("2026-12-07", "2026-12-14")]
    assert weeks(song(), *both) == []


def test_a_set_that_is_known_no_more_concerns_every_day_of_the_year() -> None:
    """Before it was known of all days; the item's last day is in a year that nobody has signed."""
    found = weeks(song(days=FEAST), held(("2026-12-09", "le")), held(sets=()))
    assert found == [week("2026-12-01", "2027-01-04")]


def test_days_that_no_item_asks_for_change_nothing() -> None:
    both = held(("2026-12-09", "le")), held(("2026-12-09", "le"), ("2026-12-10", "hoi"))
    assert weeks(song(days=FEAST), *both) == []
    assert weeks(song(), held(("2026-12-09", "le")), held()) == []

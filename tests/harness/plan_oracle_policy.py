"""The rules of policy as the oracle of plans reads them in docs/plan.md; see `plan_oracle`.

Nothing here comes from the planner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

DAY_S = 86_400
ZERO = date(2020, 1, 1)
FILLER = 0
LEVELS = {"routine": 1, "priority": 2}
HIGHEST = max(LEVELS.values())
SIX_HOURS_S = 6 * 3600
JOINED_S = 5 * 60
MOURNING = "quoc-tang"


def second(text: str) -> int:
    """`2026-11-23T05:00:00`, local time, as seconds since the oracle's own zero."""
    moment = datetime.fromisoformat(text)
    return (moment.date() - ZERO).days * DAY_S + clock(text[11:])


def clock(text: str) -> int:
    hours, minutes, *rest = (int(part) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + (rest[0] if rest else 0)


def utc_second(text: str) -> int:
    return second(text.rstrip("Z")) + 7 * 3600


@dataclass(eq=False)
class Asked:
    """One start that somebody wrote, or that follows another."""

    doc: dict[str, Any]
    entry: dict[str, Any]
    place: tuple[str, int]  # document, line
    due_s: int
    day: date
    zones: frozenset[str]  # without those that are closed to it; where none is left, as written
    is_closed: bool
    written_s: int  # with its turn; of what follows in a chain: that of the first
    behind: Play | None = None  # what it follows, where that plays
    is_void: bool = False  # it is due sooner

    @property
    def kind(self) -> str:
        return str(self.entry["start"]["kind"])

    @property
    def level(self) -> int:
        return FILLER if self.doc.get("filler") is True else LEVELS[self.doc["class"]]

    @property
    def medium(self) -> str:
        return "picture" if "scene" in self.entry["body"] else "sound"

    @property
    def is_advert(self) -> bool:
        return self.entry.get("advert") is True

    @property
    def is_counted(self) -> bool:
        """Filler is no programme; an advert is one everywhere."""
        return self.level > FILLER or self.is_advert

    @property
    def is_barred_by_mourning(self) -> bool:
        return self.is_advert or self.entry.get("music") is True

    @property
    def limit_s(self) -> int:
        return self.due_s + (
            self.entry["start"]["ms"] // 1000 if self.kind == "within" else SIX_HOURS_S
        )


@dataclass
class Play:
    asked: Asked
    start_s: int
    end_s: int

    @property
    def has_to_wait(self) -> bool:
        """Does it wait for what still sounds at its start?"""
        return self.asked.kind != "at" and self.start_s < self.asked.limit_s

    def strength(self) -> tuple[Any, ...]:
        doc, place = self.asked.doc, self.asked.place
        return (self.start_s, doc["epoch"], doc["seq"], place[0], -place[1])


@dataclass
class Adverts:
    """An advert lies within a window of each list."""

    windows: list[list[str]]
    day_pct: int | None = None
    session_pct: int | None = None


@dataclass
class Rules:
    """The station's policy: signed and local together, its turn, and its clusters by kind."""

    quiet: list[str] = field(default_factory=list)
    sessions: int | None = None
    minutes: int | None = None
    weekdays: set[int] | None = None
    maintenance: list[str] = field(default_factory=list)
    adverts: Adverts | None = None
    group: int = 0
    gap_s: int = 0
    kinds: dict[str, str] = field(default_factory=dict)
    open_to: dict[str, set[str]] = field(default_factory=dict)


class OraclePolicy:
    """Says of a start at a moment what forbids it, and counts what plays."""

    def __init__(self, rules: Rules, calendars: Sequence[dict[str, Any]]) -> None:
        self.rules = rules
        self.counted: list[tuple[int, Play]] = []  # session, play
        self.sessions: list[list[int]] = []
        self.mourned = {
            day
            for one in calendars
            for row in one["days"]
            if MOURNING in row["sets"]
            for day in range(
                (date.fromisoformat(row["from"]) - ZERO).days,
                (date.fromisoformat(row["until"]) - ZERO).days + 1,
            )
        }

    def add(self, play: Play) -> None:
        """Something was judged and plays."""
        if play.asked.medium == "sound" and play.asked.is_counted:
            self.counted.append((len(self.sessions), play))

    def is_silent(self, at_s: int) -> bool:
        """May nothing sound at a moment, by quiet hours or maintenance?"""
        return any(first <= at_s < last for first, last in self.silent_hours(at_s, at_s + 1))

    def silent_starts(self, since_s: int, until_s: int) -> set[int]:
        """When such times begin."""
        return {first for first, _last in self.silent_hours(since_s, until_s)}

    def silent_hours(self, since_s: int, until_s: int) -> list[tuple[int, int]]:
        texts = [*self.rules.quiet, *self.rules.maintenance]
        return [one for text in texts for one in windows(text, since_s, until_s)]

    def turn_s(self, entry: dict[str, Any]) -> int:
        sync = entry.get("sync", {"kind": "simultaneous"})
        if sync["kind"] == "simultaneous":
            return 0
        return self.rules.group * (sync["gap_ms"] // 1000 or self.rules.gap_s)

    def open_zones(self, doc: dict[str, Any], entry: dict[str, Any]) -> frozenset[str]:
        """Sound keeps away from clusters of a kind that is closed to its class."""
        zones = frozenset(entry["zones"])
        if "scene" in entry["body"]:
            return zones
        shut = {
            name
            for name, kind in self.rules.kinds.items()
            if doc["class"] not in self.rules.open_to.get(kind, {doc["class"]})
        }
        if not shut & (set(self.rules.kinds) if "*" in zones else zones):
            return zones
        return (frozenset(self.rules.kinds) if "*" in zones else zones) - shut

    def judge(self, one: Asked, now: int) -> str | None:
        end_s = now + length(one.doc, one.entry)
        if self.is_mourned(one, now, end_s):
            return "E_POLICY"
        if one.medium == "picture":
            return "E_EXPIRED" if now >= utc_second(one.doc["expires"]) else None
        return self.judge_hours(one, now, end_s) or self.judge_length(one, now, end_s)

    def is_mourned(self, one: Asked, now: int, end_s: int) -> bool:
        days = range(now // DAY_S, -(-end_s // DAY_S))
        return one.is_barred_by_mourning and any(day in self.mourned for day in days)

    def judge_moment(self, one: Asked, now: int, end_s: int) -> str | None:
        """What forbids it at a time of day; nothing is counted."""
        if self.is_mourned(one, now, end_s):
            return "E_POLICY"
        if end_s > utc_second(one.doc["expires"]):
            return "E_EXPIRED"
        return self.judge_hours(one, now, end_s)

    def latest_s(self, play: Play, seen_s: int) -> int:
        """Sound that was interrupted goes on until nothing may sound, or its document expires."""
        one, at_s = play.asked, play.end_s
        until_s = utc_second(one.doc["expires"])
        ends = [until_s]
        for text in [*self.rules.quiet, *self.rules.maintenance]:
            ends += [first for first, _ in windows(text, at_s, at_s + DAY_S) if first >= at_s]
        if one.is_barred_by_mourning:
            ends += [day * DAY_S for day in self.mourned if at_s <= day * DAY_S <= seen_s]
        return min([*ends, *(self.advert_ends(at_s, seen_s) if one.is_advert else [])])

    def advert_ends(self, at_s: int, seen_s: int) -> list[int]:
        """Until when adverts may go on, by each list of windows; those of a list may overlap."""
        assert self.rules.adverts is not None
        ends = []
        for texts in self.rules.adverts.windows:
            last_s, spans = at_s, [span for text in texts for span in windows(text, at_s, seen_s)]
            while further := [last for first, last in spans if first <= last_s < last]:
                last_s = max(further)
            ends.append(last_s)
        return ends

    def judge_hours(self, one: Asked, now: int, end_s: int) -> str | None:
        for text in [*self.rules.quiet, *self.rules.maintenance]:
            if any(now < last and first < end_s for first, last in windows(text, now, end_s)):
                return "E_HOURS"
        weekday = (ZERO + timedelta(days=now // DAY_S)).isoweekday()
        if self.rules.weekdays is not None and weekday not in self.rules.weekdays:
            return "E_POLICY"
        if one.is_advert and not self.is_advert_time(now, end_s):
            return "E_POLICY"
        return None

    def judge_length(self, one: Asked, now: int, end_s: int) -> str | None:
        if end_s > utc_second(one.doc["expires"]):
            return "E_EXPIRED"
        if not one.is_counted:
            return None
        return None if self.count(one, now, end_s) else "E_POLICY"

    def is_advert_time(self, now: int, end_s: int) -> bool:
        """Is every second of it in some window of each list?"""
        if self.rules.adverts is None:
            return False
        for texts in self.rules.adverts.windows:
            at_s, spans = now, [span for text in texts for span in windows(text, now, end_s)]
            while at_s < end_s:
                ends = [last for first, last in spans if first <= at_s < last]
                if not ends:
                    return False
                at_s = max(ends)
        return True

    def count(self, one: Asked, now: int, end_s: int) -> bool:
        """Room for it in a session of the day, and in the share of adverts?"""
        joined = bool(self.sessions) and now - self.sessions[-1][1] <= JOINED_S
        first = self.sessions[-1][0] if joined else now
        last = max(self.sessions[-1][1], end_s) if joined else end_s
        if self.rules.minutes is not None and last - first > self.rules.minutes * 60:
            return False
        today = [one for one in self.sessions if one[0] // DAY_S == now // DAY_S]
        if not joined and self.rules.sessions is not None and len(today) >= self.rules.sessions:
            return False
        if one.is_advert and self.is_too_much(now, end_s, joined=joined):
            return False
        if joined:
            self.sessions[-1][1] = last
        else:
            self.sessions.append([now, last])
        return True

    def is_too_much(self, now: int, end_s: int, *, joined: bool) -> bool:
        """Would adverts have more than their share of the day's or the session's sound?"""
        adverts = self.rules.adverts
        assert adverts is not None
        session = len(self.sessions)
        of_day = [one for _, one in self.counted if one.start_s // DAY_S == now // DAY_S]
        of_session = [one for number, one in self.counted if joined and number == session]
        for pct, plays in ((adverts.day_pct, of_day), (adverts.session_pct, of_session)):
            seconds = [one.end_s - one.start_s for one in plays]
            ads = [one.end_s - one.start_s for one in plays if one.asked.is_advert]
            own = end_s - now
            if pct is not None and (sum(ads) + own) * 100 > (sum(seconds) + own) * pct:
                return True
        return False


def windows(text: str, since_s: int, until_s: int) -> list[tuple[int, int]]:
    """A daily window around some time, each from its first second to behind its last."""
    first, last = (clock(part) % DAY_S for part in text.split("-"))
    lasts = (last - first) % DAY_S or DAY_S
    days = range(since_s // DAY_S - 1, until_s // DAY_S + 1)
    return [(day * DAY_S + first, day * DAY_S + first + lasts) for day in days]


def end_of(one: Asked, now: int) -> int:
    """A picture ends where its document expires."""
    end_s = now + length(one.doc, one.entry)
    return min(end_s, utc_second(one.doc["expires"])) if one.medium == "picture" else end_s


def is_in_force(doc: dict[str, Any], at_s: int) -> bool:
    return utc_second(doc["not_before"]) <= at_s < utc_second(doc["expires"])


def length(doc: dict[str, Any], entry: dict[str, Any]) -> int:
    if "scene" in entry["body"]:
        seconds = entry["body"]["scene"]["ms"] // 1000
        return seconds if entry.get("max_ms") is None else min(seconds, entry["max_ms"] // 1000)
    seconds = {one["sha256"]: one["duration_ms"] // 1000 for one in doc["media"]}
    total = sum(seconds[digest] for digest in entry["body"]["media"])
    return total if entry.get("max_ms") is None else min(total, entry["max_ms"] // 1000)

"""What sounds when, worked out from docs/plan.md by looking at everything again and again.

It reads playlists as they are on the wire, has its own arithmetic of dates and whole seconds, and
shares no code with the planner. Slow and plain: at each moment at which anything may change it asks
of every start whether it can begin.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from typing import Any

DAY_S = 86_400
ZERO = date(2020, 1, 1)
EMPTY: dict[str, Any] = {"entries": [{"body": {"media": []}}], "media": []}
LEVELS = {"routine": 1, "priority": 2}
SIX_HOURS_S = 6 * 3600
JOINED_S = 5 * 60


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

    @property
    def kind(self) -> str:
        return str(self.entry["start"]["kind"])

    @property
    def level(self) -> int:
        return LEVELS[self.doc["class"]]

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

    def strength(self) -> tuple[Any, ...]:
        doc, place = self.asked.doc, self.asked.place
        return (self.start_s, doc["epoch"], doc["seq"], place[0], -place[1])


@dataclass
class Rules:
    """The station's policy."""

    quiet: list[str] = field(default_factory=list)
    sessions: int | None = None
    minutes: int | None = None
    weekdays: set[int] | None = None


class Oracle:
    def __init__(
        self, docs: list[dict[str, Any]], cancels: list[dict[str, Any]], rules: Rules
    ) -> None:
        taken = {(one["class"], one["cancels"]) for one in cancels}
        self.docs = sorted(
            (one for one in docs if (one["class"], one["doc_id"]) not in taken),
            key=lambda one: one["doc_id"],
        )
        self.rules = rules
        self.plays: list[Play] = []
        self.recent: list[Play] = []
        self.refused: list[tuple[str, str, int, str]] = []
        self.sessions: list[list[int]] = []
        self.asked: list[Asked] = []  # those that are due
        self.later: list[tuple[int, int, Asked]] = []
        self.count_asked = 0
        self.zones = {
            zone for doc in docs for entry in doc["entries"] for zone in entry["zones"]
        } - {"*"} | {"any other"}

    def solve(self, first: date, last: date) -> None:
        """Plan the days `first` to `last`, from the day before on."""
        self.end_s = ((last - ZERO).days + 1) * DAY_S
        for doc in self.docs:
            for number, entry in enumerate(doc["entries"]):
                if entry["start"]["kind"] == "after":
                    continue
                day = first - timedelta(days=1)
                while day <= last:
                    if is_day(entry, day):
                        for text in entry["when"]["at"]:
                            self.ask(
                                doc, entry, number, (day - ZERO).days * DAY_S + clock(text), day
                            )
                    day += timedelta(days=1)
        longest = max(
            length(doc, entry) for doc in self.docs or [EMPTY] for entry in doc["entries"]
        )
        now = -1
        while self.asked or self.later:
            moments = [max(self.later[0][0], now)] if self.later else []
            if self.asked:
                moments += [one.limit_s for one in self.asked if one.limit_s > now]
                moments += [play.end_s for play in self.recent if play.end_s > now]
            now = min(moments)
            self.fall_due(now)
            # what began longer ago than anything lasts is over
            self.recent = [play for play in self.recent if play.start_s >= now - longest]
            while self.take_one(now):
                pass

    def ask(
        self, doc: dict[str, Any], entry: dict[str, Any], number: int, due_s: int, day: date
    ) -> None:
        if entry["start"]["kind"] != "after":
            begun = utc_second(doc["not_before"]) <= due_s < utc_second(doc["expires"])
            if not begun or due_s >= self.end_s:
                return
        self.count_asked += 1
        one = Asked(doc, entry, (doc["doc_id"], number), due_s, day)
        heappush(self.later, (due_s, self.count_asked, one))

    def fall_due(self, now: int) -> None:
        while self.later and self.later[0][0] <= now:
            self.asked.append(heappop(self.later)[2])

    def take_one(self, now: int) -> bool:
        """Settle the first of those that can be settled now."""
        able = []
        for one in self.asked:
            if one.kind == "at":
                able.append((-one.level, 0, 0, one.due_s, one.place, "begin", one))
            elif one.kind == "within" and now == one.limit_s:
                able.append((-one.level, 0, 1, one.due_s, one.place, "begin", one))
            elif self.is_free(one, now):
                turn = 1 if one.kind == "after" else 2
                able.append((-one.level, turn, 0, one.due_s, one.place, "begin", one))
            elif now == one.limit_s:
                able.append((-one.level, 3, 0, one.due_s, one.place, "give up", one))
        if not able:
            return False
        *_, what, one = min(able, key=lambda row: row[:5])
        why = "E_POLICY" if what == "give up" else self.judge(one, now)
        self.asked.remove(one)
        if why is not None:
            self.refused.append((one.doc["doc_id"], one.entry["id"], now, why))
            self.follow(one, now)
        else:
            play = Play(one, now, now + length(one.doc, one.entry))
            self.plays.append(play)
            self.recent.append(play)
            self.follow(one, play.end_s)
        self.fall_due(now)
        return True

    def follow(self, one: Asked, at_s: int) -> None:
        for number, entry in enumerate(one.doc["entries"]):
            rule = entry["start"]
            if (
                rule["kind"] == "after"
                and rule["entry"] == one.entry["id"]
                and is_day(entry, one.day)
            ):
                self.ask(one.doc, entry, number, at_s, one.day)

    def is_free(self, one: Asked, now: int) -> bool:
        """Has no zone of it anything of its level or a higher one?"""
        for zone in self.zones:
            if not {zone, "*"} & set(one.entry["zones"]):
                continue
            for level in range(one.level, 3):
                here = [
                    play
                    for play in self.recent
                    if play.asked.level == level and {zone, "*"} & set(play.asked.entry["zones"])
                ]
                if here and max(here, key=Play.strength).end_s > now:
                    return False
        return True

    def judge(self, one: Asked, now: int) -> str | None:
        end_s = now + length(one.doc, one.entry)
        for text in self.rules.quiet:
            first, last = (clock(part) % DAY_S for part in text.split("-"))
            lasts = (last - first) % DAY_S or DAY_S
            for day in range(now // DAY_S - 1, end_s // DAY_S + 1):
                if now < day * DAY_S + first + lasts and day * DAY_S + first < end_s:
                    return "E_HOURS"
        weekday = (ZERO + timedelta(days=now // DAY_S)).isoweekday()
        if self.rules.weekdays is not None and weekday not in self.rules.weekdays:
            return "E_POLICY"
        if end_s > utc_second(one.doc["expires"]):
            return "E_EXPIRED"
        return None if self.count(now, end_s) else "E_POLICY"

    def count(self, now: int, end_s: int) -> bool:
        """Room for it in a session of the day?"""
        joined = bool(self.sessions) and now - self.sessions[-1][1] <= JOINED_S
        first = self.sessions[-1][0] if joined else now
        last = max(self.sessions[-1][1], end_s) if joined else end_s
        if self.rules.minutes is not None and last - first > self.rules.minutes * 60:
            return False
        if joined:
            self.sessions[-1][1] = last
            return True
        today = [one for one in self.sessions if one[0] // DAY_S == now // DAY_S]
        if self.rules.sessions is not None and len(today) >= self.rules.sessions:
            return False
        self.sessions.append([now, last])
        return True


def is_day(entry: dict[str, Any], day: date) -> bool:
    when = entry["when"]
    text = day.isoformat()
    inside = when["from"] <= text <= when["until"] and text not in when["except"]
    return inside and day.isoweekday() in when["weekdays"]


def length(doc: dict[str, Any], entry: dict[str, Any]) -> int:
    seconds = {one["sha256"]: one["duration_ms"] // 1000 for one in doc["media"]}
    total = sum(seconds[digest] for digest in entry["body"]["media"])
    return total if entry.get("max_ms") is None else min(total, entry["max_ms"] // 1000)

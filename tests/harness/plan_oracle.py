"""What sounds when, worked out from docs/plan.md by looking at everything again and again.

It reads playlists as they are on the wire, has its own arithmetic of dates and whole seconds, and
shares no code with the planner. Slow and plain: at each moment at which anything may change it asks
of every start whether it can begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from heapq import heappop, heappush
from typing import Any

from tests.harness.plan_oracle_policy import (
    DAY_S,
    HIGHEST,
    ZERO,
    Asked,
    OraclePolicy,
    Play,
    Rules,
    clock,
    end_of,
    is_in_force,
    length,
)

EMPTY: dict[str, Any] = {"entries": [{"body": {"media": []}}], "media": []}


class Oracle:
    """Plans some days.

    Attributes:
        plays: what is planned.
        refused: document, entry, second and code of what is not.
        barred: document, entry and second of what is not planned for some of its clusters.
    """

    def __init__(
        self,
        docs: list[dict[str, Any]],
        cancels: list[dict[str, Any]],
        rules: Rules,
        calendars: Sequence[dict[str, Any]] = (),
    ) -> None:
        taken = {(one["class"], one["cancels"]) for one in cancels}
        self.docs = sorted(
            (one for one in docs if (one["class"], one["doc_id"]) not in taken),
            key=lambda one: one["doc_id"],
        )
        self.plays: list[Play] = []
        self.recent: list[Play] = []
        self.refused: list[tuple[str, str, int, str]] = []
        self.barred: list[tuple[str, str, int]] = []
        self.closed: dict[tuple[str, int], int] = {}  # where no cluster is left: its moment
        self.asked: list[Asked] = []  # those that are due
        self.later: list[tuple[int, int, Asked]] = []
        self.chains: list[tuple[Play, list[Asked]]] = []  # what sounds, and what follows it
        self.dropped: set[tuple[int, str]] = set()  # plays and zones in which they are over
        self.count_asked = 0
        self.zones = (
            {zone for doc in docs for entry in doc["entries"] for zone in entry["zones"]} - {"*"}
            | {"any other"}
            | set(rules.kinds)
        )
        self.policy = OraclePolicy(rules, calendars)

    def solve(self, first: date, last: date) -> None:
        """Plan the days `first` to `last`, from the day before on."""
        self.begin_s = (first - ZERO).days * DAY_S
        self.end_s = ((last - ZERO).days + 1) * DAY_S
        days = [first + timedelta(days=n) for n in range(-1, (last - first).days + 1)]
        for doc in self.docs:
            for number, entry in enumerate(doc["entries"]):
                if entry["start"]["kind"] != "after":
                    self.ask_written(doc, entry, number, days)
                elif is_endless(doc, entry):
                    self.refused.append((doc["doc_id"], entry["id"], self.begin_s, "E_SCHEMA"))
                self.list_barred(doc, entry, number, days)
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
        for (doc_id, number), at_s in self.closed.items():
            entry = next(one for one in self.docs if one["doc_id"] == doc_id)["entries"][number]
            self.refused.append((doc_id, entry["id"], at_s, "E_POLICY"))

    def ask_written(
        self, doc: dict[str, Any], entry: dict[str, Any], number: int, days: list[date]
    ) -> None:
        for day in filter(partial(is_day, entry), days):
            for text in entry["when"]["at"]:
                written_s = (day - ZERO).days * DAY_S + clock(text)
                due_s = written_s + self.policy.turn_s(entry)
                if is_in_force(doc, written_s) and due_s < self.end_s:
                    self.ask(doc, entry, number, due_s, day)

    def list_barred(
        self, doc: dict[str, Any], entry: dict[str, Any], number: int, days: list[date]
    ) -> None:
        """An entry that leaves out some of its clusters says so once."""
        zones = self.policy.open_zones(doc, entry)
        if zones == frozenset(entry["zones"]) or not zones:
            return
        place = (doc["doc_id"], number)
        due = [one.due_s for _, _, one in self.later if one.place == place]
        if entry["start"]["kind"] == "after":
            due = [self.begin_s for day in days if is_day(entry, day)]
        due = [at_s for at_s in due if at_s >= self.begin_s]
        if due:
            self.barred.append((doc["doc_id"], entry["id"], min(due)))

    def ask(
        self,
        doc: dict[str, Any],
        entry: dict[str, Any],
        number: int,
        due_s: int,
        day: date,
        *,
        former: Asked | None = None,
    ) -> Asked:
        self.count_asked += 1
        open_ = self.policy.open_zones(doc, entry)
        zones = open_ or frozenset(entry["zones"])
        place = (doc["doc_id"], number)
        written_s = due_s if former is None else former.written_s
        one = Asked(doc, entry, place, due_s, day, zones, not open_, written_s)
        heappush(self.later, (due_s, self.count_asked, one))
        return one

    def fall_due(self, now: int) -> None:
        while self.later and self.later[0][0] <= now:
            one = heappop(self.later)[2]
            if not one.is_void:
                self.asked.append(one)

    def list_able(self, now: int) -> list[tuple[Any, ...]]:
        """What can be settled now, each with its order."""
        able: list[tuple[Any, ...]] = []
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
        return able

    def take_one(self, now: int) -> bool:
        """Settle the first of those that can be settled now."""
        able = self.list_able(now)
        if not able:
            return False
        *_, what, one = min(able, key=lambda row: row[:5])
        self.asked.remove(one)
        if what == "begin" and one.is_closed:
            if self.closed.setdefault(one.place, now) < self.begin_s:
                self.closed[one.place] = now
            self.follow(one, now)
        elif (why := "E_POLICY" if what == "give up" else self.policy.judge(one, now)) is not None:
            self.refused.append((one.doc["doc_id"], one.entry["id"], now, why))
            self.follow(one, now)
        else:
            self.play(one, now)
        self.fall_due(now)
        return True

    def play(self, one: Asked, now: int) -> None:
        play = Play(one, now, end_of(one, now))
        self.plays.append(play)
        self.recent.append(play)
        self.policy.add(play)
        followers = self.follow(one, play.end_s)
        for other in followers:
            other.behind = play
        self.chains.append((play, followers))
        self.end_chains(now)

    def drop_beneath(self, new: Play, now: int) -> None:
        """What is dropped is over where a higher level begins, or is on when it begins."""
        for zone in self.zones:
            if not {zone, "*"} & new.asked.zones or new.asked.medium == "picture":
                continue
            on = [
                one for one in self.recent
                if {zone, "*"} & one.asked.zones and one.asked.medium == "sound"
                and one.end_s > now and (id(one), zone) not in self.dropped
            ]  # fmt: skip
            for one in on:
                others = [two for two in on if two.asked.level > one.asked.level]
                is_new = one is new or new in others
                if is_dropped(one.asked) and is_new and any(map(partial(self.has, zone), others)):
                    self.dropped.add((id(one), zone))

    def has(self, zone: str, play: Play) -> bool:
        """Is it the strongest of its level in a zone?"""
        others = [
            one for one in self.recent
            if {zone, "*"} & one.asked.zones
            and (one.asked.medium, one.asked.level) == (play.asked.medium, play.asked.level)
        ]  # fmt: skip
        return max(others, key=Play.strength) is play

    def end_chains(self, now: int) -> None:
        """What follows is due sooner where what it follows is ended for good."""
        self.drop_beneath(self.plays[-1], now)
        self.chains = [one for one in self.chains if one[0].end_s > now]
        for play, asked in [one for one in self.chains if self.is_over(one[0], now)]:
            self.chains.remove((play, asked))
            for one in asked:
                one.is_void = True
            self.follow(play.asked, now)

    def is_over(self, play: Play, now: int) -> bool:
        """Have later starts of its level every zone of it, or is it dropped there?"""
        one = play.asked
        if one.medium == "picture" or one.level == 0:
            return False
        zones = [zone for zone in self.zones if {zone, "*"} & one.zones]
        return not any(
            self.has(zone, play) and (id(play), zone) not in self.dropped for zone in zones
        )

    def follow(self, one: Asked, at_s: int) -> list[Asked]:
        asked = []
        for number, entry in enumerate(one.doc["entries"]):
            rule = entry["start"]
            if (
                rule["kind"] == "after"
                and rule["entry"] == one.entry["id"]
                and is_day(entry, one.day)
            ):
                asked.append(self.ask(one.doc, entry, number, at_s, one.day, former=one))
        return asked

    def is_free(self, one: Asked, now: int) -> bool:
        """Has no zone of it anything of its level or a higher one?"""
        for zone in self.zones:
            if not {zone, "*"} & one.zones:
                continue
            for level in range(one.level, HIGHEST + 1):
                here = [
                    play
                    for play in self.recent
                    if play.asked.level == level
                    and play.asked.medium == one.medium
                    and {zone, "*"} & play.asked.zones
                ]
                last = max(here, key=Play.strength) if here else None
                if last and last.end_s > now and (id(last), zone) not in self.dropped:
                    return False
        return True


def is_dropped(one: Asked) -> bool:
    """Does it not come back? Filler and pictures do."""
    is_back = one.level == 0 or one.medium == "picture"
    return one.entry.get("when_cut") == "drop" and not is_back


def is_day(entry: dict[str, Any], day: date) -> bool:
    when = entry["when"]
    text = day.isoformat()
    inside = when["from"] <= text <= when["until"] and text not in when["except"]
    return inside and day.isoweekday() in when["weekdays"]


def is_endless(doc: dict[str, Any], entry: dict[str, Any]) -> bool:
    """Do entries follow each other, and none of them has a time?"""
    rules = {one["id"]: one["start"] for one in doc["entries"]}
    name = entry["id"]
    for _ in rules:
        if rules[name]["kind"] != "after":
            return False
        name = rules[name]["entry"]
    return True

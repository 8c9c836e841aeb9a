"""Random plans of whole seconds: playlists, cancels, calendars and a policy that collide.

A set is what the oracle reads, as it is on the wire; `held_of` and `policy_of` give the same to the
planner. A seed gives the same set in each run.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec

from agent.contract.document import Calendar, Cancel, Playlist
from agent.contract.station_policy import Stagger
from agent.plan.advert import AdvertLimits
from agent.plan.calendar import parse_window
from agent.plan.policy import EffectivePolicy
from agent.plan.zone_classes import ZoneClasses
from tests.harness.plan_oracle_policy import MOURNING, Adverts, Rules
from tests.harness.planned_playlists import FakeHeld

KINDS = ["at", "at", "next", "within", "after", "after"]
QUIET = ["21:00-05:00", "12:00-13:30", "23:59-00:01"]
HEADER = {
    "issuer": "vn.84.29266", "to": ["84/29266/*"], "epoch": 1,
    "issued": "2026-01-01T00:00:00Z", "not_before": "2026-01-01T00:00:00Z",
}  # fmt: skip


@dataclass(frozen=True)
class PlanSet:
    """What a station holds, and its policy."""

    docs: list[dict[str, Any]]
    cancels: list[dict[str, Any]]
    calendars: list[dict[str, Any]]
    rules: Rules


class _Dice:
    """Draws one set; times are crowded into a few hours so that they collide."""

    def __init__(self, seed: int, first: date, days: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - no secret
        self.first, self.last, self.days = first, first + timedelta(days=days - 1), days
        self.hours = self.dice.sample(range(24), self.dice.choice([1, 2, 3]))

    def clock(self) -> str:
        hour, minute = self.dice.choice(self.hours), self.dice.choice([0, 0, 0, 1, 10, 59])
        return f"{hour:02d}:{minute:02d}:{self.dice.choice([0, 0, 0, 0, 0, 1, 59]):02d}"

    def day(self) -> date:
        return self.first + timedelta(days=self.dice.randrange(self.days))

    def window(self) -> str:
        return f"{self.clock()[:5]}-{self.clock()[:5]}"

    def entry(self, number: int, count: int) -> dict[str, Any]:
        dice = self.dice
        begin, end = (
            (self.first, self.last) if dice.random() < 0.7 else sorted([self.day(), self.day()])
        )
        found: dict[str, Any] = {
            "id": f"e{number}", "title": "Bản tin", "lang": "vi",
            "zones": dice.choice([["*"], ["*"], ["a"], ["b"], ["a", "b"]]),
            "when": {
                "at": sorted({self.clock() for _ in range(dice.randint(1, 3))}),
                "weekdays": dice.choice([[1, 2, 3, 4, 5, 6, 7]] * 3 + [[1, 3, 5], [6, 7]]),
                "from": (begin - timedelta(days=2)).isoformat(), "until": end.isoformat(),
                "except": sorted({self.day().isoformat() for _ in range(dice.choice([0, 0, 2]))}),
            },
            "start": self.start(number, count),
            "body": {"media": [dice.choice("abc") * 64]},
            "max_ms": dice.choice([None, None, 30_000, 900_000]),
        }  # fmt: skip
        if dice.random() < 0.4:
            found["when_cut"] = dice.choice(["drop", "rejoin"])
        if dice.random() < 0.15:
            shown_ms = dice.choice([1, 600, 7200]) * 1000
            found["body"] = {"scene": {"elements": [], "ms": shown_ms}}
        if dice.random() < 0.3:
            gap_ms = dice.choice([0, 10, 600]) * 1000
            found["sync"] = {"kind": "staggered", "gap_ms": gap_ms}
        if dice.random() < 0.3:
            found[dice.choice(["advert", "music"])] = True
        return found

    def start(self, number: int, count: int) -> dict[str, Any]:
        kind = self.dice.choice(KINDS) if count > 1 else "at"
        if kind == "within":
            return {"kind": kind, "ms": self.dice.choice([1, 60, 600, 5400]) * 1000}
        if kind == "after":
            other = self.dice.choice([n for n in range(count) if n != number])
            return {"kind": kind, "entry": f"e{other}"}
        return {"kind": kind}

    def playlist(self, number: int) -> dict[str, Any]:
        dice, count = self.dice, self.dice.randint(2, 7)
        expires = self.last + timedelta(days=dice.choice([9, 0]))
        class_ = dice.choice(["routine", "routine", "priority"])
        is_filler = class_ == "routine" and dice.random() < 0.3
        return {
            **HEADER, "kind": "playlist", "class": class_,
            **({"filler": True, "crit": ["filler"]} if is_filler else {}),
            "doc_id": f"{number:032x}", "slot": f"s{number}", "seq": dice.randint(1, 3),
            "expires": f"{expires}T00:00:00Z",
            "media": [
                {"sha256": name * 64, "bytes": 1, "mime": "audio/mpeg", "urls": [],
                 "duration_ms": dice.choice([1, 59, 60, 600, 1800, 7200, 30_000]) * 1000}
                for name in "abc"
            ],
            "entries": [self.entry(one, count) for one in range(count)],
        }  # fmt: skip

    def cancel(self, docs: list[dict[str, Any]]) -> dict[str, Any]:
        class_ = self.dice.choice(["routine", "priority"])
        return {
            **HEADER, "kind": "cancel", "class": class_, "doc_id": "f" * 32, "slot": "huy",
            "seq": 9, "expires": docs[0]["expires"], "reason": "thử",
            "cancels": self.dice.choice(docs)["doc_id"],
        }  # fmt: skip

    def calendar(self) -> dict[str, Any]:
        begin = self.day()
        row = {
            "from": begin.isoformat(), "sets": [MOURNING], "title": "Quốc tang", "source": "thử",
            "until": (begin + timedelta(days=self.dice.choice([0, 1]))).isoformat(),
        }  # fmt: skip
        return {
            **HEADER, "kind": "calendar", "class": "config", "doc_id": "e" * 32, "slot": "lich",
            "seq": 1, "expires": f"{self.last + timedelta(days=99)}T00:00:00Z",
            "year": begin.year, "sets": [MOURNING], "days": [row],
        }  # fmt: skip

    def rules(self) -> Rules:
        dice = self.dice
        adverts = Adverts(
            [[self.window(), "05:00-21:00"]] + [[self.window()]] * dice.choice([0, 0, 1]),
            dice.choice([None, 10, 40]),
            dice.choice([None, 25, 60]),
        )
        open_to = dice.choice([{}, {}, {"special": {"priority"}}, {"ordinary": set()}])
        return Rules(
            quiet=dice.sample(QUIET, 2) if dice.random() < 0.5 else [],
            sessions=dice.choice([None, None, 2, 4]),
            minutes=dice.choice([None, None, 30, 120]),
            weekdays=dice.choice([None, None, {1, 2, 3, 4, 5, 6}]),
            maintenance=[self.window()] if dice.random() < 0.2 else [],
            adverts=adverts if dice.random() < 0.8 else None,
            group=dice.choice([0, 1, 3]),
            gap_s=dice.choice([5, 300]),
            kinds={"a": "ordinary", "b": "special"},
            open_to=open_to,
        )


def make_set(seed: int, first: date, days: int) -> PlanSet:
    """A station's documents and policy for the days from `first` on."""
    dice = _Dice(seed, first, days)
    docs = [dice.playlist(number) for number in range(1, dice.dice.randint(2, 4))]
    cancels = [dice.cancel(docs) for _ in range(dice.dice.choice([0, 0, 0, 1]))]
    calendars = [dice.calendar() for _ in range(dice.dice.choice([0, 0, 1]))]
    return PlanSet(docs, cancels, calendars, dice.rules())


def held_of(one: PlanSet) -> list[FakeHeld]:
    """The documents as a box holds them."""
    kinds = {"playlist": Playlist, "cancel": Cancel, "calendar": Calendar}
    return [
        FakeHeld(msgspec.convert(document, kinds[document["kind"]]))
        for document in [*one.docs, *one.cancels, *one.calendars]
    ]


def policy_of(rules: Rules) -> EffectivePolicy:
    """The policy as a box has it in force."""
    adverts = rules.adverts
    return EffectivePolicy(
        quiet=tuple(map(parse_window, rules.quiet)),
        sessions_per_day=rules.sessions,
        minutes_per_session=rules.minutes,
        weekdays=None if rules.weekdays is None else frozenset(rules.weekdays),
        maintenance=tuple(map(parse_window, rules.maintenance)),
        adverts=None
        if adverts is None
        else AdvertLimits(
            tuple(tuple(map(parse_window, texts)) for texts in adverts.windows),
            adverts.day_pct,
            adverts.session_pct,
        ),
        stagger=Stagger(rules.group, rules.gap_s * 1000),
        zone_classes=ZoneClasses(
            {kind: frozenset(classes) for kind, classes in rules.open_to.items()}, rules.kinds
        ),
    )

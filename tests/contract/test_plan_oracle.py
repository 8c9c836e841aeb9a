"""The plan against an oracle that was written from the rules' text, event by event."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from agent.contract.document import Cancel, Document, Playlist
from agent.plan.calendar import parse_window
from agent.plan.policy import EffectivePolicy
from agent.plan.timeline import build_timeline
from tests.harness.plan_oracle import ZERO, Oracle, Rules

EDGES = [
    date(2026, 12, 25), date(2027, 2, 22), date(2027, 10, 25), date(2027, 12, 26),
    date(2028, 2, 24), date(2028, 12, 27),
]  # fmt: skip
KINDS = ["at", "at", "next", "within", "after", "after"]


@dataclass(frozen=True)
class FakeHeld:
    document: Document
    sha256: str = "0" * 64


def make_set(seed: int, first: date, days: int) -> tuple[list[dict[str, Any]], Any, Rules]:
    """Playlists, cancels and a policy; times are crowded into a few hours so that they collide."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    last = first + timedelta(days=days - 1)
    hours = dice.sample(range(24), dice.choice([1, 2, 3]))

    def clock() -> str:
        hour, minute = dice.choice(hours), dice.choice([0, 0, 0, 1, 10, 59])
        return f"{hour:02d}:{minute:02d}:{dice.choice([0, 0, 0, 0, 0, 1, 59]):02d}"

    def day() -> date:
        return first + timedelta(days=dice.randrange(days))

    def entry(number: int, count: int) -> dict[str, Any]:
        kind = dice.choice(KINDS) if count > 1 else "at"
        start: dict[str, Any] = {"kind": kind}
        if kind == "within":
            start["ms"] = dice.choice([1, 60, 600, 5400]) * 1000
        if kind == "after":
            start["entry"] = f"e{dice.choice([n for n in range(count) if n != number])}"
        whole = dice.random() < 0.7
        begin, end = (first, last) if whole else sorted([day(), day()])
        return {
            "id": f"e{number}", "title": "Bản tin", "lang": "vi",
            "zones": dice.choice([["*"], ["*"], ["a"], ["b"], ["a", "b"]]),
            "when": {
                "at": sorted({clock() for _ in range(dice.randint(1, 3))}),
                "weekdays": dice.choice([[1, 2, 3, 4, 5, 6, 7]] * 3 + [[1, 3, 5], [6, 7]]),
                "from": (begin - timedelta(days=2)).isoformat(), "until": end.isoformat(),
                "except": sorted({day().isoformat() for _ in range(dice.choice([0, 0, 2]))}),
            },
            "start": start,
            "body": {"media": [dice.choice("abc") * 64]},
            "max_ms": dice.choice([None, None, 30_000, 900_000]),
        }  # fmt: skip

    def playlist(number: int) -> dict[str, Any]:
        count = dice.randint(2, 7)
        expires = last + timedelta(days=dice.choice([9, 0]))
        return {
            "kind": "playlist", "issuer": "vn.84.29266",
            "class": dice.choice(["routine", "routine", "priority"]), "to": ["84/29266/*"],
            "doc_id": f"{number:032x}", "slot": f"s{number}", "epoch": 1, "seq": dice.randint(1, 3),
            "issued": "2026-01-01T00:00:00Z", "not_before": "2026-01-01T00:00:00Z",
            "expires": f"{expires}T00:00:00Z",
            "media": [
                {"sha256": name * 64, "bytes": 1, "mime": "audio/mpeg", "urls": [],
                 "duration_ms": dice.choice([1, 59, 60, 600, 1800, 7200, 30_000]) * 1000}
                for name in "abc"
            ],
            "entries": [entry(one, count) for one in range(count)],
        }  # fmt: skip

    docs = [playlist(number) for number in range(1, dice.randint(2, 4))]
    cancels = [
        {**{k: docs[0][k] for k in ("issuer", "to", "epoch", "issued", "not_before", "expires")},
         "kind": "cancel", "class": dice.choice(["routine", "priority"]), "doc_id": "f" * 32,
         "slot": "huy", "seq": 9, "cancels": dice.choice(docs)["doc_id"], "reason": "thử"}
        for _ in range(dice.choice([0, 0, 0, 1]))
    ]  # fmt: skip
    rules = Rules(
        quiet=dice.sample(["21:00-05:00", "12:00-13:30", "23:59-00:01", "00:00-24:00"][:3], 2)
        if dice.random() < 0.5
        else [],
        sessions=dice.choice([None, None, 2, 4]),
        minutes=dice.choice([None, None, 30, 120]),
        weekdays=dice.choice([None, None, {1, 2, 3, 4, 5, 6}]),
    )
    return docs, cancels, rules


def to_second(at: datetime) -> int:
    zero = datetime(ZERO.year, ZERO.month, ZERO.day, tzinfo=UTC) - timedelta(hours=7)
    return int((at - zero).total_seconds())


def compare(seed: int, first: date, days: int) -> int:
    """Returns how many starts waited, so that a test sees that it tests something."""
    docs, cancels, rules = make_set(seed, first, days)
    oracle = Oracle(docs, cancels, rules)
    oracle.solve(first, first + timedelta(days=days - 1))
    held = [FakeHeld(msgspec.convert(one, Playlist)) for one in docs]
    held += [FakeHeld(msgspec.convert(one, Cancel)) for one in cancels]
    policy = EffectivePolicy(
        tuple(map(parse_window, rules.quiet)), rules.sessions, rules.minutes,
        None if rules.weekdays is None else frozenset(rules.weekdays),
    )  # fmt: skip
    from_at = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(hours=7)
    timeline = build_timeline(held, policy, from_at, from_at + timedelta(days=days))
    from_s = to_second(from_at)
    until_s = from_s + days * 86_400
    want = sorted(
        (play.asked.place[0], play.asked.entry["id"], play.start_s, play.end_s)
        for play in oracle.plays
        if play.start_s < until_s and play.end_s > from_s
    )
    found = sorted(
        (one.playlist.doc_id, one.entry.id, to_second(one.start_at), to_second(one.end_at))
        for one in timeline.occurrences
    )
    assert found == want, seed
    refused = sorted(one for one in oracle.refused if from_s <= one[2] < until_s)
    assert (
        sorted(
            (one.doc_id, one.entry_id, to_second(one.at), one.code)
            for one in timeline.refusals
            if one.code != "E_SCHEMA"
        )
        == refused
    ), seed
    assert len({one.key for one in timeline.occurrences}) == len(found), seed
    return sum(play.asked.due_s != play.start_s for play in oracle.plays)


@pytest.mark.parametrize("first", EDGES, ids=str)
def test_a_thousand_plans_of_two_weeks_are_what_the_oracle_finds(first: date) -> None:
    seeds = range(EDGES.index(first) * 1000, EDGES.index(first) * 1000 + 167)
    assert sum(compare(seed, first, 14) for seed in seeds) > 100


@pytest.mark.long
def test_two_years_are_what_the_oracle_finds() -> None:
    assert sum(compare(seed, date(2027, 1, 1), 731) for seed in range(10)) > 100

"""The plan against an oracle that was written from the rules' text, event by event.

And what a loudspeaker plays of it while the clock is set, the time unknown or the station off.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from agent.plan.timeline import build_timeline
from tests.harness.plan_oracle import Oracle
from tests.harness.plan_oracle_clock import ClockOracle, Reading
from tests.harness.plan_oracle_policy import ZERO, OraclePolicy, Play
from tests.harness.plan_steps import draw_readings, planner_of, play_readings
from tests.harness.random_plan import PlanSet, held_of, make_set, policy_of

EDGES = [
    date(2026, 12, 25), date(2027, 2, 22), date(2027, 10, 25), date(2027, 12, 26),
    date(2028, 2, 24), date(2028, 12, 27),
]  # fmt: skip
RULES = [
    "mourning", "quiet_hours", "maintenance", "weekdays", "advert_hours", "adverts", "expires",
    "minutes_per_session", "sessions_per_day", "advert_day_pct", "advert_session_pct",
    "zone_classes", "next", "after",
]  # fmt: skip
STEPS = ["ahead", "back", "no time", "off", "joined"]


OUTPUTS = [("a",), ("b",), ("a", "b")]


def to_second(at: datetime) -> int:
    zero = datetime(ZERO.year, ZERO.month, ZERO.day, tzinfo=UTC) - timedelta(hours=7)
    return int((at - zero).total_seconds())


def compare(
    seed: int, first: date, days: int, steps: int, patch: pytest.MonkeyPatch
) -> Counter[str]:
    """Returns how often each rule was met, so that a test sees that it tests something."""
    drawn = make_set(seed, first, days)
    oracle = Oracle(drawn.docs, drawn.cancels, drawn.rules, drawn.calendars)
    oracle.solve(first, first + timedelta(days=days - 1))
    from_at = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(hours=7)
    until_at = from_at + timedelta(days=days)
    timeline = build_timeline(held_of(drawn), policy_of(drawn.rules), from_at, until_at)
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
    refused = [one for one in oracle.refused if from_s <= one[2] < until_s]
    refused += [(*one, "E_POLICY") for one in oracle.barred if from_s <= one[2] < until_s]
    assert sorted(
        (one.doc_id, one.entry_id, to_second(one.at), one.code) for one in timeline.refusals
    ) == sorted(refused), seed
    assert len({one.key for one in timeline.occurrences}) == len(found), seed
    met = Counter(one.rule.split()[0] for one in timeline.refusals)
    met["waited"] = sum(play.asked.due_s != play.start_s for play in oracle.plays)
    return met + compare_steps(seed, drawn, oracle.plays, steps, patch)


def compare_steps(
    seed: int, drawn: PlanSet, plays: list[Play], steps: int, patch: pytest.MonkeyPatch
) -> Counter[str]:
    """What sounds at each second of true time, whatever the clock reads."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    zones = dice.choice(OUTPUTS)
    plays = [one for one in plays if one.asked.medium == "sound"]
    if not plays:
        return Counter()
    readings, end_s = draw_readings(dice, plays, steps)
    policy = OraclePolicy(drawn.rules, drawn.calendars)
    oracle = ClockOracle(planner_of(drawn), policy, zones)
    oracle.run(readings, end_s)
    assert play_readings(drawn, readings, end_s, zones, patch) == oracle.pieces, seed
    met = count_steps(readings)
    met["heard"] = len(oracle.pieces)
    met["joined"] = sum(one.offset_s > 0 for one in oracle.pieces)
    return met


def count_steps(readings: list[Reading]) -> Counter[str]:
    met = Counter[str]()
    for last, one in itertools.pairwise(readings):
        by_s = one.clock_s - last.clock_s - (one.true_s - last.true_s)
        met["no time"] += not one.is_known
        met["off"] += not one.is_on
        met["ahead" if by_s > 0 else "back" if by_s < 0 else "as it was"] += 1
    return met


@pytest.mark.parametrize("first", EDGES, ids=str)
def test_a_thousand_plans_of_two_weeks_are_what_the_oracle_finds(
    first: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = range(EDGES.index(first) * 1000, EDGES.index(first) * 1000 + 167)
    met = sum((compare(seed, first, 14, 2, monkeypatch) for seed in seeds), Counter())
    assert {rule for rule in [*RULES, *STEPS] if not met[rule]} == set()
    assert met["waited"] > 100
    assert met["heard"] > 100


@pytest.mark.long
def test_two_years_are_what_the_oracle_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    first = date(2027, 1, 1)
    met = sum((compare(seed, first, 731, 60, monkeypatch) for seed in range(10)), Counter())
    assert met["waited"] > 100


@pytest.mark.long
@pytest.mark.parametrize("first", EDGES, ids=str)
def test_further_plans_of_two_weeks_are_heard_through_more_steps(
    first: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = range(EDGES.index(first) * 1000 + 500, EDGES.index(first) * 1000 + 667)
    met = sum((compare(seed, first, 14, 6, monkeypatch) for seed in seeds), Counter())
    assert met["heard"] > 300

"""Groups of poles: no two that make an echo share one, and few suffice."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.neighbours.echo import EchoRule
from central.neighbours.grouping import colour, gap_ms, near_pairs, propose
from central.neighbours.pole import Metric, Pole

RULE = EchoRule()
COUNT = 12
PAIRS = [(one, other) for one in range(COUNT) for other in range(one + 1, COUNT)]


def pole(x: float, y: float = 0.0, *horns: float) -> Pole:
    return Pole(f"p{x:g}-{y:g}", Metric(x, y), "", horns, 300.0)


@given(st.sets(st.sampled_from(PAIRS)))
def test_no_pair_shares_a_group(pairs: set[tuple[int, int]]) -> None:
    groups = colour(COUNT, dict.fromkeys(sorted(pairs), 1.0), 64)
    assert all(groups[one] != groups[other] for one, other in pairs)
    assert set(groups) == set(range(max(groups) + 1))


@given(st.sets(st.sampled_from([p for p in PAIRS if p[0] % 2 != p[1] % 2])))
def test_two_groups_suffice_where_they_can(pairs: set[tuple[int, int]]) -> None:
    # D. Brélaz (1979) proves that his order is exact for bipartite graphs
    assert max(colour(COUNT, dict.fromkeys(sorted(pairs), 1.0), 64)) <= 1


@pytest.mark.parametrize(("corners", "needed"), [(3, 3), (4, 2), (5, 3), (7, 3), (8, 2)])
def test_a_ring_needs_two_groups_or_three(corners: int, needed: int) -> None:
    ring = {tuple(sorted((n, (n + 1) % corners))): 1.0 for n in range(corners)}
    assert len(set(colour(corners, {(a, b): w for (a, b), w in ring.items()}, 64))) == needed


def test_with_too_few_groups_the_smallest_echo_remains() -> None:
    assert colour(3, {(0, 1): 0.3, (0, 2): 0.2, (1, 2): 0.1}, 2) == [0, 1, 1]


def test_a_road_of_poles_needs_two_groups() -> None:
    # 500 m apart: only neighbours are both understood anywhere, 300 m around each
    found = propose([pole(500 * n) for n in range(8)], RULE)
    assert list(found.groups) == [0, 1] * 4
    assert found.remaining() == []


def test_poles_far_apart_speak_at_once() -> None:
    found = propose([pole(0), pole(601), pole(0, 601)], RULE)
    assert (list(found.groups), found.echoes) == ([0, 0, 0], {})


def test_near_pairs_are_those_of_a_comparison_of_all() -> None:
    dice = random.Random(7)  # noqa: S311 - no secret
    poles = [pole(dice.uniform(0, 4000), dice.uniform(0, 4000)) for _ in range(80)]
    spots = [(p.position.x, p.position.y) for p in poles if isinstance(p.position, Metric)]
    expected = {
        (one, other)
        for other, (x, y) in enumerate(spots)
        for one, (u, v) in enumerate(spots[:other])
        if (x - u) ** 2 + (y - v) ** 2 < 600**2
    }
    found = list(near_pairs(poles))
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_of_two_that_look_the_same_way_the_one_behind_sounds_earlier() -> None:
    # 30 m are 86 ms of air at 28 °C; ahead by half of it, it is 43 ms late in front and 43 ms early
    # beside: no echo
    found = propose([pole(0, 0, 90), pole(30, 0, 90)], RULE)
    assert list(found.ahead_ms) == [43, 0]
    assert list(found.groups) == [0, 0]
    assert list(found.aligned) == [(0, 1)]


@pytest.mark.parametrize("horns", [(), (90, 270)], ids=["all round", "both ways"])
def test_a_delay_that_harms_those_on_the_other_side_is_not_proposed(
    horns: tuple[float, ...],
) -> None:
    found = propose([pole(0, 0, *horns), pole(30, 0, *horns)], RULE)
    assert (list(found.ahead_ms), list(found.groups)) == ([0, 0], [0, 1])


def test_the_gap_holds_the_longest_item_and_a_rest() -> None:
    assert gap_ms(180_000, [pole(0)], RULE) == 190_000
    assert gap_ms(175_000, [pole(0)], RULE) == 180_000
    far = Pole("far", Metric(0, 0), "", (), 3000.0)
    assert gap_ms(172_000, [far], RULE) == 190_000  # 3 km take 8.6 s


def test_a_province_is_grouped_alike_each_time() -> None:
    dice = random.Random(11)  # noqa: S311 - no secret
    villages = [(dice.uniform(0, 60_000), dice.uniform(0, 60_000)) for _ in range(122)]
    poles = [
        pole(x + dice.gauss(0, 600), y + dice.gauss(0, 600)) for x, y in villages for _ in range(14)
    ][:1700]
    found = propose(poles, RULE)
    assert len(found.groups) == 1700
    assert found.remaining() == []
    assert found.group_count <= 64
    assert list(propose(poles, RULE).groups) == list(found.groups)

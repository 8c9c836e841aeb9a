"""Groups that speak one after another, so that no two poles of a group make an echo.

Colouring by saturation (D. Brélaz, 1979): the pole whose neighbours already have the most groups
is next, with the first group that none of them has. Ties go by the number of neighbours, then by
the order of the file, so the same file always gives the same groups.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from central.neighbours.echo import Echo, EchoRule, find_echo
from central.neighbours.pole import Pole, place_on_plane

MOST_GROUPS = 64  # policy.stagger.group, docs/contract.md
MOST_DELAY_MS = 100  # audio.delay_ms

Pair = tuple[int, int]


@dataclass(frozen=True)
class Proposal:
    """Groups and delays of poles.

    Args:
        poles: in the order of the file.
        groups: of each pole, 0 being the first to speak.
        ahead_ms: of each pole, how much earlier than the others it sounds.
        echoes: of each pair that would make an echo at the same moment, by their indices; those
            that `ahead_ms` resolves are not among them.
        aligned: the pairs that `ahead_ms` resolves.
    """

    poles: Sequence[Pole]
    groups: Sequence[int]
    ahead_ms: Sequence[int]
    echoes: Mapping[Pair, Echo]
    aligned: Mapping[Pair, Echo]

    @property
    def group_count(self) -> int:
        """How many groups there are."""
        return max(self.groups) + 1

    def remaining(self) -> list[Pair]:
        """Pairs that still make an echo, because groups were limited."""
        return [pair for pair in self.echoes if self.groups[pair[0]] == self.groups[pair[1]]]


def propose(poles: Sequence[Pole], rule: EchoRule, most_groups: int = MOST_GROUPS) -> Proposal:
    """Find who hears whom, delays that help, and groups.

    Args:
        poles: at least one, no two at the same place.
        rule: what counts as an echo.
        most_groups: from 1; where they do not suffice, the smallest echoes remain.
    """
    near = list(near_pairs(poles))
    echoes = {
        pair: echo
        for pair in near
        if (echo := find_echo(poles[pair[0]], poles[pair[1]], rule)).is_heard
    }
    ahead_ms, aligned = _align(poles, near, echoes, rule)
    left = {pair: echo for pair, echo in echoes.items() if pair not in aligned}
    groups = colour(len(poles), {pair: echo.share for pair, echo in left.items()}, most_groups)
    for one, other in aligned:
        if groups[one] != groups[other]:  # they never speak together: no delay is needed
            ahead_ms[one] = ahead_ms[other] = 0
    return Proposal(poles, _largest_first(groups), ahead_ms, left, aligned)


def near_pairs(poles: Sequence[Pole]) -> Iterator[Pair]:
    """Pairs whose reaches meet, each once, the earlier pole of the file first."""
    places = place_on_plane(poles)
    cell_m = 2 * max(pole.reach_m for pole in poles)
    cells: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for index, (x, y) in enumerate(places):
        column, row = math.floor(x / cell_m), math.floor(y / cell_m)
        for neighbour in ((column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            for other in cells.get(neighbour, ()):
                apart_m = math.dist(places[other], (x, y))
                if apart_m < poles[other].reach_m + poles[index].reach_m:
                    yield other, index
        cells[column, row].append(index)


def colour(count: int, weights: Mapping[Pair, float], most: int) -> list[int]:
    """A group for each of `count` poles, so that no pair shares one while `most` allows it.

    Args:
        count: of poles.
        weights: of each pair that should not share a group, how bad it would be.
        most: of groups.
    """
    weight_of: list[dict[int, float]] = [{} for _ in range(count)]
    for (one, other), weight in weights.items():
        weight_of[one][other] = weight_of[other][one] = weight
    groups, seen = [-1] * count, [set[int]() for _ in range(count)]
    queue = [(0, -len(weight_of[index]), index) for index in range(count)]
    heapq.heapify(queue)
    while queue:
        saturation, _, index = heapq.heappop(queue)
        if groups[index] >= 0 or -saturation != len(seen[index]):
            continue  # an older entry of a pole that was queued again
        groups[index] = _best_group(weight_of[index], groups, most)
        for other in weight_of[index]:
            if groups[other] < 0 and groups[index] not in seen[other]:
                seen[other].add(groups[index])
                heapq.heappush(queue, (-len(seen[other]), -len(weight_of[other]), other))
    return groups


def gap_ms(longest_ms: int, poles: Sequence[Pole], rule: EchoRule) -> int:
    """From the start of a group to that of the next: the longest item, then five seconds of rest.

    The rest contains the time that the last words take to the edge of the reach. Whole ten seconds.
    """
    rest_ms = max(5_000.0, max(pole.reach_m for pole in poles) * rule.ms_per_m)
    return math.ceil((longest_ms + rest_ms) / 10_000) * 10_000


def _largest_first(groups: Sequence[int]) -> list[int]:
    """The same groups, numbered so that most poles speak on time."""
    order = sorted(set(groups), key=lambda group: (-groups.count(group), groups.index(group)))
    rank = {group: number for number, group in enumerate(order)}
    return [rank[group] for group in groups]


def _best_group(neighbours: Mapping[int, float], groups: Sequence[int], most: int) -> int:
    """The first free group; with none left, the one in which the echo is smallest."""
    cost = [0.0] * most
    for other, weight in neighbours.items():
        if groups[other] >= 0:
            cost[groups[other]] += weight or 1e-9  # a stretch so small that the grid missed it
    return min(range(most), key=lambda group: (cost[group], group))


def _align(
    poles: Sequence[Pole], near: Sequence[Pair], echoes: Mapping[Pair, Echo], rule: EchoRule
) -> tuple[list[int], dict[Pair, Echo]]:
    """Delays of pairs whose horns look the same way: the pole behind sounds earlier.

    By half of the time that sound takes between them: it is then late by half in front of both, and
    early by half beside them; up to 35 m apart that is less than an echo needs.

    A pair counts only if its echo ends everywhere, if neither pole is in such a pair already, and
    if no pair that makes no echo would begin to.
    """
    ahead_ms = [0] * len(poles)
    aligned: dict[Pair, Echo] = {}
    silent: defaultdict[int, list[Pair]] = defaultdict(list)
    for pair in near:
        for index in pair if pair not in echoes else ():
            silent[index].append(pair)

    def is_silent(pair: Pair, delays: Sequence[int]) -> bool:
        one, other = pair
        pole_pair = poles[one], poles[other]
        return not find_echo(*pole_pair, rule, (delays[one], delays[other])).is_heard

    for pair, echo in echoes.items():
        by_ms = round(echo.air_ms / 2)  # as late in front as early beside
        if by_ms > MOST_DELAY_MS or not all(poles[i].horns and not ahead_ms[i] for i in pair):
            continue
        if any(set(pair) & set(other) for other in aligned):
            continue
        for behind in pair:
            delays = [*ahead_ms]
            delays[behind] = by_ms
            if is_silent(pair, delays) and all(is_silent(p, delays) for p in silent[behind]):
                ahead_ms, aligned[pair] = delays, echo
                break
    return ahead_ms, aligned

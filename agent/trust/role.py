"""A role: its keys, its rights, and the chain of delegations that limits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from securesystemslib.signer import Key

from agent.trust.broadcast_hours import ALL_DAY, parse_hours
from agent.trust.scope import is_covered

Priority = Literal["routine", "priority", "emergency"]
RANK: dict[str, int] = {"routine": 0, "priority": 1, "emergency": 2}


@dataclass(frozen=True)
class Limits:
    """One link of a chain: the limits that the delegator signed for this role and all below it.

    Args:
        name: the role's.
        paths: patterns `<class>/<province>/<commune>/<station>`, whole-segment `*` only.
        hours: local windows `HH:MM-HH:MM` (UTC+7); empty: all day.
        priority_max: the highest class that may sound.
        max_ttl_s: longest time from `issued` to `expires`, in seconds.
        unknown: limits that this box does not know but must know: the link gives no right.
    """

    name: str
    paths: tuple[str, ...]
    hours: tuple[str, ...]
    priority_max: Priority
    max_ttl_s: int
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Role:
    """A delegated right. A document must lie within every link of the chain.

    Args:
        name: such as `vn.84.29266`; a document's `issuer` must equal it.
        keys: public keys by key id; each has another holder.
        threshold: how many distinct keys must have signed.
        kinds: kinds of document that this role itself may sign.
        epoch: the highest that its documents may carry. Floors keep epochs from going down, so a
            parent raises it to restart a counter that a thief of the key has driven up.
        chain: from the child of `targets` down to this role, at least one link.
    """

    name: str
    keys: Mapping[str, Key]
    threshold: int
    kinds: frozenset[str]
    epoch: int
    chain: tuple[Limits, ...]

    def covers(self, class_: str, target: str) -> bool:
        """Does every link reach a class at a place, or at a whole place pattern?"""
        return not self.unknown and all(
            is_covered(link.paths, class_, target) for link in self.chain
        )

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """The critical limits of its chain that this box does not know, each with its link."""
        return tuple(f"{link.name} {name}" for link in self.chain for name in link.unknown)

    @cached_property
    def max_ttl_s(self) -> int:
        """The shortest of the chain, in seconds."""
        return min(link.max_ttl_s for link in self.chain)

    @cached_property
    def minutes(self) -> int:
        """The minutes of the local day that every link allows (see `hours`)."""
        minutes = ALL_DAY
        for link in self.chain:
            minutes &= parse_hours(link.hours)
        return minutes

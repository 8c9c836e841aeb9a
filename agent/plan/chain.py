"""Entries that follow others: where chains begin, and how much sooner a link may begin. Pure."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from agent.contract.document import Playlist
from agent.plan.occurrence import Occurrence, Refusal
from agent.plan.time_rules import Start, TimeRules

LONGEST_WAIT = timedelta(hours=6)  # what has waited so long is news of this morning in the evening


def tie(one: Start, new: Occurrence, behind: Occurrence, rules: TimeRules) -> Occurrence:
    """Let an occurrence begin sooner if what it follows ends sooner, as far as rules of time allow.

    An advert keeps its moment, because its hours may have a gap. So does what waits for others.

    Args:
        one: what its starts have in common.
        new: as it is planned.
        behind: what it follows, as that is planned.
        rules: of the time of day.
    """
    earliest_at = behind.earliest_at or behind.start_at
    is_next = new.start_at == behind.end_at and new.start_at - earliest_at <= LONGEST_WAIT
    is_sound = new.medium == "sound" and new.entry.body.relay is None
    if not is_next or not is_sound or new.entry.advert is True:
        return new
    if isinstance(rules.judge(one, earliest_at), Refusal):
        return new
    return msgspec.structs.replace(new, follows=behind.key, earliest_at=earliest_at)


def list_begun(playlist: Playlist) -> set[str]:
    """The entries that begin by themselves, and those that follow them."""
    followers: dict[str, list[str]] = {}
    for entry in playlist.entries:
        if entry.start.kind == "after":
            followers.setdefault(entry.start.entry or "", []).append(entry.id)
    open_ = [entry.id for entry in playlist.entries if entry.start.kind != "after"]
    begun: set[str] = set()
    while open_:
        name = open_.pop()
        begun.add(name)
        open_ += followers.get(name, ())
    return begun

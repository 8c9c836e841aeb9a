"""Judges one start by the rules of its time: hours of sound, expiry, days of mourning.

A start that waits for something else is judged by the moment at which it really begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from agent.contract.accepted import HeldDocument
from agent.contract.document import Entry, Playlist
from agent.contract.priority import Level
from agent.plan.calendar import Day, Interval
from agent.plan.occurrence import Medium, Occurrence, Refusal
from agent.plan.policy import EffectivePolicy
from agent.plan.sound_hours import SoundHours
from agent.plan.station_calendar import find_bar


@dataclass(frozen=True)
class Bounds:
    """A playlist and the values that its entries share; `closed`: clusters closed to its class."""

    held: HeldDocument
    playlist: Playlist
    level: Level | None
    durations: Mapping[str, int]
    not_before_at: datetime
    expires_at: datetime
    closed: Sequence[str] = ()


class Start(msgspec.Struct, frozen=True, gc=False):
    """What starts of one entry have in common.

    Args:
        bounds: its playlist.
        entry: the entry.
        position: of the entry in its playlist, from 0.
        level: from the document's class.
        medium: sound or picture.
        length: planned.
    """

    bounds: Bounds
    entry: Entry
    position: int
    level: Level
    medium: Medium
    length: timedelta

    def refuse(self, at: datetime, code: str, rule: str) -> Refusal:
        """Refuse it at a moment."""
        return Refusal(self.entry.id, self.bounds.playlist.doc_id, at, code, rule)


class TimeRules:
    """The rules of a station for some days.

    Args:
        policy: of the station.
        days: the local dates to cover, in order.
        mourning: the days of mourning among them, in order.
    """

    def __init__(
        self, policy: EffectivePolicy, days: Sequence[Day], mourning: Sequence[Interval]
    ) -> None:
        self._hours = SoundHours(policy, days)
        self._mourning = mourning

    def judge(
        self,
        one: Start,
        at: datetime,
        asked_at: datetime | None = None,
        waits_until: datetime | None = None,
    ) -> Occurrence | Refusal:
        """What becomes of a start at a moment.

        Args:
            one: the start.
            at: when it begins by the plan.
            asked_at: the written moment, of the first of a chain for what follows in it; None: the
                same.
            waits_until: until when it yields to what still sounds then; None: it does not.
        """
        bounds, end_at = one.bounds, at + one.length
        latest_end_at = bounds.expires_at
        if self._mourning:
            mourning = self._find_mourning(one.entry, at)
            if mourning is not None and mourning.start_at < end_at:
                rule = f"mourning {find_bar(one.entry)}: {mourning.rule}"
                return one.refuse(at, "E_POLICY", rule)
            if mourning is not None and mourning.start_at < latest_end_at:
                latest_end_at = mourning.start_at
        if one.medium != "sound":
            end_at = min(end_at, latest_end_at)
            if end_at <= at:
                return one.refuse(at, "E_EXPIRED", f"expires {bounds.playlist.expires}")
        else:
            verdict = self._hours.judge(one.entry, at, end_at, latest_end_at)
            if isinstance(verdict, tuple):
                return one.refuse(at, *verdict)
            if end_at > bounds.expires_at:
                return one.refuse(at, "E_EXPIRED", f"expires {bounds.playlist.expires}")
            latest_end_at = verdict
        return Occurrence(
            document=bounds.held,
            entry=one.entry,
            level=one.level,
            start_at=at,
            end_at=end_at,
            latest_end_at=latest_end_at,
            medium=one.medium,
            position=one.position,
            asked_at=asked_at,
            waits_until=waits_until,
        )

    def _find_mourning(self, entry: Entry, at: datetime) -> Interval | None:
        """The day of mourning that bars an entry at a moment, or else the next one."""
        if not self._mourning or find_bar(entry) is None:
            return None
        return next((one for one in self._mourning if at < one.end_at), None)

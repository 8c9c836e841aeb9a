"""The hard limits on a station's sound: signed by the commune, narrowed by the local settings.

Only the emergency class is exempt. They do not apply to pictures. Sound that they forbid is refused
at planning, with its rule; it is never shortened.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from msgspec import UNSET

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.calendar_terms import SunPoint
from agent.contract.document import StationConfig
from agent.contract.station_policy import ChimeCheck, Stagger
from agent.contract.utc import parse_utc
from agent.plan.calendar import Day, Interval, Window, expand_windows, local_date, parse_window
from agent.plan.sun import sun_point
from agent.settings.model import Policy

FIRST_GROUP = Stagger(group=0)
BUILT_IN_QUIET_HOURS = "21:00-05:00"
# Items with at most this gap count as one session: chime, news, announcement.
SESSION_GAP = timedelta(minutes=5)


@dataclass(frozen=True)
class LevelCap:
    """Loudest level at the nearest home, in dBA, for a kind of zone within a daily window."""

    zone_kind: str
    window: Window
    dba: int

    def name(self, distance_m: float) -> str:
        """As a record names it: `special 21:00-06:00 45 dBA at 10 m`."""
        return f"{self.zone_kind} {self.window.text} {self.dba} dBA at {distance_m:g} m"


@dataclass(frozen=True)
class HourLevel:
    """The volume within a daily window, in dB below the calibrated one."""

    window: Window
    gain_db: float


@dataclass(frozen=True)
class EffectivePolicy:
    """The policy in force at this station. None means no limit.

    Args:
        quiet: windows without sound, signed and local together.
        sessions_per_day: sessions that start on one local date.
        minutes_per_session: from a session's first start to its last end.
        weekdays: ISO weekdays on which sound may start.
        relay_hosts: hosts from which a relay may come.
        mic: may the local microphone be used?
        caps: loudness limits by kind of zone and local time, signed and local together.
        levels: volumes by local time, signed and local together.
        cap_distance_m: the signed distance to the nearest home, at which caps count.
        stagger: this station's turn in what plays group after group.
        chime_check: when loudspeakers are checked by a chime; None: never.
        config_id: of the station-config in force.
        sun_point: whose sunrise and sunset count; None: none is known.
    """

    quiet: tuple[Window, ...]
    sessions_per_day: int | None = None
    minutes_per_session: int | None = None
    weekdays: frozenset[int] | None = None
    relay_hosts: frozenset[str] = frozenset()
    mic: bool = False
    caps: tuple[LevelCap, ...] = ()
    levels: tuple[HourLevel, ...] = ()
    cap_distance_m: float | None = None
    stagger: Stagger = FIRST_GROUP
    chime_check: ChimeCheck | None = None
    config_id: str | None = None
    sun_point: SunPoint | None = None


def config_in_force(held: Sequence[HeldDocument], now: Now) -> StationConfig | None:
    """The newest station-config that has begun and has not expired; it gives place and policy.

    Without a trusted clock `now` is a lower bound and cannot show that a config has not begun.
    """
    is_early = now.quality == "FLOOR"
    configs = [
        h.document
        for h in held
        if isinstance(h.document, StationConfig)
        and (is_early or parse_utc(h.document.not_before) <= now.at)
        and now.at < parse_utc(h.document.expires)
    ]
    return max(configs, key=lambda c: (c.issued, c.epoch, c.seq), default=None)


def effective_policy(config: StationConfig | None, local: Policy | None) -> EffectivePolicy:
    """Combine signed and local limits; without a station-config the built-in quiet hours apply.

    Raises:
        ValueError: a window cannot be read.
    """
    narrowing = local.quiet_hours if local is not None else []
    caps, levels = _local_levels(local)
    if config is None:
        quiet = _windows([BUILT_IN_QUIET_HOURS, *narrowing])
        return EffectivePolicy(quiet, caps=caps, levels=levels)
    signed = config.policy
    signed_levels = [] if signed.levels is UNSET else signed.levels
    return EffectivePolicy(
        quiet=_windows([*signed.quiet_hours, *narrowing]),
        sessions_per_day=signed.sessions_per_day,
        minutes_per_session=signed.minutes_per_session,
        weekdays=frozenset(signed.weekdays) if signed.weekdays is not None else None,
        relay_hosts=frozenset(signed.relay_hosts),
        mic=signed.mic,
        caps=(*(LevelCap(c.zone_kind, _window(c.from_, c.to), c.dba) for c in signed.caps), *caps),
        levels=(*(HourLevel(_window(o.from_, o.to), o.gain_db) for o in signed_levels), *levels),
        cap_distance_m=None if signed.cap_distance_m is UNSET else signed.cap_distance_m,
        stagger=FIRST_GROUP if signed.stagger is UNSET else signed.stagger,
        chime_check=None if signed.chime_check is UNSET else signed.chime_check,
        config_id=config.doc_id,
        sun_point=sun_point(config),
    )


def _local_levels(
    local: Policy | None,
) -> tuple[tuple[LevelCap, ...], tuple[HourLevel, ...]]:
    if local is None:
        return (), ()
    caps = (LevelCap(one.zone_kind, parse_window(one.window), one.dba) for one in local.caps)
    levels = (HourLevel(parse_window(one.window), one.gain_db) for one in local.levels)
    return tuple(caps), tuple(levels)


def _window(from_: str, to: str) -> Window:
    return parse_window(f"{from_}-{to}")


def _windows(texts: Sequence[str]) -> tuple[Window, ...]:
    return tuple(parse_window(text) for text in dict.fromkeys(texts))


class QuietHours:
    """The quiet intervals of some days.

    Args:
        windows: the quiet windows.
        days: the local dates to cover, in order.
    """

    def __init__(self, windows: Sequence[Window], days: Sequence[Day]) -> None:
        self._intervals = _merge(expand_windows(windows, days))
        self._ends = [interval.end_at for interval in self._intervals]

    def first_after(self, at: datetime) -> Interval | None:
        """The quiet interval at a moment, or else the next one."""
        index = bisect_right(self._ends, at)
        return self._intervals[index] if index < len(self._intervals) else None


def _merge(intervals: list[Interval]) -> list[Interval]:
    """Merge overlapping intervals, so that both starts and ends are sorted."""
    merged: list[Interval] = []
    for interval in intervals:
        if not merged or interval.start_at > merged[-1].end_at:
            merged.append(interval)
            continue
        last = merged[-1]
        rules = dict.fromkeys([*last.rule.split(", "), interval.rule])
        end_at = max(last.end_at, interval.end_at)
        merged[-1] = Interval(last.start_at, end_at, ", ".join(rules))
    return merged


class SessionBook:
    """Counts sessions of occurrences, which are added in the order of their starts.

    A refused occurrence is not counted, so an entry that is too long does not use up the day's last
    session.
    """

    def __init__(self, policy: EffectivePolicy) -> None:
        self._per_day = policy.sessions_per_day
        minutes = policy.minutes_per_session
        self._limit = timedelta(minutes=minutes) if minutes is not None else None
        self._first_at: datetime | None = None
        self._end_at: datetime | None = None
        self._day: date | None = None
        self._count = 0

    def refuse(self, start_at: datetime, end_at: datetime) -> str | None:
        """The rule that forbids this sound; None if it is allowed, and then it is counted."""
        first_at, session_end_at, is_new = start_at, end_at, True
        if self._first_at is not None and self._end_at is not None:
            is_new = start_at - self._end_at > SESSION_GAP
            if not is_new:
                first_at, session_end_at = self._first_at, max(end_at, self._end_at)
        if self._limit is not None and session_end_at - first_at > self._limit:
            return self._minutes_rule(self._limit)
        if is_new and not self._open(local_date(start_at)):
            return f"sessions_per_day {self._per_day}"
        self._first_at, self._end_at = first_at, session_end_at
        return None

    def find_limit(self) -> tuple[datetime, str] | None:
        """When the minutes of the session that was counted last are over, and their rule."""
        if self._limit is None or self._first_at is None:
            return None
        return self._first_at + self._limit, self._minutes_rule(self._limit)

    def _minutes_rule(self, limit: timedelta) -> str:
        return f"minutes_per_session {math.ceil(limit.total_seconds() / 60)}"

    def _open(self, day: date) -> bool:
        count = self._count if day == self._day else 0
        if self._per_day is not None and count >= self._per_day:
            return False
        self._day, self._count = day, count + 1
        return True

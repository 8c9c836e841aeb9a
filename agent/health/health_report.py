"""Builds the health report: the state of the box at one moment."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import UNSET

from agent.clock import Now
from agent.contract.report import (
    ClockState,
    Health,
    InputState,
    Issue,
    OnAir,
    Outbox,
    SensorReading,
    Why,
    ZoneLevelState,
)
from agent.contract.utc import encode_utc
from agent.health.thermal import read_temperature_c

MOST_OF_ONE_KIND = 32
MOST_OF_HINT = 300  # characters


def clock_state(now: Now) -> ClockState:
    """The clock's state as reports carry it."""
    return ClockState(now.quality, None if now.error_s is None else round(now.error_s, 6))


def _limit_issues(issues: Iterable[Issue]) -> list[Issue]:
    """At most `MOST_OF_ONE_KIND` of each kind: one document can lack a thousand files."""
    kept: list[Issue] = []
    numbers: Counter[str] = Counter()
    for one in issues:
        numbers[one.kind] += 1
        if numbers[one.kind] <= MOST_OF_ONE_KIND:
            kept.append(msgspec.structs.replace(one, hint=one.hint[:MOST_OF_HINT]))
    return kept


def build_health_report(  # noqa: PLR0913 - one keyword for each part of the report
    folder: Path,
    *,
    session: int,
    now: Now,
    issues: Sequence[Issue],
    on_air: Mapping[str, OnAir | None],
    upcoming: Mapping[str, OnAir | None],
    switches: Mapping[str, str],
    outbox: Outbox,
    inputs: Mapping[str, InputState] | None = None,
    readings: Mapping[str, SensorReading] | None = None,
    levels: Mapping[str, ZoneLevelState] | None = None,
    why: Mapping[str, Why] | None = None,
) -> Health:
    """Build the report; it queries the disk that holds `folder`, so run it off the event loop.

    Raises:
        OSError: the state folder is gone.
    """
    return Health(
        session=session,
        at=encode_utc(now.at),
        issues=_limit_issues(issues),
        on_air=dict(on_air),
        next=dict(upcoming),
        switches=dict(switches),
        clock=clock_state(now),
        disk_free_bytes=shutil.disk_usage(folder).free,
        temperature_c=read_temperature_c(),
        outbox=outbox,
        inputs=dict(inputs or {}),
        readings=dict(readings or {}),
        levels=dict(levels) if levels else UNSET,
        why=dict(why) if why else UNSET,
    )

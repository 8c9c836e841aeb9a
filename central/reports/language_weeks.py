"""The share that languages had in the speech of each week, commune by commune, by the records.

What is not known never counts for a language: neither a play without a language, nor one of which
an older box does not say that it was sound. It stays in the whole, so a share is never too high.
What was proved to be silent counts nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from msgspec import UNSET

from agent.contract.document import StationConfig
from agent.contract.ids import parse_place
from agent.plan.language_duty import WEEK, base_language, monday_of
from central.publication.recipients import list_known_configs
from central.store.database import Database
from central.store.plays import SpokenHour, sum_speech
from central.store.records import list_gaps

Row = dict[str, Any]
ALWAYS = ""  # before every expiry: a commune is named by a config that has expired, too
NOT_KNOWN = "–"


@dataclass
class _Week:
    """The speech of a commune in a week, in milliseconds."""

    of_lang: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    proved: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    unknown: int = 0
    silent: int = 0

    def add(self, one: SpokenHour) -> None:
        """Count some speech where it belongs."""
        length_ms = one.total_ms
        if one.heard is False:
            self.silent += length_ms
        elif one.lang is None or one.medium is None:
            self.unknown += length_ms
        else:
            self.of_lang[base_language(one.lang)] += length_ms
            if one.heard:
                self.proved[base_language(one.lang)] += length_ms

    @property
    def total(self) -> int:
        """All speech that sounded, or may have."""
        return sum(self.of_lang.values()) + self.unknown


def list_language_weeks(database: Database) -> list[Row]:
    """A row for each week, commune and language, in order of time.

    Members: `week` (its Monday), `commune`, `lang`, `minutes` in that language, `proved_minutes` of
    them, `total_minutes` of all speech, of which `unknown_minutes` count for no language,
    `silent_minutes` that were played and not heard, `share_pct` (None: nothing was spoken),
    `duty_pct` by the station-configs of today (None: no duty), `state` (`met`, `lacking`,
    `no_duty`), `missing_records` of the commune's stations, whenever they are from.
    """
    configs = list_known_configs(database, ALWAYS)
    communes = {name: _commune_of(config) for name, config in configs.items()}
    weeks: dict[str, dict[date, _Week]] = {}
    for one in sum_speech(database):
        of_commune = weeks.setdefault(communes.get(one.station, NOT_KNOWN), {})
        of_commune.setdefault(_monday(one.hour), _Week()).add(one)
    duties, missing = _list_duties(configs.values()), _count_missing(database, communes)
    rows = [
        _row(monday, commune, lang, week, duties.get(commune, {}).get(lang), missing[commune])
        for commune, of_commune in weeks.items()
        for monday, week in _fill(of_commune)
        for lang in sorted({*week.of_lang, *duties.get(commune, {})})
    ]
    return sorted(rows, key=lambda row: (row["week"], row["commune"], row["lang"]))


def _row(monday: date, commune: str, lang: str, week: _Week, duty: int | None, missing: int) -> Row:
    spoken, total = week.of_lang[lang], week.total
    is_met = bool(total) and spoken * 100 >= total * (duty or 0)
    return {
        "week": monday.isoformat(),
        "commune": commune,
        "lang": lang,
        "minutes": _minutes(spoken),
        "proved_minutes": _minutes(week.proved[lang]),
        "total_minutes": _minutes(total),
        "unknown_minutes": _minutes(week.unknown),
        "silent_minutes": _minutes(week.silent),
        "share_pct": int(spoken * 1000 / total) / 10 if total else None,  # never rounded up
        "duty_pct": duty,
        "state": "no_duty" if duty is None else "met" if is_met else "lacking",
        "missing_records": missing,
    }


def _fill(weeks: Mapping[date, _Week]) -> Iterator[tuple[date, _Week]]:
    """Each week from the first to the last, also those without speech."""
    monday = min(weeks)
    while monday <= max(weeks):
        yield monday, weeks.get(monday, _Week())
        monday += WEEK


def _list_duties(configs: Iterable[StationConfig]) -> dict[str, dict[str, int]]:
    """Commune → language → the highest share that a station of it is to have."""
    found: dict[str, dict[str, int]] = {}
    for config in configs:
        duties = config.policy.language_duties
        for duty in [] if duties is UNSET else duties:
            of_commune = found.setdefault(_commune_of(config), {})
            of_commune[duty.lang] = max(duty.week_pct, of_commune.get(duty.lang, 0))
    return found


def _count_missing(database: Database, communes: Mapping[str, str]) -> defaultdict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for gap in list_gaps(database):
        commune = communes.get(gap["station"], NOT_KNOWN)
        found[commune] += gap["last"] - gap["first"] + 1
    return found


def _commune_of(config: StationConfig) -> str:
    """`84/29266`."""
    place = parse_place(config.place)
    return f"{place.province}/{place.commune}"


def _monday(hour: str) -> date:
    """Of the local week; an hour of UTC is an hour of local time as well."""
    return monday_of(datetime.fromisoformat(f"{hour}:00:00").replace(tzinfo=UTC))


def _minutes(length_ms: int) -> float:
    return round(length_ms / 60_000, 1)

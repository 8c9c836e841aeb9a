"""Which stations lack what a document needs, by the features in their last hello.

Most of what a box lacks makes it refuse the whole document. Some of it an older box applies in
another way (`agent.contract.feature.IGNORED_ELSEWHERE`): it plays staggered items with the first
group (decision 47), and music on a day of mourning, of which no calendar tells it (decision 52).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec import UNSET

from agent.contract.document import Document, StationConfig
from agent.contract.feature import STAGGERED, TURN, ignored_features, needed_features
from agent.contract.utc import encode_utc, parse_utc
from central.messages.catalogue import translate
from central.publication.recipients import is_meant, list_names, station_configs
from central.publication.small_letters import describe_small
from central.publication.still_faces import describe_moving
from central.publication.zone_kinds import describe_unknown_kinds
from central.store.database import Database
from texts.catalogue import Lang


def find_left_out(
    database: Database, stations: Iterable[str], document: Document
) -> dict[tuple[str, ...], list[str]]:
    """What is lacking → the stations that lack it; a station that never sent a hello is left out.

    Args:
        database: the centre's.
        stations: those to judge.
        document: well-formed.
    """
    needed = needed_features(document)
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    if not needed:
        return found
    hellos = database.hellos()
    for station in sorted(stations):
        if station not in hellos:
            continue
        if lacking := needed.difference(hellos[station].get("features", ())):
            found[tuple(sorted(lacking))].append(station)
    return found


def find_ignoring(
    database: Database, configs: Mapping[str, StationConfig], document: Document
) -> dict[str, list[str]]:
    """What of a document is applied in another way → the stations whose boxes do so.

    Args:
        database: the centre's.
        configs: station → its published config, of those to judge.
        document: well-formed.
    """
    ignored = sorted(ignored_features(document))
    hellos = database.hellos() if ignored else {}
    found: dict[str, list[str]] = {}
    for name in ignored:
        feature = STAGGERED if name == TURN else name
        stations = [
            station
            for station, config in sorted(configs.items())
            if station in hellos
            and feature not in hellos[station].get("features", ())
            and (name != STAGGERED or _has_later_turn(config))
        ]
        if stations:
            found[name] = stations
    return found


def _has_later_turn(config: StationConfig) -> bool:
    """Is the station in another group than the first, with which older boxes play?"""
    return config.policy.stagger is not UNSET and config.policy.stagger.group > 0


def describe_left_out(database: Database, document: Document, lang: Lang) -> list[str]:
    """Tell the signer which stations in the named places will not do what the document says."""
    with database.transaction() as connection:
        configs = station_configs(connection, encode_utc(parse_utc(document.issued)))
    meant = {name: config for name, config in configs.items() if is_meant(document, config)}
    lines = [
        translate(lang, "left_out", list_names(stations), ", ".join(lacking))
        for lacking, stations in find_left_out(database, meant, document).items()
    ]
    lines += describe_ignoring(database, meant, document, lang)
    lines += describe_moving(database, meant, document, lang)
    lines += describe_small(database, meant, document, lang)
    return lines + describe_unknown_kinds(database, meant, document, lang)


def describe_ignoring(
    database: Database, configs: Mapping[str, StationConfig], document: Document, lang: Lang
) -> list[str]:
    """A line for each thing that stations apply in another way, with those of `find_ignoring`."""
    return [
        translate(lang, f"ignored.{name}", list_names(stations))
        for name, stations in find_ignoring(database, configs, document).items()
    ]

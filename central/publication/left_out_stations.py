"""Which stations lack what a document needs, by the features in their last hello.

Most of what a box lacks makes it refuse the whole document. Turns are the exception: a box that
does not know them plays with the first group (decision 47).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec import UNSET

from agent.contract.document import Document, StationConfig
from agent.contract.feature import STAGGERED, needed_features, uses_turns
from agent.contract.utc import encode_utc, parse_utc
from central.messages.catalogue import translate
from central.publication.recipients import is_meant, list_names, station_configs
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


def find_out_of_turn(
    database: Database, configs: Mapping[str, StationConfig], document: Document
) -> list[str]:
    """Stations that play items of the document in the first group's turn instead of their own.

    Args:
        database: the centre's.
        configs: station → its published config, of those to judge.
        document: well-formed.
    """
    if not uses_turns(document):
        return []
    hellos = database.hellos()
    return [
        station
        for station, config in sorted(configs.items())
        if config.policy.stagger is not UNSET
        and config.policy.stagger.group > 0
        and station in hellos
        and STAGGERED not in hellos[station].get("features", ())
    ]


def describe_left_out(database: Database, document: Document, lang: Lang) -> list[str]:
    """Tell the signer which stations in the named places will not do what the document says."""
    with database.transaction() as connection:
        configs = station_configs(connection, encode_utc(parse_utc(document.issued)))
    meant = {name: config for name, config in configs.items() if is_meant(document, config)}
    return [
        translate(lang, "left_out", list_names(stations), ", ".join(lacking))
        for lacking, stations in find_left_out(database, meant, document).items()
    ] + describe_out_of_turn(database, meant, document, lang)


def describe_out_of_turn(
    database: Database, configs: Mapping[str, StationConfig], document: Document, lang: Lang
) -> list[str]:
    """One line that names the stations of `find_out_of_turn`; none where there are none."""
    stations = find_out_of_turn(database, configs, document)
    return [translate(lang, "out_of_turn", list_names(stations))] if stations else []

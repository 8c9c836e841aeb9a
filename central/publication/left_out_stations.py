"""Which stations cannot do what a document needs, by what their last hello says they can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from agent.contract.document import Document
from agent.contract.feature import needed_features
from agent.contract.utc import encode_utc, parse_utc
from central.messages.catalogue import translate
from central.publication.recipients import is_meant, list_names, station_configs
from central.store.database import Database
from texts.catalogue import Lang


def find_left_out(
    database: Database, stations: Iterable[str], document: Document
) -> dict[tuple[str, ...], list[str]]:
    """What is lacking → the stations that lack it; a station that never said hello is not judged.

    Args:
        database: the centre's.
        stations: those that are asked about.
        document: of sound form.
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


def describe_left_out(database: Database, document: Document, lang: Lang) -> list[str]:
    """For whoever signs: the stations in the places named that will refuse the document."""
    with database.transaction() as connection:
        configs = station_configs(connection, encode_utc(parse_utc(document.issued)))
    meant = [station for station, config in configs.items() if is_meant(document, config)]
    return [
        translate(lang, "left_out", list_names(stations), ", ".join(lacking))
        for lacking, stations in find_left_out(database, meant, document).items()
    ]

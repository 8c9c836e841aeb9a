"""Which stations lack what a document needs, by the features in their last hello."""

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


def describe_left_out(database: Database, document: Document, lang: Lang) -> list[str]:
    """Tell the signer which stations in the named places will refuse the document."""
    with database.transaction() as connection:
        configs = station_configs(connection, encode_utc(parse_utc(document.issued)))
    meant = [station for station, config in configs.items() if is_meant(document, config)]
    return [
        translate(lang, "left_out", list_names(stations), ", ".join(lacking))
        for lacking, stations in find_left_out(database, meant, document).items()
    ]

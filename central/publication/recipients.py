"""Whom a document is published to: stations and groups as the centre's own records know them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from agent.contract.document import Document, StationConfig
from agent.contract.ids import is_match, parse_place
from agent.contract.topic import build_group_topic, build_station_topic
from agent.errors import ConfigError
from central.documents.sign import read_document
from central.messages.catalogue import translate
from central.store.database import Database
from central.store.schema import documents, latest, presence, stations
from texts.catalogue import Lang

MAX_NAMED = 12


@dataclass(frozen=True)
class Recipients:
    """The recipients of one publication.

    Args:
        name: of the station or group.
        is_group: a group, not one station.
        stations: ids of those that the centre knows, in order.
        configs: the newest station-config of each that has one.
        others: the same of all other stations.
    """

    name: str
    is_group: bool
    stations: tuple[str, ...]
    configs: dict[str, StationConfig]
    others: dict[str, StationConfig] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """`g/<group>` or `d/<station>`, as kept documents are filed."""
        return f"{'g' if self.is_group else 'd'}/{self.name}"

    def missed_by(self, document: Document) -> list[str]:
        """Return stations of other groups for which the document is meant too."""
        return sorted(one for one, config in self.others.items() if is_meant(document, config))

    def configs_with(self, document: Document) -> Mapping[str, StationConfig]:
        """The configs that stations have once they have the document."""
        if isinstance(document, StationConfig):
            return dict.fromkeys(self.stations, document)
        return self.configs

    def topic_of(self, document: Document) -> str:
        """The topic on which the document is published."""
        build = build_group_topic if self.is_group else build_station_topic
        return build(self.name, document.kind, document.slot)


def is_meant(document: Document, config: StationConfig) -> bool:
    """Return whether the document names the place in a station's config."""
    place = parse_place(config.place)
    return any(is_match(pattern, place) for pattern in document.to)


def station_configs(connection: sa.Connection, now: str) -> dict[str, StationConfig]:
    """The newest unexpired station-config that was published to each station."""
    query = sa.select(documents).where(
        documents.c.kind == "station-config", documents.c.expires > now
    )
    found: dict[str, StationConfig] = {}
    for row in connection.execute(query.order_by(documents.c.epoch, documents.c.seq)):
        document = read_document(row.envelope)
        if isinstance(document, StationConfig) and row.target.startswith("d/"):
            found[row.target.removeprefix("d/")] = document
    return found


def list_known_configs(database: Database, now: str) -> dict[str, StationConfig]:
    """The configs of all stations; `now` is UTC text."""
    with database.transaction() as connection:
        return station_configs(connection, now)


def find_recipients(
    database: Database, now: str, *, station: str | None, group: str | None
) -> Recipients:
    """Find the stations of a name; none where the name is unknown.

    Args:
        database: the centre's.
        now: UTC text; station-configs that expired before do not count.
        station: a station's id; or
        group: a group's name.
    """
    with database.transaction() as connection:
        configs = station_configs(connection, now)
        known = set(configs)
        for table in (stations, presence, latest):
            known |= set(connection.execute(sa.select(table.c.station)).scalars())
    if station is not None:
        found = {station} & known
    else:
        found = {one for one, config in configs.items() if group in config.groups}
    named = tuple(sorted(found))
    kept = {one: config for one, config in configs.items() if one in found}
    others = {one: config for one, config in configs.items() if one not in found}
    return Recipients(str(station or group), station is None, named, kept, others)


def find_config(database: Database, station: str, now: str, lang: Lang) -> StationConfig:
    """The config of one station; `now` is UTC text.

    Raises:
        ConfigError: E_USAGE, none was published to it, with the names that are known.
    """
    configs = list_known_configs(database, now)
    if station in configs:
        return configs[station]
    parts = [translate(lang, "fault.no_config", station), *_suggest(station, sorted(configs), lang)]
    raise ConfigError("E_USAGE", station, "; ".join(parts))


def verify_known(
    database: Database, recipients: Recipients, document: Document, now: str, lang: Lang
) -> None:
    """Verify that a recipient is known. A station's first station-config goes to an unknown one.

    Raises:
        ConfigError: E_USAGE, with the names that are known and the likeliest one.
    """
    if recipients.stations or (not recipients.is_group and document.kind == "station-config"):
        return
    with database.transaction() as connection:
        configs = station_configs(connection, now)
        enrolled = set(connection.execute(sa.select(stations.c.station)).scalars())
    if recipients.is_group:
        names = {group for config in configs.values() for group in config.groups}
    else:
        names = enrolled | set(configs)
    code = "fault.group" if recipients.is_group else "fault.station"
    parts = [
        translate(lang, code, recipients.name),
        *_suggest(recipients.name, sorted(names), lang),
        *([translate(lang, "fault.anyway")] if names else []),
    ]
    raise ConfigError("E_USAGE", recipients.name, "; ".join(parts))


def _suggest(name: str, names: Sequence[str], lang: Lang) -> list[str]:
    if not names:
        return [translate(lang, "fault.none_known")]
    close = difflib.get_close_matches(name, names, n=1)
    likely = [translate(lang, "fault.did_you_mean", close[0])] if close else []
    return [
        *likely,
        translate(lang, "fault.known", list_names(names)),
    ]


def list_names(names: Iterable[str], most: int = MAX_NAMED) -> str:
    """`a, b, c … (+7)`."""
    listed = list(names)
    more = f" … (+{len(listed) - most})" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more

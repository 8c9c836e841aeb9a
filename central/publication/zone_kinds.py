"""The kinds of stations' clusters, as their hellos tell them, where a policy asks for them.

A box of an older release, and one that has not said hello yet, tells none: what its policy refuses
by them is then not known, and is said to be so.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET

from agent.contract.document import Document, Playlist, StationConfig
from central.messages.catalogue import translate
from central.publication.recipients import list_names
from central.store.database import Database
from texts.catalogue import Lang

Kinds = Mapping[str, str]


def read_kinds(database: Database, configs: Mapping[str, StationConfig]) -> dict[str, Kinds]:
    """Station → its clusters and their kinds, of those whose policy has classes by kind.

    A station of which they are not known is left out.
    """
    asked = {name for name, config in configs.items() if has_classes(config)}
    hellos = database.hellos() if asked else {}
    return {
        name: kinds
        for name in asked
        if isinstance(kinds := hellos.get(name, {}).get("zone_kinds"), dict)
    }


def has_classes(config: StationConfig) -> bool:
    """Does its policy keep a class away from clusters of a kind?"""
    return config.policy.zone_classes is not UNSET and bool(config.policy.zone_classes)


def find_unknown(
    database: Database, configs: Mapping[str, StationConfig], document: Document
) -> list[str]:
    """Stations of which nobody knows whether clusters are closed to a playlist's class."""
    if not isinstance(document, Playlist):
        return []
    concerned = {name: one for name, one in configs.items() if _is_closed(one, document.class_)}
    return sorted(concerned.keys() - read_kinds(database, concerned).keys())


def _is_closed(config: StationConfig, class_: str) -> bool:
    """Is a kind of cluster closed to a class?"""
    rules = [] if config.policy.zone_classes is UNSET else config.policy.zone_classes
    return any(class_ not in rule.classes for rule in rules)


def describe_unknown_kinds(
    database: Database, configs: Mapping[str, StationConfig], document: Document, lang: Lang
) -> list[str]:
    """One line that names the stations of `find_unknown`; none where there are none."""
    stations = find_unknown(database, configs, document)
    return [translate(lang, "unknown_kinds", list_names(stations))] if stations else []

"""Find stations that nobody could configure after a draft: their place leaves a role's paths.

After a merger of provinces a station that has not received its new place yet is at its old one.
Once no role may configure the old place, the station refuses every new place until the code is
granted again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from agent.contract.ids import Place, parse_place
from agent.trust.role import Role
from agent.trust.tree import TreeAuthority
from central.authority.ceremony.messages import translate
from texts.catalogue import Lang

Roles = Mapping[str, Role]


def read_places(db: Path) -> list[Place]:
    """Return each station's place by its own last hello; one without a valid place is left out."""
    from central.store.database import Database

    database = Database.open(db)
    try:
        told = [hello["place"] for hello in database.hellos().values()]
    finally:
        database.close()
    places = []
    for text in sorted(filter(None, told)):
        with contextlib.suppress(ValueError):
            places.append(parse_place(text))
    return places


def describe_orphaned(
    before: TreeAuthority | None, after: TreeAuthority, places: Iterable[Place], lang: Lang
) -> Iterator[str]:
    """Return warnings: the stations whose place a role may no longer configure, and who else may.

    Args:
        before: what is in force; None before the first publication.
        after: the draft.
        places: places of the stations.
        lang: of the lines.
    """
    left: dict[tuple[str, tuple[str, ...]], list[Place]] = {}
    for place in places:
        still = _who_configures(after.roles, place)
        for role in _who_configures(before.roles if before else {}, place):
            if role not in still:
                left.setdefault((role, still), []).append(place)
    for (role, still), where in left.items():
        yield translate(lang, "left", len(where), role, ", ".join(map(str, where)))
        yield (
            translate(lang, "left.others", ", ".join(still))
            if still
            else translate(lang, "left.nobody")
        )


def _who_configures(roles: Roles, place: Place) -> tuple[str, ...]:
    return tuple(
        name
        for name, role in roles.items()
        if "station-config" in role.kinds and role.covers("config", str(place))
    )

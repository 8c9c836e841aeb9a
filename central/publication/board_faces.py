"""The faces of stations' boards, as their hellos name them, where a policy says who may fill them.

A station that has not named them, because it never said hello, has those that its policy lists, and
perhaps others: what is meant for all faces is then left out of the listed ones alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec import UNSET

from agent.contract.document import Entry, Playlist, StationConfig
from agent.plan.face_rights import FaceRights
from agent.plan.zone_classes import select_barred
from central.store.database import Database

OTHERS = "*"  # among faces: those that nobody has named


@dataclass(frozen=True)
class BarredStandby:
    """A standby picture that some faces do not show.

    Args:
        entry: of the playlist.
        rule: as a box names it.
        is_partial: other faces of the station show it.
    """

    entry: Entry
    rule: str
    is_partial: bool


def read_faces(
    database: Database, configs: Mapping[str, StationConfig]
) -> dict[str, tuple[str, ...]]:
    """Station → its faces, of those whose policy says who may fill them."""
    asked = {name: config for name, config in configs.items() if list_listed(config)}
    hellos = database.hellos() if asked else {}
    return {name: _faces_of(hellos.get(name), config) for name, config in asked.items()}


def list_listed(config: StationConfig) -> tuple[str, ...]:
    """The faces that a policy keeps for some issuers."""
    rules = config.policy.face_issuers
    return () if rules is UNSET else tuple(rule.face for rule in rules)


def describe_entitled(config: StationConfig, rule: str) -> str:
    """Who may fill the faces of a refusal: `mat-truoc: vn.84, vn.84.29266; mat-sau: –`."""
    rules = [] if config.policy.face_issuers is UNSET else config.policy.face_issuers
    issuers = {one.face: ", ".join(one.issuers) or "–" for one in rules}
    barred = rule.removeprefix("face_issuers ").split(", ")
    return "; ".join(f"{face}: {issuers.get(face, '–')}" for face in barred)


def find_barred_standby(document: Playlist, rights: FaceRights) -> Iterator[BarredStandby]:
    """The standby pictures, which no plan has, that some faces of a station do not show."""
    closed = rights.list_closed(document.issuer)
    for entry in document.entries:
        barred = select_barred(closed, entry.zones) if entry.standby is True else ()
        if barred:
            is_partial = bool(rights.leave_out(barred, entry.zones))
            yield BarredStandby(entry, rights.name_rule(barred), is_partial)


def _faces_of(hello: Mapping[str, object] | None, config: StationConfig) -> tuple[str, ...]:
    listed = list_listed(config)
    if hello is None:
        return (*listed, OTHERS)
    faces, has = hello.get("faces"), hello.get("has")
    if isinstance(faces, Sequence) and not isinstance(faces, str):
        return tuple(str(face) for face in faces)
    has_board = not isinstance(has, Sequence) or "board" in has
    return (*listed, OTHERS) if has_board else ()

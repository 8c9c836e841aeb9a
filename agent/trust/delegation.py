"""Build a role from one delegation, as its parent's file states it, or refuse the file."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UnsetType
from securesystemslib.signer import Key

from agent.errors import TrustError
from agent.trust.broadcast_hours import parse_hours
from agent.trust.document_rules import MAX_NUMBER
from agent.trust.metadata import Delegation, unknown_critical
from agent.trust.role import Limits, Role
from agent.trust.role_rules import (
    check_delegator,
    check_name,
    check_people,
    check_reach,
    check_threshold,
    require,
)
from agent.trust.scope import is_tree_path

AUTHORITY_PATH = "authority/"
MAX_DEPTH = 6
MAX_PATHS = 256
MAX_WINDOWS = 16


def has_file(delegation: Delegation) -> bool:
    """Does the role delegate further, so that the snapshot lists a metadata file of its own?"""
    return any(path.startswith(AUTHORITY_PATH) for path in delegation.paths)


def check_place_in_tree(name: str, parent: str, country: str | None) -> None:
    """A name states its only parent, so there are no diamonds and no cycles (guards G6, G7).

    Args:
        name: the child's.
        parent: `targets`, or the name of the role that delegates.
        country: the first label of the tree's names so far, None for the first.

    Raises:
        TrustError: E_ROLE.
    """
    check_name(name)
    above, _, _ = name.rpartition(".")
    if parent == "targets":
        require("." not in above and bool(above), name, "a child of targets is country.code")
        require(country in (None, above), name, f"another country than {country}")
    else:
        require(above == parent, name, f"not {parent} and one label")
    require(name.count(".") <= MAX_DEPTH, name, f"deeper than {MAX_DEPTH}")


def read_delegation(
    delegation: Delegation,
    keys: Mapping[str, Key],
    delegator: tuple[str, int],
    above: tuple[Limits, ...],
) -> Role:
    """The role that a delegation defines.

    Args:
        delegation: its form is valid, and `check_place_in_tree` has verified its name.
        keys: the verified keys of the same file.
        delegator: name and threshold of the role whose file contains it.
        above: the delegator's own chain, empty for `targets`.

    Raises:
        TrustError: E_ROLE.
    """
    name, keyids, paths = delegation.name, delegation.keyids, delegation.paths
    require(all(keyid in keys for keyid in keyids), name, "a key id without its key")
    require(len(set(keyids)) == len(keyids), name, "a key is listed twice")
    check_people(name, keyids, delegation.holders)
    check_threshold(name, delegation.threshold, len(keyids))
    plain = 1 <= len(paths) <= MAX_PATHS and all(map(is_tree_path, paths))
    require(plain, name, "a path is not class and plain segments")
    check_reach(name, delegation.threshold, delegation.kinds, paths)
    check_delegator(delegator[0], delegator[1], name, delegation.threshold)
    require(1 <= delegation.max_ttl_s <= MAX_NUMBER, name, "x-max-ttl-s must be positive")
    require(1 <= delegation.epoch <= MAX_NUMBER, name, "x-epoch must be positive")
    require(not delegation.terminating, name, "a terminating delegation")
    limits = Limits(
        name=name,
        paths=tuple(paths),
        hours=_hours(delegation),
        priority_max=delegation.priority_max,
        max_ttl_s=delegation.max_ttl_s,
        unknown=_unknown(delegation),
    )
    return Role(
        name=name,
        keys={keyid: keys[keyid] for keyid in keyids},
        threshold=delegation.threshold,
        kinds=frozenset(delegation.kinds),
        epoch=delegation.epoch,
        chain=(*above, limits),
    )


def _unknown(delegation: Delegation) -> tuple[str, ...]:
    if isinstance(delegation.crit, UnsetType):
        return ()
    return unknown_critical(delegation.crit, Delegation, delegation.name)


def _hours(delegation: Delegation) -> tuple[str, ...]:
    """Absent means all day; an empty list could be read as never and is refused."""
    name, hours = delegation.name, delegation.hours
    if isinstance(hours, UnsetType):
        return ()
    require(1 <= len(hours) <= MAX_WINDOWS, name, f"x-hours: 1 to {MAX_WINDOWS} windows")
    try:
        parse_hours(hours)
    except ValueError as error:
        raise TrustError("E_ROLE", name, f"x-hours: {error}") from error
    return tuple(hours)

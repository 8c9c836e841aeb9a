"""The roles that may sign, and how fresh the knowledge of them is.

`agent.trust.tree` builds them from the tree of delegations, `PinnedAuthority` from one root file
that is installed by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any, Protocol

import msgspec

from agent.clock import Now
from agent.contract.strict_json import StrictJsonError, parse_strict
from agent.errors import TrustError
from agent.trust.document_rules import MAX_NUMBER
from agent.trust.role import Limits, Role
from agent.trust.role_rules import (
    check_name,
    check_people,
    check_reach,
    check_threshold,
    parse_keys,
    require,
)
from agent.trust.scope import is_role_path

PINNED_FORMAT = "tramtin-pinned-1"
MAX_ROOT_BYTES = 64 * 1024
MAX_ROLES = 256


class Grade(IntEnum):
    """How fresh the knowledge of who may sign is; a higher value is worse."""

    FRESH = 0  # confirmed within 48 h
    AGED = 1  # older, within its lifetime: no new emergency
    EXPIRED = 2  # nothing new but time, receipts and the lifting of a stop; held documents stay


class Authority(Protocol):
    """Immutable: an update is another object."""

    @property
    def demo(self) -> bool:
        """Is it made for a demonstration? A box in service refuses it."""

    @property
    def versions(self) -> Mapping[str, int]:
        """Version by metadata file, as `hello` reports it: root, timestamp, snapshot, ..."""

    @property
    def roles(self) -> Mapping[str, Role]:
        """All roles by name."""
        ...

    def roles_for(self, keyid: str) -> Sequence[Role]:
        """The roles that list this key."""
        ...

    def grade(self, now: Now) -> Grade:
        """How fresh this authority is at a moment."""
        ...


def index_roles(roles: Iterable[Role]) -> dict[str, tuple[Role, ...]]:
    """Roles by the ids of the keys that they list."""
    by_key: dict[str, tuple[Role, ...]] = {}
    for role in roles:
        for keyid in role.keys:
            by_key[keyid] = (*by_key.get(keyid, ()), role)
    return by_key


class _RoleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    threshold: int
    kinds: list[str]
    paths: list[str]
    max_ttl_s: int
    keys: dict[str, dict[str, Any]]
    holders: dict[str, str]


class _RootFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    demo: bool
    version: int
    roles: list[_RoleFile]


def _load_role(file: _RoleFile) -> Role:
    name, paths = file.name, file.paths
    check_name(name)
    require(bool(file.kinds), name, "no kinds")
    require(bool(paths) and all(map(is_role_path, paths)), name, "a path is not plain segments")
    require(file.max_ttl_s > 0, name, "max_ttl_s must be positive")
    check_reach(name, file.threshold, file.kinds, paths)
    check_threshold(name, file.threshold, len(file.keys))
    check_people(name, file.keys, file.holders)
    return Role(
        name=name,
        keys=parse_keys(name, file.keys),
        threshold=file.threshold,
        kinds=frozenset(file.kinds),
        epoch=MAX_NUMBER,  # a new file resets a counter
        chain=(Limits(name, tuple(paths), (), "emergency", file.max_ttl_s),),
    )


class PinnedAuthority:
    """A fixed set of roles from one trusted file: chains of one link, always fresh.

    Args:
        version: the file's version.
        demo: the file is made for a demonstration; a box in service refuses it.
        roles: all roles, names unique.
    """

    def __init__(self, version: int, roles: Iterable[Role], *, demo: bool) -> None:
        self.version = version
        self.demo = demo
        self.versions: Mapping[str, int] = {"root": version}
        self.roles: Mapping[str, Role] = {role.name: role for role in roles}
        self._by_key = index_roles(self.roles.values())

    def roles_for(self, keyid: str) -> Sequence[Role]:
        """The roles that list this key."""
        return self._by_key.get(keyid, ())

    def grade(self, now: Now) -> Grade:  # noqa: ARG002 - the Protocol's
        """Always FRESH: a pinned file has no expiry."""
        return Grade.FRESH


def load_pinned(raw: bytes) -> PinnedAuthority:
    """Read a root file of the format `tramtin-pinned-1`.

    Raises:
        TrustError: E_ROLE with the role at fault; the whole file is refused.
    """
    require(len(raw) <= MAX_ROOT_BYTES, "root", f"larger than {MAX_ROOT_BYTES} bytes")
    try:
        file = msgspec.convert(parse_strict(raw), _RootFile)
    except (StrictJsonError, msgspec.ValidationError) as error:
        raise TrustError("E_ROLE", "root", str(error)) from error
    require(file.format == PINNED_FORMAT, "root", f"format is not {PINNED_FORMAT}")
    require(1 <= file.version < 2**53, "root", "version must be positive")
    require(0 < len(file.roles) <= MAX_ROLES, "root", f"1 to {MAX_ROLES} roles")
    names = [role.name for role in file.roles]
    require(len(set(names)) == len(names), "root", "two roles of one name")
    return PinnedAuthority(file.version, map(_load_role, file.roles), demo=file.demo)

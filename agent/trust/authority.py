"""Who may sign what. `PinnedAuthority` reads it from one root file that is installed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from agent.contract.document import KINDS
from agent.contract.envelope import MAX_SIGNATURES
from agent.contract.strict_json import StrictJsonError, parse_strict
from agent.errors import TrustError
from agent.trust.public_key import parse_public_key
from agent.trust.role import Role
from agent.trust.scope import ROLE_NAME, can_sound_emergency, is_role_path

PINNED_FORMAT = "tramtin-pinned-1"
MAX_ROOT_BYTES = 64 * 1024
MAX_ROLES = 256
# Online roles: whoever holds them can tell the time or take receipts, never make a sound.
SILENT_KINDS = frozenset({"time", "ack", "head"})


class Authority(Protocol):
    """The tree of roles, whatever it is kept in."""

    def roles_for(self, keyid: str) -> Sequence[Role]:
        """The roles that list this key."""
        ...


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


def _require(holds: bool, subject: str, hint: str) -> None:  # noqa: FBT001 - an assertion's subject
    if not holds:
        raise TrustError("E_ROLE", subject, hint)


def _check_people(role: _RoleFile) -> None:
    """Guard G1: one key or one person must never count twice."""
    _require(role.holders.keys() == role.keys.keys(), role.name, "every key needs one holder")
    holders = [" ".join(holder.split()).casefold() for holder in role.holders.values()]
    _require(all(holders), role.name, "a holder has no name")
    _require(len(set(holders)) == len(holders), role.name, "one holder has two keys")
    publics = [str(key.get("keyval")) for key in role.keys.values()]
    _require(len(set(publics)) == len(publics), role.name, "one key is listed twice")


def _check_right(role: _RoleFile) -> None:
    """Names, kinds and paths, and the two rules that no root file may loosen."""
    name, kinds, paths = role.name, set(role.kinds), role.paths
    _require(bool(ROLE_NAME.match(name)), name[:64], "not a role name")
    _require(bool(kinds) and kinds <= set(KINDS), name, "unknown or no kinds")
    _require(bool(paths) and all(map(is_role_path, paths)), name, "a path is not plain segments")
    _require(1 <= role.threshold <= min(len(role.keys), MAX_SIGNATURES), name, "threshold")
    _require(role.max_ttl_s > 0, name, "max_ttl_s must be positive")
    if any(map(can_sound_emergency, paths)):
        _require(role.threshold >= 2, name, "an emergency role needs two signatures")
    if kinds & SILENT_KINDS:
        _require(kinds <= SILENT_KINDS, name, "time, ack and head are never mixed with others")
        _require(
            all(path.startswith("config/") for path in paths), name, "paths beyond class config"
        )


def _load_role(file: _RoleFile) -> Role:
    _check_right(file)
    _check_people(file)
    try:
        keys = {keyid: parse_public_key(keyid, key) for keyid, key in file.keys.items()}
    except ValueError as error:
        raise TrustError("E_ROLE", file.name, str(error)) from error
    return Role(
        name=file.name,
        keys=keys,
        threshold=file.threshold,
        kinds=frozenset(file.kinds),
        paths=tuple(file.paths),
        max_ttl_s=file.max_ttl_s,
    )


class PinnedAuthority:
    """A fixed set of roles from one trusted file.

    Args:
        version: the file's version.
        demo: made for a demonstration; a box in service refuses it.
        roles: all roles, names unique.
    """

    def __init__(self, version: int, roles: Iterable[Role], *, demo: bool) -> None:
        self.version = version
        self.demo = demo
        self.roles: Mapping[str, Role] = {role.name: role for role in roles}
        self._by_key: dict[str, tuple[Role, ...]] = {}
        for role in self.roles.values():
            for keyid in role.keys:
                self._by_key[keyid] = (*self._by_key.get(keyid, ()), role)

    def roles_for(self, keyid: str) -> Sequence[Role]:
        """The roles that list this key."""
        return self._by_key.get(keyid, ())


def load_pinned(raw: bytes) -> PinnedAuthority:
    """Read a root file.

    Raises:
        TrustError: E_ROLE with the role at fault; the whole file is refused.
    """
    _require(len(raw) <= MAX_ROOT_BYTES, "root", f"larger than {MAX_ROOT_BYTES} bytes")
    try:
        file = msgspec.convert(parse_strict(raw), _RootFile)
    except (StrictJsonError, msgspec.ValidationError) as error:
        raise TrustError("E_ROLE", "root", str(error)) from error
    _require(file.format == PINNED_FORMAT, "root", f"format is not {PINNED_FORMAT}")
    _require(1 <= file.version < 2**53, "root", "version must be positive")
    _require(0 < len(file.roles) <= MAX_ROLES, "root", f"1 to {MAX_ROLES} roles")
    names = [role.name for role in file.roles]
    _require(len(set(names)) == len(names), "root", "two roles of one name")
    return PinnedAuthority(file.version, map(_load_role, file.roles), demo=file.demo)

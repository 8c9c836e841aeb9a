"""The authority tree as the ceremony handles it: metadata files by role, and queries on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from tuf.api.metadata import DelegatedRole, Key, Metadata, Role, Root, Targets

from central.authority.ceremony.errors import refusal

ROOT, TARGETS, SNAPSHOT, TIMESTAMP = "root", "targets", "snapshot", "timestamp"
TOP = (ROOT, TARGETS, SNAPSHOT, TIMESTAMP)
ONLINE = (SNAPSHOT, TIMESTAMP)
ALL_DAY = "00:00-24:00"


@dataclass(frozen=True)
class RoleRight:
    """What a delegation grants: kinds to sign, paths where, and its limits.

    Args:
        kinds: of documents the role itself may sign; may be empty.
        paths: patterns `<class>/<province>/<commune>/<station>`.
        max_ttl_s: longest lifetime of a document, in seconds.
        hours: local windows `05:00-21:00`; empty: all day.
        priority_max: highest class of a playlist: `routine`, `priority` or `emergency`.
    """

    kinds: tuple[str, ...]
    paths: tuple[str, ...]
    max_ttl_s: int
    hours: tuple[str, ...] = ()
    priority_max: str = "emergency"


class Tree:
    """Files by role name: `root`, `targets`, and every role that delegates further."""

    def __init__(self, files: Mapping[str, Metadata[Any]]) -> None:
        self.files = dict(files)

    @property
    def root(self) -> Root:
        """The signed part of the root file."""
        return cast("Root", self.files[ROOT].signed)

    def targets(self, name: str) -> Targets:
        """The signed part of `targets` or of a role's own file."""
        if name not in self.files:
            raise refusal("no_file", name)
        return cast("Targets", self.files[name].signed)

    def delegator(self, name: str) -> Root | Targets:
        """Return the role that lists this role's keys."""
        return self.root if name in TOP else self.targets(parent_of(name))

    def role(self, name: str) -> Role:
        """Key ids and threshold of a role.

        Raises:
            ConfigError: E_CEREMONY, there is no such role.
        """
        if name in TOP:
            return self.root.roles[name]
        return self.entry(name)

    def entry(self, name: str) -> DelegatedRole:
        """The delegation of a role, as it stands in its parent's file.

        Raises:
            ConfigError: E_CEREMONY, there is no such role.
        """
        parent = parent_of(name)
        for child in self.children(parent):
            if child.name == name:
                return child
        raise refusal("no_role", name)

    def has(self, name: str) -> bool:
        """Return whether this role is delegated."""
        return name in TOP or any(child.name == name for child in self.children(parent_of(name)))

    def children(self, name: str) -> list[DelegatedRole]:
        """The roles that a role delegates to, in the order of its file."""
        if name not in self.files:
            return []
        delegations = self.targets(name).delegations
        return [] if delegations is None else list((delegations.roles or {}).values())

    def walk(self, name: str = TARGETS) -> Iterator[DelegatedRole]:
        """Every delegated role below one, parents before children."""
        for child in self.children(name):
            yield child
            yield from self.walk(child.name)

    def keys(self, name: str) -> dict[str, Key]:
        """Public keys of a role by key id."""
        delegator = self.delegator(name)
        return {keyid: delegator.get_key(keyid) for keyid in self.role(name).keyids}

    def holders(self, name: str) -> dict[str, str]:
        """Who holds each key of a role; an online key has no person."""
        role = self.role(name)
        fields = self.root if name in TOP else role
        people = fields.unrecognized_fields.get("x-holders", {})
        return {keyid: people.get(keyid, "") for keyid in role.keyids}

    def right(self, name: str) -> RoleRight:
        """What a delegated role may do by its own delegation."""
        return read_right(self.entry(name))

    def in_use(self) -> dict[str, Metadata[Any]]:
        """The files that count: root, targets, and those of delegated roles that have one."""
        named = {role.name for role in self.walk()}
        return {name: file for name, file in self.files.items() if name in (ROOT, TARGETS, *named)}


def parent_of(name: str) -> str:
    """`vn.84.29266` → `vn.84`; `vn.84` → `targets`."""
    return name.rpartition(".")[0] if name.count(".") > 1 else TARGETS


def read_right(entry: DelegatedRole) -> RoleRight:
    """The right that a delegation grants."""
    fields = entry.unrecognized_fields
    return RoleRight(
        kinds=tuple(fields["x-kinds"]),
        paths=tuple(entry.paths or ()),
        max_ttl_s=fields["x-max-ttl-s"],
        hours=tuple(fields.get("x-hours", ())),
        priority_max=fields.get("x-prio-max", "emergency"),
    )


def epoch_of(entry: DelegatedRole) -> int:
    """The role's epoch: raised when a key of it was lost."""
    return int(entry.unrecognized_fields["x-epoch"])


def has_own_file(entry: DelegatedRole) -> bool:
    """Return whether the role delegates further: then one of its paths is of class `authority`."""
    return any(path.startswith("authority/") for path in entry.paths or ())


def file_name(role: str, version: int) -> str:
    """Return a file's name on the wire and on disk; every version but the timestamp's is kept."""
    return "timestamp.json" if role == TIMESTAMP else f"{version}.{role}.json"

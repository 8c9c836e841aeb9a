"""The tree of delegations, from the metadata files that a box holds.

`tuf.ngclient` accepts these files in the right order, version by version. But they come back from a
disk that may corrupt them, and the library does not know our own rules. So the whole set is
verified again, from root down, by the library's public API and our guards, each time before it is
used. One fault refuses the whole set, and the former set stays in force. This module reads no
clock; `grade` evaluates the expiry for each moment.

A box holds only the files on the path to its own place. A role that delegates further and whose
file is missing is known itself, its children are not. A file that no delegation leads to grants
nothing and is not read: otherwise a leftover of a revoked role could keep that role in force.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from securesystemslib.signer import Key
from tuf.api.exceptions import LengthOrHashMismatchError, UnsignedMetadataError
from tuf.api.metadata import MetaFile

from agent.clock import Now
from agent.contract.utc import parse_utc
from agent.errors import TrustError
from agent.trust.authority import Grade, index_roles
from agent.trust.delegation import check_place_in_tree, has_file, read_delegation
from agent.trust.metadata import (
    Delegation,
    KeyFields,
    Opened,
    RootFile,
    SnapshotFile,
    TargetsFile,
    TimestampFile,
    open_metadata,
)
from agent.trust.role import Limits, Role
from agent.trust.role_rules import (
    check_delegator,
    check_people,
    check_threshold,
    parse_keys,
    require,
)

FRESH_FOR = timedelta(hours=48)
EARLY = timedelta(minutes=5)
TIMESTAMP_LIFETIME = timedelta(days=30)
TOP_LEVEL = ("root", "timestamp", "snapshot", "targets")
_ISSUED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class TreeFiles:
    """Exact bytes of the metadata in force; `roles` by role name, those on the path to the box."""

    root: bytes
    timestamp: bytes
    snapshot: bytes
    targets: bytes
    roles: Mapping[str, bytes] = field(default_factory=dict)


class TreeAuthority:
    """Roles by their delegations. Immutable.

    Args:
        roles: all known roles, names unique.
        versions: by metadata file.
        issued: when the timestamp was signed.
        expires: the earliest expiry of all files.
        demo: the tree is made for a demonstration.
        ignored: members of the files that this box does not know, each with its file's role.
    """

    def __init__(
        self,
        roles: Sequence[Role],
        versions: Mapping[str, int],
        *,
        issued: datetime,
        expires: datetime,
        demo: bool,
        ignored: Sequence[str] = (),
    ) -> None:
        self.roles: Mapping[str, Role] = {role.name: role for role in roles}
        self.versions = dict(versions)
        self.issued = issued
        self.expires = expires
        self.demo = demo
        self.ignored = tuple(ignored)
        self._by_key = index_roles(roles)

    def roles_for(self, keyid: str) -> Sequence[Role]:
        """The roles that list this key."""
        return self._by_key.get(keyid, ())

    def grade(self, now: Now) -> Grade:
        """How fresh this authority is at a moment.

        A timestamp from the future was forged for later use, or the clock is wrong: in doubt it is
        not fresh. An untrusted clock is a lower bound, so a timestamp may be ahead of it. But one
        that is ahead by more than the age limit of FRESH proves that this clock cannot measure
        ages.
        """
        if now.at >= self.expires:
            return Grade.EXPIRED
        early = EARLY if now.quality in ("SYNCED", "HOLDOVER") else FRESH_FOR
        return Grade.FRESH if -early <= now.at - self.issued <= FRESH_FOR else Grade.AGED


def describe_unknown(authority: TreeAuthority) -> str | None:
    """The unknown limits and members of its files, by name; None: there are none."""
    limits = sorted({one for role in authority.roles.values() for one in role.unknown})
    parts = [f"no right here, unknown critical limit: {', '.join(limits)}"] if limits else []
    if authority.ignored:
        parts.append(f"ignored: {', '.join(authority.ignored)}")
    return "; ".join(parts) or None


def load_root(raw: bytes) -> TreeAuthority:
    """A root alone, as it is installed: no role may sign yet, and the grade is EXPIRED.

    Raises:
        TrustError: E_ROLE.
    """
    opened = _open_root(raw)
    versions = {"root": opened.file.version}
    return TreeAuthority((), versions, issued=_LONG_AGO, expires=_LONG_AGO, demo=opened.file.demo)


def load_tree(files: TreeFiles) -> TreeAuthority:
    """Verify a whole set of files.

    Raises:
        TrustError: E_ROLE or E_UNSUPPORTED with the role at fault; the whole set is refused.
    """
    root = _open_root(files.root)
    timestamp = open_metadata(files.timestamp, TimestampFile, "timestamp")
    snapshot = open_metadata(files.snapshot, SnapshotFile, "snapshot")
    targets = open_metadata(files.targets, TargetsFile, "targets")
    issued = _issued(timestamp)
    for name, opened in (("timestamp", timestamp), ("snapshot", snapshot), ("targets", targets)):
        _verify_signatures(root.metadata.signed.verify_delegate, opened, name)
    _verify_row(timestamp.metadata.signed.snapshot_meta, snapshot, "snapshot")
    rows = snapshot.metadata.signed.meta
    _verify_row(rows.get("targets.json"), targets, "targets")
    walk = _RoleWalk(files.roles, rows)
    walk.enter("targets", targets, root.file.roles["targets"].threshold, ())
    all_files: dict[str, Opened[Any]] = {
        "root": root,
        "timestamp": timestamp,
        "snapshot": snapshot,
        **walk.opened,
    }
    return TreeAuthority(
        walk.roles,
        {name: opened.file.version for name, opened in all_files.items()},
        issued=issued,
        expires=min(opened.metadata.signed.expires for opened in all_files.values()),
        demo=root.file.demo,
        ignored=[f"{name} {one}" for name, opened in all_files.items() for one in opened.ignored],
    )


def _keys(name: str, keys: Mapping[str, KeyFields]) -> dict[str, Key]:
    fields = {
        keyid: {"keytype": key.keytype, "scheme": key.scheme, "keyval": key.keyval}
        for keyid, key in keys.items()
    }
    return parse_keys(name, fields)


def _open_root(raw: bytes) -> Opened[RootFile]:
    """Root's own rules, and its signature by itself."""
    opened = open_metadata(raw, RootFile, "root")
    file = opened.file
    keys, roles = _keys("root", file.keys), file.roles
    require(file.consistent_snapshot, "root", "consistent_snapshot must be true")
    require(roles.keys() == set(TOP_LEVEL), "root", f"not exactly the roles {TOP_LEVEL}")
    for name, role in roles.items():
        require(all(keyid in keys for keyid in role.keyids), name, "a key id without its key")
        check_threshold(name, role.threshold, len(role.keyids))
    check_people("root", {*roles["root"].keyids, *roles["targets"].keyids}, file.holders)
    check_delegator("root", roles["root"].threshold, "targets", roles["targets"].threshold)
    _verify_signatures(opened.metadata.signed.verify_delegate, opened, "root")
    return opened


def _verify_signatures(
    verify_delegate: Callable[..., None], opened: Opened[Any], name: str
) -> None:
    try:
        verify_delegate(name, opened.metadata.signed_bytes, opened.metadata.signatures)
    except (UnsignedMetadataError, ValueError) as error:
        raise TrustError("E_ROLE", name, str(error)) from error


def _issued(timestamp: Opened[TimestampFile]) -> datetime:
    text = timestamp.file.issued
    require(bool(_ISSUED.fullmatch(text)), "timestamp", "x-issued is not a UTC moment")
    try:
        issued = parse_utc(text)
    except ValueError as error:
        raise TrustError("E_ROLE", "timestamp", str(error)) from error
    lifetime = timestamp.metadata.signed.expires - issued
    good = timedelta() < lifetime <= TIMESTAMP_LIFETIME
    require(good, "timestamp", f"does not live up to {TIMESTAMP_LIFETIME}")
    return issued


def _verify_row(row: MetaFile | None, opened: Opened[Any], name: str) -> None:
    """The file must be the one that the signed listing names, so files cannot be mixed."""
    if row is None:
        raise TrustError("E_ROLE", name, "not in the listing")
    version = opened.file.version
    require(version == row.version, name, f"version {version}, listed {row.version}")
    try:
        row.verify_length_and_hashes(opened.raw)
    except (LengthOrHashMismatchError, ValueError) as error:
        raise TrustError("E_ROLE", name, str(error)) from error


class _RoleWalk:
    """Collects roles from targets down through the role files that are present."""

    def __init__(self, files: Mapping[str, bytes], rows: Mapping[str, MetaFile]) -> None:
        self.roles: list[Role] = []
        self.opened: dict[str, Opened[TargetsFile]] = {}
        self._files = files
        self._rows = rows
        self._country: str | None = None

    def enter(
        self, name: str, opened: Opened[TargetsFile], threshold: int, above: tuple[Limits, ...]
    ) -> None:
        """Read a verified file's delegations, and the files of those that have one.

        The recursion ends: each child's name is one label longer than its parent's, six at most.
        """
        self.opened[name] = opened
        require(not opened.file.targets, name, "there are no target files in this tree")
        delegations = opened.file.delegations
        if delegations is None:
            return
        keys = _keys(name, delegations.keys)
        for delegation in delegations.roles:
            check_place_in_tree(delegation.name, name, self._country)
            self._country = self._country or delegation.name.partition(".")[0]
            role = read_delegation(delegation, keys, (name, threshold), above)
            self.roles.append(role)
            self._descend(opened, delegation, role)

    def _descend(self, parent: Opened[TargetsFile], delegation: Delegation, role: Role) -> None:
        name = role.name
        raw = self._files.get(name) if has_file(delegation) else None
        if raw is None:
            return
        opened = open_metadata(raw, TargetsFile, name)
        _verify_signatures(parent.metadata.signed.verify_delegate, opened, name)
        _verify_row(self._rows.get(f"{name}.json"), opened, name)
        self.enter(name, opened, role.threshold, role.chain)

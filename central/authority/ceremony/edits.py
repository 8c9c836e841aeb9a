"""The steps of a ceremony that change the tree: each one edits the draft, none signs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuf.api.metadata import DelegatedRole, Delegations, Key, Role, Root

from agent.trust.broadcast_hours import parse_hours
from agent.trust.role_rules import ROLE_KINDS
from agent.trust.scope import is_covered, is_tree_path
from central.authority.ceremony.errors import refusal
from central.authority.ceremony.holder_key import Holder
from central.authority.ceremony.tree import (
    ALL_DAY,
    ONLINE,
    ROOT,
    SNAPSHOT,
    TARGETS,
    TIMESTAMP,
    TOP,
    RoleRight,
    Tree,
    epoch_of,
    parent_of,
    read_right,
)
from central.authority.ceremony.tree_draft import TreeDraft

PRIORITIES = ("routine", "priority", "emergency")
_NAME = re.compile(r"^[a-z0-9-]+(?:\.[a-z0-9-]+)+\Z")


@dataclass(frozen=True)
class RoleSpec:
    """What a delegation should contain; None leaves a value as it is."""

    kinds: tuple[str, ...] | None = None
    paths: tuple[str, ...] | None = None
    max_ttl_s: int | None = None
    hours: tuple[str, ...] | None = None
    priority_max: str | None = None
    threshold: int | None = None
    holders: tuple[Holder, ...] | None = None


@dataclass(frozen=True)
class Keys:
    """The keys of a role of the root: its holders, and how many of them must sign."""

    holders: tuple[Holder, ...]
    threshold: int


def begin(draft: TreeDraft, *, root: Keys, targets: Keys, timestamp: Key, snapshot: Key) -> None:
    """The first root: who holds it, who holds targets, and the two online keys."""
    people = (*root.holders, *targets.holders)
    keys = {key.keyid: key for key in (*(one.key for one in people), timestamp, snapshot)}
    roles = {
        ROOT: Role([one.key.keyid for one in root.holders], root.threshold),
        TARGETS: Role([one.key.keyid for one in targets.holders], targets.threshold),
        TIMESTAMP: Role([timestamp.keyid], 1),
        SNAPSHOT: Role([snapshot.keyid], 1),
    }
    holders = {one.key.keyid: one.name for one in people}
    fields = {"x-holders": holders}
    draft.begin(Root(keys=keys, roles=roles, unrecognized_fields=fields))


def mark_demo(draft: TreeDraft) -> None:
    """A root that works only under the demonstration."""
    draft.root().unrecognized_fields["x-demo"] = True


def delegate(draft: TreeDraft, name: str, spec: RoleSpec) -> None:
    """Delegate a new role, or change an existing delegation: values that are None stay.

    Raises:
        ConfigError: E_CEREMONY, the name, a kind, path or window has no form of ours, or a new role
            lacks kinds, paths, lifetime or holders.
    """
    if not _NAME.match(name):
        raise refusal("name", name)
    tree = draft.tree
    old = tree.entry(name) if tree.has(name) else None
    if old is None and None in (spec.kinds, spec.paths, spec.max_ttl_s, spec.holders):
        raise refusal("incomplete", name)
    right = _apply(read_right(old) if old else RoleRight((), (), 0), spec)
    _check_form(name, right)
    holders = spec.holders
    if holders is None:
        holders = _people(tree, name)
    known = old.threshold if old else len(holders)
    threshold = spec.threshold or min(known, len(holders))
    epoch = epoch_of(old) if old else draft.restart_role(name)
    _put(draft, _entry(name, right, holders, threshold, epoch), holders)


def narrow(draft: TreeDraft, name: str, spec: RoleSpec) -> None:
    """Reduce the rights of a role.

    Raises:
        ConfigError: E_CEREMONY, something would become wider.
    """
    old = draft.tree.right(name)
    new = _apply(old, spec)
    if spec.threshold is not None and spec.threshold < draft.tree.role(name).threshold:
        raise refusal("wider", name, f"threshold {spec.threshold}")
    for what in _wider(old, new):
        raise refusal("wider", name, what)
    delegate(draft, name, spec)


def replace_key(draft: TreeDraft, name: str, old: str | None, new: Holder) -> None:
    """Replace one key by another.

    Args:
        draft: edited.
        name: a role, or `root`, `targets`, `timestamp`, `snapshot`.
        old: holder's name or beginning of the key id; None where the role has one key.
        new: the new holder.
    """
    out = find_key(draft.tree, name, old)
    if name in TOP:
        root = draft.root()
        position = root.roles[name].keyids.index(out)
        root.revoke_key(out, name)
        root.add_key(new.key, name)
        root.roles[name].keyids.remove(new.key.keyid)
        root.roles[name].keyids.insert(position, new.key.keyid)
        if name not in ONLINE:
            root.unrecognized_fields["x-holders"][new.key.keyid] = new.name
        _remove_former_holders(root)
        return
    people = tuple(
        new if one.key.keyid == out else one for one in _people(draft.tree, name)
    )  # fmt: skip
    delegate(draft, name, RoleSpec(holders=people))


def remove_key(draft: TreeDraft, name: str, who: str) -> None:
    """Take a key away.

    Raises:
        ConfigError: E_CEREMONY, the role could then no longer sign: rotate instead.
    """
    out = find_key(draft.tree, name, who)
    role = draft.tree.role(name)
    if len(role.keyids) - 1 < role.threshold:
        raise refusal("too_few", name, role.threshold)
    if name in TOP:
        root = draft.root()
        root.revoke_key(out, name)
        _remove_former_holders(root)
        return
    people = tuple(one for one in _people(draft.tree, name) if one.key.keyid != out)
    delegate(draft, name, RoleSpec(holders=people))


def raise_epoch(draft: TreeDraft, name: str) -> None:
    """Raise a role's epoch after a key was lost: new documents outrank all that a thief signed."""
    if name in TOP:
        return  # the root's own roles sign no documents
    entry = _roles(draft.delegations(parent_of(name)))[name]
    entry.unrecognized_fields["x-epoch"] = epoch_of(entry) + 1


def remove_role(draft: TreeDraft, name: str) -> None:
    """Take a role away, with everything below it.

    Raises:
        ConfigError: E_CEREMONY, there is none, or it is one of the root's own.
    """
    if name in TOP:
        raise refusal("top", name)
    draft.tree.entry(name)
    delegations = draft.delegations(parent_of(name))
    del _roles(delegations)[name]
    _keep_keys(delegations, delegations.keys)


def renew(draft: TreeDraft, name: str) -> None:
    """Write a new version of a file, so that its lifetime begins again.

    Raises:
        ConfigError: E_CEREMONY, no file of that name is signed by people.
    """
    if name not in draft.tree.in_use():
        raise refusal("no_file", name)
    draft.edit(name)


def find_key(tree: Tree, name: str, who: str | None) -> str:
    """The key id of a role's key, by its holder's name or the beginning of the id.

    Raises:
        ConfigError: E_CEREMONY, none or several fit.
    """
    people = tree.holders(name)
    if who is None:
        found = list(people)
    else:
        wanted = " ".join(who.split()).casefold()
        found = [
            keyid
            for keyid, person in people.items()
            if person.casefold() == wanted or (len(wanted) >= 8 and keyid.startswith(wanted))
        ]
    if len(found) != 1:
        raise refusal("which_key", name, ", ".join(people.values()) or "–")
    return found[0]


def _people(tree: Tree, name: str) -> tuple[Holder, ...]:
    keys = tree.keys(name)
    return tuple(Holder(person, keys[keyid]) for keyid, person in tree.holders(name).items())


def _remove_former_holders(root: Root) -> None:
    """Remove the name of each holder whose key is in neither root nor targets."""
    used = {keyid for name in (ROOT, TARGETS) for keyid in root.roles[name].keyids}
    holders = root.unrecognized_fields["x-holders"]
    root.unrecognized_fields["x-holders"] = {k: v for k, v in holders.items() if k in used}


def _apply(right: RoleRight, spec: RoleSpec) -> RoleRight:
    given: dict[str, Any] = {
        "kinds": spec.kinds, "paths": spec.paths, "max_ttl_s": spec.max_ttl_s,
        "hours": spec.hours, "priority_max": spec.priority_max,
    }  # fmt: skip
    return replace(right, **{name: value for name, value in given.items() if value is not None})


def _check_form(name: str, right: RoleRight) -> None:
    for kind in right.kinds:
        if kind not in ROLE_KINDS:
            raise refusal("kind", name, kind, ", ".join(sorted(ROLE_KINDS)))
    for path in right.paths:
        if not is_tree_path(path):
            raise refusal("path", name, path)
    try:
        parse_hours(right.hours)
    except ValueError as error:
        raise refusal("hours", name, ", ".join(right.hours)) from error


def _entry(
    name: str, right: RoleRight, holders: Sequence[Holder], threshold: int, epoch: int
) -> DelegatedRole:
    fields: dict[str, object] = {
        "x-kinds": list(right.kinds),
        "x-max-ttl-s": right.max_ttl_s,
        "x-epoch": epoch,
        "x-holders": {one.key.keyid: one.name for one in holders},
    }
    if right.hours:
        fields["x-hours"] = list(right.hours)
    if right.priority_max != "emergency":
        fields["x-prio-max"] = right.priority_max
    keyids = [one.key.keyid for one in holders]
    if len(set(keyids)) < len(keyids):
        raise refusal("same_key", name)
    return DelegatedRole(
        name, keyids, threshold, terminating=False, paths=list(right.paths),
        unrecognized_fields=fields,
    )  # fmt: skip


def _put(draft: TreeDraft, entry: DelegatedRole, holders: Sequence[Holder]) -> None:
    delegations = draft.delegations(parent_of(entry.name))
    _roles(delegations)[entry.name] = entry
    _keep_keys(delegations, {**delegations.keys, **{one.key.keyid: one.key for one in holders}})


def _roles(delegations: Delegations) -> dict[str, DelegatedRole]:
    assert delegations.roles is not None  # noqa: S101 - there are no succinct roles here
    return delegations.roles


def _keep_keys(delegations: Delegations, keys: Mapping[str, Key]) -> None:
    """Keep only the keys that some role still has: a box refuses a file with an unusable key."""
    used = {keyid for role in _roles(delegations).values() for keyid in role.keyids}
    delegations.keys = {keyid: key for keyid, key in keys.items() if keyid in used}


def _wider(old: RoleRight, new: RoleRight) -> list[str]:
    """Return what a new right grants that the old one did not."""
    found = [kind for kind in new.kinds if kind not in old.kinds]
    found += [path for path in new.paths if not is_covered(old.paths, *path.split("/", 1))]
    if new.max_ttl_s > old.max_ttl_s:
        found.append(f"ttl {new.max_ttl_s} s > {old.max_ttl_s} s")
    if PRIORITIES.index(new.priority_max) > PRIORITIES.index(old.priority_max):
        found.append(new.priority_max)
    if parse_hours(new.hours) & ~parse_hours(old.hours):
        found.append(", ".join(new.hours) or ALL_DAY)
    return found

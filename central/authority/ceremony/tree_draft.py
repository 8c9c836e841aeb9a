"""The draft: the tree as it will be, every changed file one version on and still unsigned.

Nothing is in force before `publication.publish`. Versions never repeat: a role that was removed and
comes back continues from the version in its row of the snapshot, in an epoch of its own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tuf.api.metadata import Delegations, Metadata, Root, Signed, Targets

from central.authority.ceremony.errors import refusal
from central.authority.ceremony.tree import ROOT, TARGETS, Tree, has_own_file
from central.authority.ceremony.workspace import Workspace

LIFETIME_DAYS = {ROOT: 730}
OTHER_LIFETIME_DAYS = 365


class TreeDraft:
    """What is in force, with changes on top.

    Args:
        published: the tree in force; empty before the first publication.
        changed: files of the draft so far, by role.
        versions: the highest version of each file that was ever published.
        highest_epoch: of a role in all that was ever published, 0 where it never was.
        at: now; the lifetime of every file that changes begins here.
        days: that lifetime; None: 730 for the root, 365 for others.
    """

    def __init__(
        self,
        published: Tree,
        changed: Mapping[str, Metadata[Any]],
        versions: Mapping[str, int],
        highest_epoch: Callable[[str], int],
        at: datetime,
        days: int | None = None,
    ) -> None:
        self.published = published
        self.changed = dict(changed)
        self._versions = versions
        self._highest_epoch = highest_epoch
        self._at = at
        self._days = days

    @property
    def tree(self) -> Tree:
        """The tree as it will be."""
        return Tree({**self.published.files, **self.changed})

    def edit(self, name: str) -> Metadata[Any]:
        """A file to change: its next version, without any signature.

        Raises:
            ConfigError: E_CEREMONY, the role has none.
        """
        if name not in self.changed and name not in self.published.files:
            raise refusal("no_file", name)
        file = self.changed.get(name) or _copy(self.published.files[name])
        file.signed.version = self._versions.get(name, 0) + 1
        file.signed.expires = self._expiry(name)
        file.signatures.clear()
        self.changed[name] = file
        return file

    def root(self) -> Root:
        """The root, to change."""
        signed: Root = self.edit(ROOT).signed
        return signed

    def delegations(self, name: str) -> Delegations:
        """What `targets` or a role delegates, to change."""
        signed: Targets = self.edit(name).signed
        if signed.delegations is None:
            signed.delegations = Delegations({}, {})
        return signed.delegations

    def begin(self, root: Root) -> None:
        """The first root and the first, empty targets."""
        self._add(ROOT, root)
        self._add(TARGETS, Targets())

    def restart_role(self, name: str) -> int:
        """Start a revoked role again, without its former children.

        Returns:
            The epoch in which it begins: above all former ones, so that no number of its former
            holders outranks the new ones'.
        """
        if name in self.published.files:
            self._add(name, Targets())
        return self._highest_epoch(name) + 1

    def update_files(self) -> None:
        """Make files follow the delegations.

        A role that delegates further gets its file; a file of a role that no longer does is
        dropped from the draft; a file whose signatures no longer meet its threshold, because keys
        changed, is written anew so that the present holders sign it.

        Raises:
            ConfigError: E_CEREMONY, a role has a row in the snapshot and delegates no longer: rows
                stay for ever, so it must be removed and created under another name.
        """
        tree = self.tree
        for entry in list(tree.walk()):
            if not has_own_file(entry) and entry.name in self._versions:
                raise refusal("had_file", entry.name)
            if has_own_file(entry) and entry.name not in tree.files:
                self._add(entry.name, Targets())
        used = self.tree.in_use()
        self.changed = {name: file for name, file in self.changed.items() if name in used}
        for name, file in used.items():
            if name not in self.changed and not _is_signed(self.tree, name, file):
                self.edit(name)

    def _add(self, name: str, signed: Signed) -> None:
        signed.version = self._versions.get(name, 0) + 1
        signed.expires = self._expiry(name)
        self.changed[name] = Metadata(signed)

    def _expiry(self, name: str) -> datetime:
        days = self._days or LIFETIME_DAYS.get(name, OTHER_LIFETIME_DAYS)
        return self._at + timedelta(days=days)


def open_draft(folder: Workspace, at: datetime, days: int | None = None) -> TreeDraft:
    """The folder's draft, or a fresh one over what is in force."""
    published = folder.published()
    snapshot = folder.snapshot()
    versions = {
        row.removesuffix(".json"): meta.version
        for row, meta in (snapshot.meta.items() if snapshot else ())
    }
    versions[ROOT] = max(folder.root_versions(), default=0)
    return TreeDraft(published, folder.drafted(), versions, folder.highest_epoch, at, days)


def _is_signed(tree: Tree, name: str, file: Metadata[Any]) -> bool:
    if name == ROOT:
        return True  # `edit` is the only way to change it, and takes its signatures
    delegator = tree.delegator(name)
    result = delegator.get_verification_result(name, file.signed_bytes, file.signatures)
    return result.verified


def _copy(file: Metadata[Any]) -> Metadata[Any]:
    # Deep: the library's own dictionaries share lists with the object that they were made from.
    return copy.deepcopy(file)

"""From a signed draft to a set in force: every threshold met, snapshot and timestamp on top.

Nothing is published before `agent.trust.tree.load_tree`, the code of the boxes, has accepted the
set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from securesystemslib.signer import Signer
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, Timestamp

from agent.errors import TrustError
from agent.trust.tree import TreeAuthority, TreeFiles, load_tree
from central.authority.ceremony.errors import refusal
from central.authority.ceremony.signature import missing
from central.authority.ceremony.tree import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, TOP, Tree, file_name
from central.authority.ceremony.tree_draft import TreeDraft
from central.authority.ceremony.workspace import Workspace
from central.authority.timestamp import build_row, encode, next_timestamp, seal

SNAPSHOT_LIFETIME = timedelta(days=365)


@dataclass(frozen=True)
class OnlineKeys:
    """The two keys that sign without a person, on the centre's machine."""

    snapshot: Signer
    timestamp: Signer


def publish(
    folder: Workspace, draft: TreeDraft, online: OnlineKeys, at: datetime, last: Timestamp | None
) -> dict[str, bytes]:
    """Put the draft in force; without a draft, only snapshot and timestamp are renewed.

    Args:
        folder: the ceremony's.
        draft: signed.
        online: keys for snapshot and timestamp.
        at: now.
        last: the newest timestamp that the centre has published, if any.

    Returns:
        What a box may request, by file name: every root, and the present version of all others.

    Raises:
        ConfigError: E_CEREMONY, signatures are missing; the text names whose.
        TrustError: E_ROLE, a box would refuse the set.
    """
    for need in missing(draft):
        raise refusal(
            "unsigned", f"{need.version}.{need.file}.json", need.missing,
            ", ".join(filter(None, need.unsigned.values())),
        )  # fmt: skip
    fresh = _seal(folder, draft, online, at, last)
    _verify_set(folder, draft, fresh)
    folder.write_published(fresh)
    folder.discard_draft()
    return current_files(folder)


def current_files(folder: Workspace) -> dict[str, bytes]:
    """Every root, and the present version of each other file that counts."""
    used = folder.published().in_use().keys() | {SNAPSHOT, TIMESTAMP}
    names = [name for role, name in folder.current_names().items() if role in used]
    roots = [file_name(ROOT, version) for version in folder.root_versions()]
    return {name: folder.raw(name) for name in (*roots, *names)}


def _seal(
    folder: Workspace, draft: TreeDraft, online: OnlineKeys, at: datetime, given: Timestamp | None
) -> dict[str, bytes]:
    """The new files by their names on the wire."""
    fresh = {file_name(r, f.signed.version): encode(f) for r, f in draft.changed.items()}
    last = folder.snapshot()
    # A row stays for ever: boxes refuse a snapshot that has lost one. Of a revoked role's file only
    # the version is still listed, so that hundreds of them fit.
    used = {f"{role}.json" for role in draft.tree.in_use()}
    rows = {
        name: row if name in used else MetaFile(row.version)
        for name, row in (last.meta.items() if last else ())
    }
    for role, file in draft.changed.items():
        if role != ROOT:
            rows[f"{role}.json"] = build_row(file.signed.version, encode(file))
    version = last.version + 1 if last else 1
    raw = seal(Snapshot(version, expires=at + SNAPSHOT_LIFETIME, meta=rows), online.snapshot)
    fresh[file_name(SNAPSHOT, version)] = raw
    newest = max(filter(None, (given, folder.timestamp())), key=_version, default=None)
    timestamp = next_timestamp(newest, build_row(version, raw), at)
    fresh[file_name(TIMESTAMP, timestamp.version)] = seal(timestamp, online.timestamp)
    return fresh


def _version(timestamp: Timestamp) -> int:
    return timestamp.version


def load_published(folder: Workspace) -> TreeAuthority | None:
    """Return what is in force, verified as on a box; None before the first publication.

    Raises:
        TrustError: E_ROLE, the folder was altered.
    """
    names = folder.current_names()
    if not names:
        return None
    used = folder.published().in_use().keys() | {SNAPSHOT, TIMESTAMP}
    return _load({role: folder.raw(name) for role, name in names.items() if role in used})


def _verify_set(folder: Workspace, draft: TreeDraft, fresh: Mapping[str, bytes]) -> None:
    """Verify the set, and the step from the former root, with the code of the boxes."""
    raw = {role: _raw(folder, fresh, role, file) for role, file in draft.tree.in_use().items()}
    snapshot = next(name for name in fresh if name.endswith(f".{SNAPSHOT}.json"))
    _load({**raw, SNAPSHOT: fresh[snapshot], TIMESTAMP: fresh["timestamp.json"]})
    if ROOT in draft.changed:
        _verify_root_step(draft.published, draft.changed[ROOT])


def _raw(folder: Workspace, fresh: Mapping[str, bytes], role: str, file: Metadata[Any]) -> bytes:
    name = file_name(role, file.signed.version)
    return fresh[name] if name in fresh else folder.raw(name)


def _load(raw: Mapping[str, bytes]) -> TreeAuthority:
    roles = {role: text for role, text in raw.items() if role not in TOP}
    return load_tree(TreeFiles(raw[ROOT], raw[TIMESTAMP], raw[SNAPSHOT], raw[TARGETS], roles))


def _verify_root_step(published: Tree, root: Metadata[Root]) -> None:
    """Verify as a box does: it goes from one root to the next and skips none."""
    if ROOT not in published.files:
        return
    if root.signed.version != published.root.version + 1:
        raise TrustError("E_ROLE", ROOT, f"version {root.signed.version} does not follow")

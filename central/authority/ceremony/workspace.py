"""The ceremony's folder: `metadata/` as published, `draft/` as being signed, `log.txt`.

It is carried from holder to holder, or copied; it holds no private key.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuf.api.metadata import Metadata, Root, Snapshot, Timestamp
from tuf.api.serialization import DeserializationError

from central.authority.ceremony.errors import refusal
from central.authority.ceremony.tree import (
    ONLINE,
    ROOT,
    SNAPSHOT,
    TIMESTAMP,
    Tree,
    epoch_of,
    file_name,
    parent_of,
)


class Workspace:
    """A ceremony on disk.

    Args:
        path: the folder; need not exist before `init`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log = path / "log.txt"
        self._metadata = path / "metadata"
        self._draft = path / "draft"

    @property
    def is_begun(self) -> bool:
        """Return whether `init` has run in this folder."""
        return self.log.exists()

    def published(self) -> Tree:
        """What is in force; no files before the first publication.

        Raises:
            ConfigError: E_CEREMONY, a file is missing or cannot be read.
        """
        names = self.current_names()
        files = {role: self._load(name) for role, name in names.items() if role not in ONLINE}
        # A revoked role's row stays in the snapshot; its file counts no more.
        return Tree(Tree(files).in_use()) if files else Tree({})

    def current_names(self) -> dict[str, str]:
        """File name by role of the set in force, snapshot and timestamp included."""
        snapshot = self.snapshot()
        if snapshot is None:
            return {}
        rows = {row.removesuffix(".json"): meta.version for row, meta in snapshot.meta.items()}
        names = {role: file_name(role, version) for role, version in rows.items()}
        names[ROOT] = file_name(ROOT, max(self.root_versions()))
        names[SNAPSHOT] = file_name(SNAPSHOT, snapshot.version)
        names[TIMESTAMP] = file_name(TIMESTAMP, 0)
        return names

    def snapshot(self) -> Snapshot | None:
        """The snapshot that the timestamp names; None before the first publication."""
        stamp = self.timestamp()
        if stamp is None:
            return None
        file: Metadata[Snapshot] = self._load(file_name(SNAPSHOT, stamp.snapshot_meta.version))
        return file.signed

    def timestamp(self) -> Timestamp | None:
        """The timestamp as it was when last published from here."""
        if not (self._metadata / "timestamp.json").exists():
            return None
        file: Metadata[Timestamp] = self._load("timestamp.json")
        return file.signed

    def root_versions(self) -> list[int]:
        """Every root ever published: a box that was offline applies them one by one."""
        return sorted(int(path.name.split(".")[0]) for path in self._metadata.glob("*.root.json"))

    def roots(self) -> list[Metadata[Root]]:
        """As `root_versions`, read."""
        return [self._load(file_name(ROOT, version)) for version in self.root_versions()]

    def raw(self, name: str) -> bytes:
        """The exact bytes of a published file."""
        return (self._metadata / name).read_bytes()

    def highest_epoch(self, role: str) -> int:
        """Of a role in all that was ever published, revoked since or not; 0 where it never was."""
        parent = parent_of(role)
        names = (path.name for path in self._metadata.glob(f"*.{parent}.json"))
        trees = (Tree({parent: self._load(name)}) for name in names)
        return max((epoch_of(tree.entry(role)) for tree in trees if tree.has(role)), default=0)

    def drafted(self) -> dict[str, Metadata[Any]]:
        """The files that are being signed, by role."""
        files = sorted(self._draft.glob("*.json"))
        return {path.name.removesuffix(".json"): self.read(path) for path in files}

    def write_draft(self, files: Mapping[str, Metadata[Any]]) -> None:
        """Replace the draft."""
        self.discard_draft()
        self._draft.mkdir(parents=True, exist_ok=True)
        for role, file in files.items():
            text = json.dumps(file.to_dict(), ensure_ascii=False, sort_keys=True, indent=1)
            _write(self._draft / f"{role}.json", text.encode() + b"\n")

    def discard_draft(self) -> None:
        """Delete the draft."""
        shutil.rmtree(self._draft, ignore_errors=True)

    def write_published(self, files: Mapping[str, bytes]) -> None:
        """Put a new set in force: the timestamp, which names all others, is written last."""
        self._metadata.mkdir(parents=True, exist_ok=True)
        for name, raw in sorted(files.items(), key=lambda item: item[0] == "timestamp.json"):
            _write(self._metadata / name, raw)

    def _load(self, name: str) -> Metadata[Any]:
        return self.read(self._metadata / name)

    def read(self, path: Path) -> Metadata[Any]:
        """A metadata file, here or elsewhere.

        Raises:
            ConfigError: E_CEREMONY, it cannot be read.
        """
        try:
            return Metadata.from_bytes(path.read_bytes())
        except (OSError, DeserializationError) as error:
            raise refusal("unreadable", str(path), error) from error


def _write(path: Path, raw: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)

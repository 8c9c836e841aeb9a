"""What the demonstration's authority consists of: its roles and where its files lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from securesystemslib.signer import CryptoSigner, Key

from central.authority.signing_key import load_signer


@dataclass(frozen=True)
class Grant:
    """One role of a root file; `holders` pairs each person with their public key."""

    name: str
    kinds: Sequence[str]
    paths: Sequence[str]
    max_ttl_s: int
    holders: Sequence[tuple[str, Key]]
    threshold: int = 1


@dataclass(frozen=True)
class DemoAuthority:
    """Where `make_demo_authority` wrote its files.

    Args:
        pinned: a root file of the format `tramtin-pinned-1`, with the same roles and keys.
        ceremony: the folder of the published tree.
        keys: key files by role name, those of root, targets, snapshot and timestamp included.
        passphrase: of all of them.
    """

    pinned: Path
    ceremony: Path
    keys: dict[str, tuple[Path, ...]]
    passphrase: str | None = None

    @property
    def root(self) -> Path:
        """The first root of the tree: the file that a demo station's settings name."""
        return self.ceremony / "metadata" / "1.root.json"

    def files(self) -> dict[str, bytes]:
        """The published tree, by file name on the wire, for `authority_store.put`."""
        from central.authority.ceremony.tree_publication import current_files
        from central.authority.ceremony.workspace import Workspace

        return current_files(Workspace(self.ceremony))

    def signers(self, role: str) -> list[CryptoSigner]:
        """The signers of a role, as many as it has keys."""
        return [load_signer(path, self.passphrase) for path in self.keys[role]]

"""The centre's root on an officer's computer: received, compared by words, and what may follow it.

What is compared is the root file itself, the one that boxes are installed with. A file of
`authority export` holds it beside the rest of the tree. Once it is pinned, a later export is taken
without words if its roots follow from the pinned one by TUF's rule (specification 1.0.34, 5.3):
each is signed by enough holders of the one before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from tuf.api.metadata import Metadata, Root

from agent.errors import ConfigError, TrustError
from agent.trust.trust_anchor import load_installed
from central.authority.ceremony.signature import verify_roots
from central.authority.ceremony.tree_file import read_tree_file
from central.authority.signers import TREE_FORMAT

MAX_BYTES = 8 << 20
FETCH_S = 20.0


@dataclass(frozen=True)
class ReceivedRoot:
    """A file from the centre.

    Args:
        raw: the file's bytes.
        root: the newest root in it, exactly as boxes have it.
        roots: every root of a tree, oldest first; empty: roles pinned in one file.
        versions: by metadata file, of a tree.
        is_demo: is it made for a demonstration?
        names_signers: does it say who may sign? A tree's root alone does not.
    """

    raw: bytes
    root: bytes
    roots: tuple[bytes, ...] = ()
    versions: Mapping[str, int] | None = None
    names_signers: bool = True
    is_demo: bool = False

    @property
    def sha256(self) -> str:
        """Of the root, 64 hex digits."""
        return hashlib.sha256(self.root).hexdigest()


class _Exported(msgspec.Struct, frozen=True):
    files: dict[str, str]


def read_received(raw: bytes, subject: str) -> ReceivedRoot:
    """Read what the centre gave: an export, a tree's root, or a pinned root file.

    Raises:
        TrustError: E_ROLE, a box would refuse it.
    """
    if TREE_FORMAT.encode() in raw[:256]:
        authority, _ = read_tree_file(raw, subject)
        files = msgspec.json.decode(raw, type=_Exported).files
        numbers = sorted(int(name.split(".")[0]) for name in files if name.endswith(".root.json"))
        roots = tuple(files[f"{number}.root.json"].encode() for number in numbers)
        return ReceivedRoot(raw, roots[-1], roots, dict(authority.versions), is_demo=authority.demo)
    installed = load_installed(raw)
    if installed.is_tree:
        return ReceivedRoot(raw, raw, (raw,), None, names_signers=False)
    return ReceivedRoot(raw, raw, is_demo=installed.authority.demo)


def verify_follows(kept: bytes, received: ReceivedRoot) -> None:
    """Verify that a file continues the root that was compared by words.

    Raises:
        ConfigError: E_CEREMONY, its roots do not follow.
        TrustError: E_ROLE, it is another pinned file.
    """
    if kept == received.root:
        return
    if not received.roots or not load_installed(kept).is_tree:
        raise TrustError("E_ROLE", "root", received.sha256[:16])
    former: Metadata[Root] = Metadata.from_bytes(kept)
    verify_roots(former, [Metadata.from_bytes(one) for one in received.roots])


def is_older(kept: ReceivedRoot, received: ReceivedRoot) -> bool:
    """Would a tree take back what a newer one said?"""
    if kept.versions is None or received.versions is None:
        return False
    return any(
        received.versions.get(name, 0) < version
        for name, version in kept.versions.items()
        if name in ("root", "timestamp", "snapshot")
    )


def read_bytes(source: str) -> bytes:
    """The bytes of a file, or of an https address.

    Raises:
        ConfigError: E_UNREADABLE, E_USAGE.
    """
    if source.startswith("http://"):
        raise ConfigError("E_USAGE", source, "https://…")
    try:
        if source.startswith("https://"):
            return _fetch(source)
        path = _path_of(source)
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: no name of a file, no address
        raise ConfigError("E_UNREADABLE", source, str(error)) from error
    return _bounded(raw, source)


def _path_of(source: str) -> Path:
    """A name as it is typed, or as a terminal writes it when a file is dragged into it."""
    plain = source.strip().strip("\"'")
    dragged = plain.replace("\\ ", " ")  # macOS and Linux put a backslash before a space
    return Path(dragged if not Path(plain).exists() else plain).expanduser()


def _fetch(url: str) -> bytes:
    from urllib.request import urlopen

    with urlopen(url, timeout=FETCH_S) as answer:  # noqa: S310 - https alone, see `read_bytes`
        if not answer.geturl().startswith("https://"):
            raise ConfigError("E_UNREADABLE", url, answer.geturl())
        return _bounded(answer.read(MAX_BYTES + 1), url)


def _bounded(raw: bytes, source: str) -> bytes:
    if len(raw) > MAX_BYTES:
        raise ConfigError("E_UNREADABLE", source, f"> {MAX_BYTES >> 20} MiB")
    return raw

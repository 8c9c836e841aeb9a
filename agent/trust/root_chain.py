"""The chain of roots: each successor is signed by the root before it and by itself."""

from __future__ import annotations

from collections.abc import Mapping

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root

from agent.errors import TrustError
from agent.trust.tree import load_root


def verify_chain(installed: bytes, successors: Mapping[int, bytes]) -> dict[int, bytes]:
    """The installed root and those stored successors that form a chain without a gap, by version.

    Args:
        installed: the anchor; its own form is verified.
        successors: by version; those outside the chain, or that our own rules refuse, are left
            out.
    """
    trusted = Metadata[Root].from_bytes(installed)
    chain = {trusted.signed.version: installed}
    while (raw := successors.get(trusted.signed.version + 1)) is not None:
        new = open_sound_root(trusted.signed.version + 1, raw)
        if new is None or not _has_signed(trusted, new):
            break
        try:
            load_root(raw)
        except TrustError:
            break
        trusted = new
        chain[trusted.signed.version] = raw
    return chain


def open_sound_root(version: int, raw: bytes) -> Metadata[Root] | None:
    """A stored root that is signed by itself and has the version under which it is stored."""
    try:
        root = Metadata[Root].from_bytes(raw)
    except RepositoryError:
        return None
    is_sound = isinstance(root.signed, Root) and root.signed.version == version
    return root if is_sound and _has_signed(root, root) else None


def is_other_tree(installed: bytes, kept: Mapping[int, bytes]) -> bool:
    """Does this root belong to another tree than the stored roots?

    It belongs to the same tree if it equals the root stored under its version, or if the nearest
    older root signed it, or if it signed the nearest newer root. Where none of this holds but a
    stored root is corrupt, or all are lost, the answer is unknown and counts as the same tree.

    Args:
        installed: its own form is verified.
        kept: the stored roots, by version.
    """
    root = Metadata[Root].from_bytes(installed)
    version = root.signed.version
    sound = {n: opened for n, raw in kept.items() if (opened := open_sound_root(n, raw))}
    if version in sound:
        return bool(sound[version].signed != root.signed)
    older = max((n for n in sound if n < version), default=None)
    newer = min((n for n in sound if n > version), default=None)
    is_linked = (older is not None and _has_signed(sound[older], root)) or (
        newer is not None and _has_signed(root, sound[newer])
    )
    return not is_linked and sound.keys() == kept.keys() != set()


def _has_signed(delegator: Metadata[Root], root: Metadata[Root]) -> bool:
    try:
        delegator.signed.verify_delegate(Root.type, root.signed_bytes, root.signatures)
    except (RepositoryError, ValueError):
        return False
    return True

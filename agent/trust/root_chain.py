"""From the root on the box to its newest successor, each signed by the one before and by itself."""

from __future__ import annotations

from collections.abc import Mapping

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root


def verify_chain(installed: bytes, successors: Mapping[int, bytes]) -> dict[int, bytes]:
    """The installed root and as many of its kept successors as follow one another, by version.

    Args:
        installed: the anchor; its own form has been judged.
        successors: by version; those that do not belong to the chain are left out.
    """
    trusted = Metadata[Root].from_bytes(installed).signed
    chain = {trusted.version: installed}
    while (raw := successors.get(trusted.version + 1)) is not None:
        try:
            new = Metadata[Root].from_bytes(raw)
            trusted.verify_delegate(Root.type, new.signed_bytes, new.signatures)
            new.signed.verify_delegate(Root.type, new.signed_bytes, new.signatures)
        except (RepositoryError, ValueError):
            break
        if new.signed.version != trusted.version + 1:
            break
        trusted = new.signed
        chain[trusted.version] = raw
    return chain

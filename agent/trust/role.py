"""A role: who may sign what, for where, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from securesystemslib.signer import Key


@dataclass(frozen=True, eq=False)
class Role:
    """A delegated right.

    Args:
        name: such as `vn.84.29266`; a document's `issuer` must be it.
        keys: public keys by key id; every one held by another person.
        threshold: how many distinct keys must have signed.
        kinds: kinds of document this role may sign.
        paths: patterns `<class>/<province>/<commune>/<station>`, whole-segment `*` only.
        max_ttl_s: longest time from `issued` to `expires`, in seconds.
    """

    name: str
    keys: Mapping[str, Key]
    threshold: int
    kinds: frozenset[str]
    paths: tuple[str, ...]
    max_ttl_s: int

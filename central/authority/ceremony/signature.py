"""Who must sign a draft, who has signed, and one holder's signatures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from securesystemslib.signer import Signer
from tuf.api.exceptions import UnsignedMetadataError
from tuf.api.metadata import Key, Metadata, Root

from agent.errors import ConfigError
from central.authority.ceremony.errors import refusal
from central.authority.ceremony.tree import ROOT, Tree
from central.authority.ceremony.tree_draft import TreeDraft


@dataclass(frozen=True)
class Need:
    """One set of keys that must sign a file; the root has two, the old one's and its own.

    Args:
        file: role whose file it is.
        side: `former`, `new` for the two sides of a root that follows another; else empty.
        version: of the file.
        threshold: how many must sign.
        signed: holder by key id, of those who have signed.
        unsigned: holder by key id, of those who have not.
    """

    file: str
    side: str
    version: int
    threshold: int
    signed: Mapping[str, str]
    unsigned: Mapping[str, str]

    @property
    def missing(self) -> int:
        """How many signatures are still to come."""
        return max(0, self.threshold - len(self.signed))


def needs(draft: TreeDraft) -> list[Need]:
    """What must be signed before the draft can be published, root first."""
    order = sorted(draft.changed, key=lambda name: (name != ROOT, name != "targets", name))
    return [need for name in order for need in _needs_of(draft, name)]


def missing(draft: TreeDraft) -> list[Need]:
    """The needs that are not met yet."""
    return [need for need in needs(draft) if need.missing]


def sign(draft: TreeDraft, signer: Signer) -> list[str]:
    """Sign every file of the draft that this key is entitled to; their names.

    Raises:
        ConfigError: E_CEREMONY, there is none, or all are signed with this key already; E_KEY, the
            token refuses.
    """
    keyid = signer.public_key.keyid
    wanted = [need for need in needs(draft) if keyid in {**need.signed, **need.unsigned}]
    if not wanted:
        raise refusal("not_yours", keyid[:8])
    names = list(dict.fromkeys(need.file for need in wanted if keyid in need.unsigned))
    if not names:
        raise refusal("signed_already", keyid[:8])
    for name in names:
        try:
            draft.changed[name].sign(signer, append=True)
        except UnsignedMetadataError as error:  # a wrong PIN, a token that was pulled
            raise ConfigError("E_KEY", keyid[:8], repr(error.__cause__)) from error
    return names


def gather(draft: TreeDraft, other: Mapping[str, Metadata[Any]]) -> list[tuple[str, str]]:
    """Merge the signatures of a copy of the same draft: (file, key id) of each new one.

    Raises:
        ConfigError: E_CEREMONY, the copy is of another draft, or a signature in it is invalid.
    """
    taken = []
    for name, file in sorted(other.items()):
        mine = draft.changed.get(name)
        if mine is None or mine.signed_bytes != file.signed_bytes:
            raise refusal("other_draft", name)
        for keyid, signature in file.signatures.items():
            if keyid in mine.signatures:
                continue
            mine.signatures[keyid] = signature
            if not any(keyid in need.signed for need in _needs_of(draft, name)):
                raise refusal("false_signature", name, keyid[:8])
            taken.append((name, keyid))
    return taken


def digest(draft: TreeDraft) -> str:
    """Return one number for what is signed; holders on two machines compare it by telephone."""
    total = hashlib.sha256()
    for name, file in sorted(draft.changed.items()):
        total.update(f"{name} {hashlib.sha256(file.signed_bytes).hexdigest()}\n".encode())
    return total.hexdigest()


def root_digest(root: Root) -> str:
    """One number for a root, whoever has signed it."""
    return hashlib.sha256(Metadata(root).signed_bytes).hexdigest()


def verify_roots(kept: Metadata[Root], roots: Sequence[Metadata[Root]]) -> None:
    """Verify that the folder's roots follow from the one that a holder keeps.

    Without this check a holder relies on the folder for the former state, and an altered folder
    could show a harmless change to a state that never existed.

    Args:
        kept: the holder's own copy.
        roots: the folder's, in order.

    Raises:
        ConfigError: E_CEREMONY, they do not.
    """
    former = kept.signed
    for root in roots:
        signed, signatures = root.signed, root.signatures
        if signed.version < former.version:
            continue
        if signed.version == former.version:
            if root_digest(signed) != root_digest(former):
                raise refusal("other_root", ROOT)
            continue
        for delegator in (former, signed):
            result = delegator.get_verification_result(ROOT, root.signed_bytes, signatures)
            if not result.verified or signed.version != former.version + 1:
                raise refusal("other_root", ROOT)
        former = signed
    if not any(root.signed.version >= kept.signed.version for root in roots):
        raise refusal("other_root", ROOT)


def holder_of(draft: TreeDraft, keyid: str) -> str:
    """The person behind a key that may sign this draft; the key id where nobody is named."""
    for need in needs(draft):
        person = {**need.signed, **need.unsigned}.get(keyid)
        if person:
            return person
    return keyid[:8]


def _needs_of(draft: TreeDraft, name: str) -> Iterator[Need]:
    tree = draft.tree
    if name == ROOT and ROOT in draft.published.files:
        yield _need(draft, name, "former", draft.published)
        yield _need(draft, name, "new", tree)
    else:
        yield _need(draft, name, "", tree)


def _need(draft: TreeDraft, name: str, side: str, tree: Tree) -> Need:
    file = draft.changed[name]
    delegator = tree.delegator(name)
    result = delegator.get_verification_result(name, file.signed_bytes, file.signatures)
    people = tree.holders(name)

    def named(keys: Mapping[str, Key]) -> dict[str, str]:
        return {keyid: people.get(keyid, "") for keyid in keys}

    return Need(
        name, side, file.signed.version, result.threshold,
        named(result.signed), named(result.unsigned),
    )  # fmt: skip

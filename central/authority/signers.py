"""Whose signatures a document has and whose it still needs, by the names in root file or tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import Signature

from agent.contract.document import Document
from agent.contract.envelope import Envelope, decode_base64, pae
from agent.contract.utc import parse_utc
from agent.errors import ConfigError, TrustError
from agent.trust.authorization import verify_authorization
from agent.trust.freshness import longest_lifetime
from agent.trust.role import Role
from agent.trust.scope import right_of
from agent.trust.trust_anchor import load_installed
from central.documents.summary_text import format_span
from central.messages.catalogue import translate
from texts.catalogue import LANGS, Lang

if TYPE_CHECKING:
    from agent.trust.tree import TreeAuthority
    from central.authority.ceremony.tree import Tree

TREE_FORMAT = "tramtin-tree-1"  # of a file by `authority export`


@dataclass(frozen=True)
class Signers:
    """A role with the people who hold its keys.

    Args:
        role: as a box reads it.
        holders: key id to name.
    """

    role: Role
    holders: dict[str, str]

    def signed(self, envelope: Envelope) -> list[str]:
        """The key ids of this role whose signatures hold, each once."""
        payload = pae(envelope.payloadType, envelope.payload_bytes())
        return [
            one.keyid
            for one in envelope.signatures
            if one.keyid in self.role.keys and _holds(self.role, one.keyid, one.sig, payload)
        ]


class _Named(msgspec.Struct, frozen=True):
    name: str
    holders: dict[str, str]


class _Roles(msgspec.Struct, frozen=True):
    roles: list[_Named]


def read_signers(root: Path) -> dict[str, Signers]:
    """Read the roles by name from any source that states who may sign.

    Args:
        root: a file of `authority export`, a pinned root file, a ceremony's folder, or the root in
            such a folder.

    Raises:
        ConfigError: E_UNREADABLE; E_USAGE, a tree's root without the rest of the tree; E_CEREMONY,
            a folder without a published tree.
        TrustError: E_ROLE, a box would refuse the file or the tree.
    """
    if root.is_dir():
        return _read_folder(root)
    try:
        raw = root.read_bytes()
    except OSError as error:
        raise ConfigError("E_UNREADABLE", str(root), str(error)) from error
    if TREE_FORMAT.encode() in raw[:256]:
        return _read_file(raw, root)
    installed = load_installed(raw)
    if installed.is_tree:
        return _read_around(root)
    roles = installed.authority.roles
    named = msgspec.json.decode(raw, type=_Roles).roles
    return {one.name: Signers(roles[one.name], one.holders) for one in named}


def _read_around(root: Path) -> dict[str, Signers]:
    """Read the files beside a tree's root: they name who may sign, the root does not."""
    if root.resolve().parent.name != "metadata":
        hint = " · ".join(translate(lang, "fault.root_alone") for lang in LANGS)
        raise ConfigError("E_USAGE", str(root), hint)
    return _read_folder(root.resolve().parent.parent)


def _read_folder(path: Path) -> dict[str, Signers]:
    from central.authority.ceremony.errors import refusal
    from central.authority.ceremony.tree_publication import load_published
    from central.authority.ceremony.workspace import Workspace

    folder = Workspace(path)
    authority = load_published(folder)
    if authority is None:
        raise refusal("not_begun", str(path))
    return _signatories(authority, folder.published())


def _read_file(raw: bytes, path: Path) -> dict[str, Signers]:
    from central.authority.ceremony.tree_file import read_tree_file

    return _signatories(*read_tree_file(raw, str(path)))


def _signatories(authority: TreeAuthority, tree: Tree) -> dict[str, Signers]:
    return {
        name: Signers(role, tree.holders(name)) for name, role in authority.roles.items()
    }  # fmt: skip


def check_role(document: Document, known: dict[str, Signers], lang: Lang) -> Signers:
    """The role that a document names, if that role may sign it.

    Raises:
        TrustError: E_ROLE, no such role; E_SCOPE, E_HOURS, E_PRIO, E_TTL: not within its limits.
    """
    found = known.get(document.issuer)
    if found is None:
        raise TrustError(
            "E_ROLE", document.issuer, translate(lang, "fault.no_role", document.issuer)
        )
    kind = translate(lang, f"kind.{document.kind}")
    if right_of(document.kind) not in found.role.kinds:
        hint = translate(lang, "fault.kind", document.issuer, kind)
        raise TrustError("E_SCOPE", document.issuer, hint)
    for pattern in document.to:
        if not found.role.covers(document.class_, pattern):
            hint = translate(lang, "fault.scope", document.issuer, kind, pattern)
            raise TrustError("E_SCOPE", document.issuer, hint)
    try:
        verify_authorization(document, found.role, document.to)
    except TrustError as error:
        hint = translate(lang, f"fault.{error.code}", error.hint)
        raise TrustError(error.code, document.issuer, hint) from error
    longest_s = min(found.role.max_ttl_s, int(longest_lifetime(document).total_seconds()))
    lives_s = (parse_utc(document.expires) - parse_utc(document.issued)).total_seconds()
    if lives_s > longest_s:
        hint = translate(lang, "fault.ttl", document.issuer, format_span(longest_s * 1000))
        raise TrustError("E_TTL", document.issuer, hint)
    return found


def check_key(keyid: str, people: Signers, lang: Lang) -> str:
    """The name of a key's holder.

    Raises:
        TrustError: E_ROLE, the key is none of this role.
    """
    name = people.holders.get(keyid)
    if name is None:
        names = ", ".join(people.holders.values())
        hint = translate(lang, "fault.key", people.role.name, names)
        raise TrustError("E_ROLE", keyid[:16], hint)
    return name


def check_complete(envelope: Envelope, people: Signers, lang: Lang) -> None:
    """Verify that the document has as many signatures as the role needs.

    Raises:
        TrustError: E_THRESHOLD.
    """
    if len(people.signed(envelope)) < people.role.threshold:
        raise TrustError(
            "E_THRESHOLD", people.role.name, " ".join(describe_missing(envelope, people, lang))
        )


def describe_missing(envelope: Envelope | None, people: Signers | None, lang: Lang) -> list[str]:
    """Return who has signed and who still must, as lines for a person."""
    hints = [one.keyid for one in envelope.signatures] if envelope is not None else []
    if people is None:
        short = ", ".join(f"{keyid[:8]}…" for keyid in hints)
        line = (
            translate(lang, "signed.keys", len(hints), short)
            if hints
            else translate(lang, "signed.none")
        )
        return [line, translate(lang, "needs.unknown")]
    signed = people.signed(envelope) if envelope is not None else []
    lines = [
        _names("signed.by", signed, people, lang) if signed else translate(lang, "signed.none")
    ]
    strange = [keyid[:8] for keyid in hints if keyid not in signed]
    if strange:
        lines.append(translate(lang, "signed.strange", ", ".join(strange)))
    lacking = people.role.threshold - len(signed)
    if lacking <= 0:
        return [*lines, translate(lang, "needs.none", people.role.threshold, people.role.name)]
    others = [keyid for keyid in people.holders if keyid not in signed]
    names = ", ".join(people.holders[keyid] for keyid in others)
    threshold = people.role.threshold
    return [*lines, translate(lang, "needs", threshold, people.role.name, lacking, names)]


def _names(code: str, keyids: Sequence[str], people: Signers, lang: Lang) -> str:
    return translate(lang, code, ", ".join(people.holders[keyid] for keyid in keyids))


def _holds(role: Role, keyid: str, sig: str, payload: bytes) -> bool:
    key: Any = role.keys[keyid]
    try:
        key.verify_signature(Signature(keyid, decode_base64(sig).hex()), payload)
    except (UnverifiedSignatureError, ValueError):
        return False
    return True

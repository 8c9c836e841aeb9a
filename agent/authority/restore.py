"""Restores the authority from the card at the start: verified again, corrupt parts left out.

The theory. The card may return corrupt files, and this release may have stricter rules than the one
that accepted them. Rows that no longer verify are dropped, and the updater requests them again;
floors are never touched. Only a whole set makes an authority: with a part of it the rest would look
revoked, and a village would fall silent where a box that knows nobody plays on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Targets

from agent.errors import TrustError
from agent.store.authority_files import ONLINE, StoredAuthority
from agent.trust.authority import Authority
from agent.trust.current_authority import SupersededAuthority
from agent.trust.root_chain import is_other_tree, open_sound_root, verify_chain
from agent.trust.tree import TreeAuthority, TreeFiles, load_root, load_tree

TOP = (*ONLINE, "targets")


@dataclass(frozen=True)
class Restored:
    """The result of a restoration.

    Args:
        authority: made from the files that verify.
        kept: the files that verify; without floors when the installed root starts another chain.
        damage: what no longer verifies, in English; empty when all does.
    """

    authority: Authority
    kept: StoredAuthority
    damage: str


def restore_authority(installed: bytes, kept: StoredAuthority) -> Restored:
    """Verify what was stored, under the newest root that accepts it.

    Args:
        installed: the root file on the box; its own form is already verified.
        kept: as it was read.
    """
    if is_other_tree(installed, kept.roots):
        kept = StoredAuthority()
    chain = verify_chain(installed, kept.roots)
    former = {
        version: raw
        for version, raw in kept.roots.items()
        if version < min(chain) and open_sound_root(version, raw)
    }
    roots = {**former, **chain}
    is_lost = "root" in kept.floors and max(chain) < kept.floors["root"].version
    # Without the newest root no file can be verified: all wait for it.
    files = kept.files if is_lost else signed_files(roots.values(), kept.files)
    damage = [f"root {n}" for n in kept.roots.keys() - roots.keys()]
    damage += kept.files.keys() - files.keys()
    if is_lost:
        damage.append("the newest root is not there")
    authority, refusal = _find_authority(chain, kept, is_lost=is_lost)
    if refusal and signed_files(chain.values(), files) == files:
        damage.append(refusal)
    return Restored(authority, replace(kept, roots=roots, files=files), ", ".join(sorted(damage)))


def _find_authority(
    chain: Mapping[int, bytes], kept: StoredAuthority, *, is_lost: bool
) -> tuple[Authority, str]:
    """The authority, and why it does not know who may sign; empty when it does."""
    newest = max(chain)
    alone = load_root(chain[newest])
    if not set(TOP) <= kept.files.keys():
        was_whole = kept.files or "targets" in kept.floors
        return alone, "not all files are there" if was_whole else ""
    refusals = []
    for version in sorted(chain, reverse=True):
        try:
            tree = _tree(chain[version], kept.files)
        except TrustError as error:
            refusals.append(str(error))
            continue
        is_current = version == newest and not is_lost
        return tree if is_current else SupersededAuthority(tree, newest), ""
    return alone, refusals[0]


def _tree(root: bytes, files: Mapping[str, bytes]) -> TreeAuthority:
    tree = load_tree(
        TreeFiles(
            root=root,
            timestamp=files["timestamp"],
            snapshot=files["snapshot"],
            targets=files["targets"],
            roles={role: raw for role, raw in files.items() if role not in TOP},
        )
    )
    # Delegations led to every accepted file. A file without a delegation has a corrupt name.
    for role in files.keys() - tree.versions.keys():
        raise TrustError("E_ROLE", role, "no delegation leads to it")
    return tree


def signed_files(roots: Iterable[bytes], files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files whose signatures verify, by any of these roots and down from `targets`."""
    delegators = [Metadata[Root].from_bytes(raw).signed for raw in roots]
    found = {
        role: files[role]
        for role in TOP
        if role in files and any(_is_signed(root, role, files[role]) for root in delegators)
    }
    way = ["targets"] if "targets" in found else []
    while way:
        parent = Metadata[Targets].from_bytes(found[way.pop()]).signed
        for role in parent.delegations.roles or {} if parent.delegations else {}:
            if role in files and role not in found and _is_signed(parent, role, files[role]):
                found[role] = files[role]
                way.append(role)
    return found


def _is_signed(delegator: Root | Targets, role: str, raw: bytes) -> bool:
    try:
        file = Metadata[Targets].from_bytes(raw)
        delegator.verify_delegate(role, file.signed_bytes, file.signatures)
    except (RepositoryError, ValueError):
        return False
    return role in ONLINE or isinstance(file.signed, Targets)

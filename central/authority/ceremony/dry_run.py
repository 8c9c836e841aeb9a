"""Check before the first signature whether a box would accept this tree.

The whole draft is signed with throwaway keys in place of the holders' keys and verified by the code
that boxes use. A fault (a threshold too low, a name out of place, one person twice) is found before
a holder has travelled.
"""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, Snapshot

from agent.errors import TrustError
from agent.trust.tree import TreeAuthority, TreeFiles, describe_unknown, load_tree
from central.authority.ceremony.tree import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, Tree
from central.authority.timestamp import build_row, encode, next_timestamp, seal


class _ThrowawayKeys:
    """A throwaway key for every holder: the same one wherever the same key occurs."""

    def __init__(self) -> None:
        self._id_of: dict[str, str] = {}
        self.signers: dict[str, CryptoSigner] = {}

    def id_for(self, keyid: str) -> str:
        if keyid not in self._id_of:
            actor = CryptoSigner(Ed25519PrivateKey.generate())
            self._id_of[keyid] = actor.public_key.keyid
            self.signers[actor.public_key.keyid] = actor
        return self._id_of[keyid]

    def play(self, file: Metadata[Any]) -> Metadata[Any]:
        """Return the file with a throwaway key in place of each holder's key."""
        fields = copy.deepcopy(file.to_dict())
        self._replace_keyids(fields["signed"])
        return Metadata.from_dict({"signatures": [], "signed": fields["signed"]})

    def _replace_keyids(self, node: Any) -> None:
        if isinstance(node, list):
            for item in node:
                self._replace_keyids(item)
        if not isinstance(node, dict):
            return
        for member, value in node.items():
            if member == "keyids":
                node[member] = [self.id_for(keyid) for keyid in value]
            elif member == "x-holders":
                node[member] = {self.id_for(keyid): person for keyid, person in value.items()}
            elif member == "keys":
                ids = [self.id_for(keyid) for keyid in value]
                node[member] = {keyid: self.signers[keyid].public_key.to_dict() for keyid in ids}
            else:
                self._replace_keyids(value)


def dry_run(tree: Tree, at: datetime) -> TreeAuthority:
    """Verify an unsigned tree as a box would, with throwaway keys in place of the holders' keys.

    Raises:
        TrustError: E_ROLE, with the role at fault.
    """
    cast = _ThrowawayKeys()
    played = Tree({name: cast.play(file) for name, file in tree.in_use().items()})
    raw, rows = {}, {}
    for name, file in played.files.items():
        for keyid in played.role(name).keyids:
            file.sign(cast.signers[keyid], append=True)
        raw[name] = encode(file)
        rows[f"{name}.json"] = build_row(file.signed.version, raw[name])
    root = raw.pop(ROOT)
    rows.pop(f"{ROOT}.json")
    online = {name: cast.signers[played.role(name).keyids[0]] for name in (SNAPSHOT, TIMESTAMP)}
    snapshot = seal(Snapshot(expires=tree.root.expires, meta=rows), online[SNAPSHOT])
    stamp = seal(next_timestamp(None, build_row(1, snapshot), at), online[TIMESTAMP])
    authority = load_tree(TreeFiles(root, stamp, snapshot, raw.pop(TARGETS), raw))
    if unknown := describe_unknown(authority):  # a box may ignore it; a signer must have read it
        raise TrustError("E_ROLE", "draft", f"what this release does not know, {unknown}")
    return authority

"""An officer who answers `welcome`, and the centre that hands out a root."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent.contract.fingerprint_words import words_of
from central.authority.ceremony import edits
from central.authority.ceremony.holder_key import Holder, load_pub
from central.authority.ceremony.tree_draft import open_draft
from central.authority.ceremony.tree_file import export_tree
from central.authority.ceremony.tree_publication import OnlineKeys, publish
from central.authority.ceremony.workspace import Workspace
from central.authority.demo_authority import make_demo_authority
from central.authority.demo_model import DemoAuthority

PASSPHRASE = "mat-khau-cua-lan"  # noqa: S105 - of a test's key
ROLE = "vn.84.29266"
WHO = ["Nguyễn Thị Lan", "xã Càng Long", ROLE, "Trần Văn Hòa"]
KEY = ["1", PASSPHRASE, PASSPHRASE]
CARD = [""]
PRACTICE = ["", "", "", "y", "tap-ky"]


@dataclass(frozen=True)
class Centre:
    """A tree, its newest root's words, and the file for those who sign."""

    made: DemoAuthority
    export: Path

    @property
    def root(self) -> bytes:
        return self.made.root.read_bytes()

    @property
    def words(self) -> list[str]:
        return list(words_of(hashlib.sha256(self.root).hexdigest(), 6))

    def write_export(self, path: Path) -> Path:
        path.write_bytes(export_tree(Workspace(self.made.ceremony)))
        return path

    def take_in(self, name: str, pub: Path) -> None:
        """Publish a tree in which the key signs for the commune."""
        folder, now = Workspace(self.made.ceremony), datetime.now(UTC).replace(microsecond=0)
        draft = open_draft(folder, now)
        edits.replace_key(draft, ROLE, None, Holder(name, load_pub(pub)))
        for role in draft.changed:
            for signer in self.made.signers(role):
                draft.changed[role].sign(signer, append=True)
        online = OnlineKeys(self.made.signers("snapshot")[0], self.made.signers("timestamp")[0])
        publish(folder, draft, online, now, folder.timestamp())


def open_centre(folder: Path) -> Centre:
    """A centre with a published tree and its export."""
    centre = Centre(make_demo_authority(folder), folder / "root-xuat.json")
    centre.write_export(centre.export)
    return centre


def answers(centre: Centre) -> list[str]:
    """Everything that is typed, from the first question to the last."""
    return [*WHO, *KEY, *CARD, str(centre.export), *centre.words, *PRACTICE]

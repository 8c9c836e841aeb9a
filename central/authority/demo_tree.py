"""The demonstration's tree: a whole ceremony with every key on one machine, in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from central.authority.ceremony import edits, signature
from central.authority.ceremony.holder_key import Holder
from central.authority.ceremony.tree import ROOT, SNAPSHOT, TARGETS, TIMESTAMP
from central.authority.ceremony.tree_draft import open_draft
from central.authority.ceremony.tree_publication import OnlineKeys, publish
from central.authority.ceremony.workspace import Workspace
from central.authority.demo_model import DemoAuthority, Grant

TOP_HOLDERS = {
    ROOT: ["Bộ, người giữ thứ nhất (demo)", "Bộ, người giữ thứ hai (demo)"],
    TARGETS: ["Cục, người giữ thứ nhất (demo)", "Cục, người giữ thứ hai (demo)"],
    SNAPSHOT: ["Máy chủ snapshot (demo)"],
    TIMESTAMP: ["Máy chủ timestamp (demo)"],
}


def publish_demo_tree(
    made: DemoAuthority,
    held: Mapping[str, Sequence[Holder]],
    grants: Sequence[Grant],
    at: datetime,
) -> None:
    """Draft, sign with everybody's keys, publish into the folder.

    Args:
        made: where the folder and the keys are.
        held: holders with their keys, by role, root and targets included.
        grants: the roles, parents before children.
        at: when.
    """
    folder = Workspace(made.ceremony)
    draft = open_draft(folder, at)
    edits.begin(
        draft,
        root=edits.Keys(tuple(held[ROOT]), len(held[ROOT])),
        targets=edits.Keys(tuple(held[TARGETS]), len(held[TARGETS])),
        timestamp=held[TIMESTAMP][0].key,
        snapshot=held[SNAPSHOT][0].key,
    )
    edits.mark_demo(draft)
    for grant in grants:
        spec = edits.RoleSpec(
            kinds=tuple(grant.kinds), paths=tuple(grant.paths), max_ttl_s=grant.max_ttl_s,
            threshold=grant.threshold, holders=tuple(held[grant.name]),
        )  # fmt: skip
        edits.delegate(draft, grant.name, spec)
        draft.update_files()
    for role in draft.changed:
        for signer in made.signers(role):
            draft.changed[role].sign(signer, append=True)
    assert not signature.missing(draft)  # noqa: S101 - every key is here
    online = OnlineKeys(made.signers(SNAPSHOT)[0], made.signers(TIMESTAMP)[0])
    publish(folder, draft, online, at, None)

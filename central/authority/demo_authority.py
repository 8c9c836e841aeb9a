"""Keys and the root file that says who may sign what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from agent.trust.authority import PINNED_FORMAT, load_pinned
from central.authority.demo_model import DemoAuthority, Grant
from central.authority.signing_key import make_key

DAY_S = 86_400


def build_root(grants: Sequence[Grant], *, version: int, demo: bool) -> bytes:
    """Build a root file's text and verify it by the rules that a box applies.

    Raises:
        TrustError: E_ROLE, a box would refuse it.
    """
    roles = [
        {
            "name": grant.name,
            "threshold": grant.threshold,
            "kinds": list(grant.kinds),
            "paths": list(grant.paths),
            "max_ttl_s": grant.max_ttl_s,
            "keys": {key.keyid: key.to_dict() for _, key in grant.holders},
            "holders": {key.keyid: holder for holder, key in grant.holders},
        }
        for grant in grants
    ]
    file = {"format": PINNED_FORMAT, "demo": demo, "version": version, "roles": roles}
    raw = msgspec.json.format(msgspec.json.encode(file), indent=2)
    load_pinned(raw)
    return raw


_PROVINCE = ["Giám đốc trung tâm tỉnh (demo)", "Kỹ thuật trung tâm tỉnh (demo)"]
_DEMO: dict[str, tuple[list[str], list[str], int, list[str]]] = {
    "vn.84": (
        ["station-config", "command", "silence"],
        ["config/84/*/*", "command/84/*/*", "silence/84/*/*"],
        400 * DAY_S,
        _PROVINCE,
    ),
    "vn.84.29266": (
        ["playlist", "cancel", "stream-grant"],
        ["routine/84/29266/*", "priority/84/29266/*"],
        45 * DAY_S,
        ["Cán bộ văn hoá xã (demo)"],
    ),
    "vn.84.em": (
        ["emergency", "cancel", "stream-grant"],
        ["emergency/84/*/*"],
        400 * DAY_S,  # for prepared alarms; an immediate emergency expires after two hours
        ["Trực ban thứ nhất (demo)", "Trực ban thứ hai (demo)"],
    ),
    "vn.time": (["time"], ["config/*/*/*"], 3600, ["Máy chủ giờ (demo)"]),
    "vn.receipt": (["ack"], ["config/*/*/*"], 30 * DAY_S, ["Máy chủ biên nhận (demo)"]),
    "vn.head": (["head"], ["config/*/*/*"], DAY_S, ["Máy chủ bản kê (demo)"]),
}
# What the province may delegate; a box requests the province's file by this class.
_MAY_DELEGATE = {
    "vn.84": ["routine/84/*/*", "priority/84/*/*", "emergency/84/*/*", "authority/84/*/*"]
}


def make_demo_authority(
    directory: Path, passphrase: str | None = None, at: datetime | None = None
) -> DemoAuthority:
    """Fresh keys, a published tree marked `demo`, and a pinned root of the same roles.

    Args:
        directory: made when absent.
        passphrase: for every key file; None: not locked.
        at: when the tree is published; None: now.

    Raises:
        ConfigError: E_KEY, files are there already.
    """
    from central.authority.ceremony.holder_key import Holder
    from central.authority.demo_tree import TOP_HOLDERS, publish_demo_tree

    directory.mkdir(parents=True, exist_ok=True)
    people = {name: holders for name, (*_, holders) in _DEMO.items()} | TOP_HOLDERS
    keys, held = {}, {}
    for role, names in people.items():
        keys[role] = tuple(directory / f"{role}.{n}.pem" for n in range(1, len(names) + 1))
        publics = [make_key(file, passphrase) for file in keys[role]]
        held[role] = [Holder(*pair) for pair in zip(names, publics, strict=True)]
    grants = [
        Grant(name, kinds, paths, ttl_s, [(one.name, one.key) for one in held[name]],
              threshold=len(held[name]))
        for name, (kinds, paths, ttl_s, _) in _DEMO.items()
    ]  # fmt: skip
    made = DemoAuthority(directory / "root.json", directory / "ceremony", keys, passphrase)
    made.pinned.write_bytes(build_root(grants, version=1, demo=True))
    wider = [replace(one, paths=[*one.paths, *_MAY_DELEGATE.get(one.name, [])]) for one in grants]
    publish_demo_tree(made, held, wider, (at or datetime.now(UTC)).replace(microsecond=0))
    return made

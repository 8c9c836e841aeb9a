"""A publisher of authority metadata in memory: real keys, real signatures, any part breakable.

The files are plain dictionaries in TUF's JSON form, so that a test can write into them what no
library would write, and every one is signed truly whatever it holds:

    tree = FakePublisher()                        # the small tree of SMALL_TREE, version 1
    load_tree(tree.files())
    tree.delegation("vn.84.29266")["paths"].append("routine/84/99999/*")
    tree.publish()                                # next versions of all, signed anew
    tree.wire                                     # everything ever published, by its wire name

`delegate`, `revoke` and `rotate` are what a centre does; `spoil` changes bytes after signing.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.formats import encode_canonical
from securesystemslib.signer import CryptoSigner

from agent.trust.tree import TreeFiles

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DAY_S = 86_400
Json = dict[str, Any]
TOP_LEVEL = ("root", "targets", "snapshot", "timestamp")


def utc(at: datetime) -> str:
    """`2026-11-22T08:00:00Z`."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def new_signer() -> CryptoSigner:
    """A fresh Ed25519 key."""
    return CryptoSigner(Ed25519PrivateKey.generate())


def sign_json(signed: Json, signers: Iterable[CryptoSigner]) -> bytes:
    """A metadata file with these signatures, whatever is in it."""
    text = encode_canonical(signed).encode()
    signatures = [signer.sign(text).to_dict() for signer in signers]
    return json.dumps({"signatures": signatures, "signed": signed}, ensure_ascii=False).encode()


class FakePublisher:
    """All keys of a tree, its files as dictionaries, and what was published of them.

    Args:
        at: when it is published; tests move `at` on to let time pass.
        is_small_tree: delegate SMALL_TREE at once.

    Attributes:
        root, timestamp, snapshot, targets: the `signed` part of each file, free to be changed.
        roles: the `signed` part of each role's own file, by role name.
        keys: the signers of every role ever made, by role name.
        wire: all published bytes by wire name, such as `2.root.json` and `timestamp.json`.
    """

    def __init__(self, at: datetime = AT, *, is_small_tree: bool = True) -> None:
        self.at = at
        self.keys = {name: [new_signer() for _ in range(2)] for name in ("root", "targets")}
        self.keys |= {name: [new_signer()] for name in ("snapshot", "timestamp")}
        self.root: Json = self._signed(
            "root", days=730, consistent_snapshot=True, keys={}, roles={},
            **{"x-demo": True, "x-holders": {}},
        )  # fmt: skip
        self.targets = self._signed("targets", 365, targets={}, delegations=self._empty())
        self.snapshot = self._signed("snapshot", 30, meta={})
        self.timestamp = self._signed("timestamp", 30, meta={})
        self.roles: dict[str, Json] = {}
        self.wire: dict[str, bytes] = {}
        self._old_root_keys: list[CryptoSigner] = []
        for name in TOP_LEVEL:
            self.list_in_root(name)
        if is_small_tree:
            for name, what in SMALL_TREE.items():
                self.delegate(name, **what)
        self.publish(is_first=True)

    # what a centre does

    def delegate(
        self,
        name: str,
        *,
        kinds: Sequence[str] = (),
        paths: Sequence[str] = (),
        threshold: int = 1,
        ttl_s: int = 45 * DAY_S,
        epoch: int = 1,
        hours: Sequence[str] | None = None,
        prio_max: str | None = None,
        parent: str | None = None,
    ) -> Json:
        """Add a role with `threshold` new keys, with a file if a path is of class authority.

        `parent` is the role whose file it goes into; by its name unless told.
        """
        signers = self.keys.setdefault(name, [new_signer() for _ in range(threshold)])
        keyids = [signer.public_key.keyid for signer in signers]
        entry: Json = {
            "name": name, "keyids": keyids, "threshold": threshold, "terminating": False,
            "paths": list(paths), "x-kinds": list(kinds), "x-max-ttl-s": ttl_s, "x-epoch": epoch,
            "x-holders": {keyid: f"{name} {n}" for n, keyid in enumerate(keyids)},
        }  # fmt: skip
        if hours is not None:
            entry["x-hours"] = list(hours)
        if prio_max is not None:
            entry["x-prio-max"] = prio_max
        delegations = self.file(parent or self.parent(name))["delegations"]
        delegations["roles"].append(entry)
        delegations["keys"] |= {
            signer.public_key.keyid: signer.public_key.to_dict() for signer in signers
        }
        has_file = any(path.startswith("authority/") for path in paths)
        if has_file and name not in (*TOP_LEVEL, *self.roles):
            self.roles[name] = self._signed("targets", 180, targets={}, delegations=self._empty())
        return entry

    def revoke(self, name: str) -> None:
        """Take a role out of its parent's file; its own file is no longer signed."""
        roles = self.file(self.parent(name))["delegations"]["roles"]
        roles.remove(self.delegation(name))
        self.roles.pop(name, None)

    def rotate(self, name: str, keys: int | None = None) -> None:
        """New keys for a role; a new root is then signed by the old root keys too."""
        if name == "root":
            self._old_root_keys = self.keys["root"]
        self.keys[name] = [new_signer() for _ in range(keys or len(self.keys[name]))]
        if name in TOP_LEVEL:
            self.list_in_root(name)
            return
        entry, parent = self.delegation(name), self.file(self.parent(name))
        entry["keyids"] = [signer.public_key.keyid for signer in self.keys[name]]
        entry["x-holders"] = {keyid: f"{name} {n}" for n, keyid in enumerate(entry["keyids"])}
        parent["delegations"]["keys"] |= {
            signer.public_key.keyid: signer.public_key.to_dict() for signer in self.keys[name]
        }

    def publish(self, *, is_first: bool = False) -> TreeFiles:
        """Sign all as it stands: root when it changed, everything else in its next version."""
        if is_first or self._root_changed():
            self._sign_root(self.root["version"] if is_first else self.root["version"] + 1)
        if not is_first:
            for signed in (self.targets, *self.roles.values(), self.snapshot):
                signed["version"] += 1
        rows = {}
        for name, signed in (("targets", self.targets), *self.roles.items()):
            raw = sign_json(signed, self.keys[name])
            self.wire[f"{signed['version']}.{name}.json"] = raw
            rows[f"{name}.json"] = row(signed["version"], raw)
        # a snapshot never loses a row: clients would report an attack
        self.snapshot["meta"] = {**self.snapshot["meta"], **rows}
        self.sign_snapshot()
        self.tick(is_first=is_first)
        return self.files()

    def tick(self, *, is_first: bool = False) -> bytes:
        """Sign the timestamp anew, as the centre does every hour."""
        if not is_first:
            self.timestamp["version"] += 1
        version = self.snapshot["version"]
        snapshot = self.wire[f"{version}.snapshot.json"]
        self.timestamp["meta"] = {"snapshot.json": row(version, snapshot)}
        self.timestamp["x-issued"] = utc(self.at)
        self.timestamp["expires"] = utc(self.at + timedelta(days=30))
        self.wire["timestamp.json"] = sign_json(self.timestamp, self.keys["timestamp"])
        return self.wire["timestamp.json"]

    # what a test looks at, and breaks

    def files(self) -> TreeFiles:
        """What is published now, all role files included."""
        return TreeFiles(
            root=self.wire[f"{self.root['version']}.root.json"],
            timestamp=self.wire["timestamp.json"],
            snapshot=self.wire[f"{self.snapshot['version']}.snapshot.json"],
            targets=self.wire[f"{self.targets['version']}.targets.json"],
            roles={
                name: self.wire[f"{signed['version']}.{name}.json"]
                for name, signed in self.roles.items()
            },
        )

    def signers(self, name: str) -> list[CryptoSigner]:
        """The present signers of a role."""
        return self.keys[name]

    def parent(self, name: str) -> str:
        """The role whose file delegates this one, by its name."""
        above = name.rpartition(".")[0]
        return above if "." in above else "targets"

    def file(self, name: str) -> Json:
        """The `signed` part of targets, or of a role's own file."""
        return self.targets if name == "targets" else self.roles[name]

    def delegation(self, name: str) -> Json:
        """The role's entry in its parent's file."""
        roles: list[Json] = self.file(self.parent(name))["delegations"]["roles"]
        return next(entry for entry in roles if entry["name"] == name)

    def list_in_root(self, name: str) -> None:
        """Write the present keys of a top-level role into root."""
        publics = [signer.public_key for signer in self.keys[name]]
        self.root["keys"] |= {public.keyid: public.to_dict() for public in publics}
        keyids = [public.keyid for public in publics]
        self.root["roles"][name] = {"keyids": keyids, "threshold": len(keyids)}
        used = {keyid for role in self.root["roles"].values() for keyid in role["keyids"]}
        self.root["keys"] = {k: key for k, key in self.root["keys"].items() if k in used}
        people = {name: keys for name, keys in self.keys.items() if name in ("root", "targets")}
        self.root["x-holders"] = {
            signer.public_key.keyid: f"{role} {n}"
            for role, signers in people.items()
            for n, signer in enumerate(signers)
        }

    def sign_snapshot(self) -> None:
        """Sign the snapshot as it stands; `tick` then makes it the one in force."""
        raw = sign_json(self.snapshot, self.keys["snapshot"])
        self.wire[f"{self.snapshot['version']}.snapshot.json"] = raw

    def spoil(self, wire_name: str, change: Callable[[bytes], bytes]) -> None:
        """Change published bytes after they were signed."""
        self.wire[wire_name] = change(self.wire[wire_name])

    def _signed(self, type_: str, days: int, **fields: Any) -> Json:
        expires = utc(self.at + timedelta(days=days))
        return {
            "_type": type_, "spec_version": "1.0.31", "version": 1, "expires": expires, **fields
        }  # fmt: skip

    def _empty(self) -> Json:
        return {"keys": {}, "roles": []}

    def _root_changed(self) -> bool:
        return bool(
            json.loads(self.wire[f"{self.root['version']}.root.json"])["signed"] != self.root
        )

    def _sign_root(self, version: int) -> None:
        self.root["version"] = version
        signers = [*self.keys["root"], *self._old_root_keys]
        self.wire[f"{version}.root.json"] = sign_json(copy.deepcopy(self.root), signers)
        self._old_root_keys = []


def row(version: int, raw: bytes) -> Json:
    """A file's row in snapshot or timestamp."""
    digest = hashlib.sha256(raw).hexdigest()
    return {"version": version, "length": len(raw), "hashes": {"sha256": digest}}


# A province with a file, two communes, its emergency pair; a neighbour; the online roles.
SMALL_TREE: dict[str, dict[str, Any]] = {
    "vn.84": {
        "kinds": ["station-config", "command", "silence"], "threshold": 2, "ttl_s": 400 * DAY_S,
        "paths": [f"{class_}/84/*/*" for class_ in (
            "authority", "routine", "priority", "emergency", "config", "command", "silence")],
    },
    "vn.82": {
        "kinds": ["station-config"], "threshold": 2, "ttl_s": 400 * DAY_S,
        "paths": [f"{class_}/82/*/*" for class_ in (
            "authority", "routine", "priority", "emergency", "config")],
    },
    "vn.84.29266": {
        "kinds": ["playlist", "cancel", "stream-grant"],
        "paths": ["routine/84/29266/*", "priority/84/29266/*"],
    },
    "vn.84.99999": {"kinds": ["playlist", "cancel"], "paths": ["routine/84/99999/*"]},
    "vn.84.em": {
        "kinds": ["emergency", "cancel"], "threshold": 2, "ttl_s": DAY_S,
        "paths": ["emergency/84/*/*"],
    },
    "vn.time": {"kinds": ["time"], "paths": ["config/*/*/*"], "ttl_s": 3600},
    "vn.receipt": {"kinds": ["ack"], "paths": ["config/*/*/*"], "ttl_s": 30 * DAY_S},
    "vn.head": {"kinds": ["head"], "paths": ["config/*/*/*"], "ttl_s": DAY_S},
    "vn.release": {"kinds": ["release"], "paths": ["config/*/*/*"], "threshold": 2},
}  # fmt: skip

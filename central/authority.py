"""Keys and the root file that says who may sign what."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner, Key, SSlibKey

from agent.errors import ConfigError
from agent.trust.authority import PINNED_FORMAT, load_pinned

DAY_S = 86_400
Scheme = Literal["ed25519", "ecdsa-sha2-nistp256"]


@dataclass(frozen=True)
class Grant:
    """One role of a root file; `holders` pairs each person with their public key."""

    name: str
    kinds: Sequence[str]
    paths: Sequence[str]
    max_ttl_s: int
    holders: Sequence[tuple[str, Key]]
    threshold: int = 1


@dataclass(frozen=True)
class DemoAuthority:
    """Where `make_demo_authority` put things.

    Args:
        pinned: a root file of the format `tramtin-pinned-1`, with the same roles and keys.
        ceremony: the folder of the published tree.
        keys: key files by role name, those of root, targets, snapshot and timestamp included.
        passphrase: of all of them.
    """

    pinned: Path
    ceremony: Path
    keys: dict[str, tuple[Path, ...]]
    passphrase: str | None = None

    @property
    def root(self) -> Path:
        """The first root of the tree: what the settings of a demonstration's station name."""
        return self.ceremony / "metadata" / "1.root.json"

    def files(self) -> dict[str, bytes]:
        """The published tree, by file name on the wire: what the centre's shelf takes."""
        from central.ceremony.folder import Folder
        from central.ceremony.publication import current_files

        return current_files(Folder(self.ceremony))

    def signers(self, role: str) -> list[CryptoSigner]:
        """The signers of a role, as many as it has keys."""
        return [load_signer(path, self.passphrase) for path in self.keys[role]]


def make_key(path: Path, passphrase: str | None = None, scheme: Scheme = "ed25519") -> SSlibKey:
    """Write a new private key (PKCS#8 PEM, mode 0600) and return its public part.

    An existing file is never overwritten.

    Raises:
        ConfigError: E_KEY, the file exists or cannot be written.
    """
    private: Ed25519PrivateKey | EllipticCurvePrivateKey = (
        Ed25519PrivateKey.generate() if scheme == "ed25519" else generate_private_key(SECP256R1())
    )
    encryption: KeySerializationEncryption = (
        BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(pem)
    except OSError as error:
        raise ConfigError("E_KEY", str(path), str(error)) from error
    return SSlibKey.from_crypto(private.public_key())


def load_signer(path: Path, passphrase: str | None = None) -> CryptoSigner:
    """Open a private key for signing.

    Raises:
        ConfigError: E_KEY, unreadable, wrong passphrase, or not Ed25519 or P-256.
    """
    try:
        secret = passphrase.encode() if passphrase else None
        private = load_pem_private_key(path.read_bytes(), secret)
        if isinstance(private, Ed25519PrivateKey | EllipticCurvePrivateKey):
            signer = CryptoSigner(private)
            if signer.public_key.scheme in ("ed25519", "ecdsa-sha2-nistp256"):
                return signer
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError("E_KEY", str(path), str(error)) from error
    raise ConfigError("E_KEY", str(path), "neither Ed25519 nor P-256")


def load_public(path: Path, passphrase: str | None = None) -> SSlibKey:
    """The public part of a private key file.

    Raises:
        ConfigError: E_KEY.
    """
    return load_signer(path, passphrase).public_key


def build_root(grants: Sequence[Grant], *, version: int, demo: bool) -> bytes:
    """A root file's text, already read back by the rules a box applies.

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
        ["playlist", "cancel"],
        ["routine/84/29266/*", "priority/84/29266/*"],
        45 * DAY_S,
        ["Cán bộ văn hoá xã (demo)"],
    ),
    "vn.84.em": (
        ["emergency", "cancel"],
        ["emergency/84/*/*"],
        400 * DAY_S,  # of held alarms and cancels; what sounds at once lives two hours all the same
        ["Trực ban thứ nhất (demo)", "Trực ban thứ hai (demo)"],
    ),
    "vn.time": (["time"], ["config/*/*/*"], 3600, ["Máy chủ giờ (demo)"]),
    "vn.receipt": (["ack"], ["config/*/*/*"], 30 * DAY_S, ["Máy chủ biên nhận (demo)"]),
    "vn.head": (["head"], ["config/*/*/*"], DAY_S, ["Máy chủ bản kê (demo)"]),
}
# What the province may hand on; a box asks for the province's file by this class.
_HANDS_ON = {"vn.84": ["routine/84/*/*", "priority/84/*/*", "emergency/84/*/*", "authority/84/*/*"]}


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
    from central.ceremony.demo import TOP_HOLDERS, publish_demo_tree
    from central.ceremony.key import Holder

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
    wider = [replace(one, paths=[*one.paths, *_HANDS_ON.get(one.name, [])]) for one in grants]
    publish_demo_tree(made, held, wider, (at or datetime.now(UTC)).replace(microsecond=0))
    return made

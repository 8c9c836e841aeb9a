"""The pinned root file: its roles, and the files that are refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from securesystemslib.signer import SSlibKey

from agent.errors import TrustError
from agent.trust.authority import load_pinned
from agent.trust.public_key import is_weak_ed25519

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
Root = dict[str, Any]


def _key() -> SSlibKey:
    return SSlibKey.from_crypto(Ed25519PrivateKey.generate().public_key())


ONE, TWO = _key(), _key()


def _root() -> Root:
    return {
        "format": "tramtin-pinned-1", "demo": False, "version": 3,
        "roles": [
            {"name": "vn.84.29266", "threshold": 1, "kinds": ["playlist"],
             "paths": ["routine/84/29266/*"], "max_ttl_s": 86_400,
             "keys": {ONE.keyid: ONE.to_dict()}, "holders": {ONE.keyid: "A"}},
            {"name": "vn.84.em", "threshold": 2, "kinds": ["emergency"],
             "paths": ["emergency/84/*/*"], "max_ttl_s": 7200,
             "keys": {ONE.keyid: ONE.to_dict(), TWO.keyid: TWO.to_dict()},
             "holders": {ONE.keyid: "A", TWO.keyid: "B"}},
        ],
    }  # fmt: skip


def test_a_root_is_loaded_and_finds_the_roles_of_a_key() -> None:
    authority = load_pinned(json.dumps(_root()).encode())
    assert (authority.version, authority.demo) == (3, False)
    assert [role.name for role in authority.roles_for(ONE.keyid)] == ["vn.84.29266", "vn.84.em"]
    assert [role.name for role in authority.roles_for(TWO.keyid)] == ["vn.84.em"]
    assert not authority.roles_for("0" * 64)


def _em(change: Callable[[dict[str, Any]], None]) -> Callable[[Root], None]:
    return lambda root: change(root["roles"][1])


def _commune(**changes: Any) -> Callable[[Root], None]:
    return lambda root: root["roles"][0].update(changes)


def _same_key_twice(role: dict[str, Any]) -> None:
    role["keys"] = {ONE.keyid: ONE.to_dict(), "f" * 64: ONE.to_dict()}
    role["holders"] = {ONE.keyid: "A", "f" * 64: "B"}


def _one_person_twice(role: dict[str, Any]) -> None:
    role["holders"] = {ONE.keyid: "Nguyễn Văn A", TWO.keyid: "  nguyễn văn  a "}


def _with_key(key: dict[str, Any], keyid: str | None = None) -> Callable[[Root], None]:
    name = keyid or SSlibKey.from_dict("x", copy.deepcopy(key)).keyid
    return _commune(keys={name: key}, holders={name: "A"})


def _public(value: str) -> Callable[[Root], None]:
    return _with_key({"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": value}})


RSA = SSlibKey.from_crypto(generate_rsa(65537, 2048).public_key())
P384 = SSlibKey.from_crypto(generate_private_key(SECP384R1()).public_key())
REFUSED: dict[str, Callable[[Root], None]] = {
    "another format": lambda root: root.update(format="tramtin-pinned-2"),
    "an unknown field": lambda root: root.update(extra=1),
    "version zero": lambda root: root.update(version=0),
    "version true": lambda root: root.update(version=True),
    "no roles": lambda root: root.update(roles=[]),
    "two roles of one name": lambda root: root["roles"].append(root["roles"][0]),
    "a role name that is a path": _commune(name="../../etc/passwd"),
    "an unknown kind": _commune(kinds=["playlists"]),
    "threshold zero": _commune(threshold=0),
    "a threshold above the keys": _commune(threshold=2),
    "no lifetime": _commune(max_ttl_s=0),
    "a glob": _commune(paths=["routine/84/2926[0-9]/*"]),
    "a question mark": _commune(paths=["routine/84/2926?/*"]),
    "two stars": _commune(paths=["routine/**"]),
    "dots": _commune(paths=["routine/84/../*"]),
    "an unknown class": _commune(paths=["special/84/29266/*"]),
    "five segments": _commune(paths=["routine/84/29266/*/*"]),
    "emergency by one": _commune(paths=["emergency/84/29266/*"]),
    "every class by one": _commune(paths=["*/84/29266/*"]),
    "emergency with threshold one": _em(lambda role: role.update(threshold=1)),
    "time that may sound": _commune(kinds=["time", "playlist"], paths=["config/*/*/*"]),
    "receipts beyond config": _commune(kinds=["ack"], paths=["routine/84/29266/*"]),
    "one key under two ids": _em(_same_key_twice),
    "one person with two keys": _em(_one_person_twice),
    "a key without a holder": _em(lambda role: role["holders"].pop(TWO.keyid)),
    "a holder without a name": _commune(holders={ONE.keyid: " "}),
    "a foreign key id": _with_key(ONE.to_dict(), "0" * 64),
    "RSA": _with_key(RSA.to_dict(), RSA.keyid),
    "P-384": _with_key(P384.to_dict(), P384.keyid),
    "P-384 called P-256": _with_key(
        {**P384.to_dict(), "scheme": "ecdsa-sha2-nistp256"}, P384.keyid),
    "PEM called ed25519": _public(P384.to_dict()["keyval"]["public"]),
    "hex in capitals": _public("AB" * 32),
    "31 bytes": _public("ab" * 31),
    "the identity as a key": _public("01" + "00" * 31),
    "an unknown field in a key": _with_key({**ONE.to_dict(), "x-note": "a"}, ONE.keyid),
}  # fmt: skip


@pytest.mark.parametrize("spoil", REFUSED.values(), ids=list(REFUSED))
def test_a_root_is_refused_whole(spoil: Callable[[Root], None]) -> None:
    root = _root()
    spoil(root)
    with pytest.raises(TrustError) as caught:
        load_pinned(json.dumps(root).encode())
    assert caught.value.code == "E_ROLE"


def test_a_duplicate_member_in_a_root_is_refused() -> None:
    raw = json.dumps(_root()).replace('"demo": false', '"demo": false, "demo": true')
    with pytest.raises(TrustError):
        load_pinned(raw.encode())


def _add(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    """The addition law of edwards25519 (RFC 8032 §5.1.4, affine)."""
    product = D * a[0] * b[0] * a[1] * b[1]
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + product, -1, P) % P
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, -1, P) % P
    return x, y


def _lift(y: int) -> tuple[int, int] | None:
    """The point of a y, if there is one (RFC 8032 §5.1.3)."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (x, y) if x * x % P == square else None


def _times_order(point: tuple[int, int]) -> tuple[int, int]:
    """Multiply by the prime order of the main subgroup: what is left is of small order."""
    total, left = (0, 1), 2**252 + 27742317777372353535851937790883648493
    while left:
        total, point, left = (
            (_add(total, point) if left & 1 else total),
            _add(point, point),
            left // 2,
        )
    return total


def test_all_points_of_small_order_are_refused_in_every_encoding() -> None:
    points = [_times_order(point) for y in range(2, 40) if (point := _lift(y))]
    found = {y for _, y in points}
    assert len(found) == 5  # eight points: x and -x share a y
    for y in found:
        for sign in (0, 1 << 255):
            assert is_weak_ed25519((y | sign).to_bytes(32, "little"))
    assert is_weak_ed25519((P + 3).to_bytes(32, "little"))
    assert not is_weak_ed25519(bytes.fromhex(ONE.keyval["public"]))

"""Attacks 24, 25 and 32 to 49 of the catalogue: keys and delegations that give more than they may.

Each is signed truly by whoever has to sign it: here a parent, a province or the ministry itself is
careless or bought. What a file may not say is refused with the whole set, and the former one stays;
what it may say counts only within every link above it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from securesystemslib.signer import CryptoSigner, Signature, SSlibKey

from agent.errors import TrustError
from agent.trust.tree import load_tree
from agent.trust.verify import reverify
from tests.fakes.fake_publisher import FakePublisher
from tests.harness.signed_documents import (
    PLACE,
    STATION,
    SYNCED,
    code_of,
    emergency,
    judge,
    playlist,
    seal,
    silence,
    station_config,
)

COMMUNE, NEIGHBOUR, PROVINCE, PAIR = "vn.84.29266", "vn.84.99999", "vn.84", "vn.84.em"
THERE = {"to": ["84/99999/*"]}


def refused_whole(spoil: Callable[[FakePublisher], Any], role: str) -> None:
    """The set is refused for the fault of `role`; without the spoiling it is not."""
    tree = FakePublisher()
    load_tree(tree.publish())
    spoil(tree)
    with pytest.raises(TrustError) as caught:
        load_tree(tree.publish())
    assert (caught.value.code, caught.value.subject) == ("E_ROLE", role)


def refused(tree: FakePublisher, document: dict[str, Any], signer: str | None = None) -> str:
    """The code with which a box refuses a document, truly signed by `signer` or its issuer."""
    signers = tree.signers(signer or document["issuer"])
    authority = load_tree(tree.publish())
    return code_of(lambda: judge(seal(document, *signers), document["kind"], authority=authority))


def accepted(tree: FakePublisher, document: dict[str, Any]) -> None:
    envelope = seal(document, *tree.signers(document["issuer"]))
    judge(envelope, document["kind"], authority=load_tree(tree.publish()))


def replace_key(name: str, public: dict[str, Any], keyid: str) -> Callable[[FakePublisher], None]:
    """Write a key, whatever it is, in the place of the first of a role."""

    def spoil(tree: FakePublisher) -> None:
        entry = tree.delegation(name)
        old, *others = entry["keyids"]
        entry["keyids"] = [keyid, *others]
        entry["x-holders"] = {keyid: "A", **dict.fromkeys(others, "B")}
        keys = tree.file(tree.parent(name))["delegations"]["keys"]
        del keys[old]
        keys[keyid] = public

    return spoil


def raw_key(public: str, keyid: str = "a" * 64) -> Callable[[FakePublisher], None]:
    """An Ed25519 key of these characters in the place of the commune's."""
    fields = {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": public}}
    return replace_key(COMMUNE, fields, keyid)


def keyid_of(public: str) -> str:
    """The id that belongs to a key, as securesystemslib computes it."""
    return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))).keyid


def test_attack_024_one_key_under_two_ids_makes_no_two() -> None:
    def spoil(tree: FakePublisher) -> None:
        one = tree.signers(PAIR)[0].public_key
        keys = tree.roles[PROVINCE]["delegations"]["keys"]
        keys["f" * 64] = one.to_dict()
        tree.delegation(PAIR).update(
            {"keyids": [one.keyid, "f" * 64], "x-holders": {one.keyid: "A", "f" * 64: "B"}}
        )

    refused_whole(spoil, PROVINCE)


@pytest.mark.parametrize("people", [("Trần Văn A", "Trần Văn A"), ("Trần Văn A", "  trần  văn a ")])
def test_attack_025_two_keys_of_one_holder_make_no_two(people: tuple[str, str]) -> None:
    def spoil(tree: FakePublisher) -> None:
        entry = tree.delegation(PAIR)
        entry["x-holders"] = dict(zip(entry["keyids"], people, strict=True))

    refused_whole(spoil, PAIR)


# The identity, and a point of order eight, both of RFC 7748 section 6.1 as libsodium refuses them.
@pytest.mark.parametrize(
    "public",
    ["01" + "00" * 31, "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"],
)
def test_attack_032_a_key_for_which_a_forgery_always_holds(public: str) -> None:
    refused_whole(raw_key(public, keyid_of(public)), PROVINCE)


def test_attack_033_a_scheme_outside_the_closed_list() -> None:
    rsa = SSlibKey.from_crypto(generate_rsa(65537, 2048).public_key())
    refused_whole(replace_key(COMMUNE, rsa.to_dict(), rsa.keyid), PROVINCE)
    good = CryptoSigner(generate_private_key(SECP256R1())).public_key
    unknown = {**good.to_dict(), "scheme": "ecdsa-sha1-nistp256"}
    refused_whole(replace_key(COMMUNE, unknown, good.keyid), PROVINCE)


@pytest.mark.parametrize("public", ["ab" * 31, "ab" * 33, "AB" * 32, "", "zz" * 32])
def test_attack_034_key_bytes_of_another_length_or_writing(public: str) -> None:
    refused_whole(raw_key(public), PROVINCE)


def test_attack_035_a_p256_key_called_ed25519() -> None:
    good = CryptoSigner(generate_private_key(SECP256R1())).public_key
    refused_whole(raw_key(good.keyval["public"], good.keyid), PROVINCE)
    labelled = {**good.to_dict(), "keytype": "ed25519", "scheme": "ed25519"}
    refused_whole(replace_key(COMMUNE, labelled, good.keyid), PROVINCE)


def test_attack_036_a_commune_speaks_in_the_next_one() -> None:
    tree = FakePublisher()
    assert refused(tree, playlist(issuer=NEIGHBOUR)) == "E_SCOPE"
    assert refused(tree, playlist(issuer=NEIGHBOUR, to=["84/*/*"])) == "E_SCOPE"
    accepted(tree, playlist())


def test_attack_037_a_commune_raises_an_alarm() -> None:
    tree = FakePublisher()
    tree.delegation(COMMUNE)["x-kinds"].append("emergency")
    assert refused(tree, emergency(issuer=COMMUNE)) == "E_SCOPE"
    assert refused(FakePublisher(), emergency(issuer=COMMUNE)) == "E_SCOPE"


def test_attack_038_a_province_speaks_in_another() -> None:
    tree = FakePublisher()
    assert refused(tree, station_config(issuer="vn.82")) == "E_SCOPE"
    accepted(tree, station_config())


def test_attack_039_a_child_that_was_given_more_than_its_parent_has() -> None:
    tree = FakePublisher()
    tree.delegate("vn.82.1", kinds=["playlist"], paths=["routine/*/*/*", "routine/84/29266/*"])
    assert refused(tree, playlist(issuer="vn.82.1")) == "E_SCOPE"
    tree.delegation(PROVINCE)["paths"].remove("routine/84/*/*")
    assert refused(tree, playlist()) == "E_SCOPE"


def test_attack_040_a_child_with_longer_hours_than_its_parent() -> None:
    tree = FakePublisher()
    tree.delegation(PROVINCE)["x-hours"] = ["06:00-20:00"]
    tree.delegation(COMMUNE)["x-hours"] = ["00:00-24:00"]
    assert refused(tree, playlist()) == "E_HOURS"  # five in the morning
    tree.delegation(PROVINCE)["x-hours"] = ["05:00-20:00"]
    accepted(tree, playlist())


def test_attack_041_a_priority_above_the_cap() -> None:
    tree = FakePublisher()
    tree.delegation(PROVINCE)["x-prio-max"] = "routine"
    tree.delegation(COMMUNE)["x-prio-max"] = "emergency"
    assert refused(tree, playlist(**{"class": "priority"})) == "E_PRIO"
    accepted(tree, playlist())


def test_attack_042_a_lifetime_above_the_cap() -> None:
    tree = FakePublisher()
    tree.delegation(PROVINCE)["x-max-ttl-s"] = 3600
    assert refused(tree, playlist()) == "E_TTL"  # lives a day
    accepted(tree, playlist(expires="2026-11-23T02:00:00Z"))


@pytest.mark.parametrize(
    "name", ["vn.82.29266", "vn.84.29266.x", "vn.84", "84.29266", "vn.84.", "vn..84", "vn"]
)
def test_attack_043_a_role_below_two_parents(name: str) -> None:
    """A name tells its one parent: `vn.84` may not adopt a child of `vn.82`, nor its grandchild."""

    def spoil(tree: FakePublisher) -> None:
        tree.delegate(name, kinds=["playlist"], paths=["routine/84/1/*"], parent=PROVINCE)

    refused_whole(spoil, name)


@pytest.mark.parametrize(
    ("name", "at_fault"),
    # the library itself refuses the names of top-level roles
    [("vn.84", "vn.84"), ("vn.84.d1", "vn.84.d1"), ("targets", "vn.84.d1"), ("root", "vn.84.d1")],
)
def test_attack_044_a_circle_of_delegations_is_refused_and_ends(name: str, at_fault: str) -> None:
    def spoil(tree: FakePublisher) -> None:
        tree.delegate("vn.84.d1", paths=["authority/84/*/*"])
        tree.delegate(name, paths=["authority/84/*/*"], parent="vn.84.d1")

    refused_whole(spoil, at_fault)


def test_attack_045_what_a_removed_role_signed_is_in_force_no_more() -> None:
    tree = FakePublisher()
    held = seal(playlist(), *tree.signers(COMMUNE))
    judge(held, authority=load_tree(tree.files()))
    tree.revoke(COMMUNE)
    authority = load_tree(tree.publish())
    assert (
        code_of(lambda: reverify(held, "playlist", authority, PLACE, STATION, SYNCED)) == "E_ROLE"
    )
    assert code_of(lambda: judge(held, authority=authority)) == "E_ROLE"


def test_attack_046_two_people_who_are_named_by_one() -> None:
    refused_whole(lambda tree: tree.delegation(PROVINCE).update(threshold=1), PROVINCE)
    refused_whole(lambda tree: tree.root["roles"]["targets"].update(threshold=1), "targets")
    refused_whole(lambda tree: tree.root["roles"]["root"].update(threshold=1), "root")

    def district(tree: FakePublisher) -> None:
        tree.delegate("vn.84.d1", paths=["authority/84/*/*", "routine/84/*/*"])
        tree.delegate("vn.84.d1.1", kinds=["silence"], paths=["silence/84/1/*"], threshold=2)

    refused_whole(district, "vn.84.d1")


@pytest.mark.parametrize("role", ["vn.head", "vn.time", "vn.receipt"])
def test_attack_047_an_online_key_that_publishes(role: str) -> None:
    tree = FakePublisher()
    assert refused(tree, playlist(issuer=role)) == "E_SCOPE"
    assert refused(tree, emergency(issuer=role)) == "E_SCOPE"
    assert refused(tree, silence(issuer=role)) == "E_SCOPE"
    assert refused(tree, station_config(issuer=role)) == "E_SCOPE"
    refused_whole(lambda tree: tree.delegation(role)["x-kinds"].append("playlist"), role)
    refused_whole(lambda tree: tree.delegation(role)["paths"].append("routine/84/*/*"), role)


def test_attack_048_the_key_of_software_releases_publishes() -> None:
    tree = FakePublisher()
    assert refused(tree, playlist(issuer="vn.release")) == "E_SCOPE"
    assert refused(tree, station_config(issuer="vn.release")) == "E_SCOPE"
    refused_whole(lambda tree: tree.delegation("vn.release")["x-kinds"].append("command"),
                  "vn.release")  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["routine/84/2926[0-9]/*", "routine/84/2926?/*", "routine/84/**/*", "routine/84/**",
     "routine/84/../*", "routine/84/./*", "routine/84/292*/*", "routine/84//*", "routine/84/29266",
     "routine/84/29266/*/*", "/routine/84/29266/*", "routine/84/29266/a b", "*/84/29266/*",
     "routine/{84,82}/29266/*", "routine/84/29266/*\n", "routine\\84\\29266\\*", ""],
)  # fmt: skip
def test_attack_049_a_path_that_is_a_pattern_of_more_than_whole_segments(path: str) -> None:
    refused_whole(lambda tree: tree.delegation(COMMUNE)["paths"].append(path), COMMUNE)


def test_attack_126_a_limit_that_this_box_does_not_know_widens_no_right() -> None:
    """A later release limits a commune to some days: an older box must not forget the limit."""
    tree = FakePublisher()
    tree.delegation(COMMUNE).update({"x-days": [1, 2], "x-crit": ["x-days"]})
    assert refused(tree, playlist()) == "E_UNSUPPORTED"
    accepted(tree, station_config())  # the rest of the tree is as it was
    above = FakePublisher()
    above.delegation(PROVINCE).update({"x-days": [1, 2], "x-crit": ["x-days"]})
    assert refused(above, playlist()) == "E_UNSUPPORTED"
    assert refused(above, station_config()) == "E_UNSUPPORTED"


def test_the_forgery_of_attack_032_would_hold_in_the_library() -> None:
    """Why the guard is there: one signature of zeros, valid for any text by the identity key."""
    key = SSlibKey("a" * 64, "ed25519", "ed25519", {"public": "01" + "00" * 31})
    forged = Signature("a" * 64, "01" + "00" * 63)
    for text in (b"a", b"b", b"c"):
        key.verify_signature(forged, text)

"""A held document stays in force as long as its role is authorised."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import msgspec

from agent.contract.document import TYPE_OF_KIND, Document
from agent.contract.ids import Place
from agent.trust.authority import Grade
from agent.trust.current_authority import AuthorityInForce, SupersededAuthority
from agent.trust.revalidation import Revalidation
from agent.trust.tree import load_root, load_tree
from tests.fakes.fake_publisher import FakePublisher
from tests.harness.signed_documents import (
    FLOOR,
    PLACE,
    STATION,
    SYNCED,
    playlist,
    seal,
    station_config,
)

COMMUNE = "vn.84.29266"


@dataclass(frozen=True)
class Held:
    document: Document
    sha256: str
    envelope: bytes
    standing: int = 1
    accepted_in: Place | None = None


def hold(tree: FakePublisher, fields: dict[str, Any]) -> Held:
    envelope = seal(fields, *tree.signers(fields["issuer"]))
    document = msgspec.convert(fields, TYPE_OF_KIND[fields["kind"]])
    return Held(document, f"{fields['kind']}{fields['seq']:060}", envelope)


def codes(holding: Revalidation) -> list[str]:
    return [error.code for _, error in holding.newly_revoked()]


def test_a_document_of_a_removed_role_is_out_of_force_and_reported_once() -> None:
    tree = FakePublisher()
    held, config = hold(tree, playlist()), hold(tree, station_config())
    in_force = AuthorityInForce(load_tree(tree.files()))
    holding = Revalidation(in_force, STATION)
    assert holding.is_entitled(held, PLACE, SYNCED)
    tree.revoke(COMMUNE)
    in_force.current = load_tree(tree.publish())
    assert not holding.is_entitled(held, PLACE, SYNCED)
    assert holding.is_entitled(config, PLACE, SYNCED)
    assert codes(holding) == ["E_ROLE"]
    assert not holding.is_entitled(held, PLACE, SYNCED)
    assert codes(holding) == []


def test_it_is_in_force_again_when_its_role_is() -> None:
    tree = FakePublisher()
    held = hold(tree, playlist())
    before = load_tree(tree.files())
    in_force = AuthorityInForce(before)
    holding = Revalidation(in_force, STATION)
    tree.delegation(COMMUNE)["paths"] = ["routine/84/99999/*"]
    in_force.current = load_tree(tree.publish())
    assert not holding.is_entitled(held, PLACE, SYNCED)
    assert codes(holding) == ["E_SCOPE"]
    in_force.current = before
    assert holding.is_entitled(held, PLACE, SYNCED)


def test_the_expiry_of_a_document_is_left_to_the_plan() -> None:
    tree = FakePublisher()
    holding = Revalidation(AuthorityInForce(load_tree(tree.files())), STATION)
    late = replace(SYNCED, at=SYNCED.at + timedelta(days=2))
    assert holding.is_entitled(hold(tree, playlist()), PLACE, late)
    assert codes(holding) == []


def test_a_document_issued_in_the_future_waits_and_is_verified_again() -> None:
    tree = FakePublisher()
    held = hold(tree, playlist())
    holding = Revalidation(AuthorityInForce(load_tree(tree.files())), STATION)
    early = replace(SYNCED, at=SYNCED.at - timedelta(hours=1))
    assert holding.is_entitled(held, PLACE, FLOOR)
    assert not holding.is_entitled(held, PLACE, early)
    assert codes(holding) == ["E_NOTYET"]
    assert holding.is_entitled(held, PLACE, SYNCED)


def test_while_only_a_root_is_known_every_verdict_stays() -> None:
    tree = FakePublisher()
    held = hold(tree, playlist())
    holding = Revalidation(AuthorityInForce(load_root(tree.files().root)), STATION)
    assert holding.is_entitled(held, PLACE, SYNCED)
    assert codes(holding) == []


def test_an_outdated_tree_still_removes_roles() -> None:
    tree = FakePublisher()
    held = hold(tree, playlist())
    tree.revoke(COMMUNE)
    late = replace(SYNCED, at=SYNCED.at + timedelta(days=40))
    in_force = AuthorityInForce(load_tree(tree.publish()))
    assert in_force.grade(late) is Grade.EXPIRED
    assert not Revalidation(in_force, STATION).is_entitled(held, PLACE, late)


def test_held_documents_stay_in_force_under_a_superseded_root() -> None:
    tree = FakePublisher()
    held = hold(tree, playlist())
    superseded = SupersededAuthority(load_tree(tree.files()), 2)
    in_force = AuthorityInForce(superseded)
    assert in_force.versions["root"] == 2
    assert in_force.grade(SYNCED) is Grade.EXPIRED
    assert in_force.issued is not None
    assert Revalidation(in_force, STATION).is_entitled(held, PLACE, SYNCED)

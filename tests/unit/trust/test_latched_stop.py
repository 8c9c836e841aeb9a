"""What of a stop is judged anew, and where its lifting is judged (decision 18)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from agent.contract.accepted import Accepted
from agent.contract.document import Silence
from agent.contract.ids import Place
from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.trust.authority import Authority, load_pinned
from agent.trust.latched_stop import Latches, verify_latched
from agent.trust.tree import load_tree
from agent.trust.verify import verify
from tests.fakes.fake_publisher import FakePublisher
from tests.harness.signed_documents import (
    FIRST,
    PLACE,
    ROOT,
    SECOND,
    STATION,
    SYNCED,
    FakeFloors,
    make_role,
    seal,
    silence,
)

MOVED = Place("86", "29266", STATION)
STOP = "vn.84.29266.stop"


def code_of(issuer: str, authority: Authority, place: Place | None = PLACE) -> str | None:
    stop = msgspec.convert(silence(issuer=issuer), Silence)
    try:
        verify_latched(stop, PLACE, place, authority)
    except TrustError as error:
        return error.code
    return None


def pinned(*paths: str) -> Authority:
    role = make_role("vn.86", ["silence"], list(paths), FIRST, SECOND)
    return load_pinned(json.dumps({**ROOT, "roles": [*ROOT["roles"], role]}).encode())


@pytest.mark.parametrize("place", [PLACE, MOVED, None], ids=str)
def test_a_right_at_the_place_of_acceptance_is_enough(place: Place | None) -> None:
    assert code_of("vn.86", pinned("silence/84/*/*"), place) is None


def test_a_right_at_the_present_place_is_enough() -> None:
    """A merged province lets go of its old code, and stands by what it stopped under it."""
    authority = pinned("silence/86/*/*")
    assert code_of("vn.86", authority, MOVED) is None
    assert code_of("vn.86", authority, PLACE) == "E_SCOPE"
    assert code_of("vn.86", authority, None) == "E_SCOPE"


def test_a_role_missing_from_a_pinned_root_is_removed() -> None:
    wide = make_role("vn.84", ["silence"], ["*/84/*/*"], FIRST, SECOND)
    authority = load_pinned(json.dumps({**ROOT, "roles": [wide]}).encode())
    assert code_of("vn.84.stop", authority) == "E_ROLE"


def tree(**without: Any) -> Authority:
    """Two levels below the province, of whose files some are not here."""
    publisher = FakePublisher()
    publisher.delegation("vn.84.29266")["threshold"] = 2
    publisher.rotate("vn.84.29266", 2)
    publisher.delegation("vn.84.29266")["paths"] += ["silence/84/29266/*", "authority/84/29266/*"]
    publisher.roles["vn.84.29266"] = publisher._signed(
        "targets", 180, targets={}, delegations=publisher._empty()
    )
    publisher.delegate(STOP, kinds=["silence"], paths=["silence/84/29266/*"], threshold=2)
    for name in without.get("revoked", ()):
        publisher.revoke(name)
    files = publisher.publish()
    roles = {name: raw for name, raw in files.roles.items() if name not in without["files"]}
    return load_tree(replace(files, roles=roles))


@pytest.mark.parametrize(
    ("revoked", "files", "code"),
    [
        ((), (), None),
        ((STOP,), (), "E_ROLE"),
        ((), ("vn.84.29266",), None),  # its delegator's file is not here
        ((), ("vn.84", "vn.84.29266"), None),  # nor is its delegator known
        (("vn.84.29266",), (), "E_ROLE"),  # its delegator was taken away
        (("vn.84",), ("vn.84.29266",), "E_ROLE"),
    ],
)
def test_an_unknown_role_counts_as_removed_only_if_its_delegator_removed_it(
    revoked: tuple[str, ...], files: tuple[str, ...], code: str | None
) -> None:
    assert code_of(STOP, tree(revoked=revoked, files=files)) == code


def lift(to: list[str], latches: Latches, authority: Authority) -> Accepted:
    document = silence(issuer="vn.86", state="off", to=to)
    return verify(
        seal(document, FIRST, SECOND), Topic("silence", "tuan", station=STATION), authority,
        MOVED, STATION, FakeFloors(), SYNCED, latches=latches,
    )  # fmt: skip


def test_a_lifting_is_verified_at_the_place_of_the_stop_and_at_the_present_place() -> None:
    latches = {("vn.86", "tuan"): PLACE}
    authority = pinned("silence/84/*/*", "silence/86/*/*")
    assert lift(["84/29266/*"], latches, authority).place == PLACE
    assert lift(["86/29266/*"], latches, authority).place == MOVED
    only_here = pinned("silence/86/*/*")
    assert lift(["*/*/tv-cl-0007"], latches, only_here).place == MOVED
    for to, known in ((["84/99999/*"], latches), (["84/29266/*"], {})):
        with pytest.raises(TrustError, match="E_STATION"):
            lift(to, known, authority)


def test_the_signer_of_a_lifting_may_be_in_many_other_roles() -> None:
    idle = [make_role(f"vn.{n}", ["silence"], ["silence/84/1/*"], FIRST) for n in range(10, 30)]
    own = make_role("vn.86", ["silence"], ["silence/84/*/*"], FIRST, SECOND)
    authority = load_pinned(json.dumps({**ROOT, "roles": [*idle, own]}).encode())
    assert lift(["84/29266/*"], {("vn.86", "tuan"): PLACE}, authority).place == PLACE

"""A box without a place: a config must be authorised at its former and at its new place."""

from __future__ import annotations

import pytest

from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.trust.tree import load_tree
from agent.trust.verify import verify
from tests.fakes.fake_publisher import DAY_S, FakePublisher
from tests.harness.signed_documents import (
    STATION,
    SYNCED,
    FakeFloors,
    seal,
    station_config,
)

STOOD, EXPECTED = f"84/29266/{STATION}", "84/*/*"
AT_OLD, AT_COMMUNE = f"84/29266/{STATION}", f"84/99999/{STATION}"
AT_NEW, AT_OTHER = f"86/29266/{STATION}", f"82/10/{STATION}"
BOTH = ("86", "84")


def config_paths(*codes: str) -> list[str]:
    return [f"{class_}/{code}/*/*" for code in codes for class_ in ("config", "authority")]


def successor(tree: FakePublisher, *codes: str) -> None:
    """Vĩnh Long, with these codes, and a district of its own with the same."""
    tree.delegate(
        "vn.86",
        kinds=["station-config"],
        paths=config_paths(*codes),
        threshold=2,
        ttl_s=400 * DAY_S,
    )
    paths = [f"config/{code}/29266/*" for code in codes]
    tree.delegate("vn.86.d1", kinds=["station-config"], paths=paths, ttl_s=400 * DAY_S)


@pytest.fixture
def tree() -> FakePublisher:
    """Two provinces, and districts that set up the boxes of their communes."""
    tree = FakePublisher()
    for name, path in (("vn.84.d1", "config/84/29266/*"), ("vn.82.d1", "config/82/10/*")):
        tree.delegate(name, kinds=["station-config"], paths=[path], ttl_s=400 * DAY_S)
    return tree


def verdict(tree: FakePublisher, issuer: str, place: str, former: str | None) -> str:
    """`ok` or a code, for a box without a place; the config names its new place."""
    tree.publish()
    document = station_config(issuer=issuer, place=place, to=[place])
    envelope = seal(document, *tree.signers(issuer))
    topic = Topic("station-config", "station", station=STATION)
    try:
        verify(
            envelope, topic, load_tree(tree.files()), None, STATION, FakeFloors(), SYNCED,
            former=former,
        )  # fmt: skip
    except TrustError as error:
        return error.code
    return "ok"


@pytest.mark.parametrize("former", [STOOD, EXPECTED])
def test_a_role_of_another_province_cannot_claim_a_box(tree: FakePublisher, former: str) -> None:
    assert verdict(tree, "vn.82.d1", AT_OTHER, former) == "E_SCOPE"
    assert verdict(tree, "vn.82", AT_OTHER, former) == "E_SCOPE"


@pytest.mark.parametrize("former", [STOOD, EXPECTED])
def test_a_role_of_the_former_place_may_place_the_box_there_again(
    tree: FakePublisher, former: str
) -> None:
    assert verdict(tree, "vn.84.d1", AT_OLD, former) == "ok"
    assert verdict(tree, "vn.84", AT_OLD, former) == "ok"
    assert verdict(tree, "vn.84", AT_COMMUNE, former) == "ok"


def test_a_box_without_a_known_former_place_accepts_any_role_of_its_new_place(
    tree: FakePublisher,
) -> None:
    assert verdict(tree, "vn.82.d1", AT_OTHER, None) == "ok"


def test_a_commune_cannot_claim_a_box_of_the_neighbouring_commune(tree: FakePublisher) -> None:
    elsewhere = f"84/99999/{STATION}"
    assert verdict(tree, "vn.84.d1", AT_OLD, elsewhere) == "E_SCOPE"
    assert verdict(tree, "vn.84", AT_OLD, elsewhere) == "ok"


@pytest.mark.parametrize("former", [STOOD, EXPECTED])
def test_a_successor_with_both_codes_may_move_the_box(tree: FakePublisher, former: str) -> None:
    successor(tree, *BOTH)
    assert verdict(tree, "vn.86", AT_NEW, former) == "ok"
    tree.revoke("vn.84")
    assert verdict(tree, "vn.86", AT_NEW, former) == "ok"


def test_a_district_with_both_codes_may_move_the_box(tree: FakePublisher) -> None:
    successor(tree, *BOTH)
    assert verdict(tree, "vn.86.d1", AT_NEW, STOOD) == "ok"


@pytest.mark.parametrize("former", [STOOD, EXPECTED])
def test_a_box_offline_during_a_merger_waits_until_its_successor_has_the_old_code(
    tree: FakePublisher, former: str
) -> None:
    """No other province can claim it meanwhile; restoring the code needs a ceremony, no visit."""
    successor(tree, "86")
    assert verdict(tree, "vn.86", AT_NEW, former) == "E_SCOPE"
    tree.revoke("vn.84")
    for issuer, place in (("vn.86", AT_NEW), ("vn.86.d1", AT_NEW), ("vn.82", AT_OTHER)):
        assert verdict(tree, issuer, place, former) == "E_SCOPE"
    tree.delegation("vn.86")["paths"] += config_paths("84")
    assert verdict(tree, "vn.86", AT_NEW, former) == "ok"
    assert verdict(tree, "vn.86.d1", AT_NEW, former) == "E_SCOPE"

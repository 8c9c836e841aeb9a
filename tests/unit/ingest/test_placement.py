"""Where a box stood outlives its config, a restart and a broken file; settings name a province."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from securesystemslib.signer import CryptoSigner

from agent.contract.ids import Place
from agent.trust.authority import PinnedAuthority, load_pinned
from tests.harness.head_fixture import HOUR, STATION, WEEK, give_place
from tests.harness.headless_station import HeadlessStation
from tests.harness.signed_documents import (
    AT,
    FIRST,
    PROVINCE,
    ROOT,
    STRANGER,
    make_role,
    seal,
    station_config,
)

HOME = Place("84", "29266", STATION)
ELSEWHERE = f"82/10/{STATION}"


def provinces(signer: CryptoSigner) -> PinnedAuthority:
    """Two provinces, each with the right to place its boxes; the home province's key is this."""
    root: dict[str, Any] = copy.deepcopy(ROOT)
    root["roles"] = [
        make_role(name, ["station-config"], [f"config/{name[3:]}/*/*"], signer)
        for name, signer in (("vn.84", signer), ("vn.82", STRANGER))
    ]
    return load_pinned(json.dumps(root).encode())


def claim() -> bytes:
    """By the other province, for a place of its own."""
    config = station_config(issuer="vn.82", place=ELSEWHERE, to=[ELSEWHERE], **WEEK)
    return seal(config, STRANGER)


@pytest_asyncio.fixture
async def box(tmp_path: Path) -> AsyncIterator[HeadlessStation]:
    """In its place, by its province."""
    started = await HeadlessStation(tmp_path, STATION, provinces(PROVINCE), AT + HOUR).start()
    await give_place(started)
    assert started.kinds == ["station-config"]
    yield started
    await started.stop()


async def lose_place(box: HeadlessStation) -> None:
    """The province's key is replaced; what it had signed is out of force."""
    box.authority = box.in_force.current = provinces(FIRST)
    await box.intake.restore()
    assert box.kinds == []


async def test_a_lost_place_still_counts_after_a_restart(box: HeadlessStation) -> None:
    await lose_place(box)
    assert await box.receive(claim(), "station-config") == "E_SCOPE"
    await box.stop()
    box.provisional_places.clear()
    await box.start()
    assert box.provisional_places == [
        HOME
    ]  # its files are pulled before any document names a place
    assert await box.receive(claim(), "station-config") == "E_SCOPE"
    again = seal(station_config(seq=43, **WEEK), FIRST)
    assert await box.receive(again, "station-config") == "accepted"
    assert box.intake.place == HOME


async def test_the_last_place_is_known_when_a_broken_file_loses_the_documents(
    box: HeadlessStation,
) -> None:
    await box.rot()
    assert box.intake.place is None
    assert await box.receive(claim(), "station-config") == "E_SCOPE"
    await give_place(box)
    assert box.intake.place == HOME


@pytest.mark.parametrize(
    ("province", "verdict"), [("84", "E_SCOPE"), ("82", "accepted"), (None, "accepted")]
)
async def test_without_a_database_only_the_settings_know_the_province(
    box: HeadlessStation, province: str | None, verdict: str
) -> None:
    box.province = province
    await box.lose_memory()
    assert await box.receive(claim(), "station-config") == verdict


async def test_the_last_place_counts_before_the_province_of_the_settings(
    box: HeadlessStation,
) -> None:
    """A box that was led through a merger must not need a visit to have its settings changed."""
    box.province = "82"
    await lose_place(box)
    await box.stop()
    await box.start()
    assert await box.receive(claim(), "station-config") == "E_SCOPE"
    again = seal(station_config(seq=43, **WEEK), FIRST)
    assert await box.receive(again, "station-config") == "accepted"

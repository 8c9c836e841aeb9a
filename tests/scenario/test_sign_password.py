"""A sign's controller with the maker's password: a real box asks it, a real collector has it.

Somebody then gives it a password of its own, and the issue ends. The password goes nowhere.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from central.testbed.stations import BOARD_STATION
from central.testbed.testbed import until
from tests.harness.huidu_card import SIGN, HuiduCard, huidu_card
from tests.harness.station_harness import StationTestbed

__all__ = ["huidu_card"]
MAKERS = "88888888"
OUTPUT = """\
  - name: bang-cong
    board: {{profile: huidu-sdk-2-0, path: "{path}"}}
    faces:
      - {{name: cong, width_px: {size[0]}, height_px: {size[1]}}}
"""


def _add_sign(settings: Path, card: HuiduCard) -> None:
    with settings.open("a", encoding="utf-8") as file:
        file.write(OUTPUT.format(path=card.path, size=SIGN))


def _faults(site: StationTestbed) -> list[tuple[str, str]]:
    """State and hint of each record of the password, as the centre has them."""
    found = [record["detail"] for record in site.collected() if record["kind"] == "fault"]
    return [
        (one["state"], one.get("hint") or "")
        for one in found
        if one["what"] == "board_password" and one["subject"] == "cong"
    ]


def _open(site: StationTestbed) -> set[tuple[str, str]]:
    """Kind and subject of what the last report of health lists."""
    health = site.testbed.database.health_of(site.name) or {"issues": []}
    return {(one["kind"], one["subject"]) for one in health["issues"]}


def _read_all(folder: Path) -> str:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".png")
    return "".join(path.read_bytes().decode("latin-1") for path in paths)


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_a_sign_with_the_makers_password_is_an_issue_at_the_centre_until_it_has_its_own(
    site: Any, huidu_card: HuiduCard
) -> None:
    testbed = site.testbed
    site = StationTestbed(testbed, testbed.stations[BOARD_STATION])
    huidu_card.act(lambda card: setattr(card, "hotspot", ("A3-0001", MAKERS)))
    folder = site.folder / site.name
    await asyncio.to_thread(_add_sign, folder / "station.yaml", huidu_card)
    try:
        await site.start()
        await until(lambda: [one for one, _ in _faults(site)] == ["begins"], "the centre knows")
        ((_, hint),) = _faults(site)
        assert "A3-0001" in hint
        await until(lambda: ("board_password", "cong") in _open(site), "a report of health has it")
        huidu_card.act(lambda card: setattr(card, "hotspot", ("A3-0001", "bang-cua-xa-2026")))
        await asyncio.to_thread(huidu_card.act, lambda _: huidu_card.lines.drop())
        await until(
            lambda: [one for one, _ in _faults(site)] == ["begins", "ends"], "it is over", 60
        )
        kept = await asyncio.to_thread(_read_all, folder)
        assert MAKERS not in kept
        assert "bang-cua-xa-2026" not in kept
    finally:
        await site.station.stop()

"""An amplifier that fails in the middle of an item is known at the centre; a person has the say."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from central.testbed.testbed import until
from drivers.sim.sim_input import set_contact
from tests.harness.monitored_station import LIMIT_S, begin_plain, spoken_plays, until_issue

WITNESSES = """\
inputs:
  - name: loi-nga-ba
    kind: amplifier-fault
    profile: sim-input
    zone: nga-ba
    port: "{folder}/loi.json"
    options: {{amplifier: "{folder}/nga-ba.json"}}
  - {{name: nghe, kind: heard-key, profile: sim-input, port: "{folder}/nghe.json"}}
sensors:
  - name: dong-tram-y-te
    measures: current
    profile: sim-sensor
    zone: tram-y-te
    low: 0.2
    options: {{amplifier: "{folder}/tram-y-te.json", draws: 0.9}}
"""


def equip(site: Any) -> Path:
    folder: Path = site.folder / site.name
    settings = folder / "station.yaml"
    with settings.open("a", encoding="utf-8") as file:
        file.write(WITNESSES.format(folder=folder))
    return folder


async def until_judged(site: Any, method: str) -> dict[str, Any]:
    def is_judged() -> bool:
        return any(play["proof_method"] == method for play in spoken_plays(site))

    try:
        await until(is_judged, f"a proof by {method} at the centre", LIMIT_S)
    except RuntimeError as error:
        raise AssertionError(site.station.log_tail()) from error
    (play,) = spoken_plays(site)
    return play


def reported(site: Any, kind: str) -> list[str]:
    details = [record["detail"] for record in site.collected() if record["kind"] == "fault"]
    return [one["state"] for one in details if one["what"] == kind]


@pytest.mark.long
async def test_a_fault_contact_that_closes_mid_item_is_played_but_not_heard_at_the_centre(
    site: Any,
) -> None:
    folder = equip(site)
    await begin_plain(site, 40)
    await until(lambda: site.open_play() is not None, "the play", LIMIT_S)
    assert reported(site, "amplifier_fault") == []  # it was off, and said fault as it must
    await asyncio.to_thread(set_contact, folder / "loi.json", active=True)
    await until_issue(site, "not_heard", lasts=True)
    await until_issue(site, "amplifier_fault", lasts=True)
    assert site.open_play() is not None  # it plays on
    play = await until_judged(site, "contact")
    assert (play["proof"], play["heard"], play["result"]) == ("A2", False, "full")
    assert reported(site, "amplifier_draws_nothing") == []
    await asyncio.to_thread(set_contact, folder / "nghe.json", active=True)
    play = await until_judged(site, "person")
    assert (play["proof"], play["heard"]) == ("A6", True)


@pytest.mark.long
async def test_amplifiers_that_work_prove_a_play(site: Any) -> None:
    equip(site)
    await begin_plain(site, 14)
    play = await until_judged(site, "current")
    assert (play["proof"], play["heard"]) == ("A4", True)
    assert reported(site, "amplifier_fault") == []

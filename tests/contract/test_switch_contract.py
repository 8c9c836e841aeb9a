"""What every switch must do, simulator or not; a new driver adds one line to `SWITCHES`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.driver_index import SWITCHES as PROFILES
from drivers.errors import UnsupportedFeature
from drivers.interface import PowerSwitch
from drivers.registry import load_switch
from tests.fakes.fake_gpiod import FakeGpio

CHIP = "/dev/gpiochip0"
SWITCHES: dict[str, Callable[[Path], PowerSwitch]] = {
    "gpio": lambda _: load_switch("gpio", name="a", port=CHIP, coil=3, active="low"),
    "sim-amplifier in memory": lambda _: load_switch("sim-amplifier", name="a", switch_ms=1),
    "sim-amplifier behind a file": lambda folder: load_switch(
        "sim-amplifier", name="a", switch_ms=1, port=str(folder / "amplifier.json"), unit=1, coil=0
    ),
}


@pytest.fixture(params=SWITCHES)
def switch(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> PowerSwitch:
    chips = FakeGpio()
    chips.plug(CHIP, "pinctrl-bcm2711", [None] * 4)
    chips.install(monkeypatch)
    return SWITCHES[request.param](tmp_path)


async def test_it_reads_back_what_was_set(switch: PowerSwitch) -> None:
    for state in (True, False, True):
        await switch.set(state)
        assert await switch.read() is state


async def test_setting_the_present_state_is_not_a_fault(switch: PowerSwitch) -> None:
    await switch.set(False)
    await switch.set(False)
    assert await switch.read() is False


def test_it_has_the_name_that_the_settings_gave_it(switch: PowerSwitch) -> None:
    assert switch.name == "a"


def test_every_profile_of_the_registry_is_tested_here() -> None:
    assert {name.split(" ")[0] for name in SWITCHES} == set(PROFILES)


def test_an_unknown_profile_is_named_with_its_nearest_neighbour() -> None:
    with pytest.raises(UnsupportedFeature, match="did you mean 'sim-amplifier'"):
        load_switch("sim-amplifer")


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(UnsupportedFeature, match="unknown_key baud"):
        load_switch("sim-amplifier", baud=9600)

"""Doctor says which control card answers, its firmware, size and warmth, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from agent.doctor.probes.control_card import examine_card
from agent.settings.model import ControlCard
from drivers import registry
from drivers.sim.sim_novastar import SimNovaStar
from tests.harness.novastar_wall import wall_of

SERIAL = msgspec.convert(
    {
        "name": "the-phat",
        "profile": "novastar-mctrl660",
        "port": "/dev/serial/by-id/usb-card",
        "options": {"receivers": "2,2", "input": "hdmi"},
    },
    ControlCard,
)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimNovaStar]:
    with wall_of(monkeypatch, "novastar-mctrl660", 2, 2) as (simulated, _):
        registry.close()
        yield simulated


async def test_a_good_card_is_described(card: SimNovaStar) -> None:
    card.apply({"input": "hdmi"})
    found = await examine_card(SERIAL)
    assert found.state == "good"
    assert found.text("en") == (
        "the-phat answers: MCTRL660 4.3.0.0, 4/4 cards, 128x64 px, 30 °C, 4.9 V, 50 %, hdmi"
    )


@pytest.mark.parametrize(
    ("change", "state", "code"),
    [
        ({"video": False}, "fault", "board_no_picture"),
        ({"dead": ["2.1"]}, "fault", "board_receiver_dead"),
        ({"backup": [2]}, "warning", "board_on_backup"),
    ],
)
async def test_what_the_card_reports_is_the_finding(
    card: SimNovaStar, change: dict[str, object], state: str, code: str
) -> None:
    card.apply(change)
    found = await examine_card(SERIAL)
    assert (found.state, found.code) == (state, code)
    assert found.step("vi")


async def test_heat_and_another_model_are_warnings(card: SimNovaStar) -> None:
    card.receivers[0, 0].temperature_c = 75.0
    assert (await examine_card(SERIAL)).code == "board_hot"
    card.sender |= {2: 0x06, 3: 0x61}
    assert (await examine_card(SERIAL)).code == "board_card_other"


async def test_a_silent_card_on_a_network_may_be_somewhere_else(
    card: SimNovaStar, monkeypatch: pytest.MonkeyPatch
) -> None:
    card.apply({"fault": "mute"})
    assert (await examine_card(SERIAL)).code == "device_silent"

    async def found_there(_profile: str, _wait_s: float) -> list[str]:
        return ["192.0.2.9"]

    monkeypatch.setattr(registry, "find_board_controls", found_there)
    on_network = msgspec.structs.replace(SERIAL, port="tcp://192.0.2.7")
    found = await examine_card(on_network)
    assert (found.code, found.args) == ("card_elsewhere", ("the-phat", "192.0.2.9"))

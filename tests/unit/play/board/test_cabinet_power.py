"""The cabinets' power: off behind faces that are black, on before they are used; on the simulator.

Output 1 of the simulated card feeds all its cabinets: without power no receiving card answers, and
with it again they are what is in their flash.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.errors import ConfigError
from agent.play.board.cabinet_power import CabinetSwitch
from agent.play.board.wall_control import WallControl, build_wall
from agent.settings.cabinets import CabinetPower
from agent.settings.model import ControlCard
from drivers.sim.sim_novastar import SimNovaStar
from tests.harness.novastar_wall import wall_of

SETTINGS = CabinetPower(outputs=[1, 2], off_after_min=30, warm_up_s=10)
MINUTE = 60.0


class Bench:
    """A wall with its relay, polled as the service does; `used_at_s` is when a face is needed."""

    def __init__(self, card: SimNovaStar, wall: WallControl, issues: dict[str, str]) -> None:
        self.card, self.wall, self.issues = card, wall, issues
        self.now_s = 1_000.0
        self.used_at_s = [0.0, 1_000.0]
        self.switch = CabinetSwitch(wall, SETTINGS, self.is_used, lambda: self.now_s)

    def is_used(self, ahead_s: float) -> bool:
        begin_s, end_s = self.used_at_s
        return begin_s - ahead_s <= self.now_s <= end_s

    async def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.now_s += 1.0
            await self.switch.step()
            if self.now_s % 10 == 0:
                await self.wall.refresh()

    @property
    def has_power(self) -> bool:
        return self.card.power[0] and self.card.power[1]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with wall_of(monkeypatch, "novastar-mctrl660", 2, 2, source="hdmi") as (card, driver):
        card.apply({"input": "hdmi"})
        issues: dict[str, str] = {}

        def note(kind: str, _subject: str, hint: str | None) -> None:
            issues.pop(kind, None)
            if hint is not None:
                issues[kind] = hint

        yield Bench(card, WallControl("the-phat", (), driver, note), issues)


async def test_a_box_that_starts_does_not_know_and_switches_on(bench: Bench) -> None:
    bench.card.power[:2] = [False, False]
    await bench.pass_time(1)
    assert bench.has_power


async def test_black_for_half_an_hour_is_off_and_no_fault_of_the_cards(bench: Bench) -> None:
    await bench.pass_time(29 * MINUTE)
    assert bench.has_power
    await bench.pass_time(2 * MINUTE)
    assert not bench.has_power
    assert bench.wall.readings()["the-phat.cabinets"].value == 0
    assert bench.issues == {}
    assert not bench.wall.shows_ours  # nothing of ours is seen


async def test_it_is_on_ten_seconds_before_the_next_item(bench: Bench) -> None:
    await bench.pass_time(31 * MINUTE)
    due_s = bench.now_s + 5 * MINUTE
    bench.used_at_s = [due_s, due_s + MINUTE]
    await bench.pass_time(5 * MINUTE - 11)
    assert not bench.has_power
    await bench.pass_time(1)
    assert bench.has_power
    await bench.pass_time(30)
    assert bench.wall.readings()["the-phat.cabinets"].value == 1
    assert (bench.issues, bench.wall.shows_ours) == ({}, True)


async def test_what_the_cards_forgot_with_the_power_is_put_back(bench: Bench) -> None:
    await bench.pass_time(1)
    assert await bench.wall.dim(30)
    await bench.pass_time(31 * MINUTE)
    bench.used_at_s = [bench.now_s, bench.now_s + MINUTE]
    await bench.pass_time(40)
    assert bench.card.receivers[1, 1].memory[0x0200_0001] == round(0.3 * 255)


async def test_an_emergency_has_power_at_once_though_it_was_just_switched_off(
    bench: Bench,
) -> None:
    await bench.pass_time(30 * MINUTE + 1)
    assert not bench.has_power
    bench.used_at_s = [bench.now_s, bench.now_s + MINUTE]
    await bench.switch.step()
    assert bench.has_power


async def test_it_stays_on_ten_minutes_however_short_the_use(bench: Bench) -> None:
    bench.switch = CabinetSwitch(
        bench.wall, CabinetPower(outputs=[1, 2], off_after_min=5), bench.is_used,
        lambda: bench.now_s,
    )  # fmt: skip
    await bench.pass_time(9.9 * MINUTE)
    assert bench.has_power
    await bench.pass_time(0.2 * MINUTE)
    assert not bench.has_power


async def test_a_relay_that_refuses_is_an_issue_and_tried_again(bench: Bench) -> None:
    bench.card.apply({"fault": "refuses"})
    bench.card.power[:2] = [False, False]
    await bench.pass_time(5)
    assert "board_card_fault" in bench.issues
    bench.card.apply({"fault": None})
    await bench.pass_time(10)
    assert bench.has_power


def test_a_card_without_power_outputs_cannot_have_a_relay() -> None:
    card = ControlCard(
        name="the-phat", profile="novastar-vx4s", port="tcp://192.0.2.7", cabinets=SETTINGS
    )
    with pytest.raises(ConfigError, match="power outputs"):
        build_wall(card, lambda *_: None)

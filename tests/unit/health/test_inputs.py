"""Contacts: each fact once, a dead device told once, a stuck key that starts nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agent.contract.report import InputState
from agent.errors import ConfigError
from agent.health.inputs import ContactMonitor, InputMonitor, PollInterval, build_inputs
from agent.health.shared_device import SharedDevice
from agent.settings.model import Input
from drivers.input.gpio_input import GpioInput
from drivers.interface import InputPin
from drivers.sim.sim_input import SimInput
from tests.fakes.fake_gpiod import FakeGpio

CHIP = "/dev/gpiochip0"
AT_ONCE = PollInterval(key_s=0, calm_s=0, check_s=3600, retry_s=0)


class Desk:
    """Facts and issues as they come."""

    def __init__(self) -> None:
        self.facts: list[tuple[str, bool]] = []
        self.issues: dict[str, str] = {}
        self.told: list[str] = []

    def on_input(self, name: str, kind: str, active: bool) -> None:  # noqa: FBT001 - the seam's form
        assert name == "a"
        self.facts.append((kind, active))

    def set_issue(self, kind: str, subject: str, hint: str | None) -> None:
        assert subject == "a"
        if hint is None:
            self.issues.pop(kind, None)
        elif kind not in self.issues:
            self.issues[kind] = hint
            self.told.append(kind)

    def build(self, kind: str, pin: InputPin, interval: PollInterval = AT_ONCE) -> ContactMonitor:
        device = SharedDevice("input_no_answer", "a", self.set_issue)
        return ContactMonitor(
            kind,
            pin,
            on_input=self.on_input,
            set_issue=self.set_issue,
            device=device,
            interval=interval,
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not is_so():  # noqa: ASYNC110 - the world outside tells no events
            await asyncio.sleep(0.001)


@asynccontextmanager
async def followed(contact: ContactMonitor) -> AsyncIterator[None]:
    task = asyncio.create_task(contact.run(), name="contact")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_a_door_is_told_at_first_and_at_each_change_only(desk: Desk) -> None:
    door = SimInput("a")
    async with followed(desk.build("door", door)):
        await until(lambda: desk.facts)
        door.put(active=True)
        await until(lambda: "door_open" in desk.issues)
        door.put(active=False)
        await until(lambda: len(desk.facts) == 3)
    assert desk.facts == [("door", False), ("door", True), ("door", False)]
    assert desk.issues == {}
    assert desk.told == ["door_open"]


async def test_mains_that_is_lost_is_an_issue_until_it_is_back(desk: Desk) -> None:
    mains = SimInput("a")
    async with followed(desk.build("mains", mains)):
        await until(lambda: desk.issues)
        assert desk.told == ["mains_lost"]
        mains.put(active=True)
        await until(lambda: not desk.issues)
    assert desk.facts == [("mains", False), ("mains", True)]


async def test_a_silence_key_that_is_on_at_start_counts_at_once(desk: Desk) -> None:
    key = SimInput("a")
    key.put(active=True)
    async with followed(desk.build("silence-key", key)):
        await until(lambda: desk.facts)
    assert desk.facts == [("silence-key", True)]
    assert desk.issues == {}


async def test_an_emergency_key_found_pressed_starts_nothing_until_it_was_let_go(
    desk: Desk,
) -> None:
    key = SimInput("a")
    key.put(active=True)
    async with followed(desk.build("emergency-key", key)):
        await until(lambda: "key_stuck" in desk.issues)
        assert desk.facts == []
        key.put(active=False)
        await until(lambda: desk.facts)
        assert desk.issues == {}
        key.put(active=True)
        await until(lambda: len(desk.facts) == 2)
    assert desk.facts == [("emergency-key", False), ("emergency-key", True)]


async def test_a_device_that_dies_is_told_once_is_unknown_and_comes_back_by_itself(
    desk: Desk,
) -> None:
    door = SimInput("a", timeout_ms=0)
    contact = desk.build("door", door)
    async with followed(contact):
        await until(lambda: contact.active is False)
        door.inject("mute")
        await until(lambda: "input_no_answer" in desk.issues)
        assert contact.active is None
        door.inject("gone")
        await asyncio.sleep(0)
        door.inject(None)
        await until(lambda: not desk.issues)
        assert contact.active is False
    assert desk.told == ["input_no_answer"]
    assert desk.facts == [("door", False)]


async def test_one_lost_answer_is_no_issue(desk: Desk) -> None:
    class Noisy(SimInput):
        async def read(self) -> bool:
            self.asked = getattr(self, "asked", 0) + 1
            self.inject("mute" if self.asked % 3 else None)  # two of three are lost
            return await super().read()

    door = Noisy("a", timeout_ms=0)
    async with followed(desk.build("door", door)):
        await until(lambda: getattr(door, "asked", 0) > 30)
    assert desk.told == []
    assert desk.facts == [("door", False)]


async def test_a_key_pressed_while_its_module_was_away_starts_nothing(desk: Desk) -> None:
    key = SimInput("a", timeout_ms=0)
    async with followed(desk.build("emergency-key", key)):
        await until(lambda: desk.facts)
        key.inject("gone")
        await until(lambda: "input_no_answer" in desk.issues)
        key.put(active=True)
        key.inject(None)
        await until(lambda: "key_stuck" in desk.issues)
        key.put(active=False)
        await until(lambda: not desk.issues)
    assert desk.facts == [("emergency-key", False)]


async def test_a_driver_or_listener_that_fails_does_not_end_the_watching(desk: Desk) -> None:
    class Broken(SimInput):
        async def read(self) -> bool:
            raise ZeroDivisionError

    async with followed(desk.build("door", Broken("a"))):
        await until(lambda: desk.issues)
    assert desk.issues["input_no_answer"].startswith("ZeroDivisionError")


@pytest.fixture
def chips(monkeypatch: pytest.MonkeyPatch) -> FakeGpio:
    chips = FakeGpio()
    chips.plug(CHIP, "pinctrl-bcm2711", [None] * 28)
    chips.install(monkeypatch)
    return chips


async def test_a_gpio_key_is_waited_for_and_the_shortest_press_counts(
    desk: Desk, chips: FakeGpio
) -> None:
    key = GpioInput("a", port=CHIP, line=17, active="low", bias="pull-up")
    async with followed(desk.build("emergency-key", key)):
        await until(lambda: desk.facts)
        chips.drive(CHIP, 17, "low")
        chips.drive(CHIP, 17, "open")
        await until(lambda: len(desk.facts) == 3)
        chips.drive(CHIP, 17, "low", held_ms=5)  # a bounce
    assert desk.facts == [("emergency-key", active) for active in (False, True, False)]


async def test_a_gpio_chip_that_is_pulled_is_told_and_works_again_when_it_is_back(
    desk: Desk, chips: FakeGpio
) -> None:
    door = GpioInput("a", port=CHIP, line=17, active="low", bias="pull-up")
    async with followed(desk.build("door", door)):
        await until(lambda: desk.facts)
        chips.unplug(CHIP)
        await until(lambda: "input_no_answer" in desk.issues)
        chips.plug(CHIP, "pinctrl-bcm2711", [None] * 28)
        chips.drive(CHIP, 17, "low")
        await until(lambda: desk.issues.keys() == {"door_open"})
    assert desk.facts == [("door", False), ("door", True)]


async def test_a_gpio_contact_is_looked_at_now_and_then_all_the_same(
    desk: Desk, chips: FakeGpio
) -> None:
    door = GpioInput("a", port=CHIP, line=17, active="low", bias="pull-up")
    async with followed(desk.build("door", door, PollInterval(check_s=0.001))):
        await until(lambda: desk.facts)
        chips.pin(CHIP, 17).outside = False  # a change without an edge
        await until(lambda: len(desk.facts) == 2)
    assert desk.told == ["door_open"]


async def test_all_run_beside_each_other_and_say_how_they_stand(tmp_path: Path) -> None:
    (tmp_path / "dien.json").write_text('{"active": true}')
    wanted = [
        Input(name="cua", kind="door", profile="sim-input"),
        Input(name="dien", kind="mains", profile="sim-input", port=str(tmp_path / "dien.json")),
    ]
    inputs = build_inputs(wanted, lambda *_: None, lambda *_: None)
    assert inputs.states() == {"cua": InputState("door", None), "dien": InputState("mains", None)}
    running = asyncio.create_task(inputs.run())
    await until(lambda: None not in [state.active for state in inputs.states().values()])
    running.cancel()
    await asyncio.wait([running])
    assert inputs.states() == {
        "cua": InputState("door", active=False),
        "dien": InputState("mains", active=True),
    }


async def test_without_contacts_there_is_nothing_to_do() -> None:
    await InputMonitor([]).run()


def test_a_contact_that_cannot_be_loaded_is_the_settings_fault() -> None:
    with pytest.raises(ConfigError, match=r"E_DRIVER: khoa: .*missing_key port"):
        build_inputs(
            [Input(name="khoa", kind="silence-key", profile="gpio", line=4)],
            lambda *_: None,
            lambda *_: None,
        )

"""Contacts: each change is reported once, a dead device is one issue, a stuck key does nothing."""

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


class InputRecorder:
    """Facts and issues as they come."""

    def __init__(self) -> None:
        self.facts: list[tuple[str, bool]] = []
        self.issues: dict[str, str] = {}
        self.begun: list[str] = []

    def on_input(self, name: str, kind: str, active: bool) -> None:  # noqa: FBT001 - the seam's form
        assert name == "a"
        self.facts.append((kind, active))

    def set_issue(self, kind: str, subject: str, hint: str | None) -> None:
        assert subject == "a"
        if hint is None:
            self.issues.pop(kind, None)
        elif kind not in self.issues:
            self.issues[kind] = hint
            self.begun.append(kind)

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
def recorder() -> InputRecorder:
    return InputRecorder()


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


async def test_a_door_is_reported_at_first_and_at_each_change_only(recorder: InputRecorder) -> None:
    door = SimInput("a")
    async with followed(recorder.build("door", door)):
        await until(lambda: recorder.facts)
        door.put(active=True)
        await until(lambda: "door_open" in recorder.issues)
        door.put(active=False)
        await until(lambda: len(recorder.facts) == 3)
    assert recorder.facts == [("door", False), ("door", True), ("door", False)]
    assert recorder.issues == {}
    assert recorder.begun == ["door_open"]


async def test_mains_that_is_lost_is_an_issue_until_it_is_back(recorder: InputRecorder) -> None:
    mains = SimInput("a")
    async with followed(recorder.build("mains", mains)):
        await until(lambda: recorder.issues)
        assert recorder.begun == ["mains_lost"]
        mains.put(active=True)
        await until(lambda: not recorder.issues)
    assert recorder.facts == [("mains", False), ("mains", True)]


async def test_a_silence_key_that_is_on_at_start_counts_at_once(recorder: InputRecorder) -> None:
    key = SimInput("a")
    key.put(active=True)
    async with followed(recorder.build("silence-key", key)):
        await until(lambda: recorder.facts)
    assert recorder.facts == [("silence-key", True)]
    assert recorder.issues == {}


async def test_an_emergency_key_found_pressed_starts_nothing_until_it_was_released(
    recorder: InputRecorder,
) -> None:
    key = SimInput("a")
    key.put(active=True)
    async with followed(recorder.build("emergency-key", key)):
        await until(lambda: "key_stuck" in recorder.issues)
        assert recorder.facts == []
        key.put(active=False)
        await until(lambda: recorder.facts)
        assert recorder.issues == {}
        key.put(active=True)
        await until(lambda: len(recorder.facts) == 2)
    assert recorder.facts == [("emergency-key", False), ("emergency-key", True)]


async def test_a_device_that_dies_raises_one_issue_is_unknown_and_recovers(
    recorder: InputRecorder,
) -> None:
    door = SimInput("a", timeout_ms=0)
    contact = recorder.build("door", door)
    async with followed(contact):
        await until(lambda: contact.active is False)
        door.inject("mute")
        await until(lambda: "input_no_answer" in recorder.issues)
        assert contact.active is None
        door.inject("gone")
        await asyncio.sleep(0)
        door.inject(None)
        await until(lambda: not recorder.issues)
        assert contact.active is False
    assert recorder.begun == ["input_no_answer"]
    assert recorder.facts == [("door", False)]


async def test_one_lost_answer_is_no_issue(recorder: InputRecorder) -> None:
    class Noisy(SimInput):
        async def read(self) -> bool:
            self.asked = getattr(self, "asked", 0) + 1
            self.inject("mute" if self.asked % 3 else None)  # two of three are lost
            return await super().read()

    door = Noisy("a", timeout_ms=0)
    async with followed(recorder.build("door", door)):
        await until(lambda: getattr(door, "asked", 0) > 30)
    assert recorder.begun == []
    assert recorder.facts == [("door", False)]


async def test_a_key_pressed_while_its_module_was_away_starts_nothing(
    recorder: InputRecorder,
) -> None:
    key = SimInput("a", timeout_ms=0)
    async with followed(recorder.build("emergency-key", key)):
        await until(lambda: recorder.facts)
        key.inject("gone")
        await until(lambda: "input_no_answer" in recorder.issues)
        key.put(active=True)
        key.inject(None)
        await until(lambda: "key_stuck" in recorder.issues)
        key.put(active=False)
        await until(lambda: not recorder.issues)
    assert recorder.facts == [("emergency-key", False)]


async def test_a_microphones_key_that_cannot_be_read_any_more_counts_as_released(
    recorder: InputRecorder,
) -> None:
    key = SimInput("a", timeout_ms=0)
    async with followed(recorder.build("microphone-key", key)):
        await until(lambda: recorder.facts)
        key.put(active=True)
        await until(lambda: len(recorder.facts) == 2)
        key.inject("gone")  # while it is pressed
        await until(lambda: len(recorder.facts) == 3)
        key.inject(None)
        await until(lambda: "key_stuck" in recorder.issues)  # it must be released first
    states = [active for _, active in recorder.facts]
    assert states == [False, True, False]


async def test_a_driver_or_listener_that_fails_does_not_end_the_watching(
    recorder: InputRecorder,
) -> None:
    class Broken(SimInput):
        async def read(self) -> bool:
            raise ZeroDivisionError

    async with followed(recorder.build("door", Broken("a"))):
        await until(lambda: recorder.issues)
    assert recorder.issues["input_no_answer"].startswith("ZeroDivisionError")


@pytest.fixture
def chips(monkeypatch: pytest.MonkeyPatch) -> FakeGpio:
    chips = FakeGpio()
    chips.plug(CHIP, "pinctrl-bcm2711", [None] * 28)
    chips.install(monkeypatch)
    return chips


async def test_a_gpio_key_is_waited_for_and_the_shortest_press_counts(
    recorder: InputRecorder, chips: FakeGpio
) -> None:
    key = GpioInput("a", port=CHIP, line=17, active="low", bias="pull-up")
    async with followed(recorder.build("emergency-key", key)):
        await until(lambda: recorder.facts)
        chips.drive(CHIP, 17, "low")
        chips.drive(CHIP, 17, "open")
        await until(lambda: len(recorder.facts) == 3)
        chips.drive(CHIP, 17, "low", held_ms=5)  # a bounce
    assert recorder.facts == [("emergency-key", active) for active in (False, True, False)]


async def test_a_gpio_chip_that_is_pulled_raises_an_issue_and_works_again_when_it_is_back(
    recorder: InputRecorder, chips: FakeGpio
) -> None:
    door = GpioInput("a", port=CHIP, line=17, active="low", bias="pull-up")
    async with followed(recorder.build("door", door)):
        await until(lambda: recorder.facts)
        chips.unplug(CHIP)
        await until(lambda: "input_no_answer" in recorder.issues)
        chips.plug(CHIP, "pinctrl-bcm2711", [None] * 28)
        chips.drive(CHIP, 17, "low")
        await until(lambda: recorder.issues.keys() == {"door_open"})
    assert recorder.facts == [("door", False), ("door", True)]


async def test_a_gpio_contact_is_looked_at_now_and_then_all_the_same(
    recorder: InputRecorder, chips: FakeGpio
) -> None:
    door = GpioInput("a", port=CHIP, line=17, active="low", bias="pull-up")
    async with followed(recorder.build("door", door, PollInterval(check_s=0.001))):
        await until(lambda: recorder.facts)
        chips.pin(CHIP, 17).outside = False  # a change without an edge
        await until(lambda: len(recorder.facts) == 2)
    assert recorder.begun == ["door_open"]


async def test_all_inputs_run_concurrently_and_report_their_states(tmp_path: Path) -> None:
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


async def test_a_lockout_that_cannot_be_read_counts_as_on_until_it_is_seen_off(
    recorder: InputRecorder,
) -> None:
    lockout = SimInput("a", timeout_ms=0)
    contact = recorder.build("lockout", lockout)
    async with followed(contact):
        await until(lambda: recorder.facts)
        lockout.inject("mute")
        await until(lambda: len(recorder.facts) == 2)
        assert contact.active is None
        lockout.inject(None)
        await until(lambda: len(recorder.facts) == 3)
    assert recorder.facts == [("lockout", False), ("lockout", True), ("lockout", False)]
    assert recorder.begun == ["input_no_answer"]


async def test_a_lockout_that_never_answers_is_said_once_to_be_on(recorder: InputRecorder) -> None:
    lockout = SimInput("a", timeout_ms=0)
    lockout.inject("mute")
    async with followed(recorder.build("lockout", lockout)):
        await until(lambda: recorder.facts)
        for _ in range(20):
            await asyncio.sleep(0)
    assert recorder.facts == [("lockout", True)]

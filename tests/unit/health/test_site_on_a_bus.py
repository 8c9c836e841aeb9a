"""A board with relays and contacts and an energy meter on one RS-485 line, as in a real cabinet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from agent.health.inputs import ContactMonitor, InputMonitor, PollInterval
from agent.health.sensors import SensorMonitor, build_sensors
from agent.health.shared_device import share_devices
from agent.play.speaker_line import SpeakerLine
from agent.settings.model import Input
from agent.settings.model import Sensor as Want
from drivers import registry
from drivers.profile.load import load_profile
from drivers.sim.sim_modbus_device import SimModbusDevice
from drivers.sim.sim_serial_bus import SimSerialBus

BOARD, METER = "waveshare-modbus-rtu-relay-d", "peacefair-pzem-004t-v3"
QUICK = PollInterval(key_s=0.01, calm_s=0.02, retry_s=0.02)
KINDS = ("door", "mains", "silence-key")


class Cabinet:
    """The line with its two devices, and what the agent makes of them."""

    def __init__(self, port: Path) -> None:
        self.board = SimModbusDevice(load_profile(BOARD), 1)
        self.meter = SimModbusDevice(load_profile(METER), 2)
        self.cable = SimSerialBus(port, [self.board, self.meter])
        self.facts: list[tuple[str, bool]] = []
        self.issues: dict[tuple[str, str], str] = {}
        self.begun: list[str] = []
        self.inputs = self._build_inputs()
        self.line = self._build_line()
        self.sensors = self._build_sensors()
        self.draw(0.0)

    def set_issue(self, kind: str, subject: str, hint: str | None) -> None:
        if hint is None:
            self.issues.pop((kind, subject), None)
        elif (kind, subject) not in self.issues:
            self.issues[kind, subject] = hint
            self.begun.append(kind)

    def draw(self, ampere: float) -> None:
        self.meter.measure("current", ampere)

    def _build_inputs(self) -> InputMonitor:
        port = str(self.cable.path)
        wanted = [
            Input(name=kind, kind=kind, profile=BOARD, port=port, unit=1, line=n, debounce_ms=2)
            for n, kind in enumerate(KINDS)
        ]
        devices = share_devices("input_no_answer", wanted, self.set_issue)
        return InputMonitor(
            [
                ContactMonitor(
                    want.kind,
                    registry.load_input(
                        BOARD, name=want.name, port=port, unit=1, line=want.line, debounce_ms=2
                    ),
                    on_input=lambda _name, kind, active: self.facts.append((kind, active)),
                    set_issue=self.set_issue,
                    device=device,
                    interval=QUICK,
                )
                for want, device in zip(wanted, devices, strict=True)
            ]
        )

    def _build_line(self) -> SpeakerLine:
        relay = registry.load_switch(
            BOARD, name="nga-ba", port=str(self.cable.path), unit=1, coil=0
        )
        return SpeakerLine("nga-ba", relay, 0, 0, self.set_issue)

    def _build_sensors(self) -> SensorMonitor:
        port = str(self.cable.path)
        want = Want(
            name="dong",
            measures="current",
            profile=METER,
            port=port,
            unit=2,
            zone="nga-ba",
            low=0.3,
        )
        return build_sensors([want], lambda _: self.line.state, self.set_issue)


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not is_so():  # noqa: ASYNC110 - the world outside tells no events
            await asyncio.sleep(0.005)


@pytest.fixture
async def cabinet(tmp_path: Path) -> AsyncIterator[Cabinet]:
    cabinet = await asyncio.to_thread(Cabinet, tmp_path / "port")
    await cabinet.cable.plug()
    watching = asyncio.create_task(cabinet.inputs.run(), name="inputs")
    yield cabinet
    watching.cancel()
    await asyncio.wait([watching])
    registry.close()
    await cabinet.cable.unplug()


async def test_contacts_switch_and_meter_share_the_line_and_each_is_right(
    cabinet: Cabinet,
) -> None:
    await until(lambda: len(cabinet.facts) == 3)
    cabinet.board.inputs[2] = True
    await until(lambda: ("silence-key", True) in cabinet.facts)
    cabinet.board.inputs[1] = True
    await until(lambda: ("mains", True) in cabinet.facts)
    (sampler,) = cabinet.sensors.samplers
    assert await cabinet.line.claim()
    cabinet.draw(0.8)
    for _ in range(2):
        await sampler.sample()
    assert cabinet.sensors.readings()["dong"].value == pytest.approx(0.8)
    assert cabinet.issues == {}
    cabinet.draw(0.0)  # the fuse blows
    for _ in range(2):
        await sampler.sample()
    assert set(cabinet.issues) == {("amplifier_draws_nothing", "nga-ba")}
    cabinet.line.release()
    await until(lambda: cabinet.line.state == "off")


async def test_a_cable_that_is_pulled_is_one_issue_of_the_board_and_heals_by_itself(
    cabinet: Cabinet,
) -> None:
    await until(lambda: len(cabinet.facts) == 3)
    cabinet.board.inputs[1] = True
    await until(lambda: ("mains", True) in cabinet.facts)
    await cabinet.cable.unplug()
    await until(lambda: cabinet.inputs.states()["silence-key"].active is None)
    await until(lambda: cabinet.inputs.states()["door"].active is None)
    board = ("input_no_answer", f"{cabinet.cable.path} unit 1")
    assert list(cabinet.issues) == [board]
    cabinet.board.inputs[0] = True
    await cabinet.cable.plug()
    await until(lambda: ("door", True) in cabinet.facts)
    await until(lambda: list(cabinet.issues) == [("door_open", "door")])
    assert cabinet.begun.count("input_no_answer") == 1

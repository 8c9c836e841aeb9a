"""Sensors: limits with hysteresis, ages, a probe that dies, an amplifier that lies."""

from __future__ import annotations

import asyncio
import contextlib
import math
from pathlib import Path
from typing import Any

import pytest

from agent.contract.report import SensorReading
from agent.errors import ConfigError
from agent.health.sensors import SensorMonitor, SensorSampler, build_sensors
from agent.health.shared_device import SharedDevice
from agent.settings.model import Sensor as Want
from drivers.sim.sim_amplifier import SimAmplifier, inject_fault
from drivers.sim.sim_sensor import SimSensor


class IssueRecorder:
    """Issues as they begin and end, one line, one clock."""

    def __init__(self) -> None:
        self.issues: dict[tuple[str, str], str] = {}
        self.line: str | None = "off"
        self.samples: list[float] = []
        self.now_s = 1000.0

    def set_issue(self, kind: str, subject: str, hint: str | None) -> None:
        if hint is None:
            self.issues.pop((kind, subject), None)
        else:
            self.issues.setdefault((kind, subject), hint)

    def build(self, sensor: SimSensor, **want: Any) -> SensorSampler:
        wanted = Want(name="s", profile="sim-sensor", **want)
        return SensorSampler(
            wanted,
            sensor,
            line_state=lambda _: self.line,
            set_issue=self.set_issue,
            device=SharedDevice("sensor_no_answer", "s", self.set_issue),
            on_sample=lambda _settings, value: self.samples.append(value),
            mono=lambda: self.now_s,
        )

    @property
    def kinds(self) -> list[str]:
        return sorted(kind for kind, _ in self.issues)


@pytest.fixture
def recorder() -> IssueRecorder:
    return IssueRecorder()


async def test_a_hot_cabinet_raises_one_issue_which_ends_two_degrees_lower(
    recorder: IssueRecorder,
) -> None:
    sensor = SimSensor()
    probe = recorder.build(sensor, measures="temperature", high=60.0)
    for celsius, is_told in (
        (60.0, False),
        (60.1, True),
        (58.5, True),
        (61.0, True),
        (58.0, False),
    ):
        sensor.put(celsius)
        await probe.sample()
        assert (recorder.kinds == ["sensor_high"]) is is_told, celsius
    sensor.put(60.1)
    await probe.sample()
    assert recorder.issues["sensor_high", "s"] == "60.1 °C, above 60"


async def test_a_weak_battery_ends_a_twentieth_above_its_limit(recorder: IssueRecorder) -> None:
    sensor = SimSensor(measures="voltage")
    probe = recorder.build(sensor, measures="voltage", low=22.0)
    for volts, is_told in ((22.0, False), (21.9, True), (23.0, True), (23.1, False)):
        sensor.put(volts)
        await probe.sample()
        assert (recorder.kinds == ["sensor_low"]) is is_told, volts


async def test_a_narrow_band_can_still_be_come_back_into(recorder: IssueRecorder) -> None:
    sensor = SimSensor()
    probe = recorder.build(sensor, measures="temperature", low=20.0, high=21.0)
    sensor.put(19.0)
    await probe.sample()
    assert recorder.kinds == ["sensor_low"]
    sensor.put(20.5)
    await probe.sample()
    assert recorder.kinds == []


async def test_a_zero_limit_is_a_limit(recorder: IssueRecorder) -> None:
    sensor = SimSensor()
    probe = recorder.build(sensor, measures="temperature", low=0.0)
    sensor.put(0.0)
    await probe.sample()
    assert recorder.kinds == []
    sensor.put(-0.5)
    await probe.sample()
    assert recorder.kinds == ["sensor_low"]


async def test_a_sensor_that_dies_raises_an_issue_after_three_tries_and_recovers(
    recorder: IssueRecorder,
) -> None:
    sensor = SimSensor(value=31.0)
    probe = recorder.build(sensor, measures="temperature")
    assert probe.reading() == SensorReading("temperature", None, "°C", None)
    await probe.sample()
    sensor.inject("gone")
    for told in ([], [], ["sensor_no_answer"], ["sensor_no_answer"]):
        recorder.now_s += 30.0
        await probe.sample()
        assert recorder.kinds == told
    # the last word is kept, with its age
    assert probe.reading() == SensorReading("temperature", 31.0, "°C", 120.0)
    sensor.inject(None)
    await probe.sample()
    assert recorder.kinds == []
    assert probe.reading().age_s == 0.0


class Broken(SimSensor):
    async def read(self) -> float:
        raise ZeroDivisionError


class Endless(SimSensor):
    async def read(self) -> float:
        return math.inf


@pytest.mark.parametrize("sensor", [Broken(), Endless()])
async def test_a_driver_that_fails_or_returns_no_number_is_a_dead_sensor(
    recorder: IssueRecorder, sensor: SimSensor
) -> None:
    probe = recorder.build(sensor, measures="temperature", high=10.0)
    for _ in range(3):
        await probe.sample()
    assert recorder.kinds == ["sensor_no_answer"]


async def test_a_welded_relay_and_a_dead_amplifier_raise_issues_for_their_zone(
    recorder: IssueRecorder, tmp_path: Path
) -> None:
    port = tmp_path / "amplifier.json"
    amplifier = SimAmplifier(port=str(port), switch_ms=0)
    current = SimSensor(measures="current", amplifier=str(port), draws=0.8)
    probe = recorder.build(current, measures="current", zone="nga-ba", low=0.3)
    await amplifier.set(True)
    recorder.line = "on"
    await probe.sample()
    await probe.sample()
    assert recorder.issues == {}
    await asyncio.to_thread(inject_fault, port, "dead")  # as a blown fuse
    await probe.sample()
    await probe.sample()
    assert set(recorder.issues) == {("amplifier_draws_nothing", "nga-ba")}
    await asyncio.to_thread(inject_fault, port, "welded")
    await probe.sample()
    await probe.sample()
    assert recorder.issues == {}
    recorder.line = "off"
    await probe.sample()
    await probe.sample()
    hint = "s reads 0.8 A, the least while on is 0.3"
    assert recorder.issues == {("amplifier_draws_when_off", "nga-ba"): hint}


async def test_a_line_that_is_switched_while_the_meter_measures_is_not_judged(
    recorder: IssueRecorder,
) -> None:
    class Switching(SimSensor):
        async def read(self) -> float:
            recorder.line = "off" if recorder.line == "on" else "on"
            return 0.0

    probe = recorder.build(Switching(), measures="current", zone="nga-ba", low=0.3)
    for _ in range(6):
        await probe.sample()
    assert recorder.issues == {}


async def test_without_a_least_nothing_is_judged_and_high_is_still_a_limit(
    recorder: IssueRecorder,
) -> None:
    sensor = SimSensor(measures="current", value=12.0)
    probe = recorder.build(sensor, measures="current", zone="nga-ba", high=10.0)
    await probe.sample()
    await probe.sample()
    assert recorder.kinds == ["sensor_high"]


async def test_all_run_beside_each_other_and_are_in_the_snapshot(tmp_path: Path) -> None:
    wanted = [
        Want(name="tu", measures="temperature", profile="sim-sensor", options={"value": 41.5}),
        Want(name="am", measures="humidity", profile="sim-sensor", port=str(tmp_path / "am.json")),
    ]
    sensors = build_sensors(wanted, lambda _: None, lambda *_: None)
    assert [reading.value for reading in sensors.readings().values()] == [None, None]
    running = asyncio.create_task(sensors.run())
    async with asyncio.timeout(60):
        while None in [reading.value for reading in sensors.readings().values()]:  # noqa: ASYNC110 - readings signal no events
            await asyncio.sleep(0.001)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert sensors.readings()["tu"].value == 41.5
    assert sensors.readings()["am"].unit == "%"


async def test_a_sample_during_which_the_line_was_switched_proves_no_play(
    recorder: IssueRecorder,
) -> None:
    class SwitchedMeanwhile(SimSensor):
        async def read(self) -> float:
            recorder.line = "on"
            return await super().read()

    for sensor in (SwitchedMeanwhile(measures="current", value=0.9), SimSensor(measures="current")):
        await recorder.build(sensor, measures="current", zone="nga-ba", low=0.2).sample()
    assert len(recorder.samples) == 1
    assert recorder.samples != [0.9]


async def test_without_sensors_there_is_nothing_to_do() -> None:
    await SensorMonitor([]).run()


def test_a_profile_that_does_not_exist_or_options_it_does_not_know_are_the_settings_fault() -> None:
    for profile, options in (("sim-senser", {}), ("sim-sensor", {"colour": "red"})):
        want = Want(name="tu", measures="temperature", profile=profile, options=options)
        with pytest.raises(ConfigError, match="E_DRIVER: tu"):
            build_sensors([want], lambda _: None, lambda *_: None)

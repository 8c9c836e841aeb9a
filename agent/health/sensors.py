"""Samples the box's sensors, keeps the last readings, raises an issue for one out of limits.

Every 30 s; every 5 s where a sensor watches a zone's amplifier, so that a bulletin of ten seconds
is enough to prove that it drew current; every 2 s where a light sensor looks at a face. A reading
outside `low`..`high` begins an issue; it ends when the reading is back inside by a margin: 2 °C,
5 % of humidity, else a twentieth of the limit.

`low` of a zone's current or power sensor is no limit but the lowest value that its amplifier draws
while it is on: see `agent.health.amplifier_current`. Without it nothing is checked there.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Mapping, Sequence

from agent.clock import mono_s
from agent.contract.report import SensorReading
from agent.errors import ConfigError
from agent.health.amplifier_current import CurrentProof
from agent.health.hysteresis import Hysteresis
from agent.health.shared_device import SetIssue, SharedDevice, share_devices
from agent.settings.model import Sensor
from drivers import registry
from drivers.errors import DriverError, UnsupportedFeature
from drivers.interface import SensorReader

log = logging.getLogger(__name__)
LineState = Callable[[str], str | None]
OnSample = Callable[[Sensor, float], None]
SAMPLE_S = 30.0
ZONE_SAMPLE_S = 5.0
SIGHT_SAMPLE_S = 2.0
TRIES = 3
MARGIN: Mapping[str, float] = {"temperature": 2.0, "humidity": 5.0}
MARGIN_SHARE = 0.05
DRAWN_MEASURES = ("current", "power")


def _ignore(_sensor: Sensor, _value: float) -> None:
    """Nobody proves anything by it."""


class SensorSampler:
    """One sensor, sampled for as long as `run` lives.

    Args:
        settings: of this sensor.
        sensor: its driver.
        line_state: the state of a zone's line by its name; None for a zone without one.
        set_issue: begins an issue (kind, subject, hint), or ends it (hint None).
        device: the device that it is connected to.
        on_sample: called with each value during which its zone's line was not switched.
        mono: monotonic seconds; replaced in tests.
    """

    def __init__(
        self,
        settings: Sensor,
        sensor: SensorReader,
        *,
        line_state: LineState,
        set_issue: SetIssue,
        device: SharedDevice,
        on_sample: OnSample = _ignore,
        mono: Callable[[], float] = mono_s,
    ) -> None:
        self.settings = settings
        self._sensor = sensor
        self._line_state = line_state
        self._set_issue = set_issue
        self._device = device
        self._on_sample = on_sample
        self._mono = mono
        self._period_s = _period_s(settings)
        self._value: float | None = None
        self._sampled_mono_s = 0.0
        self._misses = 0
        self._low, self._high, self._proof = _build_limits(settings)

    def reading(self) -> SensorReading:
        """The last value with its age."""
        age_s = None if self._value is None else round(self._mono() - self._sampled_mono_s, 1)
        return SensorReading(self.settings.measures, self._value, self._sensor.unit, age_s)

    async def run(self) -> None:
        """Live until cancelled; no fault of the device ends it."""
        while True:
            await self.sample()
            await asyncio.sleep(self._period_s)

    async def sample(self) -> None:
        """Measure once and check the limits; a fault of the device becomes an issue."""
        before = self._line()
        try:
            value = await self._sensor.read()
        except DriverError as error:
            self._count_miss(str(error))
            return
        except Exception as error:
            log.exception("sensor %s failed", self.settings.name)
            self._count_miss(f"{type(error).__name__}: {error}")
            return
        if not math.isfinite(value):
            self._count_miss(f"{value} is not a number")
            return
        self._accept(value, before)

    def _line(self) -> str | None:
        return self._line_state(self.settings.zone) if self.settings.zone else None

    def _accept(self, value: float, before: str | None) -> None:
        self._misses = 0
        self._value, self._sampled_mono_s = round(value, 3), self._mono()
        name = self.settings.name
        self._device.report_read(name)
        shown = f"{value:g} {self._sensor.unit}"
        if self._low is not None:
            hint = f"{shown}, below {self.settings.low:g}" if self._low.add_sample(value) else None
            self._set_issue("sensor_low", name, hint)
        if self._high is not None:
            hint = (
                f"{shown}, above {self.settings.high:g}" if self._high.add_sample(value) else None
            )
            self._set_issue("sensor_high", name, hint)
        if self._line() == before:
            self._on_sample(self.settings, value)
        if self._proof is not None:
            self._prove(self._proof, value, before, shown)

    def _prove(self, proof: CurrentProof, value: float, before: str | None, shown: str) -> None:
        if self._line() != before:
            proof.forget()
            return
        proof.add_sample(before, value)
        zone = self.settings.zone or ""
        hint = f"{self.settings.name} reads {shown}, the least while on is {proof.least:g}"
        self._set_issue("amplifier_draws_nothing", zone, hint if proof.draws_nothing else None)
        self._set_issue("amplifier_draws_when_off", zone, hint if proof.draws_when_off else None)

    def _count_miss(self, why: str) -> None:
        self._misses += 1
        if self._proof is not None:
            self._proof.forget()
        if self._misses >= TRIES:
            self._device.report_miss(self.settings.name, why)


class SensorMonitor:
    """All sensors of one box."""

    def __init__(self, samplers: Sequence[SensorSampler]) -> None:
        self.samplers = list(samplers)

    async def run(self) -> None:
        """Live until cancelled; returns at once without sensors."""
        async with asyncio.TaskGroup() as group:
            for sampler in self.samplers:
                group.create_task(sampler.run(), name=f"sensor {sampler.settings.name}")

    def readings(self) -> dict[str, SensorReading]:
        """Name → last reading with its age; for report and page."""
        return {sampler.settings.name: sampler.reading() for sampler in self.samplers}


def build_sensors(
    sensors: Sequence[Sensor],
    line_state: LineState,
    set_issue: SetIssue,
    on_sample: OnSample = _ignore,
) -> SensorMonitor:
    """The sensors that the settings name; none is read yet.

    Args:
        sensors: of the settings.
        line_state: the state of a zone's line by the zone's name; None for a zone without one.
        set_issue: begins an issue (kind, subject, hint), or ends it (hint None).
        on_sample: called with each value during which its zone's line was not switched.

    Raises:
        ConfigError: E_DRIVER, no such profile, or it does not know one of the settings.
    """
    devices = share_devices("sensor_no_answer", sensors, set_issue)
    return SensorMonitor(
        [
            SensorSampler(
                settings,
                _load(settings),
                line_state=line_state,
                set_issue=set_issue,
                device=device,
                on_sample=on_sample,
            )
            for settings, device in zip(sensors, devices, strict=True)
        ]
    )


def _period_s(settings: Sensor) -> float:
    if settings.zone is None:
        return SAMPLE_S
    return SIGHT_SAMPLE_S if settings.measures == "illuminance" else ZONE_SAMPLE_S


def _load(settings: Sensor) -> SensorReader:
    try:
        return registry.load_sensor(
            settings.profile,
            name=settings.name,
            measures=settings.measures,
            port=settings.port,
            unit=settings.unit,
            **settings.options,
        )
    except UnsupportedFeature as error:
        raise ConfigError("E_DRIVER", settings.name, str(error)) from error


def _build_limits(
    settings: Sensor,
) -> tuple[Hysteresis | None, Hysteresis | None, CurrentProof | None]:
    """Limit for low values, limit for high ones, proof of the amplifier; None: not configured."""
    is_drawn = settings.zone is not None and settings.measures in DRAWN_MEASURES
    low = high = proof = None
    if settings.low is not None and is_drawn:
        proof = CurrentProof(settings.low)
    elif settings.low is not None:
        # hysteresis begins at its limit; a reading equal to `low` is still good
        low = Hysteresis(
            math.nextafter(settings.low, -math.inf), settings.low + _margin(settings, settings.low)
        )
    if settings.high is not None:
        high = Hysteresis(
            math.nextafter(settings.high, math.inf),
            settings.high - _margin(settings, settings.high),
        )
    return low, high, proof


def _margin(settings: Sensor, limit: float) -> float:
    """How far inside the limits an issue ends; at most a quarter of a narrow range."""
    margin = MARGIN.get(settings.measures, MARGIN_SHARE * abs(limit))
    if settings.low is None or settings.high is None:
        return margin
    return min(margin, (settings.high - settings.low) / 4)

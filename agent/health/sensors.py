"""Samples the box's sensors, keeps the last reading with its age, and tells what is out of limits.

Every 30 s; every 5 s where a sensor watches a zone's amplifier, so that a bulletin of ten seconds
is enough to prove that it drew current. A reading outside `low`..`high` begins an issue; it ends
when the reading is back inside by a margin: 2 °C, 5 % of humidity, else a twentieth of the limit.

`low` of a zone's current or power sensor is no limit but the least that its amplifier draws while
it is on: see `agent.health.amplifier_current`. Without it nothing is judged there.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Mapping, Sequence

from agent.clock import mono_s
from agent.contract.report import Reading
from agent.errors import ConfigError
from agent.health.amplifier_current import CurrentProof
from agent.health.hysteresis import Hysteresis
from agent.health.shared_device import Note, SharedDevice, share_devices
from agent.settings.model import Sensor as Want
from drivers import registry
from drivers.errors import DriverError, UnsupportedFeature
from drivers.interface import SensorReader

log = logging.getLogger(__name__)
LineState = Callable[[str], str | None]
SAMPLE_S = 30.0
ZONE_SAMPLE_S = 5.0
TRIES = 3
MARGIN: Mapping[str, float] = {"temperature": 2.0, "humidity": 5.0}
MARGIN_PART = 0.05
DRAWN = ("current", "power")


class SensorSampler:
    """One sensor, sampled for as long as `run` lives.

    Args:
        want: as the settings say it.
        sensor: its driver.
        line_state: the state of a zone's line by its name; None for a zone without one.
        note: begins an issue (kind, subject, hint), or ends it (hint None).
        device: what it hangs on.
        mono: monotonic seconds; replaced in tests.
    """

    def __init__(
        self,
        want: Want,
        sensor: SensorReader,
        *,
        line_state: LineState,
        note: Note,
        device: SharedDevice,
        mono: Callable[[], float] = mono_s,
    ) -> None:
        self.want = want
        self._sensor = sensor
        self._line_state = line_state
        self._note = note
        self._device = device
        self._mono = mono
        self._period_s = ZONE_SAMPLE_S if want.zone else SAMPLE_S
        self._value: float | None = None
        self._sampled_mono_s = 0.0
        self._misses = 0
        self._low, self._high, self._proof = _build_limits(want)

    def reading(self) -> Reading:
        """The last value, however old, and its age."""
        age_s = None if self._value is None else round(self._mono() - self._sampled_mono_s, 1)
        return Reading(self.want.measures, self._value, self._sensor.unit, age_s)

    async def run(self) -> None:
        """Live until cancelled; no fault of the device ends it."""
        while True:
            await self.sample()
            await asyncio.sleep(self._period_s)

    async def sample(self) -> None:
        """Measure once and judge; a fault of the device is told, not raised."""
        before = self._line()
        try:
            value = await self._sensor.read()
        except DriverError as error:
            self._miss(str(error))
            return
        except Exception as error:
            log.exception("sensor %s failed", self.want.name)
            self._miss(f"{type(error).__name__}: {error}")
            return
        if not math.isfinite(value):
            self._miss(f"{value} is no reading")
            return
        self._take(value, before)

    def _line(self) -> str | None:
        return self._line_state(self.want.zone) if self.want.zone else None

    def _take(self, value: float, before: str | None) -> None:
        self._misses = 0
        self._value, self._sampled_mono_s = round(value, 3), self._mono()
        name = self.want.name
        self._device.hear(name)
        told = f"{value:g} {self._sensor.unit}"
        if self._low is not None:
            hint = f"{told}, below {self.want.low:g}" if self._low.add_sample(value) else None
            self._note("sensor_low", name, hint)
        if self._high is not None:
            hint = f"{told}, above {self.want.high:g}" if self._high.add_sample(value) else None
            self._note("sensor_high", name, hint)
        if self._proof is not None:
            self._prove(self._proof, value, before, told)

    def _prove(self, proof: CurrentProof, value: float, before: str | None, told: str) -> None:
        if self._line() != before:
            proof.forget()
            return
        proof.add_sample(before, value)
        zone = self.want.zone or ""
        hint = f"{self.want.name} reads {told}, the least while on is {proof.least:g}"
        self._note("amplifier_draws_nothing", zone, hint if proof.draws_nothing else None)
        self._note("amplifier_draws_when_off", zone, hint if proof.draws_when_off else None)

    def _miss(self, why: str) -> None:
        self._misses += 1
        if self._proof is not None:
            self._proof.forget()
        if self._misses >= TRIES:
            self._device.miss(self.want.name, why)


class SensorMonitor:
    """All sensors of one box."""

    def __init__(self, probes: Sequence[SensorSampler]) -> None:
        self.probes = list(probes)

    async def run(self) -> None:
        """Live until cancelled; without sensors there is nothing to do."""
        async with asyncio.TaskGroup() as group:
            for probe in self.probes:
                group.create_task(probe.run(), name=f"sensor {probe.want.name}")

    def snapshot(self) -> dict[str, Reading]:
        """Name → last reading with its age; for report and page."""
        return {probe.want.name: probe.reading() for probe in self.probes}


def build_sensors(wanted: Sequence[Want], line_state: LineState, note: Note) -> SensorMonitor:
    """The sensors that the settings name; nothing is asked yet.

    Args:
        wanted: `sensors` of the settings.
        line_state: the state of a zone's line by the zone's name; None for a zone without one.
        note: begins an issue (kind, subject, hint), or ends it (hint None).

    Raises:
        ConfigError: E_DRIVER, no such profile, or it does not know one of the settings.
    """
    devices = share_devices("sensor_no_answer", wanted, note)
    return SensorMonitor(
        [
            SensorSampler(want, _load(want), line_state=line_state, note=note, device=device)
            for want, device in zip(wanted, devices, strict=True)
        ]
    )


def _load(want: Want) -> SensorReader:
    try:
        return registry.load_sensor(
            want.profile,
            name=want.name,
            measures=want.measures,
            port=want.port,
            unit=want.unit,
            **want.options,
        )
    except UnsupportedFeature as error:
        raise ConfigError("E_DRIVER", want.name, str(error)) from error


def _build_limits(want: Want) -> tuple[Hysteresis | None, Hysteresis | None, CurrentProof | None]:
    """Alarm on low values, alarm on high ones, proof of the amplifier: each where it is wanted."""
    is_drawn = want.zone is not None and want.measures in DRAWN
    low = high = proof = None
    if want.low is not None and is_drawn:
        proof = CurrentProof(want.low)
    elif want.low is not None:
        # a band begins at its limit, a reading at `low` is still within
        low = Hysteresis(math.nextafter(want.low, -math.inf), want.low + _margin(want, want.low))
    if want.high is not None:
        high = Hysteresis(math.nextafter(want.high, math.inf), want.high - _margin(want, want.high))
    return low, high, proof


def _margin(want: Want, limit: float) -> float:
    """How far back inside; in a narrow band no more than a quarter of it."""
    margin = MARGIN.get(want.measures, MARGIN_PART * abs(limit))
    if want.low is None or want.high is None:
        return margin
    return min(margin, (want.high - want.low) / 4)

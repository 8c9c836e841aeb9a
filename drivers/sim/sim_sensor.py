"""A simulated sensor: its value follows the real quantity with a lag, like a real probe's.

Its state file (`port`) is JSON, `{"value": 31.5, "fault": null}`; `value` is the real quantity,
which may be changed while the agent runs; `fault` is one of `mute` (no answer), `gone` (no such
device), `nonsense` (an answer that its manual does not allow).

With `amplifier` it is a current sensor in the supply of a simulated amplifier: its value is `draws`
while that amplifier's contact is closed, welded or not, and 0 while it is open. With `looks_at` it
is a light sensor before a simulated face: its value is the light around, and `white_lux` more where
the face is white. `noise` is how far each reading is off, up and down in turn.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal, get_args

from drivers.errors import DeviceProtocolError, DeviceTimeout, DeviceUnreachable
from drivers.interface import UNIT_OF
from drivers.sim.sim_amplifier import read_contact
from drivers.sim.sim_light import read_face_light
from drivers.sim.state_file import locked, read_state, write_state

Fault = Literal["mute", "gone", "nonsense"]
FAULTS = get_args(Fault)


def set_value(port: Path, value: float) -> None:
    """Set the real quantity in a state file."""
    with locked(port):
        write_state(port, {**read_state(port, FAULTS), "value": value})


def set_sensor_fault(port: Path, fault: Fault | None) -> None:
    """Set a fault (None: clear it) of the simulated sensor of a state file."""
    with locked(port):
        write_state(port, {**read_state(port, FAULTS), "fault": fault})


class SimSensor:
    """A `SensorReader` of a number in a file, or of a simulated amplifier's current.

    Args:
        name: its name in the settings.
        measures: the quantity in the settings; determines the unit.
        port: path of the state file; None keeps the state in this object.
        unit: accepted and unused, so that only the driver's name differs from a real sensor.
        value: the real quantity while the state file has none.
        lag_s: the probe's time constant: after this time it has followed 63 % of a step.
        amplifier: path of a simulated amplifier's state file.
        draws: the current of that amplifier while it is on.
        looks_at: path of a face's picture, `…/mat-truoc-latest.png` of a folder of pictures.
        white_lux: by how much that face raises the value when it is white.
        noise: share of the value.
        timeout_ms: timeout of an unanswered request.
        sleep: waits some seconds; replaced in tests.
        mono: monotonic seconds; replaced in tests.
    """

    def __init__(  # noqa: PLR0913 - the keys of a sensor in the settings, and two seams for tests
        self,
        name: str = "sensor",
        *,
        measures: str = "temperature",
        port: str | None = None,
        unit: int | None = None,
        value: float = 25.0,
        lag_s: float = 0.0,
        amplifier: str | None = None,
        draws: float = 1.2,
        looks_at: str | None = None,
        white_lux: float = 400.0,
        noise: float = 0.0,
        timeout_ms: int = 500,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        mono: Callable[[], float] = time.monotonic,
    ) -> None:
        del unit
        self.name = name
        self.unit = UNIT_OF[measures]
        self._file = Path(port) if port is not None else None
        self._amplifier = Path(amplifier) if amplifier is not None else None
        self._value = value
        self._lag_s = lag_s
        self._draws = draws
        self._face = Path(looks_at) if looks_at is not None else None
        self._white_lux = white_lux
        self._noise = noise
        self._is_up = False
        self._timeout_s = timeout_ms / 1000
        self._sleep = sleep
        self._mono = mono
        self._memory: dict[str, Any] = {}
        self._told: float | None = None
        self._told_mono_s = 0.0

    async def read(self) -> float:
        """The probe's value now.

        Raises:
            DeviceTimeout: mute.
            DeviceUnreachable: gone.
            DeviceProtocolError: nonsense, or the file is not such a state.
        """
        state = await self._load()
        await self._answer(state.get("fault"))
        value = state.get("value", self._value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise DeviceProtocolError(self.name, "read", "value is a number")
        self._is_up = not self._is_up
        return self._follow(float(value)) * (1 + (self._noise if self._is_up else -self._noise))

    def put(self, value: float) -> None:
        """Set the real quantity without a state file."""
        self._own()["value"] = value

    def inject(self, fault: Fault | None) -> None:
        """Set or clear a fault without a state file; with one, use `set_sensor_fault`."""
        self._own()["fault"] = fault

    def _own(self) -> dict[str, Any]:
        if self._file is not None:
            raise RuntimeError(f"{self.name}: its state lives in {self._file}")
        return self._memory

    async def _load(self) -> dict[str, Any]:
        state = self._memory
        if self._file is not None:
            state = await asyncio.to_thread(read_state, self._file, FAULTS)
        if self._amplifier is not None:
            is_on = await asyncio.to_thread(read_contact, self._amplifier)
            state = {**state, "value": self._draws if is_on else 0.0}
        if self._face is not None:
            light = await asyncio.to_thread(read_face_light, self._face)
            around = state.get("value", self._value)
            state = {**state, "value": around + self._white_lux * light}
        return state

    async def _answer(self, fault: str | None) -> None:
        if fault == "gone":
            raise DeviceUnreachable(self.name, "read", "no such device")
        if fault == "nonsense":
            raise DeviceProtocolError(self.name, "read", "checksum")
        if fault == "mute":
            await self._sleep(self._timeout_s)
            raise DeviceTimeout(self.name, "read", f"no answer in {self._timeout_s:g} s")

    def _follow(self, value: float) -> float:
        now_mono_s = self._mono()
        if self._told is None or self._lag_s <= 0:
            told = value
        else:
            left = math.exp(-(now_mono_s - self._told_mono_s) / self._lag_s)
            told = value + (self._told - value) * left
        self._told, self._told_mono_s = told, now_mono_s
        return told

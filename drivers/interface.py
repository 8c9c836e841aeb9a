"""What a driver must do. The ordering rules stand on the methods; simulators assert them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

Fill = Callable[[int, float], bytes]

Measure = Literal["temperature", "humidity", "current", "voltage", "power"]
# what a sensor measures, as settings and profiles name it -> its plain unit
UNIT_OF: Mapping[str, str] = {
    "temperature": "°C",
    "humidity": "%",
    "current": "A",
    "voltage": "V",
    "power": "W",
}


@dataclass(frozen=True)
class AudioDevice:
    """A sound output that is there now.

    Args:
        device: what the settings name it by; it outlives a restart and another order of cards.
        name: the driver's whole name for it.
    """

    device: str
    name: str


class AudioOutput(Protocol):
    """One sound path of signed 16-bit mono PCM, kept open for the life of its process."""

    device: str

    def open(self, rate_hz: int, block_frames: int, fill: Fill) -> None:
        """Start the stream; from now on the device calls `fill(frames, lead_s)` on its own thread.

        `fill` returns exactly `frames * 2` bytes. `lead_s` is how far ahead of now the first of
        these frames will leave the device. Call once, before anything else.

        Raises:
            DeviceUnreachable: no such device, or it cannot be opened.
        """

    def is_running(self) -> bool:
        """Is the device still consuming? False means: kill the process and begin anew."""

    def close(self) -> None:
        """Stop calling `fill` and release the device."""


class PowerSwitch(Protocol):
    """The power switch of an amplifier or of a loudspeaker line.

    Order: `set(True)`, read back, wait the zone's settle time, sound, wait the tail, `set(False)`,
    read back. The owner does the waiting; the switch only switches.
    """

    name: str
    takes_s: float  # how long `set(True)` takes when all is well

    async def set(self, on: bool) -> None:  # noqa: FBT001 - the state itself is the argument
        """Switch, then read back.

        Raises:
            DeviceTimeout: no answer.
            DeviceFault: it answers, but the read-back differs (a welded or dead contact).
        """

    async def read(self) -> bool:
        """The contact's real state.

        Raises:
            DeviceTimeout: no answer.
            UnsupportedFeature: this device cannot be asked: what `set` did is not proved.
        """


@runtime_checkable
class VolumeControl(Protocol):
    """What some amplifiers can do beside being switched; in the device's own steps."""

    async def set_volume(self, step: int) -> None:
        """Set the volume; only while the amplifier is on.

        Raises:
            DeviceTimeout: no answer.
            UnsupportedFeature: this model has no such command.
            ValueError: outside the profile's limits.
        """

    async def read_volume(self) -> int:
        """The volume as the device tells it.

        Raises:
            DeviceTimeout: no answer.
            UnsupportedFeature: this model cannot be asked.
        """


class InputPin(Protocol):
    """One contact that someone or something else closes: a door, a key, mains present."""

    name: str

    async def read(self) -> bool:
        """The logical state: true when the door is open, the key turned, mains present.

        Which level counts as true is the driver's `active` setting; debouncing is the driver's.

        Raises:
            DeviceTimeout: no answer.
            DeviceUnreachable: there is no such device, or it is gone.
        """


@runtime_checkable
class EdgePin(InputPin, Protocol):
    """An input that tells of a change by itself, so that nobody need ask again and again."""

    async def next_state(self) -> bool:
        """Wait for the next debounced change; returns the state after it. One caller at a time.

        No change is left out: a key that was pressed and let go gives true, then false. A change
        from before `read` may come after it. Cancel freely: nothing is lost.

        Raises:
            DeviceTimeout: no answer.
            DeviceUnreachable: there is no such device, or it is gone.
        """


class SensorReader(Protocol):
    """One measured quantity, in its plain unit: °C, %, A, V or W."""

    name: str
    unit: str

    async def read(self) -> float:
        """Measure now.

        Raises:
            DeviceTimeout: no answer.
            DeviceUnreachable: there is no such device, or it is gone.
            DeviceProtocolError: it answered what its manual does not allow.
        """


class FrameSink(Protocol):
    """A board that takes finished frames: RGB, 3 bytes a pixel, rows from the top."""

    def open(self, faces: dict[str, tuple[int, int]]) -> None:
        """Claim the board; `faces` maps a face's name to (width_px, height_px). Call once, first.

        Everything that the board needs is opened in here, and no thread is started: the process is
        confined afterwards (no new socket, device or program; files in the board's own folder
        only) and forks for each scene.

        Raises:
            DeviceUnreachable: the board is not there.
        """

    def send(self, face: str, frame: bytes) -> None:
        """Put one frame on a face; returns when the board has it.

        Raises:
            ValueError: unknown face or wrong length: our own misuse.
            DeviceUnreachable: the board is gone.
        """

    def set_brightness(self, pct: int) -> None:
        """0 to 100 percent.

        Raises:
            UnsupportedFeature: this board cannot dim.
        """

    def close(self) -> None:
        """Leave the faces black and release the board."""

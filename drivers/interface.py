"""The interfaces of drivers. The methods state the order of calls; simulators assert it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

Fill = Callable[[int, float], bytes]

Measure = Literal["temperature", "humidity", "current", "voltage", "power", "illuminance"]
# measured quantity, as settings and profiles name it -> its plain unit
UNIT_OF: Mapping[str, str] = {
    "temperature": "°C",
    "humidity": "%",
    "current": "A",
    "voltage": "V",
    "power": "W",
    "illuminance": "lx",
}


@dataclass(frozen=True)
class AudioDevice:
    """A sound output or input that is present now.

    Args:
        device: its name in the settings; stable across restarts and another order of cards.
        name: the driver's full name of it.
    """

    device: str
    name: str


@dataclass(frozen=True)
class SoundCard:
    """A sound card that the kernel sees now.

    Args:
        index: the kernel's number of it; changes with every plug.
        name: stable, but equal for two cards of one kind.
        port: its link below `/dev/snd/by-path`, stable for the socket; None without one.
    """

    index: int
    name: str
    port: str | None = None


class AudioOutput(Protocol):
    """One sound path of signed 16-bit PCM.

    A process may have several of one device. `open` then raises `DeviceUnreachable` where the
    device takes one stream only.
    """

    device: str

    def preferred_block(self) -> int:
        """Frames a block that suit the device, at 48 kHz; call before `open`.

        Large where a second stream can be opened beside the first (a sound server), small where
        not (a card).

        Raises:
            DeviceUnreachable: no such device.
        """

    def open(self, rate_hz: int, block_frames: int, fill: Fill, channels: int = 1) -> None:
        """Start the stream; from now on the device calls `fill(frames, lead_s)` on its own thread.

        `fill` returns exactly `frames * channels * 2` bytes, the channels interleaved. `lead_s` is
        how far ahead of now the first of these frames will leave the device. Call once.

        Raises:
            DeviceUnreachable: no such device, or it cannot be opened.
        """

    def is_running(self) -> bool:
        """Does the device still consume samples? If not, restart the process."""

    def retire(self) -> None:
        """Another stream has taken over: this one plays out what it has, and is closed soon."""

    def close(self) -> None:
        """Stop calling `fill` and release the device."""


class AudioInput(Protocol):
    """One microphone or line-in of signed 16-bit mono PCM, open only while somebody speaks."""

    device: str

    def open(self, rate_hz: int, block_frames: int) -> None:
        """Start to capture. Call once, before anything else.

        Everything that the device needs is opened here, and no thread is started that reads or
        writes anything but the device: the process is confined afterwards.

        Raises:
            DeviceUnreachable: no such device, or it cannot be opened.
        """

    def read(self) -> bytes:
        """Wait for the next block, `block_frames * 2` bytes. One that came too late is lost.

        Raises:
            DeviceUnreachable: the device is gone. It may also never return: whoever waits for it
                ends the process.
        """

    def close(self) -> None:
        """Release the device."""


class PowerSwitch(Protocol):
    """The power switch of an amplifier or of a loudspeaker line.

    Order: `set(True)`, read back, wait the zone's settle time, sound, wait the tail, `set(False)`,
    read back. The caller waits; the switch only switches.
    """

    name: str
    takes_s: float  # duration of `set(True)` without faults

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
            UnsupportedFeature: this device has no query, so the effect of `set` is not proved.
        """


@runtime_checkable
class VolumeControl(Protocol):
    """The volume control of some amplifiers, in the device's own steps."""

    async def set_volume(self, step: int) -> None:
        """Set the volume; only while the amplifier is on.

        Raises:
            DeviceTimeout: no answer.
            UnsupportedFeature: this model has no such command.
            ValueError: outside the profile's limits.
        """

    async def read_volume(self) -> int:
        """The volume that the device reports.

        Raises:
            DeviceTimeout: no answer.
            UnsupportedFeature: this model has no query.
        """


class InputPin(Protocol):
    """One contact that is operated from outside: a door, a key, mains present."""

    name: str

    async def read(self) -> bool:
        """The logical state: true when the door is open, the key turned, mains present.

        The setting `active` defines which level is true; the driver debounces.

        Raises:
            DeviceTimeout: no answer.
            DeviceUnreachable: there is no such device, or it is gone.
        """


@runtime_checkable
class EdgePin(InputPin, Protocol):
    """An input that reports its changes, so that no polling is needed."""

    async def next_state(self) -> bool:
        """Wait for the next debounced change; returns the state after it. One caller at a time.

        No change is omitted: a key that was pressed and released gives true, then false. A change
        from before `read` may come after it. Cancelling loses no change.

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
            DeviceProtocolError: its answer is not one that its manual allows.
        """

"""PortAudio's list of devices: found by name, as indices shift with every hot-plug."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from drivers.audio.quiet_stderr import quiet_stderr
from drivers.errors import DeviceUnreachable
from drivers.interface import AudioDevice

Direction = Literal["Input", "Output"]


def find_device(
    audio: Any,
    direction: Direction,
    device: str,
    channels: int,
    place: str = "",
) -> tuple[int, str]:
    """A device's index and PortAudio's name of it.

    Args:
        audio: PortAudio, initialised.
        direction: which of its streams is meant.
        device: PortAudio's name of it, or the first part of that name up to ` (` or `: `.
        channels: that it must have.
        place: what its name must hold besides.

    Raises:
        DeviceUnreachable: there is none.
    """
    names = []
    for index, name in _list(audio, direction, channels):
        names.append(name)
        if place in name and device in (name, name.partition(" (")[0], name.partition(": ")[0]):
            return index, name
    kind, found = direction.lower(), ", ".join(names) or "none"
    raise DeviceUnreachable(device, "find", f"{kind}s of {channels} channel(s) here: {found}")


def list_devices(direction: Direction) -> list[AudioDevice]:
    """The devices that PortAudio finds now.

    It omits devices that cannot be opened at this moment, such as a card in use, and aborts the
    process on some ALSA configurations: call this in a separate process.
    """
    import pyaudio

    with quiet_stderr():
        audio = pyaudio.PyAudio()
    try:
        names = [name for _, name in _list(audio, direction, 1)]
    finally:
        audio.terminate()
    return [AudioDevice(build_device(name), name) for name in names]


def _list(audio: Any, direction: Direction, channels: int) -> Iterator[tuple[int, str]]:
    for index in range(audio.get_device_count()):
        info = audio.get_device_info_by_index(index)
        if int(info[f"max{direction}Channels"]) >= channels:
            yield index, str(info["name"])


def build_device(name: str) -> str:
    """The stable part of a name: `USB Audio Device: - (hw:1,0)` contains the card's number."""
    return name.partition(": ")[0] if "(hw:" in name else name

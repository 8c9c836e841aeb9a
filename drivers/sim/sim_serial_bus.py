"""A serial bus without hardware: a pty at a chosen path, with simulated devices on it.

Run as `python -m drivers.sim.sim_serial_bus PROFILE PATH [UNIT]` it simulates a device for
station.yaml.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tty
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from drivers.profile.load import load_profile
from drivers.profile.model import AmplifierProfile, BoardProfile, Profile, RelayProfile
from drivers.sim.sim_command_device import SimCommandDevice
from drivers.sim.sim_modbus_device import SimModbusDevice
from drivers.sim.sim_text_sign import SerialTextSign, SimTextSign


class SimSerialDevice(Protocol):
    """A simulated device on a bus."""

    def answer(self, frame: bytes) -> bytes:
        """The answer to one frame; empty if it is not for this device."""


class SimSerialBus:
    """The bus with its cable: `plug`, `unplug`, and faults of the devices' answers.

    A pause of `frame_gap_s` ends a frame, as on a real line.

    Args:
        path: of the port, a symbolic link like those in /dev/serial/by-path.
        devices: the devices on it.
        answer_s: time until a device's answer.
    """

    frame_gap_s = 0.004

    def __init__(
        self, path: Path, devices: Sequence[SimSerialDevice], answer_s: float = 0.0
    ) -> None:
        self.path = path
        self.devices = list(devices)
        self.answer_s = answer_s
        self.mute: set[SimSerialDevice] = set()
        self.noise: bytes | None = None  # sent instead of each answer
        self.frames: list[bytes] = []  # all frames received
        self._master: int | None = None
        self._pending = b""
        self._timer: asyncio.TimerHandle | None = None

    async def plug(self) -> None:
        """The port appears."""
        self._master = await asyncio.to_thread(self._make_port)
        # A pty whose other end is not open yet reads as hung up, so the read is repeated.
        self._listen()

    async def unplug(self) -> None:
        """The port disappears, even while it is open."""
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            self._timer.cancel()
        if self._master is not None:
            loop.remove_reader(self._master)
            os.close(self._master)
            self._master = None
        await asyncio.to_thread(self.path.unlink, missing_ok=True)

    def _make_port(self) -> int:
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(slave))
        os.close(slave)
        return master

    def _listen(self) -> None:
        if self._master is not None:
            asyncio.get_running_loop().add_reader(self._master, self._receive)

    def _receive(self) -> None:
        loop = asyncio.get_running_loop()
        if self._master is None:
            return
        try:
            data = os.read(self._master, 1024)
        except BlockingIOError:
            return
        except OSError:
            loop.remove_reader(self._master)
            self._timer = loop.call_later(self.frame_gap_s, self._listen)
            return
        self._pending += data
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_later(self.frame_gap_s, self._end_frame)

    def _end_frame(self) -> None:
        frame, self._pending = self._pending, b""
        self.frames.append(frame)
        for device in self.devices:
            answer = b"" if device in self.mute else device.answer(frame)
            if answer:
                data = answer if self.noise is None else self.noise
                asyncio.get_running_loop().call_later(self.answer_s, self._send, data)

    def _send(self, data: bytes) -> None:
        if self._master is not None:
            with contextlib.suppress(OSError):  # the other end is closed
                os.write(self._master, data)


def build_device(profile: Profile, unit: int) -> SimSerialDevice:
    """The simulated device of a profile.

    Raises:
        ValueError: the kernel drives the device, so it has no bus.
    """
    if profile.transport == "hwmon":
        raise ValueError(f"{profile.model}: the kernel drives it, it has no line")
    if isinstance(profile, BoardProfile):
        if profile.content is None or profile.content.modbus_text is None:
            raise ValueError(f"{profile.model}: no sign with letters")
        return SerialTextSign(SimTextSign(profile.content.modbus_text), unit)
    if isinstance(profile, RelayProfile | AmplifierProfile) and profile.commands is not None:
        return SimCommandDevice(profile, unit)
    return SimModbusDevice(profile, unit)


async def run(name: str, path: Path, unit: int | None) -> None:
    """Simulate the device on that path until cancelled."""
    profile = load_profile(name)
    factory = profile.units.factory if profile.units else 0
    device = build_device(profile, factory if unit is None else unit)
    line = SimSerialBus(path, [device])
    await line.plug()
    print(f"{profile.vendor} {profile.model} at {path}; Ctrl-C ends it")
    try:
        await asyncio.Event().wait()
    finally:
        await line.unplug()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        _name, _path, *_unit = sys.argv[1:]
        asyncio.run(run(_name, Path(_path), int(_unit[0]) if _unit else None))

"""A relay or amplifier with a command table on its own serial line."""

from __future__ import annotations

import asyncio
import logging
import re

from drivers.bus.bus_device import build_bus_user, build_framing
from drivers.bus.bus_registry import share_bus
from drivers.bus.serial_port import SerialPort, open_serial
from drivers.bus.shared_bus import SharedBus
from drivers.errors import DeviceFault, DeviceProtocolError, DriverError, UnsupportedFeature
from drivers.profile.model import AmplifierProfile, CommandSpec, RelayProfile
from drivers.profile.template import build_frame, build_pattern, parse_group

log = logging.getLogger(__name__)


EXCHANGE_S = 0.4  # a command and a query at 9600 baud, with the pauses that manuals require


class CommandSwitch:
    """A `PowerSwitch`, for an amplifier also a `VolumeControl`.

    For a device without a query only its answer to the command is known: `read` raises
    UnsupportedFeature, and evidence must not count its switching as proved.

    Args:
        profile: with a command table.
        name: its name in the settings.
        port: the serial port's path.
        unit: the device's number, where its commands contain one.
        coil: the channel, from 0.
        baud: of the serial line.
        parity: of the serial line.
        timeout_ms: longest time until the device's answer.
        volume: set after each power on, in the device's own steps.
        inverted: the load is wired to the normally closed contact.
    """

    def __init__(  # noqa: PLR0913 - the keys of a switch in the settings
        self,
        profile: RelayProfile | AmplifierProfile,
        *,
        name: str,
        port: str,
        coil: int,
        timeout_ms: int,
        unit: int = 0,
        baud: int | None = None,
        parity: str | None = None,
        volume: int | None = None,
        inverted: bool = False,
    ) -> None:
        if profile.commands is None or profile.serial is None:
            raise UnsupportedFeature(name, "load", "the profile has no commands")
        self.name = name
        self._commands = profile.commands
        self._values = {"unit": unit, "channel": profile.commands.first_channel + coil}
        self._ready_s = profile.timings.ready_ms / 1000
        self._volume = volume
        self.takes_s = EXCHANGE_S + (self._ready_s if volume is not None else 0.0)
        self._inverted = inverted
        self._user = build_bus_user(profile, name, unit, timeout_ms)
        framing = build_framing(profile.serial, baud, parity)
        protocol = f"{profile.vendor} {profile.model} {framing}"
        self._line: SharedBus[SerialPort] = share_bus(
            port, protocol, name, lambda: open_serial(port, framing)
        )

    async def set(self, on: bool) -> None:  # noqa: FBT001 - the state itself is the argument
        """Switch, then query the state if the device has a query; then set the volume, if any.

        Raises:
            DriverError: as `SharedBus.command`; DeviceFault, the device reports another state.
        """
        operation = f"switch {'on' if on else 'off'}"
        commands = self._commands
        await self._handle(operation, commands.on if on != self._inverted else commands.off)
        if commands.query is not None:
            have = await self._query(operation, is_poll=False)
            if have != on:
                state = "on" if have else "off"
                raise DeviceFault(self.name, operation, f"it answers that it is {state}")
        if on and self._volume is not None:
            await self._have_volume(self._volume)

    async def read(self) -> bool:
        """The state that the device reports.

        Raises:
            DriverError: as `SharedBus.poll`; UnsupportedFeature, it has no query.
        """
        if self._commands.query is None:
            raise UnsupportedFeature(self.name, "read", "this device cannot be asked")
        return await self._query("read", is_poll=True)

    async def set_volume(self, step: int) -> None:
        """Set the volume, in the device's own steps.

        Raises:
            DriverError: as `SharedBus.command`; UnsupportedFeature, it has no such command.
            ValueError: outside the profile's limits.
        """
        volume = self._commands.volume
        if volume is None:
            raise UnsupportedFeature(self.name, "set volume", "the profile has no volume command")
        if not volume.low <= step <= volume.high:
            raise ValueError(f"{self.name}: volume {step} is outside {volume.low}..{volume.high}")
        await self._handle("set volume", volume.set, step)

    async def read_volume(self) -> int:
        """The volume that the device reports, in its own steps.

        Raises:
            DriverError: as `SharedBus.poll`; UnsupportedFeature, it has no query.
        """
        volume = self._commands.volume
        if volume is None or volume.query is None:
            raise UnsupportedFeature(self.name, "read volume", "this device cannot be asked")
        query = volume.query
        found = await self._exchange("read volume", query.send, query.answer, is_poll=True)
        if found is None:
            raise AssertionError("unreachable: a query has an answer")
        return int(found["volume"])

    async def _have_volume(self, step: int) -> None:
        # Sound at the former volume is better than none: an emergency may be waiting.
        await asyncio.sleep(self._ready_s)
        try:
            await self.set_volume(step)
        except DriverError as error:
            log.warning("%s; it keeps the volume that it had", error)

    async def _handle(self, operation: str, command: CommandSpec, step: int | None = None) -> None:
        await self._exchange(operation, command.send, command.answer, step=step)

    async def _query(self, operation: str, *, is_poll: bool) -> bool:
        query = self._commands.query
        if query is None:
            raise AssertionError("unreachable: the callers looked")
        found = await self._exchange(operation, query.send, query.answer, is_poll=is_poll)
        state = parse_group(self._commands.form, found, "state") if found else ""
        if state not in (query.on, query.off):
            detail = f"the state {state!r} is neither {query.on!r} nor {query.off!r}"
            raise DeviceProtocolError(self.name, operation, detail)
        return (state == query.on) != self._inverted

    async def _exchange(
        self,
        operation: str,
        send: str,
        answer: str | None,
        *,
        step: int | None = None,
        is_poll: bool = False,
    ) -> re.Match[bytes] | None:
        values = self._values if step is None else {**self._values, "volume": step}
        frame = build_frame(self._commands.form, send, values)
        pattern = build_pattern(self._commands.form, answer, values) if answer else None

        async def talk(port: SerialPort) -> re.Match[bytes] | None:
            port.send(frame)
            return await port.expect(pattern) if pattern else None

        ask = self._line.poll if is_poll else self._line.command
        return await ask(self._user, operation, talk)

"""One switched loudspeaker line: on, read back, settle; sound; tail, off, read back.

Any exception of a driver is a fault of its own line only: a driver's bug must leave neither this
amplifier nor another one on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from itertools import chain, repeat
from typing import Literal

from agent.errors import ConfigError
from agent.settings.model import Zone
from drivers import registry
from drivers.errors import DeviceFault, DriverError, UnsupportedFeature
from drivers.interface import PowerSwitch

log = logging.getLogger(__name__)
FaultSink = Callable[[str, str, str | None], None]
State = Literal["off", "settling", "on", "fault"]
SWITCH_S = 0.2  # least time for a switch to be set and read back
OFF_AGAIN_S = (2.0, 5.0, 30.0)  # between attempts to switch off; the last value repeats
CLOSE_S = 5.0  # limit for the final switching off: systemd does not wait longer


class SpeakerLine:
    """A zone of a sound output.

    Args:
        name: the zone's name.
        switch: its power switch; None for a line that is always on.
        settle_ms: wait between the switch's read-back and sound.
        tail_ms: wait between the end of sound and switching off.
        on_fault: called with (kind, zone, hint); hint None when the fault is over.
        channels: of the sound device that feed it, from 0; none where the device has only one.
    """

    def __init__(
        self,
        name: str,
        switch: PowerSwitch | None,
        settle_ms: int,
        tail_ms: int,
        on_fault: FaultSink,
        channels: tuple[int, ...] = (),
    ) -> None:
        self.name = name
        self.channels = channels
        self.settle_s = settle_ms / 1000 if switch else 0.0
        self._switch = switch
        self._tail_s = tail_ms / 1000
        self._on_fault = on_fault
        self._lock = asyncio.Lock()
        self._users = 0
        self._off: asyncio.Task[None] | None = None
        self._is_closed = False
        self.state: State = "off" if switch else "on"

    @property
    def lead_s(self) -> float:
        """Seconds from now until sound can start: 0 for a line that is already on."""
        if self.state == "on" or self._switch is None:
            return 0.0
        return self.settle_s + max(SWITCH_S, self._switch.takes_s)

    async def claim(self) -> bool:
        """Switch the line on and let it settle. True when it is on; each claim needs one `release`.

        A claim that is cancelled while it waits has released itself.
        """
        self._users += 1
        if self._off is not None:
            self._off.cancel()
            self._off = None
        if self._switch is None:
            return True
        try:
            return await self._ensure_on(self._switch)
        except BaseException:
            self.release()
            raise

    async def claim_again(self) -> bool:
        """Try again to switch the line on, for a claim that got False; it stays one claim."""
        return self._switch is None or await self._ensure_on(self._switch)

    async def _ensure_on(self, switch: PowerSwitch) -> bool:
        async with self._lock:
            if self.state == "on":
                return True
            return not self._is_closed and await self._switch_on(switch)

    async def _switch_on(self, switch: PowerSwitch) -> bool:
        self.state = "settling"
        try:
            await switch.set(True)
        except Exception as error:  # noqa: BLE001 - a driver's bug is a fault of this line only
            self.state = "fault"
            kind = "switch_dead" if isinstance(error, DeviceFault) else "switch_no_answer"
            self._on_fault(kind, self.name, _describe(error))
            return False
        await asyncio.sleep(self.settle_s)
        self.state = "on"
        for kind in ("switch_no_answer", "switch_dead"):
            self._on_fault(kind, self.name, None)
        return True

    def release(self) -> None:
        """The sound on this line is over: switch off after the tail, unless claimed again."""
        self._users -= 1
        if self._users == 0 and self._switch is not None:
            self._off = asyncio.create_task(self._switch_off(), name=f"tail {self.name}")

    async def _switch_off(self) -> None:
        await asyncio.sleep(self._tail_s)
        if not await self._set_off():
            await self._keep_switching_off()

    async def _keep_switching_off(self) -> None:
        """Retry: after one disturbed answer an amplifier would otherwise stay on all night."""
        for wait_s in chain(OFF_AGAIN_S, repeat(OFF_AGAIN_S[-1])):
            await asyncio.sleep(wait_s)
            if await self._set_off():
                return

    async def _set_off(self) -> bool:
        if self._switch is None:
            return True
        async with self._lock:
            # A claim may cancel this midway: then it is unknown whether the contact has moved.
            self.state = "settling"
            try:
                await self._switch.set(False)
            except Exception as error:  # noqa: BLE001 - a driver's bug is a fault of this line only
                self.state = "fault"
                self._on_fault("switch_stuck", self.name, _describe(error))
                return False
            self.state = "off"
            for kind in (
                "switch_stuck",
                "switch_no_answer",
            ):  # it answers; whether it closes is unknown
                self._on_fault(kind, self.name, None)
            return True

    async def open(self) -> None:
        """Switch off, to start from a known state; after a failure retry until a claim."""
        self._is_closed = False
        if not await self._set_off():
            self._off = asyncio.create_task(self._keep_switching_off(), name=f"off {self.name}")

    async def close(self) -> None:
        """Switch off now and never on again; give up on a device that takes too long.

        A second call does nothing.
        """
        if self._is_closed:
            return
        self._is_closed = True
        if self._off is not None:
            self._off.cancel()
            self._off = None
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._set_off()
        except TimeoutError:
            self.state = "fault"
            self._on_fault("switch_stuck", self.name, f"not off within {CLOSE_S:g} s")


def _describe(error: Exception) -> str:
    """The text of a driver's fault; any other exception is a bug and goes to the log."""
    if isinstance(error, DriverError):
        return str(error)
    log.error("a switch's driver failed", exc_info=error)
    return f"{type(error).__name__}: {error}"


async def close_buses(lines: Iterable[SpeakerLine]) -> None:
    """Switch all lines off concurrently.

    Neither another line's failure nor a cancellation leaves one of them on: a cancellation takes
    effect after all are closed.
    """
    closing = [asyncio.create_task(line.close(), name=f"close {line.name}") for line in lines]
    is_cancelled = False
    while pending := [task for task in closing if not task.done()]:
        try:
            await asyncio.wait(pending)
        except asyncio.CancelledError:
            is_cancelled = True
    for task in closing:
        if (error := task.exception()) is not None:
            log.error("%s failed", task.get_name(), exc_info=error)
    if is_cancelled:
        raise asyncio.CancelledError


def close_ports() -> None:
    """Close the serial ports that lines share, after all lines are off."""
    registry.close()


def build_line(zone: Zone, on_fault: FaultSink, channels: int = 1) -> SpeakerLine:
    """The line of one zone of the settings, with its switch; `channels` has its sound device.

    Raises:
        ConfigError: E_DRIVER, no such profile, or an unknown option in the settings.
    """
    switch = None
    if zone.switch is not None:
        want = zone.switch
        try:
            switch = registry.load_switch(
                want.profile,
                name=zone.name,
                port=want.port,
                unit=want.unit,
                coil=want.coil,
                **want.options,
            )
        except UnsupportedFeature as error:
            raise ConfigError("E_DRIVER", zone.name, str(error)) from error
    own = [number - 1 for number in zone.channels] or range(channels)
    fed_by = tuple(own) if channels > 1 else ()
    return SpeakerLine(zone.name, switch, zone.settle_ms, zone.tail_ms, on_fault, fed_by)

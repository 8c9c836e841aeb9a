"""Watches the box's contacts: a door, mains, a generator, the two local keys.

The theory. A contact that tells its edges by itself (GPIO) is waited for; any other is asked: a key
four times a second, the rest once. One that does not answer is asked three times, then told once
and asked every five seconds, so that a dead module does not hold the line that it shares with the
switches. What was known of it is then unknown: the report says null, not the last word.

A key that is found pressed, at start or when its module is back, starts nothing: a short in its
wires would else sound the alarm at every power cut. It counts again once it was seen let go.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.contract.report import InputState
from agent.errors import ConfigError
from agent.health.shared_device import Note, SharedDevice, share_devices
from agent.settings.model import Input
from drivers import registry
from drivers.errors import DriverError, UnsupportedFeature
from drivers.interface import EdgePin, InputPin

log = logging.getLogger(__name__)
OnInput = Callable[[str, str, bool], None]
KEYS = ("silence-key", "emergency-key")
TRIES = 3


@dataclass(frozen=True)
class PollInterval:
    """Seconds from one question to the next.

    Args:
        key_s: to a key that must be asked.
        calm_s: to a door, mains, a generator.
        check_s: to a contact that tells its edges, only to see that it is still there.
        retry_s: to one that does not answer.
    """

    key_s: float = 0.25
    calm_s: float = 1.0
    check_s: float = 30.0
    retry_s: float = 5.0


PACE = PollInterval()


class ContactMonitor:
    """One contact, followed for as long as `run` lives.

    Args:
        kind: as the settings name it.
        pin: its driver, whose name is the contact's.
        on_input: called with (name, kind, active), at the first reading and at each change.
        note: begins an issue (kind, subject, hint), or ends it (hint None).
        device: what it hangs on.
        pace: how often it is asked.
    """

    def __init__(
        self,
        kind: str,
        pin: InputPin,
        *,
        on_input: OnInput,
        note: Note,
        device: SharedDevice,
        pace: PollInterval = PACE,
    ) -> None:
        self.name = pin.name
        self.kind = kind
        self.active: bool | None = None
        self._pin = pin
        self._on_input = on_input
        self._note = note
        self._device = device
        self._pace = pace
        self._told: bool | None = None
        self._misses = 0
        self._is_armed = kind != "emergency-key"

    async def run(self) -> None:
        """Live until cancelled; no fault of the device ends it."""
        while True:
            try:
                await self._follow(self._pin)
            except DriverError as error:
                await self._miss(str(error))
            except Exception as error:
                log.exception("contact %s failed", self.name)
                await self._miss(f"{type(error).__name__}: {error}")

    async def _follow(self, pin: InputPin) -> None:
        self._take(await pin.read())
        if not isinstance(pin, EdgePin):
            await _beat(self._pace.key_s if self.kind in KEYS else self._pace.calm_s)
            return
        try:
            async with asyncio.timeout(self._pace.check_s):
                while True:
                    self._take(await pin.next_state())
        except DriverError:  # first: a device's time-out is a TimeoutError too
            raise
        except TimeoutError:
            return

    def _take(self, active: bool) -> None:  # noqa: FBT001 - the state itself is the argument
        self._misses = 0
        self._device.hear(self.name)
        self.active = active
        if not self._is_armed:
            hint = "found pressed; it counts again once it was let go" if active else None
            self._note("key_stuck", self.name, hint)
            if active:
                return
            self._is_armed = True
        if active != self._told:
            self._told = active
            self._report(active)

    def _report(self, active: bool) -> None:  # noqa: FBT001 - as `_take`
        if self.kind == "door":
            self._note("door_open", self.name, "the contact says open" if active else None)
        elif self.kind == "mains":
            self._note("mains_lost", self.name, None if active else "the contact says no mains")
        self._on_input(self.name, self.kind, active)

    async def _miss(self, why: str) -> None:
        self._misses += 1
        if self._misses < TRIES:
            await asyncio.sleep(self._pace.calm_s)
            return
        self.active = None
        self._is_armed = self.kind != "emergency-key"
        self._device.miss(self.name, why)
        await asyncio.sleep(self._pace.retry_s)


async def _beat(period_s: float) -> None:
    """Until the next beat, which is one for all: contacts of one board then share its frames."""
    now_mono_s = asyncio.get_running_loop().time()
    await asyncio.sleep(period_s - now_mono_s % period_s if period_s else 0)


class InputMonitor:
    """All contacts of one box."""

    def __init__(self, contacts: Sequence[ContactMonitor]) -> None:
        self._contacts = list(contacts)

    async def run(self) -> None:
        """Live until cancelled; without contacts there is nothing to do."""
        async with asyncio.TaskGroup() as group:
            for contact in self._contacts:
                group.create_task(contact.run(), name=f"input {contact.name}")

    def states(self) -> dict[str, InputState]:
        """Name → what the contact says now, None where it cannot be read; for report and page."""
        return {c.name: InputState(c.kind, c.active) for c in self._contacts}


def build_inputs(wanted: Sequence[Input], on_input: OnInput, note: Note) -> InputMonitor:
    """The contacts that the settings name; nothing is asked yet.

    Args:
        wanted: `inputs` of the settings.
        on_input: called with (name, kind, active) in the event loop; it must not block. `active`
            means: door open, mains present, generator running, key pressed.
        note: begins an issue (kind, subject, hint), or ends it (hint None).

    Raises:
        ConfigError: E_DRIVER, no such profile, or it does not know one of the settings.
    """
    devices = share_devices("input_no_answer", wanted, note)
    return InputMonitor(
        [
            ContactMonitor(one.kind, _load(one), on_input=on_input, note=note, device=device)
            for one, device in zip(wanted, devices, strict=True)
        ]
    )


def _load(want: Input) -> InputPin:
    try:
        return registry.load_input(
            want.profile,
            name=want.name,
            port=want.port,
            unit=want.unit,
            line=want.line,
            active=want.active,
            debounce_ms=want.debounce_ms,
            **want.options,
        )
    except UnsupportedFeature as error:
        raise ConfigError("E_DRIVER", want.name, str(error)) from error

"""Reads the box's contacts: a door, mains, a generator, the local keys.

The theory. A contact that reports its edges by itself (GPIO) is waited for; any other is polled: a
key four times a second, the rest once. One that does not answer is polled three times, then raises
an issue and is polled every five seconds, so that a dead module does not block the bus that it
shares with the switches. Its state is unknown from then on: the report says null, not the last
value.

An emergency key, or the key of a microphone, that is found pressed, at start or when its module is
back, starts nothing: a short in its wires would otherwise sound the alarm at every power cut. It
counts again after it was seen released. The key of a microphone that cannot be read any more counts
as released, a lockout as on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.contract.input_kind import INPUT_KINDS, InputKindName
from agent.contract.report import InputState
from agent.errors import ConfigError
from agent.health.shared_device import SetIssue, SharedDevice, share_devices
from agent.settings.model import Input
from drivers import registry
from drivers.errors import DriverError, UnsupportedFeature
from drivers.interface import EdgePin, InputPin

log = logging.getLogger(__name__)
OnInput = Callable[[str, InputKindName, bool], None]
TRIES = 3


@dataclass(frozen=True)
class PollInterval:
    """Seconds from one poll to the next.

    Args:
        key_s: of a key that must be polled.
        calm_s: of a contact that is no key.
        check_s: of a contact that reports its edges: only to see that it is still there.
        retry_s: of one that does not answer.
    """

    key_s: float = 0.25
    calm_s: float = 1.0
    check_s: float = 30.0
    retry_s: float = 5.0


POLL_INTERVAL = PollInterval()


class ContactMonitor:
    """One contact, read for as long as `run` lives.

    Args:
        kind: one of `INPUT_KINDS`.
        pin: its driver, whose name is the contact's.
        on_input: called with (name, kind, active), at the first reading and at each change.
        set_issue: begins an issue (kind, subject, hint), or ends it (hint None).
        device: the device that it is connected to.
        interval: how often it is polled.
    """

    def __init__(
        self,
        kind: InputKindName,
        pin: InputPin,
        *,
        on_input: OnInput,
        set_issue: SetIssue,
        device: SharedDevice,
        interval: PollInterval = POLL_INTERVAL,
    ) -> None:
        self.name = pin.name
        self.kind = kind
        self.active: bool | None = None
        self._pin = pin
        self._on_input = on_input
        self._set_issue = set_issue
        self._device = device
        self._interval = interval
        self._last_reported: bool | None = None
        self._misses = 0
        self._spec = INPUT_KINDS[kind]
        self._is_armed = not self._spec.must_be_released

    async def run(self) -> None:
        """Live until cancelled; no fault of the device ends it."""
        while True:
            try:
                await self._read(self._pin)
            except DriverError as error:
                await self._count_miss(str(error))
            except Exception as error:
                log.exception("contact %s failed", self.name)
                await self._count_miss(f"{type(error).__name__}: {error}")

    async def _read(self, pin: InputPin) -> None:
        self._accept(await pin.read())
        if not isinstance(pin, EdgePin):
            await _wait_for_tick(
                self._interval.key_s if self._spec.is_key else self._interval.calm_s
            )
            return
        try:
            async with asyncio.timeout(self._interval.check_s):
                while True:
                    self._accept(await pin.next_state())
        except DriverError:  # caught first: a device's time-out is also a TimeoutError
            raise
        except TimeoutError:
            return

    def _accept(self, active: bool) -> None:  # noqa: FBT001 - the state itself is the argument
        self._misses = 0
        self._device.report_read(self.name)
        self.active = active
        if not self._is_armed:
            hint = "found pressed; it counts again once it was released" if active else None
            self._set_issue("key_stuck", self.name, hint)
            if active:
                return
            self._is_armed = True
        if active != self._last_reported:
            self._last_reported = active
            self._report(active)

    def _report(self, active: bool) -> None:  # noqa: FBT001 - as `_accept`
        issue = self._spec.issue
        if issue is not None and not self._spec.is_of_zone:
            hint = issue.hint if self._spec.raises_issue(active) else None
            self._set_issue(issue.kind, self.name, hint)
        self._on_input(self.name, self.kind, active)

    async def _count_miss(self, why: str) -> None:
        self._misses += 1
        if self._misses < TRIES:
            await asyncio.sleep(self._interval.calm_s)
            return
        self.active = None
        self._is_armed = not self._spec.must_be_released
        if self._spec.is_held and self._last_reported:
            self._last_reported = False
            self._report(active=False)
        if self._spec.fails_active and not self._last_reported:
            self._last_reported = True
            self._report(active=True)
        self._device.report_miss(self.name, why)
        await asyncio.sleep(self._interval.retry_s)


async def _wait_for_tick(period_s: float) -> None:
    """Wait for the next tick, the same for all: contacts of one board then share its frames."""
    now_mono_s = asyncio.get_running_loop().time()
    await asyncio.sleep(period_s - now_mono_s % period_s if period_s else 0)


class InputMonitor:
    """All contacts of one box."""

    def __init__(self, contacts: Sequence[ContactMonitor]) -> None:
        self._contacts = list(contacts)

    async def run(self) -> None:
        """Live until cancelled; returns at once without contacts."""
        async with asyncio.TaskGroup() as group:
            for contact in self._contacts:
                group.create_task(contact.run(), name=f"input {contact.name}")

    def states(self) -> dict[str, InputState]:
        """Name → the contact's state now, None where it cannot be read; for report and page."""
        return {c.name: InputState(c.kind, c.active) for c in self._contacts}


def build_inputs(inputs: Sequence[Input], on_input: OnInput, set_issue: SetIssue) -> InputMonitor:
    """The contacts that the settings name; none is read yet.

    Args:
        inputs: of the settings.
        on_input: called with (name, kind, active) in the event loop; it must not block. `active`
            means: door open, mains present, generator running, key pressed.
        set_issue: begins an issue (kind, subject, hint), or ends it (hint None).

    Raises:
        ConfigError: E_DRIVER, no such profile, or it does not know one of the settings.
    """
    devices = share_devices("input_no_answer", inputs, set_issue)
    return InputMonitor(
        [
            ContactMonitor(
                one.kind, _load(one), on_input=on_input, set_issue=set_issue, device=device
            )
            for one, device in zip(inputs, devices, strict=True)
        ]
    )


def _load(settings: Input) -> InputPin:
    try:
        return registry.load_input(
            settings.profile,
            name=settings.name,
            port=settings.port,
            unit=settings.unit,
            line=settings.line,
            active=settings.active,
            debounce_ms=settings.debounce_ms,
            **settings.options,
        )
    except UnsupportedFeature as error:
        raise ConfigError("E_DRIVER", settings.name, str(error)) from error

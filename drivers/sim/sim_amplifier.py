"""A simulated power switch of an amplifier: it takes time, it can weld, die or stop answering.

With a state file (`port`) the contact survives the process, as a real one does, and an operator can
inject a fault while the agent runs: the file is JSON, `{"contact": "off", "fault": null}`, `fault`
is one of `welded` (the contact stays closed), `dead` (it stays open), `mute` (no answer).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from drivers.errors import DeviceFault, DeviceTimeout
from drivers.sim.state_file import locked, read_state, write_state

Fault = Literal["welded", "dead", "mute"]
FAULTS = get_args(Fault)
_STUCK: dict[str | None, bool] = {"welded": True, "dead": False}


@dataclass(frozen=True)
class _State:
    contact: bool = False
    fault: str | None = None


def _read(file: Path) -> _State:
    raw = read_state(file, FAULTS)
    fault = raw.get("fault")
    return _State(_STUCK.get(fault, raw.get("contact") == "on"), fault)


def _write(file: Path, state: _State) -> None:
    write_state(file, {"contact": "on" if state.contact else "off", "fault": state.fault})


def read_contact(port: Path) -> bool:
    """Is the contact of the simulated amplifier of a state file closed?

    Raises:
        DeviceProtocolError: the file is not such a state.
    """
    return _read(port).contact


def inject_fault(port: Path, fault: Fault | None) -> None:
    """Set a fault (None: clear it) of the simulated amplifier of a state file."""
    with locked(port):
        state = _read(port)
        _write(port, _State(_STUCK.get(fault, state.contact), fault))


class SimAmplifier:
    """A `PowerSwitch` with a simulated contact, which also detects sound at the wrong moment.

    Args:
        name: its name in the settings.
        port: path of the state file; None keeps the state in this object.
        unit: accepted and unused, so that only the driver's name differs from a real switch.
        coil: as `unit`.
        switch_ms: travel time of the contact.
        settle_ms: time after the contact has closed until the amplifier is ready for sound.
        timeout_ms: timeout of an unanswered request.
        sleep: waits some seconds; replaced in tests.
        mono: monotonic seconds; replaced in tests.
    """

    def __init__(  # noqa: PLR0913 - the keys of a switch in the settings, and two seams for tests
        self,
        name: str = "amplifier",
        *,
        port: str | None = None,
        unit: int | None = None,
        coil: int | None = None,
        switch_ms: int = 20,
        settle_ms: int = 0,
        timeout_ms: int = 500,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        mono: Callable[[], float] = time.monotonic,
    ) -> None:
        del unit, coil
        self.name = name
        self.takes_s = switch_ms / 1000
        self._file = Path(port) if port is not None else None
        self._switch_s = switch_ms / 1000
        self._settle_s = settle_ms / 1000
        self._timeout_s = timeout_ms / 1000
        self._sleep = sleep
        self._mono = mono
        self._memory = _State()
        self._is_moving = False
        self._is_sounding = False
        self._closed_mono_s: float | None = None

    async def set(self, on: bool) -> None:  # noqa: FBT001 - the state itself is the argument
        """Move the contact and read it back.

        Raises:
            DeviceTimeout: mute.
            DeviceFault: the contact did not follow (welded or dead).
            RuntimeError: a second call during a call, or off while sound plays.
        """
        if self._is_moving:
            raise RuntimeError(f"{self.name}: set() while another set() is under way")
        if self._is_sounding and not on:
            raise RuntimeError(
                f"{self.name}: switched off under sound; stop, wait the tail, then off"
            )
        self._is_moving = True
        try:
            await self._move(on)
        finally:
            self._is_moving = False

    async def read(self) -> bool:
        """The contact's real state.

        Raises:
            DeviceTimeout: mute.
        """
        state = await self._load()
        await self._answer(state, "read")
        return state.contact

    def inject(self, fault: Fault | None) -> None:
        """Set or clear a fault without a state file; with one, use `inject_fault`."""
        if self._file is not None:
            raise RuntimeError(f"{self.name}: its faults live in {self._file}")
        self._memory = _State(_STUCK.get(fault, self._memory.contact), fault)

    def begin_sound(self) -> None:
        """A test calls this when sound starts.

        Raises:
            RuntimeError: the contact is open, or the settle time is not over.
        """
        if self._closed_mono_s is None:
            raise RuntimeError(f"{self.name}: sound into an amplifier that is off")
        if self._mono() - self._closed_mono_s < self._settle_s:
            raise RuntimeError(f"{self.name}: sound before the settle time is over")
        self._is_sounding = True

    def end_sound(self) -> None:
        """A test calls this after the last sample."""
        self._is_sounding = False

    async def _move(self, on: bool) -> None:  # noqa: FBT001 - as `set`
        before = await self._load()
        await self._answer(before, f"set {on}")
        if before.contact != on and before.fault not in _STUCK:
            await self._sleep(self._switch_s)
        after = await self._commit(on)
        await self._answer(after, "read back")
        if after.contact and self._closed_mono_s is None:
            self._closed_mono_s = self._mono()
        elif not after.contact:
            self._closed_mono_s = None
        if after.contact != on:
            have = "on" if after.contact else "off"
            raise DeviceFault(self.name, f"set {on}", f"the contact reads {have} ({after.fault})")

    async def _answer(self, state: _State, operation: str) -> None:
        if state.fault == "mute":
            await self._sleep(self._timeout_s)
            raise DeviceTimeout(self.name, operation, f"no answer in {self._timeout_s:g} s")

    async def _load(self) -> _State:
        if self._file is None:
            return self._memory
        return await asyncio.to_thread(_read, self._file)

    async def _commit(self, on: bool) -> _State:  # noqa: FBT001 - as `set`
        if self._file is None:
            fault = self._memory.fault
            self._memory = _State(_STUCK.get(fault, on), fault)
            return self._memory
        return await asyncio.to_thread(_commit_file, self._file, on)


def _commit_file(file: Path, on: bool) -> _State:  # noqa: FBT001 - as `SimAmplifier.set`
    with locked(file):
        fault = _read(file).fault
        state = _State(_STUCK.get(fault, on), fault)
        _write(file, state)
    return state

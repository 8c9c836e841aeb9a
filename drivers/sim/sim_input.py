"""A simulated input contact: a door, a key, mains, a generator.

Its state file (`port`) is JSON, `{"active": false, "fault": null}`; `fault` is one of `mute` (no
answer) and `gone` (no such device). `tramtin` never writes it; an editor or `set_contact` does,
while the agent runs.

With `amplifier` it is the fault contact of a simulated amplifier, wired as the manual says: it is
active while the file says so, and while that amplifier has no power.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal, get_args

from drivers.errors import DeviceProtocolError, DeviceTimeout, DeviceUnreachable
from drivers.sim.sim_amplifier import read_contact
from drivers.sim.state_file import locked, read_state, write_state

Fault = Literal["mute", "gone"]
FAULTS = get_args(Fault)


def set_contact(port: Path, active: bool) -> None:  # noqa: FBT001 - the state itself is the argument
    """Set the contact of a state file."""
    with locked(port):
        write_state(port, {**read_state(port, FAULTS), "active": active})


def set_contact_fault(port: Path, fault: Fault | None) -> None:
    """Set a fault (None: clear it) of the simulated contact of a state file."""
    with locked(port):
        write_state(port, {"active": False, **read_state(port, FAULTS), "fault": fault})


class SimInput:
    """An `InputPin` whose state is in a file.

    Args:
        name: its name in the settings.
        port: path of the state file; None keeps the state in this object.
        unit: accepted and unused, so that only the driver's name differs from a real contact.
        line: as `unit`.
        active: as `unit`: the file states the logical value, not a level.
        debounce_ms: as `unit`: a file does not bounce.
        amplifier: path of a simulated amplifier's state file.
        timeout_ms: timeout of an unanswered request.
        sleep: waits some seconds; replaced in tests.
    """

    def __init__(  # noqa: PLR0913 - the keys of an input in the settings, and a seam for tests
        self,
        name: str = "contact",
        *,
        port: str | None = None,
        unit: int | None = None,
        line: int | None = None,
        active: str = "high",
        debounce_ms: int = 0,
        amplifier: str | None = None,
        timeout_ms: int = 500,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        del unit, line, active, debounce_ms
        self.name = name
        self._file = Path(port) if port is not None else None
        self._amplifier = Path(amplifier) if amplifier is not None else None
        self._timeout_s = timeout_ms / 1000
        self._sleep = sleep
        self._memory: dict[str, Any] = {}

    async def read(self) -> bool:
        """The state in the file now.

        Raises:
            DeviceTimeout: mute.
            DeviceUnreachable: gone.
            DeviceProtocolError: the file is not such a state.
        """
        state = await self._load()
        fault = state.get("fault")
        if fault == "gone":
            raise DeviceUnreachable(self.name, "read", "no such device")
        if fault == "mute":
            await self._sleep(self._timeout_s)
            raise DeviceTimeout(self.name, "read", f"no answer in {self._timeout_s:g} s")
        active = state.get("active", False)
        if not isinstance(active, bool):
            raise DeviceProtocolError(self.name, "read", "active is true or false")
        return active or not await self._has_power()

    def put(self, active: bool) -> None:  # noqa: FBT001 - the state itself is the argument
        """Set the contact without a state file; with one, use `set_contact`."""
        self._own()["active"] = active

    def inject(self, fault: Fault | None) -> None:
        """Set or clear a fault without a state file; with one, use `set_contact_fault`."""
        self._own()["fault"] = fault

    def _own(self) -> dict[str, Any]:
        if self._file is not None:
            raise RuntimeError(f"{self.name}: its state lives in {self._file}")
        return self._memory

    async def _has_power(self) -> bool:
        """Is its amplifier on? Any other contact needs none."""
        return self._amplifier is None or await asyncio.to_thread(read_contact, self._amplifier)

    async def _load(self) -> dict[str, Any]:
        if self._file is None:
            return self._memory
        return await asyncio.to_thread(read_state, self._file, FAULTS)

"""An input contact that a hand can close while the agent runs: a door, a key, mains, a generator.

With a state file (`port`) it is JSON, `{"active": false, "fault": null}`; `fault` is one of `mute`
(no answer) and `gone` (no such device). `tramtin` never writes it; an editor or `set_contact` does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal, get_args

from drivers.errors import DeviceProtocolError, DeviceTimeout, DeviceUnreachable
from drivers.sim.state_file import locked, read_state, write_state

Fault = Literal["mute", "gone"]
FAULTS = get_args(Fault)


def set_contact(port: Path, active: bool) -> None:  # noqa: FBT001 - the state itself is the argument
    """Press the key, open the door behind a state file."""
    with locked(port):
        write_state(port, {**read_state(port, FAULTS), "active": active})


def break_contact(port: Path, fault: Fault | None) -> None:
    """Break (or mend, with None) the simulated contact behind a state file."""
    with locked(port):
        write_state(port, {"active": False, **read_state(port, FAULTS), "fault": fault})


class SimInput:
    """An `InputPin` whose state is a word in a file.

    Args:
        name: how the settings name it.
        port: path of the state file; None keeps the state in this object.
        unit: accepted and unused: a real contact's settings simulate by changing one word.
        line: as `unit`.
        active: as `unit`: the file holds what is so, not a level.
        debounce_ms: as `unit`: a file does not bounce.
        timeout_ms: how long an unanswered question waits.
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
        timeout_ms: int = 500,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        del unit, line, active, debounce_ms
        self.name = name
        self._file = Path(port) if port is not None else None
        self._timeout_s = timeout_ms / 1000
        self._sleep = sleep
        self._memory: dict[str, Any] = {}

    async def read(self) -> bool:
        """What the file says now.

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
        return active

    def put(self, active: bool) -> None:  # noqa: FBT001 - the state itself is the argument
        """Press or let go a contact without a state file; with one, use `set_contact`."""
        self._own()["active"] = active

    def inject(self, fault: Fault | None) -> None:
        """Break (or mend) a contact without a state file; with one, use `break_contact`."""
        self._own()["fault"] = fault

    def _own(self) -> dict[str, Any]:
        if self._file is not None:
            raise RuntimeError(f"{self.name}: its state lives in {self._file}")
        return self._memory

    async def _load(self) -> dict[str, Any]:
        if self._file is None:
            return self._memory
        return await asyncio.to_thread(read_state, self._file, FAULTS)

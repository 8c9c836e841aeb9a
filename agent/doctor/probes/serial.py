"""Serial ports, by the paths that stay when a cable is pulled and put back."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, good, warning
from agent.settings.model import Settings

DEV = Path("/dev")
BOARD_PORTS = ("ttyAMA[0-9]*", "serial[0-9]*")  # on the circuit board: their names stay


async def check(case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """Every port with its stable path, then what the settings name and is not there."""
    for finding in await asyncio.to_thread(examine_ports, case.settings):
        yield finding


def examine_ports(settings: Settings | None, dev: Path = DEV) -> list[ProbeFinding]:
    """Looks at names only; opens nothing."""
    used = _find_used(settings, dev) if settings is not None else {}
    ports = list_ports(dev)
    found = [_examine_port(path, used, dev) for path in ports] or [good("serial_none")]
    for name, user in used.items():
        if not Path(name).exists():
            found.append(fault("serial_missing", name, user))
        elif _is_unstable(name):
            found.append(warning("serial_unstable", name, user, _stable_name(Path(name), ports)))
    return found


def _examine_port(path: Path, used: dict[str, str], dev: Path) -> ProbeFinding:
    others = [name for name in aliases(path, dev) if name != str(path)]
    uses = [used[name] for name in (str(path), *others) if name in used]
    code = "serial_used" if uses else "serial_free"
    return good(code, str(path), ", ".join(uses), ", ".join(others))


def list_ports(dev: Path) -> list[Path]:
    """One path a port: by-path (where it is plugged in) before by-id (what is plugged in)."""
    seen: dict[Path, Path] = {}
    for folder in ("serial/by-path", "serial/by-id"):
        for link in sorted((dev / folder).glob("*")):
            seen.setdefault(link.resolve(), link)
    for pattern in BOARD_PORTS:
        for node in sorted(dev.glob(pattern)):
            seen.setdefault(node.resolve(), node)
    return list(seen.values())


def aliases(path: Path, dev: Path) -> list[str]:
    """All names of the same port."""
    target = path.resolve()
    names = [str(target)]
    for folder in ("serial/by-path", "serial/by-id"):
        names += [str(one) for one in sorted((dev / folder).glob("*")) if one.resolve() == target]
    return names


def _find_used(settings: Settings, dev: Path) -> dict[str, str]:
    """Ports of the settings, and who uses them: a line has room for many."""
    used: dict[str, str] = {}
    for name, port in _list_uses(settings):
        if port is not None and port.startswith(f"{dev}{os.sep}"):
            used[port] = f"{used[port]}, {name}" if port in used else name
    return used


def _list_uses(settings: Settings) -> Iterator[tuple[str, str | None]]:
    for output in settings.outputs:
        for zone in output.zones:
            if zone.switch is not None:
                yield zone.name, zone.switch.port
    yield from ((one.name, one.port) for one in settings.inputs)
    yield from ((one.name, one.port) for one in settings.sensors)


def _is_unstable(name: str) -> bool:
    """`ttyUSB0` is whichever adapter came first."""
    return Path(name).name.startswith(("ttyUSB", "ttyACM"))


def _stable_name(path: Path, ports: list[Path]) -> str:
    found = (str(one) for one in ports if one.resolve() == path.resolve())
    return next(found, "/dev/serial/by-path/…")

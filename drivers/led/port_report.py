"""What the kernel, or cards and signs themselves, say of a board's ports, for `doctor`.

No board is opened, and whoever is asked goes on showing what it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from drivers.frame_sink import FacePlace, PortReport
from drivers.led.card_search import report_cards
from drivers.led.controller_search import report_controller
from drivers.led.sign_search import report_huidu
from drivers.profile.model import BoardProfile, ColorLightSpec, Profile

DRM = Path("/sys/class/drm")
NET = Path("/sys/class/net")


def report_ports(
    path: str,
    faces: Mapping[str, FacePlace],
    profile: Profile | None,
    options: Mapping[str, Any],
) -> Iterator[PortReport]:
    """The ports that feed these faces.

    Args:
        path: of the board.
        faces: names and places.
        profile: the board's file; None for one that needs none.
        options: of the board.
    """
    if any(place.port for place in faces.values()):
        yield from report_screens(faces)
    elif isinstance(profile, BoardProfile) and profile.transport == "raw-ethernet":
        spec = (profile.sink and profile.sink.colorlight) or ColorLightSpec()
        line = report_line(path, spec.least_mbit)
        yield (
            line
            if line.fault
            else report_cards(line, spec, receivers=int(options.get("receivers", 1)))
        )
    elif isinstance(profile, BoardProfile) and profile.sink and profile.sink.pixel_net:
        yield report_controller(path, profile.sink)
    elif isinstance(profile, BoardProfile) and profile.content and profile.content.huidu:
        yield report_huidu(path, profile.content.huidu)


def report_screens(faces: Mapping[str, FacePlace], folder: Path = DRM) -> Iterator[PortReport]:
    """The connectors that faces name: is a screen there, and has it the mode?"""
    modes = {place.port: place.mode for place in faces.values()}
    for port, mode in modes.items():
        yield _report_screen(port, mode, folder)


def _report_screen(port: str, mode: str, folder: Path) -> PortReport:
    found = sorted(folder.glob(f"card*-{port}"))
    if not found:
        known = sorted(path.name.split("-", 1)[1] for path in folder.glob("card*-*"))
        if not known:
            return PortReport(port, "", "E_NO_CARD: this machine has no graphics card")
        return PortReport(port, "", f"E_CONNECTOR: no {port} here, only {', '.join(known)}")
    if _read(found[0] / "status") != "connected":
        return PortReport(port, "", f"E_UNPLUGGED: {port}: no screen is connected")
    sizes = list(dict.fromkeys(_read(found[0] / "modes").split()))
    if mode.partition("@")[0] not in sizes:
        return PortReport(port, "", f"E_MODE: {port} has no {mode}, only {', '.join(sizes)}")
    return PortReport(port, f"{found[0].name}, {mode}")


def report_line(interface: str, least_mbit: int, folder: Path = NET) -> PortReport:
    """A network interface: is there a cable, and is the line fast enough?"""
    if not (folder / interface).exists():
        known = ", ".join(sorted(path.name for path in folder.iterdir()))
        return PortReport(interface, "", f"E_NO_CARD: no {interface} here, only {known}")
    if _read(folder / interface / "operstate") not in ("up", "unknown"):
        return PortReport(interface, "", f"E_LINK: {interface}: no cable, or the card is off")
    speed = _read(folder / interface / "speed")
    if speed.isdecimal() and int(speed) < least_mbit:
        return PortReport(
            interface, "", f"E_SPEED: {interface}: {speed} Mbit/s, needs {least_mbit}"
        )
    return PortReport(interface, f"{speed} Mbit/s" if speed.isdecimal() else "up")


def _read(path: Path) -> str:
    """A file of sysfs; empty where the kernel does not tell."""
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""

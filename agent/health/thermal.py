"""Reads the processor's temperature, where the kernel has it."""

from __future__ import annotations

from pathlib import Path

ZONE = Path("/sys/class/thermal/thermal_zone0/temp")


def read_temperature_c(zone: Path = ZONE) -> float | None:
    """Degrees Celsius, or None where there is no sensor."""
    try:
        return int(zone.read_text()) / 1000
    except (OSError, ValueError):
        return None

"""Build a device's bus parameters from its profile: timings, key and framing."""

from __future__ import annotations

from collections.abc import Hashable

from drivers.bus.serial_port import Framing
from drivers.bus.shared_bus import BusUser
from drivers.profile.model import Profile, Serial


def build_bus_user(profile: Profile, name: str, key: Hashable, timeout_ms: int) -> BusUser:
    """The device with its timings; `key` distinguishes it from others on the bus."""
    timings = profile.timings
    return BusUser(
        name=name,
        key=key,
        timeout_s=timeout_ms / 1000,
        gap_s=timings.gap_ms / 1000,
        tries=timings.tries,
    )


def build_framing(line: Serial, baud: int | None, parity: str | None) -> Framing:
    """The factory's framing, with the given values replaced."""
    return Framing(
        baud=baud or line.baud,
        bits=line.bits,
        parity=parity or line.parity,
        stop_bits=line.stop_bits,
    )

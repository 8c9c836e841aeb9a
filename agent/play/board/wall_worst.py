"""Of many receiving cards the measurement that says most about the wall."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.control_plane import BoardReading


@dataclass(frozen=True, kw_only=True)
class WorstReading:
    """The wall's values; None where no card measures one.

    Args:
        temperature_c: of the warmest card.
        humidity_pct: at the most humid one.
        voltage_v: of the lowest supply.
        fan_rpm: of the slowest fan.
    """

    temperature_c: float | None
    humidity_pct: int | None
    voltage_v: float | None
    fan_rpm: int | None


def find_worst(reading: BoardReading) -> WorstReading:
    """The wall's values of one reading."""
    cards = reading.receivers
    return WorstReading(
        temperature_c=max(
            (c.temperature_c for c in cards if c.temperature_c is not None), default=None
        ),
        humidity_pct=max(
            (c.humidity_pct for c in cards if c.humidity_pct is not None), default=None
        ),
        voltage_v=min((c.voltage_v for c in cards if c.voltage_v is not None), default=None),
        fan_rpm=min((rpm for c in cards for rpm in c.fans_rpm), default=None),
    )

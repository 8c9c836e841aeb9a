"""What a monitor process is told on its command line."""

from __future__ import annotations

import sys

import msgspec


class MonitorConfig(msgspec.Struct, frozen=True):
    """One input that hears an output.

    Args:
        driver: of `drivers.driver_index.AUDIO_INPUTS`.
        device: the driver's own name of the input.
    """

    driver: str
    device: str


def monitor_argv(driver: str, device: str) -> list[str]:
    """The command line of a monitor process."""
    config = msgspec.json.encode(MonitorConfig(driver, device)).decode()
    return [sys.executable, "-m", "agent.verifier.monitor_process", config]

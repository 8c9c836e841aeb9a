"""What a capture process is told on its command line."""

from __future__ import annotations

import sys

import msgspec


class CaptureConfig(msgspec.Struct, frozen=True):
    """One capture.

    Args:
        driver: of `drivers.driver_index.AUDIO_INPUTS`.
        device: the driver's own name of the input.
        block: frames of one block.
    """

    driver: str
    device: str
    block: int = 480


def capture_argv(driver: str, device: str) -> list[str]:
    """The command line of a capture process."""
    config = msgspec.json.encode(CaptureConfig(driver, device)).decode()
    return [sys.executable, "-m", "agent.play.capture.capture_process", config]

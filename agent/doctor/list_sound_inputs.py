"""The sound inputs, and how loud those named are just now, as JSON; in a process that may die.

Run as `python -m agent.doctor.list_sound_inputs DRIVER [DEVICE…]`. A named input is opened for half
a second; of what it hears only the peak is printed.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import asdict

from drivers import registry
from drivers.errors import DriverError, UnsupportedFeature

RATE_HZ, BLOCK_FRAMES, BLOCKS = 48_000, 4_800, 5
FULL_SCALE = 32_768


def main(driver: str, devices: list[str]) -> int:
    """Print what is there; 2 when there is no such driver."""
    try:
        found = registry.list_audio_inputs(driver)
    except UnsupportedFeature as error:
        print(error, file=sys.stderr)
        return 2
    levels = {device: _listen(driver, device) for device in devices}
    answer = {"found": [asdict(one) for one in found], "levels": levels}
    print(json.dumps(answer, ensure_ascii=False))
    return 0


def _listen(driver: str, device: str) -> float | None:
    """The peak of half a second in dBFS; None when it cannot be opened or gives nothing."""
    microphone = registry.load_audio_input(driver, device)
    peak = 0
    try:
        microphone.open(RATE_HZ, BLOCK_FRAMES)
        for _ in range(BLOCKS):
            samples = memoryview(microphone.read()).cast("h")
            peak = max(peak, *map(abs, samples))
    except DriverError:
        return None
    finally:
        microphone.close()
    return round(20 * math.log10(peak / FULL_SCALE), 1) if peak else -96.0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

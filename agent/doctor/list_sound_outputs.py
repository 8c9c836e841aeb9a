"""The sound outputs as JSON, in a process that may die.

Run as `python -m agent.doctor.list_sound_outputs DRIVER`. PortAudio ends its process by an
assertion on some ALSA configurations; the doctor must not go too.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from drivers import registry
from drivers.errors import UnsupportedFeature


def main(driver: str) -> int:
    """Print what is there; 2 when there is no such driver."""
    try:
        found = registry.list_audio_devices(driver)
    except UnsupportedFeature as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

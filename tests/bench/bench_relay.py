"""How soon a relay notices that its radio has stalled, and how soon the radio is heard again.

`python tests/bench/bench_relay.py [--only name,name]`, about half a minute. A real Icecast behind
TLS; the moments are those of the sound in the signed segments, to a tenth of a second.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from central.testbed.certificates import make_demo_ca
from tests.harness.icecast import run_icecast
from tests.harness.relay_gateway import FILLER_HZ, LATER_HZ, RADIO_HZ, Gateway, until

NAMES = {"relay_stall_noticed_s", "relay_back_s"}
LOST_S = 8.0  # attempts are then as far apart as they ever are


async def measure(folder: Path) -> None:
    """A radio that stops in mid-air, is replaced after a while, and is heard again."""
    authority, voices = make_demo_ca(folder), folder / "giong"
    voices.mkdir()
    async with run_icecast(authority) as icecast:
        await icecast.send_tone(RADIO_HZ)
        gateway = Gateway(icecast.url, authority, voices)
        async with gateway.on_air() as relay:
            await relay.wait_ready()
            await gateway.until_sent(4)
            assert icecast.radio is not None
            icecast.radio.send_signal(signal.SIGSTOP)
            stalled_s = time.time()
            await until(lambda: ("stalled", "") in gateway.reports)
            await icecast.end_radio()
            await asyncio.sleep(LOST_S)
            await icecast.send_tone(LATER_HZ)
            back_s = time.time()
            await until(lambda: ("programme", "") in gateway.reports)
            await gateway.until_sent(2)
    began = {hz: at_s for at_s, hz in reversed(gateway.heard_at())}
    bench("relay_stall_noticed_s", began[FILLER_HZ] - stalled_s)
    bench("relay_back_s", began[LATER_HZ] - back_s)


def bench(name: str, value_s: float) -> None:
    print(f"BENCH name={name} value={value_s:.1f} unit=s target=5")


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names of figures, separated by commas")
    only = set(filter(None, parser.parse_args(argv).only.split(","))) or NAMES
    if only & NAMES:
        with tempfile.TemporaryDirectory() as name:
            asyncio.run(measure(Path(name)))


if __name__ == "__main__":
    main(sys.argv[1:])

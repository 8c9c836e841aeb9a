"""How soon a relay notices that its radio has stalled, and how soon the radio is heard again.

`python tests/bench/bench_relay.py [--only name,name]`, about half a minute. A real Icecast behind
TLS; the moments are those of the sound that is captured: of the signed segments at the stamps by
which poles play them, and of what liquidsoap, where it is installed, writes at the same time for
the same radio. To a tenth of a second.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from central.testbed.certificates import make_demo_ca
from central.testbed.icecast import MOUNT, Icecast, run_icecast
from tests.harness.liquidsoap import Peer, run_liquidsoap
from tests.harness.relay_gateway import FILLER_HZ, LATER_HZ, RADIO_HZ, Gateway, until

NAMES = ("relay_stall_noticed_s", "relay_back_s")
LOST_S = 8.0  # attempts are then as far apart as they ever are


@dataclass(frozen=True)
class Moments:
    """What happened to the radio, seconds since 1970."""

    stalled_s: float
    back_s: float


async def measure(folder: Path) -> None:
    """A radio that stops in mid-air, is replaced after a while, and is heard again."""
    authority, voices = make_demo_ca(folder), folder / "giong"
    voices.mkdir()
    async with run_icecast(authority) as icecast:
        await icecast.send_tone(RADIO_HZ)
        gateway = Gateway(icecast.url, authority, voices)
        plain = f"http://127.0.0.1:{icecast.plain}{MOUNT}"
        async with run_liquidsoap(folder, plain, FILLER_HZ) as peer, gateway.on_air() as relay:
            await relay.wait_ready()
            if peer is not None:
                await until(lambda: peer.tone == RADIO_HZ)
            moments = await disturb(icecast, gateway, peer)
    ours = figures(gateway.heard_at(), moments)
    theirs = None if peer is None else figures(peer.heard_at(), moments)
    for place, name in enumerate(NAMES):
        bench(name, ours[place], None if theirs is None else theirs[place])


async def disturb(icecast: Icecast, gateway: Gateway, peer: Peer | None) -> Moments:
    """Stop the radio, replace it, and wait until all that listen have heard it again."""
    await gateway.until_sent(4)
    assert icecast.radio is not None
    icecast.radio.send_signal(signal.SIGSTOP)
    stalled_s = time.time()
    await until(lambda: "lost" in gateway.states)
    if peer is not None:
        await until(lambda: peer.tone == FILLER_HZ)
    await icecast.end_radio()
    await asyncio.sleep(LOST_S)
    await icecast.send_tone(LATER_HZ)
    back_s = time.time()
    await until(lambda: "radio" in gateway.states)
    await gateway.until_sent(2)
    if peer is not None:
        await until(lambda: peer.tone == LATER_HZ)
    return Moments(stalled_s, back_s)


def figures(heard: Sequence[tuple[float, int]], moments: Moments) -> tuple[float, float]:
    """Seconds from the stall to the filler, and from the return to the radio."""

    def after(hz: int, since_s: float) -> float:
        return next(at_s for at_s, tone in heard if tone == hz and at_s >= since_s) - since_s

    return after(FILLER_HZ, moments.stalled_s), after(LATER_HZ, moments.back_s)


def bench(name: str, value_s: float, peer_s: float | None) -> None:
    """Print a figure."""
    peer = "" if peer_s is None else f" peer=liquidsoap peer_value={peer_s:.1f}s"
    print(f"BENCH name={name} value={value_s:.1f} unit=s target=5{peer}", flush=True)


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names of figures, separated by commas")
    only = set(filter(None, parser.parse_args(argv).only.split(","))) or {*NAMES}
    if only & {*NAMES}:
        with tempfile.TemporaryDirectory() as name:
            asyncio.run(measure(Path(name)))


if __name__ == "__main__":
    main(sys.argv[1:])

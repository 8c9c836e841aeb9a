"""A live voice over a line that a real kernel delays, loses, throttles and cuts (tc-netem(8))."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from tests.guest.machine import Machine, wait_until

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
SCRIPT = Path(__file__).with_name("live_over_tcp.py")
PYTHON = "/opt/tramtin/bin/python"
DELAY_S, SPOKEN_S, CUT_S = 8.0, 30.0, 2.0
LINE = "delay 80ms 20ms loss 3% rate 64kbit"
STARTING_S = 120.0


@pytest.fixture
def slow_line(box: Machine) -> Iterator[None]:
    """The guest's loop-back is a mobile line at the edge of its cell."""
    box.run(
        f"modprobe sch_netem && ip link set lo mtu 1400 && tc qdisc add dev lo root netem {LINE}"
    )
    yield
    box.run("tc qdisc del dev lo root; ip link set lo mtu 65536", check=False)


@pytest.mark.usefixtures("slow_line")
def test_what_is_lost_and_stalled_within_the_delay_is_heard_all_the_same(box: Machine) -> None:
    box.spawn(f"exec {PYTHON} - {DELAY_S} {SPOKEN_S}", stdin=SCRIPT.read_bytes())

    def find(word: str) -> list[str]:
        return [line for line in box.read_output() if line.startswith(word)]

    wait_until(lambda: bool(find("speaking")), "the voice", STARTING_S)
    sleep(SPOKEN_S / 3)
    box.run("tc qdisc change dev lo root netem loss 100%")
    sleep(CUT_S)
    box.run(f"tc qdisc change dev lo root netem {LINE}")
    wait_until(lambda: bool(find("heard")), "its end", STARTING_S)
    told = json.loads(find("heard")[0].removeprefix("heard "))
    print(told)
    assert (told["late"], told["lost"], told["replaced"]) == (0, 0, 0)
    assert told["heard"] == SPOKEN_S / 0.2
    assert told["longest_s"] > CUT_S  # the line was as bad as that

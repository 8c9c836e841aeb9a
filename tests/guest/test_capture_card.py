"""A capture card of a real kernel (its own test card, vivid), read as the service may.

The right to the device is that of `capture.conf`, and Landlock and seccomp are the kernel's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guest.machine import Machine, wait_until
from tests.guest.station import PYTHON, kill_all

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
HERE = Path(__file__).parent
PLAYER = "opt/tramtin/bin/pytho[n]"
STARTING_S = 300.0
# vivid.rst of the kernel: one device, one input, a webcam; its first picture is 75 % colour bars
MODULE = "modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0x0"
BARS = [
    (191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0),
    (191, 0, 191), (191, 0, 0), (0, 0, 191), (0, 0, 0),
]  # fmt: skip
# as `capture.conf` has it
RIGHTS = (
    "-p User=tramtin -p Group=tramtin -p SupplementaryGroups=video -p DevicePolicy=closed "
    "-p 'DeviceAllow=char-video4linux rw' -p NoNewPrivileges=yes"
)


@pytest.fixture
def device(box: Machine) -> Iterator[str]:
    box.run(MODULE)
    yield "/dev/video0"
    kill_all(box, PLAYER)
    box.run("modprobe -r vivid", check=False)


def is_bars(line: str) -> bool:
    """Some steps off, by the matrices of video."""
    found = [tuple(map(int, one.split(","))) for one in line.split()[2:]]
    pairs = zip(found, BARS, strict=True)
    return all(abs(a - b) < 24 for one, want in pairs for a, b in zip(one, want, strict=True))


def test_what_the_kernels_test_card_shows_is_on_both_faces_until_it_is_gone(
    box: Machine, device: str
) -> None:
    source = (HERE / "video_player.py").read_bytes()
    command = f"systemd-run --quiet --pipe --collect {RIGHTS} {PYTHON} - {device}"
    box.spawn(f"exec {command} 2>&1", stdin=source)

    def said(word: str) -> list[str]:
        return [line for line in box.read_output() if line.startswith(word)]

    wait_until(lambda: bool(said("card")), "the card's word", STARTING_S)
    assert "vivid" in said("card")[0]
    for face in ("wide", "small"):
        wait_until(
            lambda face=face: any(map(is_bars, said(f"bars {face}"))), f"bars on {face}", STARTING_S
        )
    assert [line for line in said("fault") if line != "fault None"] == []
    for one in box.run("ls /sys/bus/platform/drivers/vivid").split():
        if one.startswith("vivid."):  # the card is pulled out
            box.run(f"echo {one} >/sys/bus/platform/drivers/vivid/unbind")
    wait_until(lambda: said("fault")[-1] != "fault None", "the fault", STARTING_S)

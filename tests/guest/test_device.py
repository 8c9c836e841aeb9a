"""What containers lack and later tests need: hot-plugged devices, kernel modules."""

from __future__ import annotations

import pytest

from tests.guest.machine import Machine, wait_until

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]


def test_a_usb_sound_card_is_plugged_and_unplugged(box: Machine) -> None:
    def list_cards() -> str:
        return box.run("cat /proc/asound/cards", check=False)

    box.plug("card", "usb-audio", audiodev="silent")
    wait_until(lambda: "QEMU USB Audio" in list_cards(), "a sound card")
    box.unplug("card")
    wait_until(lambda: "QEMU USB Audio" not in list_cards(), "no sound card")


def test_the_kernel_delays_and_loses_packets_on_demand(box: Machine) -> None:
    box.run("tc qdisc add dev lo root netem delay 200ms loss 5%")
    assert "netem" in box.run("tc qdisc show dev lo")
    box.run("tc qdisc del dev lo root")

"""A USB sound card that is pulled while it plays, and an engine that dies, on a real kernel.

What sounds is what QEMU's own card gives to the host, in a file. How long it takes is printed, and
is no measure of a box: the processor is emulated.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guest.machine import Machine, wait_until
from tests.guest.station import (
    ETC,
    SETTINGS,
    UNIT,
    is_active,
    kill_all,
    list_faults,
    list_processes,
)

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
HERE = Path(__file__).parent
PYTHON = "/opt/tramtin/bin/python"
CARD = "QEMU USB Audio"
STARTING_S = 300.0  # 10 to 30 s on two free cores
LOUD = 2_000  # the tone of 20,000 is 10 dB down, to 6,300
LEVEL_DB = pytest.approx(-10.0, abs=0.5)  # of `card_player.py`; the card has steps of half a dB
SOUND = """\
  - name: loa
    audio: {{driver: portaudio, device: "{card}", port: "{port}"}}
    zones: [{{name: nga-ba}}]
"""


class Plug:
    """The card in its socket."""

    def __init__(self, box: Machine) -> None:
        self._box = box
        self._times = 0

    def push_in(self) -> None:
        self._times += 1
        self._box.plug(f"card{self._times}", "usb-audio", audiodev="heard", port="2")
        wait_until(lambda: bool(self.list_ports()), "the card's link")

    def pull_out(self) -> None:
        self._box.unplug(f"card{self._times}")

    def list_ports(self) -> list[str]:
        return self._box.run("ls /dev/snd/by-path 2>/dev/null", check=False).split()


@pytest.fixture
def plug(box: Machine) -> Iterator[Plug]:
    """Nothing else drives the card."""
    box.run(f"systemctl stop {UNIT}")
    plug = Plug(box)
    plug.push_in()
    yield plug
    kill_all(box, "opt/tramtin/bin/pytho[n]")
    plug.pull_out()
    wait_until(lambda: not plug.list_ports(), "no card")
    box.write(f"{ETC}/station.yaml", SETTINGS.encode())
    box.run(f"systemctl start {UNIT}")


def read_level_db(box: Machine) -> float:
    """The level of the card's only mixer control, as amixer(1) prints it."""
    return float(re.findall(r"\[(-?[0-9.]+)dB\]", box.run("amixer -c 0 scontents"))[0])


def count_loud(box: Machine) -> int:
    """Samples of the tone in the sound that the card has played since it was last opened."""
    raw = box.sound.read_bytes()[44:] if box.sound.exists() else b""
    return sum(abs(one) > LOUD for one in array("h", raw[: len(raw) // 2 * 2]))


def test_a_card_that_is_pulled_and_an_engine_that_dies_sound_again(
    box: Machine, plug: Plug
) -> None:
    (port,) = plug.list_ports()
    source = (HERE / "card_player.py").read_bytes()
    command = f"{PYTHON} - '{CARD}' /dev/snd/by-path/{port}"
    box.spawn(f"exec runuser -u tramtin -g tramtin -G audio -- {command}", stdin=source)

    def said(word: str) -> list[str]:
        return [line for line in box.read_output() if line.split()[1:2] == [word]]

    def until_heard(times: int) -> None:
        wait_until(lambda: len(said("started")) >= times, f"start {times}", STARTING_S)
        wait_until(lambda: count_loud(box) > 4_800, "a tenth of a second of the tone", STARTING_S)

    until_heard(1)
    assert said("fault") == []
    assert read_level_db(box) == LEVEL_DB
    plug.pull_out()
    wait_until(lambda: bool(said("lost")), "the loss")
    assert " E_DEVICE_GONE: " in said("lost")[0]
    box.sound.write_bytes(b"")
    plug.push_in()
    until_heard(2)
    assert read_level_db(box) == LEVEL_DB  # it came back at its own
    for times in range(3, 6):
        box.sound.write_bytes(b"")
        kill_all(box, "sound[.]engine_process")
        until_heard(times)
    assert [line for line in said("issue") if "safe_mode" in line and "None" not in line]
    assert list_processes(box, "apla[y]")
    print("\n".join(box.read_output()))


def test_the_service_reports_a_pulled_card_and_its_return(box: Machine, plug: Plug) -> None:
    (port,) = plug.list_ports()
    link = f"/dev/snd/by-path/{port}"
    settings = SETTINGS + SOUND.format(card=CARD, port=link)
    box.write(f"{ETC}/station.yaml", settings.encode())
    box.run("tramtin check")
    before = len(list_faults(box))
    box.run(f"systemctl start {UNIT}")
    wait_until(lambda: is_active(box), "READY")
    wait_until(lambda: bool(list_processes(box, "sound[.]engine_process")), "an engine")
    wait_until(lambda: has_raised_priority(box), "its raised priority, by the unit's grant")
    assert "runs at raised priority" in box.run("tramtin doctor --lang en", check=False)
    plug.pull_out()
    wait_until(lambda: list_faults(box)[before:] == [("loa", "begins")], "the fault")
    plug.push_in()
    wait_until(lambda: list_faults(box)[before:] == [("loa", "begins"), ("loa", "ends")], "its end")


def has_raised_priority(box: Machine) -> bool:
    """Is every engine real-time, as chrt(1) prints it? A box has no ps(1) of its own."""
    engines = list_processes(box, "sound[.]engine_process")
    told = [box.run(f"chrt -p {engine}", check=False) for engine in engines]
    return bool(told) and all(
        re.findall(r": (\w+)$", one, re.MULTILINE) == ["SCHED_RR", "10"] for one in told
    )


def list_engines(box: Machine) -> set[str]:
    return set(list_processes(box, "sound[.].*engine_process"))

"""Two walls on two screens of a real kernel: what the graphics card shows is what was drawn.

The card is QEMU's, whose second screen has no cable: the kernel is told that there is one. It has
no vertical blanking; pacing by one is tested with a card in memory (`test_hdmi_board.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.guest.machine import Machine, wait_until
from tests.guest.station import ETC, PYTHON, SETTINGS, UNIT, is_active, kill_all, list_faults
from tests.guest.wall_player import FACES, draw

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
HERE = Path(__file__).parent
DROP_IN = "/etc/systemd/system/tramtin.service.d/hdmi.conf"
SECOND = "/sys/class/drm/card0-Virtual-2/status"
PLAYER = "opt/tramtin/bin/pytho[n]"
BOARD = """\
outputs:
  - name: bang-led
    board: {profile: hdmi, path: /dev/dri/card0}
    faces:
      - {name: truoc, width_px: 640, height_px: 320, port: Virtual-1, mode: 1280x1024@60}
      - {name: sau, width_px: 512, height_px: 256, port: Virtual-2, mode: 1024x768@60}
"""
STARTING_S = 300.0


@pytest.fixture
def screens(box: Machine) -> Iterator[Machine]:
    """Both have a cable; nothing else drives them."""
    box.run(f"systemctl stop {UNIT}; echo on >{SECOND}")
    yield box
    kill_all(box, PLAYER)
    box.run(f"systemctl stop {UNIT}; rm -f {DROP_IN}; systemctl daemon-reload")
    box.write(f"{ETC}/station.yaml", SETTINGS.encode())
    box.run(f"systemctl start {UNIT}")


def look(box: Machine, head: int) -> Image.Image:
    with Image.open(box.dump_screen(head)) as picture:
        return picture.convert("RGB")


def is_black(picture: Image.Image) -> bool:
    return picture.getextrema() == ((0, 0), (0, 0), (0, 0))


def is_dark(box: Machine, head: int) -> bool:
    """Black; or without signal, as a screen is that was plugged in after the boot."""
    enabled = box.run(f"cat /sys/class/drm/card0-Virtual-{head + 1}/enabled").strip()
    return enabled == "disabled" if head == 1 else is_black(look(box, head))


def put_in_force(box: Machine) -> None:
    """The drop-in and a board of two faces, as the technician's manual has it."""
    box.run(f"install -D -m 644 /usr/share/doc/tramtin/hdmi.conf {DROP_IN}")
    settings = SETTINGS[: SETTINGS.index("outputs:")] + BOARD
    box.write(f"{ETC}/station.yaml", settings.encode())
    box.run("tramtin check && systemctl daemon-reload")
    box.run(f"systemctl start {UNIT}")
    wait_until(lambda: is_active(box), "READY", STARTING_S)


def test_the_service_sets_both_screens_and_leaves_no_console_behind(screens: Machine) -> None:
    put_in_force(screens)
    wait_until(
        lambda: [look(screens, head).size for head in (0, 1)] == [(1280, 1024), (1024, 768)],
        "both modes",
        STARTING_S,
    )
    assert all(is_black(look(screens, head)) for head in (0, 1))
    assert list_faults(screens, "face_lost") == []
    screens.run(f"echo off >{SECOND}")
    wait_until(lambda: list_faults(screens, "face_lost") == [("sau", "begins")], "the fault")
    screens.run(f"echo on >{SECOND}")
    wait_until(lambda: list_faults(screens, "face_lost")[1:] == [("sau", "ends")], "its end")
    screens.run(f"systemctl kill --signal=KILL {UNIT}; systemctl stop {UNIT}")
    screens.run("echo a word for the wall >/dev/tty1; sleep 1")
    assert all(is_dark(screens, head) for head in (0, 1))


def test_every_pixel_of_both_screens_is_the_frames_or_black(screens: Machine) -> None:
    put_in_force(screens)  # no console any more
    screens.run(f"systemctl stop {UNIT}")
    source = (HERE / "wall_player.py").read_bytes()
    screens.spawn(f"exec runuser -u tramtin -g tramtin -G video -- {PYTHON} -", stdin=source)

    def said(word: str) -> list[str]:
        return [line for line in screens.read_output() if line.startswith(word)]

    def shows(head: int, face: str) -> bool:
        """One of the last turns, all of it, and black around it."""
        turns = [int(line.split()[1]) for line in said("turn")][-1:]
        picture = look(screens, head)
        place = FACES[face]
        for number in turns + [turn + 1 for turn in turns]:
            expected = Image.new("RGB", picture.size)
            frame = Image.frombytes("RGB", place.size, draw(face, number))
            expected.paste(frame, (place.x_px, place.y_px))
            if expected.tobytes() == picture.tobytes():
                return True
        return False

    wait_until(lambda: bool(said("turn")), "a picture", STARTING_S)
    assert said("faults") == ["faults []"]
    wait_until(lambda: shows(0, "front"), "the front's picture")
    wait_until(lambda: shows(1, "back"), "the back's picture")
    screens.run(f"echo off >{SECOND}")
    wait_until(lambda: "E_UNPLUGGED: Virtual-2" in said("faults")[-1], "the fault")
    wait_until(lambda: shows(0, "front"), "the front's picture beside it")
    screens.run(f"echo on >{SECOND}")
    wait_until(lambda: said("faults")[-1] == "faults []", "the end of the fault")
    wait_until(lambda: shows(1, "back"), "the back's picture again")
    kill_all(screens, PLAYER)
    wait_until(lambda: all(is_dark(screens, head) for head in (0, 1)), "darkness")

"""Runs on the guest: two faces on two screens; print when they show and what is wrong with them.

Each turn shows a new picture of noise by its number, so that the other side knows every pixel.
"""

from __future__ import annotations

import hashlib
import time

from drivers.frame_sink import FacePlace, Frame
from drivers.led.hdmi_board import HdmiBoard

FACES = {
    "front": FacePlace(
        width_px=640, height_px=320, port="Virtual-1", mode="1280x1024@60", x_px=100, y_px=50
    ),
    "back": FacePlace(width_px=512, height_px=256, port="Virtual-2", mode="1024x768@60"),
}
TURN_S = 0.5


def draw(face: str, number: int) -> bytes:
    """Noise in blocks of 32 bytes."""
    place = FACES[face]
    size = place.width_px * place.height_px * 3
    seed = hashlib.sha256(f"{face} {number}".encode()).digest()
    return b"".join(hashlib.sha256(seed + b"%d" % n).digest() for n in range(size // 32))


def play() -> None:
    board = HdmiBoard("/dev/dri/card0")
    board.open(FACES)
    said = ""
    for number in range(1_000_000):
        shown = board.present({face: Frame(draw(face, number)) for face in FACES})
        faults = board.find_faults()
        told = f"{sorted(faults.items())}"
        if told != said:
            said = told
            print("faults", told, flush=True)
        print("turn", number, shown.slot, flush=True)
        time.sleep(TURN_S)


if __name__ == "__main__":
    play()

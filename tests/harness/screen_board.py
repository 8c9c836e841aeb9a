"""The board process with two screens on a graphics card that is plain memory, paced by the clock.

`python -m tests.harness.screen_board CONFIG`, as `agent.play.board.board_process`. The pictures of
a real card are mapped without being counted as the process's memory; here their mapping is named
CARD, so that whoever measures can leave it out.
"""

from __future__ import annotations

import mmap
import os
import sys

from agent.play.board.board_process import BoardProcess
from agent.play.board.board_start import main
from drivers.led import hdmi_board
from drivers.led.kms_card import Picture
from tests.fakes.fake_kms import PADDING, FakeKms

CARD = "graphics-card"


class _Card(FakeKms):
    def __init__(self, _path: str) -> None:
        super().__init__()
        self.has_blanking = False
        self.crtcs = {31: [1], 32: [2]}

    def create_picture(self, width_px: int, height_px: int) -> Picture:
        pitch = width_px * 4 + PADDING
        fd = os.memfd_create(CARD)
        os.truncate(fd, pitch * height_px)
        memory = mmap.mmap(fd, pitch * height_px)
        memory.madvise(mmap.MADV_DONTFORK)  # as `KmsCard`
        os.close(fd)
        return Picture(0, memory, pitch)


if __name__ == "__main__":
    hdmi_board.KmsCard = _Card  # type: ignore[assignment,misc] # a card in memory
    sys.exit(main(sys.argv, BoardProcess))

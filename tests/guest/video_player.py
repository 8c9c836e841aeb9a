"""Runs on the guest: read a capture card for two faces as the agent does; print what arrives.

`bars` are the colours of eight columns of a face, `fault` is what is wrong with the card.
"""

from __future__ import annotations

import asyncio
import os
import sys

from agent.play.board.video_feed import VideoFeed
from drivers.video.v4l2_input import V4l2Input

SIZES = {"wide": (128, 72), "small": (64, 36)}
COLUMNS = 8


def find_bars(frame: bytes, size: tuple[int, int]) -> str:
    """The colours in the middle of each column, near the lower edge, as r,g,b."""
    width, height = size
    row = height * 7 // 8 * width
    places = [(row + width * (2 * n + 1) // (2 * COLUMNS)) * 3 for n in range(COLUMNS)]
    return " ".join(",".join(str(one) for one in frame[at : at + 3]) for at in places)


def read_frame(fd: int, size: tuple[int, int]) -> bytes:
    frame = b""
    while len(frame) < size[0] * size[1] * 3:
        if not (data := os.read(fd, size[0] * size[1] * 3 - len(frame))):
            return b""
        frame += data
    return frame


async def show(feed: VideoFeed) -> None:
    """Print the frames of both faces until they end."""
    pipes = {face: feed.take(face, "s") for face in SIZES}
    said = ""
    while True:
        for face, fd in pipes.items():
            frame = await asyncio.to_thread(read_frame, fd or 0, SIZES[face])
            if not frame:
                return
            if (told := f"bars {face} {find_bars(frame, SIZES[face])}") != said:
                print(told, flush=True)
            said = told


async def play(path: str) -> None:
    changed = asyncio.Event()
    faults: list[str | None] = [""]

    def tell(_kind: str, _name: str, hint: str | None) -> None:
        if faults[-1] != hint:
            print("fault", hint, flush=True)
        faults.append(hint)

    card = V4l2Input("hdmi-vao", path=path, size="640x360")
    print("card", card.look(), flush=True)
    feed = VideoFeed("hdmi-vao", card, SIZES, tell, changed.set)
    feed.want(frozenset(SIZES))
    while True:
        await changed.wait()
        changed.clear()
        if all(feed.has_picture(face) for face in SIZES):
            await show(feed)
            feed.read_anew("its pipe has ended")


if __name__ == "__main__":
    asyncio.run(play(sys.argv[1]))

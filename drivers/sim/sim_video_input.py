"""A simulated capture card: its pictures come through a named pipe, as YUV4MPEG2.

`python -m drivers.sim.sim_video_input PIPE` makes the pipe and feeds it with a moving test picture
until Ctrl-C, or with any source of ffmpeg's lavfi that is given behind it; the setting is
`{name: hdmi-vao, profile: sim-video-input, path: PIPE}`. While nobody feeds the pipe, no picture
comes; a feeder that is stopped (`kill -STOP`) is a card whose picture stands still in its cable.
"""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

from drivers.errors import DeviceUnreachable, UnsupportedFeature
from drivers.video_input import VideoReading, VideoStream

PICTURE = "testsrc=size=640x360:rate=25"
PAUSE_S = 0.2


class SimVideoInput:
    """A `VideoInput` that reads a named pipe.

    Args:
        name: what the station-config and the signed entry call it.
        path: of the pipe.
    """

    def __init__(self, name: str = "video input", *, path: str) -> None:
        self.name = name
        self._path = path

    def open(self) -> VideoStream:
        """See `VideoInput.open`."""
        try:
            fd = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise DeviceUnreachable(self.name, "open", str(error)) from error
        if not stat.S_ISFIFO(os.fstat(fd).st_mode):
            os.close(fd)
            raise UnsupportedFeature(self.name, "open", f"{self._path} is no named pipe")
        return VideoStream(fd=fd, demuxer="yuv4mpegpipe", codecs=("rawvideo", "wrapped_avframe"))

    def look(self) -> VideoReading:
        """See `VideoInput.look`."""
        os.close(self.open().fd)
        return VideoReading(model="simulated capture card")


def feed_argv(path: Path, picture: str = PICTURE) -> list[str]:
    """The command line of ffmpeg that feeds a pipe with a picture of its own making, in real time.

    Args:
        path: of the pipe.
        picture: of ffmpeg's source lavfi.
    """
    argv = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-re", "-f", "lavfi"]
    return [*argv, "-i", picture, "-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe", "-y", str(path)]


def run(path: Path, picture: str = PICTURE) -> None:
    """Feed the pipe until interrupted; a reader that goes ends a feeder, and the next begins."""
    if not path.exists():
        os.mkfifo(path)
    print(f"{picture} into {path}; Ctrl-C ends it")
    while True:
        subprocess.run(feed_argv(path, picture), stderr=subprocess.DEVNULL, check=False)
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        _path, *_picture = sys.argv[1:]
        run(Path(_path), *_picture[:1])

"""mpv as a peer of the bench of clips: it plays one over and over, scaled, into nothing."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psutil

START_LIMIT_S = 30.0


class MpvClip:
    """One mpv that shows a clip at the clip's own pace and drops what is late.

    Args:
        clip: the file.
        filters: ffmpeg's, such as `scale=800:500`.
        socket_path: of its JSON interface; a short path.

    Raises:
        RuntimeError: mpv is not installed, or does not come up.
    """

    def __init__(self, clip: Path, filters: str, socket_path: Path) -> None:
        if shutil.which("mpv") is None:
            raise RuntimeError("mpv is missing: .ci/packages mpv")
        self._running = subprocess.Popen(
            [
                *("mpv", "--no-config", "--no-audio", "--no-terminal", "--vo=null", "--hwdec=no"),
                *("--loop-file=inf", "--vd-lavc-threads=2", f"--vf=lavfi=[{filters}]"),
                *(f"--input-ipc-server={socket_path}", str(clip)),
            ]
        )
        self._socket = socket.socket(socket.AF_UNIX)
        until_s = time.monotonic() + START_LIMIT_S
        while self._socket.connect_ex(str(socket_path)):
            if time.monotonic() > until_s:
                raise RuntimeError("mpv does not come up")
            time.sleep(0.05)
        self._replies = self._socket.makefile("r")

    @property
    def process(self) -> psutil.Process:
        """Its process."""
        return psutil.Process(self._running.pid)

    def read(self, name: str) -> float:
        """A property that is a number; 0 while it has none."""
        request = {"command": ["get_property", name], "request_id": 7}
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        for line in self._replies:
            reply = json.loads(line)
            if reply.get("request_id") == 7 and "error" in reply:
                return float(reply.get("data") or 0)
        raise RuntimeError("mpv has ended")

    def count_dropped(self) -> int:
        """Frames that came too late to be shown, or to be decoded."""
        return int(self.read("frame-drop-count") + self.read("decoder-frame-drop-count"))

    def stop(self) -> None:
        """End it."""
        self._running.kill()
        self._running.wait()
        self._socket.close()

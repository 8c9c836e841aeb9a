"""One run of `aplay` (alsa-utils): samples in by a pipe, sound out; for safe mode.

`aplay` opens the device, waits until its buffer is full, and plays it. What it has taken from the
pipe tells when that was. From then on the device consumes frames in real time, so the time says
what has been heard, also when `aplay` is killed with samples in its buffer.
"""

from __future__ import annotations

import array
import contextlib
import fcntl
import os
import subprocess
import termios

from agent.play.ipc import RATE_HZ

SAMPLE_BYTES = 2
BUFFER_MS = 100
PERIOD_MS = 20
BUFFER_FRAMES = BUFFER_MS * RATE_HZ // 1000
PIPE_BYTES = 16_384  # a channel, 170 ms: a change of level waits for what is written and not taken
PIECE_BYTES = 4096  # PIPE_BUF of pipe(7): so much is written whole or not at all
EXIT_LIMIT_S = 1.0
SAID_CHARS = 300


def aplay_argv(device: str, channels: int) -> list[str]:
    """The command line; the kernel kills it when the engine dies, before its buffer is empty."""
    return [
        *("setpriv", "--pdeathsig", "KILL", "aplay", "-q", "-D", device, "-t", "raw"),
        *("-f", "S16_LE", "-r", str(RATE_HZ), "-c", str(channels)),
        *(f"--buffer-time={BUFFER_MS * 1000}", f"--period-time={PERIOD_MS * 1000}", "-"),
    ]


class AplayStream:
    """One `aplay`, from its start to its exit.

    Args:
        device: ALSA's name of it.
        channels: how many samples a frame has.

    Attributes:
        written: frames so far.
        begin_mono_s: when frame 0 sounded; None as long as the device does not play.
    """

    def __init__(self, device: str, channels: int = 1) -> None:
        self.written = 0
        self.frame_bytes = channels * SAMPLE_BYTES
        self.begin_mono_s: float | None = None
        self._child = subprocess.Popen(
            aplay_argv(device, channels),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=os.environ | {"LC_ALL": "C"},
        )
        assert self._child.stdin is not None  # noqa: S101 - it is a pipe
        self.fd = self._child.stdin.fileno()
        self._is_open = True
        fcntl.fcntl(self.fd, fcntl.F_SETPIPE_SZ, PIPE_BYTES * channels)
        os.set_blocking(self.fd, False)

    @property
    def is_open(self) -> bool:
        """Does it take more samples?"""
        return self._is_open

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._child.poll()

    @property
    def taken(self) -> int:
        """Frames that `aplay` has taken from the pipe."""
        if not self._is_open:
            return self.written
        waiting = array.array("i", [0])
        fcntl.ioctl(self.fd, termios.FIONREAD, waiting)
        return self.written - waiting[0] // self.frame_bytes

    def write(self, data: bytes) -> int:
        """Write all of it or nothing: a pipe takes up to `PIECE_BYTES` at once; the bytes written.

        Raises:
            BrokenPipeError: it has ended.
        """
        try:
            count = os.write(self.fd, data)
        except BlockingIOError:
            return 0
        self.written += count // self.frame_bytes
        return count

    def observe(self, now_mono_s: float) -> None:
        """Note the begin of the sound, once."""
        if self.begin_mono_s is None:
            full = min(self.written, BUFFER_FRAMES)
            if full and self.taken >= full:
                self.begin_mono_s = now_mono_s

    def position(self, now_mono_s: float) -> int:
        """Frames that have been heard by now."""
        if self.begin_mono_s is None:
            return 0
        return min(self.written, int((now_mono_s - self.begin_mono_s) * RATE_HZ))

    def mono_of(self, frame: int) -> float | None:
        """When a frame sounds; None as long as the device does not play."""
        return None if self.begin_mono_s is None else self.begin_mono_s + frame / RATE_HZ

    def finish(self) -> None:
        """No more samples: it plays what it has and exits."""
        if self._is_open:
            self._is_open = False
            assert self._child.stdin is not None  # noqa: S101 - as above
            self._child.stdin.close()

    def kill(self) -> None:
        """Silence now. Returns when it has released the device."""
        self.finish()
        self._child.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # hung in its driver: not our loop
            self._child.wait(EXIT_LIMIT_S)
        self.close()

    def close(self) -> None:
        """After its exit: release its error output."""
        if self._child.stderr is not None:
            self._child.stderr.close()

    def read_error(self) -> str:
        """What it said, after its exit."""
        if self._child.stderr is None or self._child.stderr.closed:
            return ""
        return (
            self._child.stderr.read(SAID_CHARS * 4).decode(errors="replace").strip()[-SAID_CHARS:]
        )

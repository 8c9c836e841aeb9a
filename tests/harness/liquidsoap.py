"""Debian's liquidsoap as a relay: a radio, a tone as its filler, and what comes out of it when."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import time
from array import array
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.relay_gateway import tones_of

RATE_HZ = 48_000
RECENT = RATE_HZ * 3 // 10
SCRIPT = """\
{settings}
radio = input.http("{url}")
filler = amplify(0.3, sine({filler_hz}.))
output.file(%wav(channels=1, samplerate=48000, header=false), fallible=true,
  "{fifo}", fallback(track_sensitive=false, [radio, filler]))
"""


# how a setting is written changed between Debian 12 (2.1) and 13
SETTINGS = {
    True: "settings.init.allow_root.set(true)\nlog.stdout.set(false)\nlog.file.set(false)",
    False: "settings.init.allow_root := true\nlog.stdout := false\nlog.file := false",
}


@dataclass
class Peer:
    """What liquidsoap has sent.

    Attributes:
        samples: s16, mono, 48 kHz.
        begun_s: when the first sample came out, seconds since 1970.
    """

    samples: array[int] = field(default_factory=lambda: array("h"))
    begun_s: float = 0.0

    @property
    def tone(self) -> int:
        """What is heard at present; 0: neither."""
        latest = tones_of(self.samples[-RECENT:])
        return latest[-1][1] if latest else 0

    def heard_at(self) -> list[tuple[float, int]]:
        """When each tone began, seconds since 1970."""
        return [(self.begun_s + at_s, hz) for at_s, hz in tones_of(self.samples)]

    async def follow(self, fd: int) -> None:
        """Read until cancelled; the earliest arrival is the least late one."""
        loop, came = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(fd, came.set)
        rest = b""
        try:
            while True:
                await came.wait()
                came.clear()
                with contextlib.suppress(BlockingIOError):
                    rest += os.read(fd, 1 << 16)
                even = len(rest) // 2 * 2
                self.samples.frombytes(rest[:even])
                rest = rest[even:]
                if self.samples:
                    begun_s = time.time() - len(self.samples) / RATE_HZ
                    self.begun_s = min(self.begun_s or begun_s, begun_s)
        finally:
            loop.remove_reader(fd)


@contextlib.asynccontextmanager
async def run_liquidsoap(folder: Path, url: str, filler_hz: int) -> AsyncIterator[Peer | None]:
    """Relay a radio with it until the end of the block; None where it is not installed."""
    if shutil.which("liquidsoap") is None:
        yield None
        return
    fifo, script = folder / "ra.pcm", folder / "radio.liq"
    os.mkfifo(fifo)
    settings = SETTINGS[await _is_old()]
    script.write_text(SCRIPT.format(settings=settings, url=url, filler_hz=filler_hz, fifo=fifo))
    fd = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    process = await asyncio.create_subprocess_exec(
        "liquidsoap", str(script), stdout=DEVNULL, stderr=DEVNULL
    )
    peer = Peer()
    following = asyncio.create_task(peer.follow(fd), name="liquidsoap")
    try:
        yield peer
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        if process.returncode is None:
            process.kill()
        await process.wait()
        os.close(fd)


async def _is_old() -> bool:
    process = await asyncio.create_subprocess_exec("liquidsoap", "--version", stdout=PIPE)
    told, _ = await process.communicate()
    return told.split()[1].startswith((b"2.0.", b"2.1."))

"""LISTEN=1: what the stations play, also on this machine's own loudspeaker, 20 dB down."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable

from central.testbed.pulseaudio import SoundServer

QUIET_DB = -20
REFUSED_S = 1.0  # an absent sound server fails within this time
FORMAT = ("--format=s16le", "--rate=48000", "--channels=1", "--raw")


@contextlib.asynccontextmanager
async def play_aloud(
    room: SoundServer, sink: str, say: Callable[[str, str], None]
) -> AsyncIterator[None]:
    """Carry the sink's monitor to the default device of the user's own sound server.

    A machine without one prints a line, and the demonstration continues.
    """
    read_fd, write_fd = os.pipe()
    recorder = await asyncio.create_subprocess_exec(
        *("parec", "-d", f"{sink}.monitor", "--latency-msec=20", *FORMAT),
        env={**os.environ, **room.env},
        stdout=write_fd,
        stderr=asyncio.subprocess.DEVNULL,
    )
    volume = round(65_536 * 10 ** (QUIET_DB / 60))  # PulseAudio's scale is cubic
    player = await asyncio.create_subprocess_exec(
        *("pacat", "--playback", f"--volume={volume}", *FORMAT),
        stdin=read_fd,
        stderr=asyncio.subprocess.DEVNULL,
    )
    os.close(read_fd)
    os.close(write_fd)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(player.wait(), REFUSED_S)
        say("Máy này không có loa để nghe thử", "No sound server here: nothing can be heard")
    try:
        yield
    finally:
        for process in (recorder, player):
            if process.returncode is None:
                process.terminate()
            await process.wait()

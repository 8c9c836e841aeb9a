"""The thread in which PortAudio calls back keeps its state, and gives it back when it ends.

What `threading.local` holds lives as long as the state of its thread: so it says, from outside,
whether that state is the same at the next call back, and whether it is deleted in the end.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from central.testbed.pulseaudio import SoundServer

PLAY_AND_CLOSE = """
import sys, threading, time, weakref
from drivers.audio.portaudio import PortAudioOutput

class Kept: pass
local, kept, blocks = threading.local(), [], []

def fill(frames, lead_s):
    if retired is None and not hasattr(local, "kept"):
        local.kept = Kept()
        kept.append(weakref.ref(local.kept))
    blocks.append(frames)
    return bytes(2 * frames)

for _ in range(3):
    before, retired = len(blocks), None
    output = PortAudioOutput("loa")
    output.open(48_000, 480, fill)
    while len(blocks) < before + 20:
        time.sleep(0.01)
    running = output.is_running()
    output.retire()
    retired = len(blocks)
    while len(blocks) < retired + 2:
        time.sleep(0.01)
    output.close()
print(running, len(kept), sum(one() is not None for one in kept))
"""


async def test_one_state_for_all_calls_back_and_none_after_the_stream_is_retired(
    tmp_path: Path,
) -> None:
    room = SoundServer(tmp_path / "room")
    await room.start(["loa"])
    try:
        player = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PLAY_AND_CLOSE,
            env=os.environ | room.env, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, _ = await player.communicate()
    finally:
        await room.stop()
    assert said.split() == [b"True", b"3", b"0"]  # one state a stream, all of them deleted

"""Several stations on one sound card of several channels: what one capture hears of all of them.

Two null sinks have a clock each, and two captures a beginning each, so 1 to 10 ms between them say
nothing. Here each station's sink is one channel of one null sink: a frame of the capture is the
same moment on all channels.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from central.testbed.pulseaudio import RATE_HZ, SoundServer

BUS = "bus"
CHANNELS = ("front-left", "front-right")
Heard = npt.NDArray[np.int16]


class SoundBus(SoundServer):
    """A sound server whose sinks are the channels of one."""

    def _server_script(self, sinks: Sequence[str]) -> str:
        names = CHANNELS[: len(sinks)]
        bus = (
            f"load-module module-null-sink sink_name={BUS} rate={RATE_HZ} channels={len(names)}"
            f" channel_map={','.join(names)} format=s16le norewinds=1"
        )
        stations = [
            f"load-module module-remap-sink sink_name={sink} master={BUS} channels=1"
            f" channel_map=mono master_channel_map={name} remix=no"
            for sink, name in zip(sinks, names, strict=True)
        ]
        return super()._server_script([]) + "\n".join([bus, *stations, ""])


class BusCapture:
    """Records all channels of a bus into a file.

    Args:
        room: the started server.
        path: of the file, raw s16.
        channels: of the bus.
    """

    def __init__(self, room: SoundBus, path: Path, channels: int = 2) -> None:
        self._path = path
        self._channels = channels
        self._out = path.open("wb")
        self._process = subprocess.Popen(
            [
                "parec", "-d", f"{BUS}.monitor", f"--rate={RATE_HZ}", f"--channels={channels}",
                "--format=s16le", "--latency-msec=10", "--raw",
            ],
            stdin=subprocess.DEVNULL, stdout=self._out, stderr=subprocess.DEVNULL,
            env={**room._server_env(), **room.env},
        )  # fmt: skip

    async def finish(self) -> list[Heard]:
        """The samples of each channel."""
        self._process.terminate()
        await asyncio.to_thread(self._process.wait)
        self._out.close()
        frames = np.fromfile(self._path, "<i2")
        whole = len(frames) // self._channels * self._channels
        return [frames[n : whole : self._channels] for n in range(self._channels)]

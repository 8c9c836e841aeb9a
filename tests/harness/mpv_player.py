"""mpv as a peer of the bench: a player of its own, told what to play through its JSON socket."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import psutil

START_LIMIT_S = 20.0


class MpvPlayer:
    """One mpv on a sink of the private sound server.

    Args:
        env: of the sound server (PULSE_SERVER).
        sink: where it plays.
        folder: for its socket; a short path.
    """

    def __init__(self, env: Mapping[str, str], sink: str, folder: Path) -> None:
        self._env = env
        self._sink = sink
        self._socket = folder / "mpv"
        self._process: asyncio.subprocess.Process
        self._writer: asyncio.StreamWriter

    async def start(self) -> None:
        """Start it, idle.

        Raises:
            RuntimeError: mpv is not installed, or does not come up.
        """
        if shutil.which("mpv") is None:
            raise RuntimeError("mpv is missing: .ci/packages mpv")
        self._process = await asyncio.create_subprocess_exec(
            *("mpv", "--no-config", "--no-video", "--no-terminal", "--idle=yes"),
            *("--ao=pulse", f"--audio-device=pulse/{self._sink}"),
            f"--input-ipc-server={self._socket}",
            env=os.environ | self._env,
        )
        reader, self._writer = await self._connect()
        self._drain = asyncio.create_task(_discard(reader), name="mpv's events")

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with asyncio.timeout(START_LIMIT_S):
            while True:
                try:
                    return await asyncio.open_unix_connection(self._socket)
                except OSError:  # not there yet
                    await asyncio.sleep(0.05)

    @property
    def process(self) -> psutil.Process:
        """Its process."""
        return psutil.Process(self._process.pid)

    def play(self, path: Path) -> None:
        """Play a file now, instead of what plays."""
        self._tell("loadfile", str(path), "replace")

    def _tell(self, *command: str) -> None:
        self._writer.write(json.dumps({"command": command}).encode() + b"\n")

    async def stop(self) -> None:
        """End it."""
        self._process.terminate()
        await self._process.wait()
        await self._drain
        self._writer.close()


async def _discard(reader: asyncio.StreamReader) -> None:
    while await reader.read(65_536):
        pass

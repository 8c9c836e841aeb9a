"""Snapcast as a peer: one server, two clients, on the sinks that two stations play on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

START_S = 3.0
# Debian's own file has a stream of its own, which clients would play.
CONFIG = """[server]
datadir = {folder}
[http]
enabled = false
[tcp]
bind_to_address = 127.0.0.1
port = {control}
[stream]
bind_to_address = 127.0.0.1
port = {port}
source = pipe://{fifo}?name=do&mode=read&sampleformat=48000:16:1&codec=pcm
"""
READY_S = 20.0


@contextlib.asynccontextmanager
async def snapcast_pair(
    folder: Path, env: Mapping[str, str], sinks: Sequence[str]
) -> AsyncIterator[Path]:
    """The FIFO whose sound (s16, 48 kHz, mono) both clients play."""
    fifo = folder / "snapfifo"
    os.mkfifo(fifo)
    port, control = _free_port(), _free_port()
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), **env}
    settings = folder / "snapserver.conf"
    settings.write_text(CONFIG.format(folder=folder, fifo=fifo, port=port, control=control))
    server = await _start(["snapserver", "-c", str(settings)], own, folder / "snapserver.log")
    clients = []
    try:
        await _wait_listening(port)
        for number, sink in enumerate(sinks):
            argv = [
                "snapclient", "-h", "127.0.0.1", "-p", str(port), "-i", str(number + 1),
                "--hostID", sink, "--player", "alsa", "-s", sink,
            ]  # fmt: skip
            clients.append(await _start(argv, own, folder / f"snapclient-{sink}.log"))
        await asyncio.sleep(START_S)
        yield fifo
    finally:
        for process in [*clients, server]:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def feed(fifo: Path, samples: bytes) -> None:
    """Write sound into the FIFO at the speed of time."""
    begun_s, written, piece = time.monotonic(), 0, 9_600
    with fifo.open("wb", buffering=0) as pipe:
        while written < len(samples):
            written += pipe.write(samples[written : written + piece])
            await asyncio.sleep(max(0.0, begun_s + written / 96_000 - time.monotonic()))


async def _start(
    argv: Sequence[str], env: Mapping[str, str], log: Path
) -> asyncio.subprocess.Process:
    with log.open("wb") as out:
        return await asyncio.create_subprocess_exec(
            *argv, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out, env=dict(env)
        )


async def _wait_listening(port: int) -> None:
    async with asyncio.timeout(READY_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])

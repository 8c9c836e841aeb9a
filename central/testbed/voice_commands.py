"""What an officer types in the demonstration of voices: `live speak` and `relay`, as processes."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process

from central.testbed.icecast import Icecast
from central.testbed.stations import COMMUNE, COMMUNE_STATION, PROVINCE
from central.testbed.testbed import Testbed
from central.testbed.voice_steps import ZONE

ROLE = f"vn.{PROVINCE}.{COMMUNE}"
TAKEN = "trạm đã nhận"  # what the command says once a station has the grant
RELAYED_S = 7.0  # of the radio that is heard
STATION_S = 60.0  # a limit for a busy machine


async def speak_live(scene: Testbed, title: str) -> None:
    """Speak a file of speech.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    words = ["live", "speak", str(scene.folder / "studio/hop-dan.wav")]
    process = await _start(scene, words, title)
    await _end(process, "live speak", b"")


async def relay_radio(scene: Testbed, icecast: Icecast, title: str) -> None:
    """Relay the radio for some seconds.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    words = ["relay", icecast.url, "--minutes", "3", "--source-ca", str(scene.ca.ca)]
    process = await _start(scene, words, title)
    told = bytearray()
    try:
        async with asyncio.timeout(STATION_S):
            await _read_until(process, TAKEN.encode(), told)
        await asyncio.sleep(RELAYED_S)
    except TimeoutError:
        raise RuntimeError(f"relay: {told.decode(errors='replace')[-400:]}") from None
    finally:
        if process.returncode is None:
            process.terminate()  # as Ctrl-C: the stream ends by a signed segment
    await _end(process, "relay", bytes(told))


async def _start(scene: Testbed, words: list[str], title: str) -> Process:
    identity, archive = scene.ca.issue_live(), scene.folder / "voices"
    archive.mkdir(exist_ok=True)
    (key,) = scene.authority.keys[ROLE]
    argv = [
        *(sys.executable, "-m", "central", *words),
        *("--db", scene.folder / "central.db", "--broker", f"127.0.0.1:{scene.broker.port}"),
        *("--ca", scene.ca.ca, "--cert", identity.cert, "--cert-key", identity.key),
        *("--key", key, "--passphrase", "", "--issuer", ROLE, "--station", COMMUNE_STATION),
        *("--to", f"{PROVINCE}/{COMMUNE}/{COMMUNE_STATION}", "--zone", ZONE, "--title", title),
        *("--archive", archive, "--yes", "--wait", "20"),
    ]
    return await asyncio.create_subprocess_exec(
        *map(str, argv), stdin=DEVNULL, stdout=PIPE, stderr=STDOUT,
        env={**os.environ, "TERM": "dumb"},
    )  # fmt: skip


async def _read_until(process: Process, wanted: bytes, told: bytearray) -> None:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    while wanted not in told and (line := await process.stdout.readline()):
        told += line


async def _end(process: Process, name: str, told: bytes) -> None:
    try:
        rest, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    if process.returncode:
        raise RuntimeError(f"{name}: {(told + rest).decode(errors='replace')[-400:]}")

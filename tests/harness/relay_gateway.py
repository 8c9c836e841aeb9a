"""A gateway of a relay whose segments go into an archive, and what is heard in it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import subprocess
from array import array
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from agent.radio.radio import Radio, Trouble
from agent.radio.radio_programme import State
from central.live.archive import export_ogg, list_folders, read_stream
from central.live.archive_writer import ArchiveWriter
from central.live.broadcast import Broadcast, LiveTarget
from central.live.grant import LiveOrder
from central.live.relay.relay_gateway import build_radio, relay_packets
from central.testbed.certificates import CertificateAuthority
from tests.harness.signed_documents import FIRST

RADIO_HZ, FILLER_HZ, LATER_HZ = 1000, 400, 2000


def sine(hz: int, seconds: float) -> bytes:
    argv = ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", f"sine=frequency={hz}:d={seconds}"]
    argv += ["-ar", "48000", "-f", "s16le", "pipe:1"]
    return subprocess.run(argv, check=True, capture_output=True).stdout


def tones_of(samples: array[int]) -> list[tuple[float, int]]:
    """When each tone begins, in seconds: rising zero crossings of each tenth of a second."""
    found: list[tuple[float, int]] = []
    for at in range(0, len(samples) - 4800, 4800):
        part = samples[at : at + 4800]
        crossings = sum(a < 0 <= b for a, b in itertools.pairwise(part))
        near = [hz for hz in (RADIO_HZ, FILLER_HZ, LATER_HZ) if abs(crossings * 10 - hz) <= 20]
        if near and max(part) > 1000 and (not found or found[-1][1] != near[0]):
            found.append((at / 48_000, near[0]))
    return found


@dataclass
class Gateway:
    """A relay that speaks into an archive."""

    url: str
    authority: CertificateAuthority
    folder: Path
    troubles: list[tuple[Trouble | None, str]] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def on_air(self) -> AsyncIterator[Radio]:
        radio = build_radio(
            self.url, self.authority.ca, sine(FILLER_HZ, 2),
            lambda *what: self.troubles.append(what),
        )  # fmt: skip
        pulling = asyncio.create_task(radio.pull(), name="pull")
        stop = asyncio.Event()
        speaking = asyncio.create_task(self._speak(radio, stop), name="speak")
        try:
            yield radio
            stop.set()
            if self.sent:
                await speaking
        finally:
            for task in (pulling, speaking):
                task.cancel()
            await asyncio.gather(pulling, speaking, return_exceptions=True)

    async def _speak(self, radio: Radio, stop: asyncio.Event) -> None:
        await radio.wait_ready()
        stream_id = Broadcast.new_stream_id()
        with ArchiveWriter(self.folder, stream_id, datetime.now(UTC)) as archive:
            broadcast = Broadcast(
                LiveOrder("vn.84.29266", ["84/29266/*"]), LiveTarget("xa-29266", is_group=True),
                [FIRST], self._publish, self._send, archive, stream_id,
            )  # fmt: skip
            await broadcast.begin()
            packets = relay_packets(radio.programme, self.states.append, stop, lambda _dbfs: None)
            await broadcast.speak(packets)
            await broadcast.end()

    async def _publish(self, _envelope: bytes) -> None:
        pass

    async def _send(self, _topic: str, message: bytes) -> bool:
        self.sent.append(message)
        return True

    async def until_sent(self, seconds: float) -> None:
        """Wait until so much more was sent."""
        count = len(self.sent) + round(seconds * 5)
        await until(lambda: len(self.sent) >= count)

    def heard(self) -> list[int]:
        """The tones of the archive, one after the other."""
        return [hz for _, hz in self.heard_at()]

    def heard_at(self) -> list[tuple[float, int]]:
        """When each tone began, seconds since 1970; the archive's reader verifies all of it."""
        (stream,) = map(read_stream, list_folders(self.folder))
        assert stream.bad == 0
        assert stream.is_ended
        argv = [
            "ffmpeg",
            "-loglevel",
            "error",
            "-f",
            "ogg",
            "-i",
            "pipe:0",
            "-f",
            "s16le",
            "pipe:1",
        ]
        done = subprocess.run(argv, input=export_ogg(stream), check=True, capture_output=True)
        begun_s = stream.begun_at.timestamp()
        return [(begun_s + s, hz) for s, hz in tones_of(array("h", done.stdout))]


async def until(is_true: Callable[[], bool]) -> None:
    while not is_true():  # noqa: ASYNC110 - another task fills a list
        await asyncio.sleep(0.05)

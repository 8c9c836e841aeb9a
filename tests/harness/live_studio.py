"""A studio that speaks live to a test bed, and a second sound station beside the first one."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from central.live.archive_writer import ArchiveWriter
from central.live.broadcast import Broadcast, LiveTarget, Send
from central.live.grant import LiveOrder
from central.live.live_line import LiveBroker, open_line
from central.live.voice_source import VoicePacket, VoiceSource, capture
from central.testbed.sample_documents import station_config
from central.testbed.stations import GROUP, SINK, Station, write_settings
from central.testbed.testbed import Testbed, until

NEIGHBOUR = "tv-cl-0008"
NEIGHBOUR_SINK = "loa2"
CLICK_EVERY_S = 0.5
# a click of 4 ms twice a second: its place is known to a sample's fraction
CLICKS = "aevalsrc='lt(mod(t,0.5),0.004)*0.7*sin(2*PI*1000*t)':s=48000:d={seconds}"
TONE_HZ = 1500.0
TONE = "aevalsrc='0.4*sin(2*PI*1500*t)':s=48000:d={seconds}"


def clicks(seconds: float) -> VoiceSource:
    return VoiceSource("made", CLICKS.format(seconds=seconds))


def tone(seconds: float) -> VoiceSource:
    return VoiceSource("made", TONE.format(seconds=seconds))


async def add_neighbour(testbed: Testbed) -> Station:
    """A second sound station with a sink of its own, not started."""
    identity = testbed.ca.issue_device(NEIGHBOUR)
    testbed.database.enrol(NEIGHBOUR, identity.cert)
    settings = write_settings(
        testbed.folder / NEIGHBOUR, NEIGHBOUR, port=testbed.broker.port, ca=testbed.ca.ca,
        cert=identity.cert, key=identity.key, root=testbed.authority.root,
    )  # fmt: skip
    settings.write_text(settings.read_text().replace(f'"{SINK}"', f'"{NEIGHBOUR_SINK}"'))
    station = testbed.stations[NEIGHBOUR] = Station(NEIGHBOUR, settings, testbed.room.env)
    return station


def route(testbed: Testbed, name: str, port: int) -> None:
    """Let a station that was not started reach the broker by another port."""
    settings = testbed.folder / name / "station.yaml"
    ports = f"port: {testbed.broker.port},", f"port: {port},"
    settings.write_text(settings.read_text().replace(*ports))


async def place(testbed: Testbed, name: str) -> None:
    """Give a station its place and wait until it takes what is issued from now on.

    A new box takes nothing before the first head: a grant would be refused, and heard later or not.
    """
    config = station_config(name, datetime.now(UTC), testbed.media.address)
    envelope = testbed.sign(config, "station-config", "vn.84")
    await testbed.publish(envelope, station=name)
    for kind in ("station-config", "head"):
        await until(partial(testbed.database.has_accepted, name, kind), f"{kind} of {name}")


async def until_exact(
    testbed: Testbed, names: Iterable[str], error_s: float, limit_s: float = 120.0
) -> None:
    """Wait until the stations' clocks are as exact as that: what is heard depends on it."""

    def is_exact(name: str) -> bool:
        health = testbed.database.health().get(name)
        error = health["clock"]["error_s"] if health else None
        return error is not None and error <= error_s

    await until(lambda: all(map(is_exact, names)), f"clocks within {error_s} s", limit_s)


@dataclass
class LiveStudio:
    """Speaks to the commune's group.

    Args:
        testbed: the test bed.
        change: what becomes of each segment on its way: as many messages as it returns are sent.
    """

    testbed: Testbed
    change: Callable[[int, bytes], list[bytes]] = lambda _number, message: [message]
    stations: tuple[str, ...] = ()
    spoken: list[VoicePacket] = field(default_factory=list)
    broadcast: Broadcast = field(init=False)
    is_speaking: asyncio.Event = field(default_factory=asyncio.Event)

    @contextlib.asynccontextmanager
    async def on_air(
        self, order: LiveOrder | None = None, role: str = "vn.84.29266", **changes: Any
    ) -> AsyncIterator[Broadcast]:
        """A stream whose grant the stations have taken; the caller speaks and ends it."""
        testbed, identity = self.testbed, self.testbed.ca.issue_live()
        broker = LiveBroker(
            testbed.broker.host, testbed.broker.port, testbed.ca.ca, identity.cert, identity.key
        )
        order = order or LiveOrder(role, ["84/29266/*"], **changes)
        stream_id = Broadcast.new_stream_id()
        async with open_line(broker, order.delay_ms / 1000) as line:
            await line.connected.wait()
            with ArchiveWriter(testbed.folder / "voices", stream_id, datetime.now(UTC)) as archive:
                self.spoken.clear()
                self.broadcast = Broadcast(
                    order, LiveTarget(GROUP, is_group=True), testbed.authority.signers(role),
                    self._publish, self._filter(line.send), archive, stream_id,
                )  # fmt: skip
                await self.broadcast.begin()
                yield self.broadcast

    async def speak(self, source: VoiceSource) -> AsyncIterator[VoicePacket]:
        """The packets of a source, noted."""
        async for packet in capture(source, asyncio.Event(), lambda _dbfs: None):
            self.spoken.append(packet)
            self.is_speaking.set()
            yield packet

    async def _publish(self, envelope: bytes) -> None:
        before = {name: self._taken(name) for name in self.stations}
        await self.testbed.publish(envelope)
        await until(
            lambda: all(self._taken(name) > count for name, count in before.items()), "the grant"
        )

    def _taken(self, name: str) -> int:
        query = (
            "SELECT count(*) FROM results"
            " WHERE station=? AND kind='stream-grant' AND result='accepted'"
        )
        path = f"file:{self.testbed.folder / 'central.db'}?mode=ro"
        with contextlib.closing(sqlite3.connect(path, uri=True, timeout=10)) as database:
            return int(database.execute(query, (name,)).fetchone()[0])

    def _filter(self, send: Send) -> Send:
        number = 0

        async def send_changed(topic: str, message: bytes) -> bool:
            nonlocal number
            for one in self.change(number, message):
                await send(topic, one)
            number += 1
            return True

        return send_changed

    @property
    def begun_at(self) -> datetime:
        """When the first sample was captured, encoder's look-ahead taken off."""
        first = self.spoken[0].captured_us + 6_500
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=first)

"""What the owner of a broker can do to a playing box, for any time.

Each attack is a coroutine that goes on until it is cancelled. `Target` gives it the real broker, a
relay that stands where the broker's certificate is, and an entitled but hostile signer.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agent.contract.document import Body, Entry, EntryStart, Medium, Playlist, When
from agent.contract.topic import build_authority_topic, build_group_topic, build_station_topic
from central.documents.sign import build_header, encode_document
from central.testbed.stations import COMMUNE, COMMUNE_STATION, GROUP, PROVINCE
from central.testbed.testbed import Testbed
from tests.harness.mqtt_relay import MqttRelay, encode_publish

QUADRATIC = b'{"payload":"' + b'\\"' * 40_000  # 80 KB, unterminated
DEAD_HOST = "chet.example.vn"
DEAD_HOSTS = [f"{n}.{DEAD_HOST}" for n in range(8)]
# Put on the box's PYTHONPATH: a resolver that answers nothing for half a minute, in its thread.
DEAD_RESOLVER = f"""\
import socket, time
_real = socket.getaddrinfo
def getaddrinfo(host, *args, **named):
    if DEAD in (host.decode() if isinstance(host, bytes) else str(host)):
        time.sleep(30)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    return _real(host, *args, **named)
DEAD = {DEAD_HOST!r}
socket.getaddrinfo = getaddrinfo
"""


@dataclass
class Target:
    """A test bed whose sound station plays, and its connection to the broker.

    Args:
        testbed: all real.
        relay: between the box and the broker.
        medium: a short one that the box has.
    """

    testbed: Testbed
    relay: MqttRelay
    medium: Medium
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def send(self, topic: str, raw: bytes) -> None:
        """As the broker's owner: any bytes on any topic, never retained at the real broker."""
        await self.testbed.collector.send(topic, raw, retain=False)

    def playlist(
        self, slot: str, times: list[str], urls: list[str] | None = None, entries: int = 1
    ) -> bytes:
        """A valid playlist of the commune's own key, of tomorrow and later.

        Args:
            slot: its name.
            times: HH:MM of each entry; entry n begins at second n.
            urls: where its medium, which is nowhere, is said to be; None: the one that the box has.
            entries: how many.
        """
        now = datetime.now(UTC)
        header = build_header(
            "playlist", issuer=f"vn.{PROVINCE}.{COMMUNE}", class_="routine",
            to=[f"{PROVINCE}/{COMMUNE}/*"], slot=slot, seq=next(self.numbers),
            now=now - timedelta(seconds=1), lifetime=timedelta(days=40),
        )  # fmt: skip
        day = now + timedelta(days=1, hours=7)
        medium = self.medium
        if urls is not None:
            digest = f"{random.getrandbits(256):064x}"
            medium = Medium(digest, 1000, "audio/mpeg", 1000, [f"{url}/{digest}" for url in urls])
        first, last = f"{day:%Y-%m-%d}", f"{day + timedelta(30):%Y-%m-%d}"
        items = [
            Entry(
                id=f"e{n}", title="Dày đặc", lang="vi", zones=["*"],
                when=When([f"{at}:{n:02}" for at in times], list(range(1, 8)), first, last),
                start=EntryStart("at"), body=Body(media=[medium.sha256]), when_cut="drop",
            )
            for n in range(entries)
        ]  # fmt: skip
        document = Playlist(**header, media=[medium], entries=items)
        return self.testbed.sign(encode_document(document), "playlist", document.issuer)


async def quadratic(on: Target) -> None:
    """An unsigned message that once took 19 s to refuse, to the box and to its commune."""
    for number in itertools.count():
        slot = f"q{number % 7}"
        for topic in (
            build_station_topic(COMMUNE_STATION, "playlist", slot),
            build_group_topic(GROUP, "emergency", slot),
        ):
            await on.send(topic, QUADRATIC)
        await asyncio.sleep(0.1)


async def unread_acks(on: Target) -> None:
    """QoS 1 without end, and not one PUBACK is read: a box that comes back is flooded again.

    It is let in for a second first. Not to let it in is withholding, which needs no flood.
    """
    topic = build_station_topic(COMMUNE_STATION, "playlist", "x")
    ids = itertools.cycle(range(1, 65536))
    while True:
        on.relay.read_again()
        while not on.relay.has_box:  # noqa: ASYNC110 - an attacker polls
            await asyncio.sleep(0.05)
        await asyncio.sleep(1.0)
        on.relay.stop_reading()
        is_there = True
        while is_there:
            packets = b"".join(encode_publish(topic, b"x", next(ids)) for _ in range(2000))
            is_there = await on.relay.inject(packets)
            await asyncio.sleep(0.02)


async def rubbish_authority(on: Target) -> None:
    """Files under every name that a box may subscribe to, as large as the broker accepts."""
    names = ("timestamp.json", *(f"{n}.root.json" for n in range(1, 10)), "2.snapshot.json")
    large = b'{"signatures":[' + b'{"keyid":"' + b"a" * 340_000
    for number in itertools.count():
        raw = (large, b"[" * 300_000, b'{"signed":' * 1000, b"\xff" * 1000)[number % 4]
        await on.send(build_authority_topic(names[number % len(names)]), raw)
        await asyncio.sleep(0.05)


async def dense_slots(on: Target) -> None:
    """25 slots of one entitled key, each as dense as a document may be; then they are emptied."""
    minutes = [f"{n // 60:02}:{n % 60:02}" for n in range(1440)]
    dense = [on.playlist(f"day-{slot}", minutes, entries=12) for slot in range(25)]
    try:
        for number in itertools.count():
            topic = build_group_topic(GROUP, "playlist", f"day-{number % 25}")
            await on.send(topic, dense[number % 25])
            await asyncio.sleep(0.2)
    finally:
        for slot in range(25):
            topic = build_group_topic(GROUP, "playlist", f"day-{slot}")
            await on.send(topic, on.playlist(f"day-{slot}", ["12:00"]))


async def dead_resolver(on: Target) -> None:
    """Media on many names that no resolver answers for, all entitled and all wanted at once."""
    for number in itertools.count():
        urls = [f"https://{host}" for host in DEAD_HOSTS]
        envelope = on.playlist(f"dead-{number % 12}", ["12:00"], urls)
        topic = build_group_topic(GROUP, "playlist", f"dead-{number % 12}")
        await on.send(topic, envelope)
        await asyncio.sleep(0.5)


ATTACKS: dict[str, Callable[[Target], Awaitable[None]]] = {
    "quadratic": quadratic,
    "unread_acks": unread_acks,
    "rubbish_authority": rubbish_authority,
    "dense_slots": dense_slots,
    "dead_resolver": dead_resolver,
}


def install_dead_resolver(folder: Path) -> dict[str, str]:
    """Environment of a box whose names under `DEAD_HOST` never resolve."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(DEAD_RESOLVER)
    return {"PYTHONPATH": str(folder)}

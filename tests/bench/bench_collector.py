"""How fast the collector takes journals and answers hellos, over a real Mosquitto on loopback.

The collector runs in a process of its own; this one is all the stations together, on one connection
without TLS. Journals: plays in batches of 29, signed beforehand, each station with four batches on
the way at once, timed from the first one sent to the last acknowledgement. Hellos: as many stations
as one province has, all at once, timed until the last one has its time.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import json
import logging
import sys
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

import aiomqtt  # noqa: E402 - after the path
import psutil  # noqa: E402 - after the path

from agent.contract.ids import StationId  # noqa: E402 - after the path
from agent.contract.topic import build_uplink_topic  # noqa: E402 - after the path
from agent.evidence.device_key import DeviceKey, load_device_key, sign_report  # noqa: E402 - after the path
from central.authority.demo_authority import make_demo_authority  # noqa: E402 - after the path
from central.store.database import Database  # noqa: E402 - after the path
from central.testbed.broker import find_free_port  # noqa: E402 - after the path
from central.testbed.certificates import make_demo_ca  # noqa: E402 - after the path
from tests.harness.centre_records import place_station  # noqa: E402 - after the path

STATIONS, HELLOS = 60, 1700
BATCHES, PLAYS, WINDOW = 10, 29, 4
EPOCH = "6f3a000000000000"
logging.getLogger("mqtt").setLevel(logging.ERROR)  # many publishes wait at once: that is meant
EVENTS = {"collector_events_per_s", "collector_events_per_cpu_s"}
NAMES = {*EVENTS, "hello_1700_s"}
LIMIT_S = 240
COLLECTOR = """
import asyncio, sys
from pathlib import Path
from central.authority.signing_key import load_signer
from central.collector.collector import Collector
from central.store.database import Database
folder, port, time_key, receipt_key, head_key = sys.argv[1:]
signers = {"time": time_key, "receipt": receipt_key, "head": head_key}
asyncio.run(Collector(
    host="127.0.0.1", port=int(port), ca=None, identity=None,
    database=Database.open(Path(folder) / "central.db"),
    signers={role: [load_signer(Path(key))] for role, key in signers.items()},
).run())
"""


def name_of(number: int) -> StationId:
    return StationId(f"tv-cl-{number:04d}")


@dataclass
class Centre:
    """Broker and collector as child processes, and the key with which every station signs here."""

    folder: Path
    port: int
    key: DeviceKey
    collector: psutil.Process

    def cpu_s(self) -> float:
        """What the collector has used of the processor."""
        used = self.collector.cpu_times()
        return float(used.user + used.system)


@asynccontextmanager
async def centre() -> AsyncIterator[Centre]:
    with tempfile.TemporaryDirectory(prefix="tramtin-bench-") as name:
        folder, port = Path(name), find_free_port()
        identity = make_demo_ca(folder / "ca").issue_device(name_of(0))
        keys = make_demo_authority(folder / "authority").keys
        enrol(folder / "central.db", identity.cert)
        config = folder / "mosquitto.conf"
        config.write_text(
            f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"
            "max_inflight_messages 100\nset_tcp_nodelay true\n"
        )
        roles = [str(keys[f"vn.{role}"][0]) for role in ("time", "receipt", "head")]
        argv = [sys.executable, "-c", COLLECTOR, name, str(port), *roles]
        quiet = asyncio.subprocess.DEVNULL
        broker = await asyncio.create_subprocess_exec("mosquitto", "-c", config, stderr=quiet)
        await asyncio.sleep(0.5)
        collector = await asyncio.create_subprocess_exec(*argv, cwd=ROOT)
        try:
            yield Centre(folder, port, load_device_key(identity.key), psutil.Process(collector.pid))
        finally:
            for process in (collector, broker):
                process.terminate()
                await process.wait()


def enrol(path: Path, certificate: Path) -> None:
    database = Database.open(path)
    with database.together():
        for number in range(HELLOS):
            database.enrol(name_of(number), certificate)
            place_station(database, name_of(number))
    database.close()


def play(number: int) -> dict[str, object]:
    at = (datetime(2026, 11, 22, tzinfo=UTC) + timedelta(minutes=number)).isoformat()
    at = at.replace("+00:00", ".016Z")
    return {
        "output": "loa", "medium": "sound", "zones": ["cum-1"], "doc_id": "ab" * 16,
        "doc_sha256": "cd" * 32, "entry": f"e{number}", "title": "Bản tin sáng thứ hai",
        "issuer": "vn.84.29266", "editor": "Lê Thị Bưởi", "approver": "Trần Văn Xoài",
        "class": "routine", "level": "routine", "lang": "vi", "media": ["ef" * 32],
        "planned_start": at, "planned_end": at, "start": at, "end": at, "duration_ms": 30_012,
        "result": "full", "reason": None, "proof": "A2", "gain_db": -3.5, "underruns": 0,
    }  # fmt: skip


def journal(station: StationId, key: DeviceKey) -> deque[bytes]:
    """Signed batches of one station."""
    before, texts = bytes(32), []
    for seq in range(1, BATCHES * PLAYS + 1):
        record = {
            "station": station, "epoch": EPOCH, "seq": seq, "prev": before.hex(),
            "at": "2026-11-22T22:00:30.016Z", "offset_min": 420, "boot_id": "b" * 32,
            "mono_ns": seq, "clock": {"quality": "SYNCED", "error_s": 0.02}, "kind": "play",
            "play": play(seq),
        }  # fmt: skip
        texts.append(json.dumps(record, ensure_ascii=False))
        before = hashlib.sha256(before + texts[-1].encode()).digest()
    batches = [texts[at : at + PLAYS] for at in range(0, len(texts), PLAYS)]
    return deque(
        sign_report(key, "log", json.dumps({"epoch": EPOCH, "records": one}).encode())
        for one in batches
    )


def hello(key: DeviceKey) -> bytes:
    body = {
        "session": 1, "boot_id": "b" * 32, "epoch": EPOCH, "last_seq": 0, "nonce": "n" * 16,
        "place": None, "holds": {}, "authority": {}, "agent": "0", "has": ["audio"],
        "clock": {"quality": "FLOOR", "error_s": None},
    }  # fmt: skip
    return sign_report(key, "hello", json.dumps(body).encode())


@dataclass
class Stations:
    """What came back to whom."""

    client: aiomqtt.Client
    upto: dict[str, int] = field(default_factory=dict)
    timed: set[str] = field(default_factory=set)
    all_timed: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        async for message in self.client.messages:
            _, _, _, station, kind, *_ = message.topic.value.split("/")
            if kind == "time":
                self.timed.add(station)
                if len(self.timed) == HELLOS:
                    self.all_timed.set()
            elif kind == "ack":
                body = json.loads(base64.b64decode(json.loads(bytes(message.payload))["payload"]))
                self.upto[station] = max(self.upto.get(station, 0), body["upto"])

    async def send(self, station: StationId, channel: str, message: bytes) -> None:
        topic = build_uplink_topic(station, channel)
        await self.client.publish(topic, message, qos=1, timeout=LIMIT_S)

    async def drain(self, station: StationId, batches: deque[bytes]) -> None:
        sent = 0
        while batches or self.upto.get(station, 0) < BATCHES * PLAYS:
            while batches and sent - self.upto.get(station, 0) // PLAYS < WINDOW:
                sent += 1
                await self.send(station, "log", batches.popleft())
            await asyncio.sleep(0.002)


@asynccontextmanager
async def stations(on: Centre) -> AsyncIterator[Stations]:
    async with aiomqtt.Client(
        "127.0.0.1", on.port, max_inflight_messages=5000, max_queued_incoming_messages=0
    ) as client:
        await client.subscribe("tramtin/1/d/#", qos=1)
        all_ = Stations(client)
        listening = asyncio.create_task(all_.listen(), name="stations")
        await all_.send(name_of(0), "hello", hello(on.key))
        while not all_.timed:  # until the collector is there
            await asyncio.sleep(0.2)
            await all_.send(name_of(0), "hello", hello(on.key))
        await asyncio.sleep(2.0)  # and has sent what was published before
        all_.timed.clear()
        yield all_
        listening.cancel()


async def measure(names: set[str]) -> None:
    async with asyncio.timeout(LIMIT_S), centre() as on, stations(on) as all_:
        if names & EVENTS:
            journals = [(name_of(n), journal(name_of(n), on.key)) for n in range(STATIONS)]
            began, used = time.monotonic(), on.cpu_s()
            await asyncio.gather(*(all_.drain(*one) for one in journals))
            events = STATIONS * BATCHES * PLAYS
            tell("collector_events_per_s", events / (time.monotonic() - began), "1/s", ">=25000")
            tell("collector_events_per_cpu_s", events / (on.cpu_s() - used), "1/s", ">=25000")
        if "hello_1700_s" in names:
            greeting, began = hello(on.key), time.monotonic()
            all_.timed.clear()
            sending = [all_.send(name_of(n), "hello", greeting) for n in range(HELLOS)]
            await asyncio.gather(*sending)
            await all_.all_timed.wait()
            tell("hello_1700_s", time.monotonic() - began, "s", "5")


def tell(name: str, value: float, unit: str, target: str) -> None:
    print(f"BENCH name={name} value={value:.2f} unit={unit} target={target}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    names = set(filter(None, parser.parse_args().only.split(","))) or NAMES
    if names & NAMES:
        asyncio.run(measure(names & NAMES))


if __name__ == "__main__":
    main()

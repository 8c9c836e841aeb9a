"""The authority's files at a real broker: given out, lost, asked for again, renewed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt
import msgspec
import pytest
from tuf.api.metadata import Metadata

from agent.contract.report import ClockState, Hello, Result
from agent.contract.topic import (
    build_authority_topic,
    build_uplink_topic,
    parse_authority_topic,
)
from agent.evidence.device_key import load_device_key, sign_report
from agent.trust.tree import TreeFiles, load_tree
from central.authority import authority_store
from central.authority.ceremony import edits
from central.authority.ceremony.tree_draft import open_draft
from central.authority.ceremony.tree_publication import OnlineKeys, publish
from central.authority.ceremony.workspace import Workspace
from central.authority.demo_authority import make_demo_authority
from central.authority.demo_model import DemoAuthority
from central.collector.collector import Collector
from central.collector.identity import Identity
from central.store.database import Database
from central.store.station_reports import list_results
from central.testbed.broker import MosquittoBroker
from central.testbed.certificates import make_demo_ca

STATION = "tv-cl-0007"
LIMIT_S = 60.0
FILES = {"1.root.json", "1.vn.84.json", "1.targets.json", "1.snapshot.json", "timestamp.json"}


class Centre:
    """Broker, database, collector; and a station that only listens to `auth/#` and says hello."""

    def __init__(self, folder: Path) -> None:
        self.authority: DemoAuthority = make_demo_authority(folder / "authority")
        self.ca = make_demo_ca(folder / "ca")
        self.broker = MosquittoBroker(
            folder / "broker", self.ca.ca, self.ca.issue_server("localhost")
        )
        self.device = self.ca.issue_device(STATION)
        self.device_key = load_device_key(self.device.key)
        self.database = Database.open(folder / "central.db")
        self.database.enrol(STATION, self.device.cert)
        roles = {"time": "vn.time", "receipt": "vn.receipt", "timestamp": "timestamp"}
        self.collector = Collector(
            host=self.broker.host, port=self.broker.port, ca=self.ca.ca,
            identity=self.ca.issue_centre(), database=self.database,
            signers={name: self.authority.signers(role) for name, role in roles.items()},
        )  # fmt: skip

    def connect(self, identity: Identity, name: str) -> aiomqtt.Client:
        tls = aiomqtt.TLSParameters(
            ca_certs=str(self.ca.ca), certfile=str(identity.cert), keyfile=str(identity.key)
        )
        return aiomqtt.Client(self.broker.host, self.broker.port, identifier=name, tls_params=tls)


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[Centre]:
    one = await asyncio.to_thread(Centre, tmp_path)
    await one.broker.start()
    task = asyncio.create_task(one.collector.run(), name="collector")
    yield one
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await one.broker.stop()
    one.database.close()


@contextlib.asynccontextmanager
async def listening(centre: Centre) -> AsyncIterator[tuple[aiomqtt.Client, dict[str, bytes]]]:
    """A station's view of `auth/#`: what is there, and what comes."""
    have: dict[str, bytes] = {}

    async def hear() -> None:
        async for message in client.messages:
            have[parse_authority_topic(message.topic.value)] = bytes(message.payload)

    async with centre.connect(centre.device, STATION) as client:
        await client.subscribe("tramtin/1/auth/#", qos=1)
        task = asyncio.create_task(hear(), name="station listens")
        yield client, have
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def counting(centre: Centre, name: str, files: Collection[str]) -> AsyncIterator[list[str]]:
    """Each file that comes to another station, as often as it comes."""
    heard: list[str] = []

    async def hear() -> None:
        async for message in client.messages:
            name = parse_authority_topic(message.topic.value)
            heard.append(name)

    identity = await asyncio.to_thread(centre.ca.issue_device, name)
    async with centre.connect(identity, name) as client:
        for file in files:
            await client.subscribe(build_authority_topic(file), qos=1)
        task = asyncio.create_task(hear(), name=f"{name} counts")
        yield heard
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110 - another task fills what is asked
            await asyncio.sleep(0.02)


def hello(centre: Centre, authority: dict[str, int]) -> bytes:
    told = Hello(
        session=1, boot_id="b" * 32, epoch="e" * 16, last_seq=0, nonce="0123456789abcdef",
        place=None, holds={}, authority=authority, agent="0.1.0", clock=ClockState("FLOOR", None),
        has=["audio"],
    )  # fmt: skip
    return sign_report(centre.device_key, "hello", msgspec.json.encode(told))


def tree_of(have: dict[str, bytes], version: int) -> TreeFiles:
    return TreeFiles(
        have["1.root.json"], have["timestamp.json"], have[f"{version}.snapshot.json"],
        have[f"{version}.targets.json"], {"vn.84": have["1.vn.84.json"]},
    )  # fmt: skip


async def test_what_is_published_is_retained_and_renewed_by_the_collector(centre: Centre) -> None:
    authority_store.put(centre.database, centre.authority.files())
    await until(lambda: not authority_store.unsent(centre.database))
    async with listening(centre) as (_, have):  # comes later, and has it all the same
        await until(lambda: set(have) == FILES)
        authority = load_tree(tree_of(have, 1))
        (signer,) = centre.authority.signers("timestamp")
        authority_store.renew_timestamp(centre.database, signer, datetime.now(UTC))
        await until(lambda: load_tree(tree_of(have, 1)).issued >= authority.issued)
        newest = Metadata.from_bytes(have["timestamp.json"]).signed
        assert newest.version >= authority.versions["timestamp"]


async def test_a_second_publication_comes_and_the_third_clears_the_first(centre: Centre) -> None:
    def publish_again() -> None:
        folder, at = Workspace(centre.authority.ceremony), datetime.now(UTC).replace(microsecond=0)
        draft = open_draft(folder, at)
        edits.renew(draft, "targets")
        for signer in centre.authority.signers("targets"):
            draft.changed["targets"].sign(signer, append=True)
        online = OnlineKeys(*(centre.authority.signers(n)[0] for n in ("snapshot", "timestamp")))
        authority_store.put(
            centre.database,
            publish(folder, draft, online, at, authority_store.timestamp(centre.database)),
        )

    authority_store.put(centre.database, centre.authority.files())
    async with listening(centre) as (_, have):
        await until(lambda: set(have) == FILES)
        for version in (2, 3):
            await asyncio.to_thread(publish_again)
            name = f"{version}.targets.json"
            await until(
                lambda name=name: name in have and not authority_store.unsent(centre.database)
            )  # type: ignore[misc] # bound at once
            await until(lambda version=version: f"{version}.snapshot.json" in have)  # type: ignore[misc] # bound at once
        await until(lambda: have["1.targets.json"] == b"")
        assert load_tree(tree_of(have, 3)).versions["targets"] == 3
    async with listening(centre) as (_, have):
        await until(lambda: "timestamp.json" in have and "3.snapshot.json" in have)
        assert {"1.root.json", "1.vn.84.json", "2.targets.json", "3.targets.json"} <= set(have)
        assert "1.targets.json" not in have


async def test_a_station_that_is_behind_has_sent_again_what_it_lacks_and_nobody_pays_for_it(
    centre: Centre,
) -> None:
    authority_store.put(centre.database, centre.authority.files())
    await until(lambda: not authority_store.unsent(centre.database))
    async with centre.connect(centre.ca.issue_centre(), "wiper") as owner:
        for name in FILES:  # a broker that has lost what it should retain
            await owner.publish(build_authority_topic(name), b"", qos=1, retain=True)
    # What a box listens to that lacks nothing: the timestamp, and the roots to come.
    of_whole = ["timestamp.json", *(f"{version}.root.json" for version in range(2, 10))]
    topic = build_uplink_topic(STATION, "hello")  # type: ignore[arg-type] # a plain string
    result = build_uplink_topic(STATION, "res")  # type: ignore[arg-type] # a plain string
    async with (
        listening(centre) as (client, have),
        counting(centre, "tv-cl-0021", of_whole) as heard_by_whole,
        counting(centre, "tv-cl-0022", ["#"]) as sent,
    ):
        current = {
            name: signed.version
            for name, signed in authority_store.present(centre.database).items()
        }
        # The wiper, under the centre's name, has thrown the collector out; it comes back.
        while centre.database.hello(STATION) is None:
            await client.publish(topic, hello(centre, current), qos=1)
            await asyncio.sleep(0.1)
        await client.publish(topic, hello(centre, {**current, "timestamp": 1}), qos=1)
        for number in range(5):
            for _ in range(5):
                await client.publish(topic, hello(centre, {"root": 1}), qos=1)
            told = msgspec.json.encode(Result(None, "accepted", None, f"number {number}"))
            await client.publish(result, sign_report(centre.device_key, "res", told), qos=1)
        await until(lambda: len(list_results(centre.database)) == 5)  # in order: so were the hellos
        await until(lambda: not authority_store.unsent(centre.database))
        # it goes out last
        await until(lambda: all("timestamp.json" in one for one in (have, sent, heard_by_whole)))
        root = centre.authority.files()["1.root.json"]
        assert load_tree(tree_of({**have, "1.root.json": root}, 1)).demo
    assert sorted(sent) == sorted(FILES - {"1.root.json"})  # each of them once
    assert heard_by_whole == ["timestamp.json"]

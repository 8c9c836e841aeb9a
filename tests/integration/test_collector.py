"""Journal, sender, real broker with mutual TLS, collector, SQLite: none lost, none double."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiomqtt
import msgspec
import pytest

from agent.clock import Clock
from agent.contract.document import Ack, StationConfig, TimeReply
from agent.contract.ids import StationId
from agent.contract.report import Result
from agent.contract.station_policy import StationPolicy
from agent.contract.topic import build_group_topic, build_station_topic, build_uplink_topic
from agent.evidence.device_key import load_device_key
from agent.evidence.journal import Journal
from agent.store.database import Store
from agent.store.ram_fallback import carry_back, open_volatile
from central.collector.identity import Identity
from central.documents.sign import build_header, encode_document, sign_document
from central.publication.document_outbox import keep, publish
from central.store.heartbeat import state_of_collector
from central.store.records import list_gaps, read_records
from central.store.station_reports import list_faults, list_results, list_stations
from central.testbed.certificates import make_demo_ca
from tests.harness.collector_box import LIMIT_S, PLACE, STATION, Box, Centre, running, until


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[Centre]:
    one = await asyncio.to_thread(Centre, tmp_path)
    await one.broker.start()
    async with running(one.collector.run(), "collector"):
        yield one
    await one.broker.stop()
    one.database.close()


@contextlib.asynccontextmanager
async def box_of(
    centre: Centre, identity: Identity, open_: Callable[[Path], Store] = Store.open
) -> AsyncIterator[Box]:
    store = await asyncio.to_thread(open_, centre.folder / "state")
    box = await asyncio.to_thread(Box, centre, store, identity)
    await box.journal.open()
    async with running(box.sender.run(), "sender"), running(box.link.run(), "link"):
        yield box
    await asyncio.to_thread(store.close)


@pytest.fixture
async def box(centre: Centre) -> AsyncIterator[Box]:
    async with box_of(centre, centre.device) as one:
        yield one


def chain_of(stored: list[bytes]) -> str:
    """Recomputed by the contract's rule alone: hash_n = SHA-256(hash_{n-1} ‖ bytes_n)."""
    running_hash = bytes(32)
    for raw in stored:
        assert json.loads(raw)["prev"] == running_hash.hex()
        running_hash = hashlib.sha256(running_hash + raw).digest()
    return running_hash.hex()


async def test_nothing_is_lost_or_double_when_the_broker_dies_and_comes_back(
    centre: Centre, box: Box
) -> None:
    for number in range(150):
        await box.journal.append("config", detail={"number": number})
    await box.all_acknowledged()
    await centre.broker.kill()
    for number in range(150, 300):
        await box.journal.append("config", detail={"number": number})
    await centre.broker.start()
    await box.all_acknowledged()
    stored = read_records(centre.database, STATION)
    assert [json.loads(raw)["seq"] for raw in stored] == list(range(1, 302))
    assert stored == await box.journal.pending(0, 1000)
    assert chain_of(stored) == box.journal.head_hash
    assert list_gaps(centre.database) == []
    assert list_faults(centre.database) == []


async def test_what_was_recorded_in_memory_without_a_link_reaches_the_centre_from_the_card(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The card took no writes, the box recorded in RAM, and was restarted before it had a link."""
    (centre.folder / "run").mkdir()
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(centre.folder / "run"))
    card = centre.folder / "state"
    await asyncio.to_thread(lambda: Store.open(card).close())
    in_ram = await asyncio.to_thread(open_volatile, card)
    former = Journal(in_ram, STATION, Clock(), "a" * 32)
    await former.open()
    for number in range(150):
        await former.append("config", detail={"number": number})
    await asyncio.to_thread(in_ram.close)
    await asyncio.to_thread(carry_back, in_ram.path, card)
    async with box_of(centre, centre.device) as box:
        await box.all_acknowledged()
        (past,) = box.journal.past
        await until(lambda: past.acknowledged == former.last_seq)
        assert await box.journal.outbox() == (0, 0.0)
    stored = read_records(centre.database, STATION)
    of_former = [raw for raw in stored if json.loads(raw)["epoch"] == former.epoch]
    assert [json.loads(raw)["seq"] for raw in of_former] == list(range(1, 152))
    assert chain_of(of_former) == former.head_hash
    assert len(stored) == 151 + box.journal.last_seq
    assert list_gaps(centre.database) == []
    assert list_faults(centre.database) == []


async def test_a_box_that_lived_in_memory_for_a_while_is_seen_when_it_is_back_on_its_card(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three lives, two journals: the card's own goes on where it was."""
    (centre.folder / "run").mkdir()
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(centre.folder / "run"))
    lives: list[tuple[str, int]] = []
    for open_ in (Store.open, open_volatile, Store.open):
        async with box_of(centre, centre.device, open_) as box:
            await until(lambda box=box: box.link.connected)  # type: ignore[misc]  # a lambda's default
            await box.all_acknowledged()
            lives.append((box.journal.epoch, box.session))
            await until(lambda lives=lives: _greeted(centre) == lives[-1])  # type: ignore[misc]  # a lambda's default
        if box.store.is_volatile:
            await asyncio.to_thread(carry_back, box.store.path, centre.folder / "state")
    assert lives[0][0] == lives[2][0] != lives[1][0]
    assert [session for _, session in lives] == [1, 2, 3]


def _greeted(centre: Centre) -> tuple[str, int] | None:
    hello = centre.database.hello(STATION)
    return None if hello is None else (hello["epoch"], hello["session"])


async def test_a_batch_sent_twice_is_stored_once_and_acknowledged_twice(
    centre: Centre, box: Box
) -> None:
    await box.journal.append("config", detail={})
    await box.all_acknowledged()
    records = [raw.decode() for raw in await box.journal.pending(0, 10)]
    again = msgspec.json.encode({"epoch": box.journal.epoch, "records": records})
    acks = []
    take = box.sender.on_ack

    async def count(ack: Ack) -> None:
        acks.append(ack.upto)
        await take(ack)

    box.sender.on_ack = count  # type: ignore[method-assign]  # a listener
    for number in range(1, 4):  # one after another: of acks that wait together the newest counts
        await box.send("log", box.sign("log", again))
        await until(lambda number=number: acks == [2] * number)  # type: ignore[misc] # bound at once
    assert len(read_records(centre.database, STATION)) == 2


async def test_a_centre_with_an_empty_database_gets_everything_again(
    centre: Centre, box: Box
) -> None:
    await box.journal.append("config", detail={})
    await box.all_acknowledged()
    with centre.database.transaction() as connection:
        for table in ("records", "cursors"):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - two constants
    await centre.broker.stop()
    await centre.broker.start()
    await until(lambda: len(read_records(centre.database, STATION)) == 2)
    assert chain_of(read_records(centre.database, STATION)) == box.journal.head_hash


async def test_a_message_at_which_the_centre_itself_fails_costs_no_other(
    centre: Centre, box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    await box.all_acknowledged()
    with centre.database.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE results")
    verdict = msgspec.json.encode(Result(None, "accepted", None, "nobody can keep this"))
    await box.send("res", box.sign("res", verdict))
    await box.journal.append("config", detail={})
    await box.all_acknowledged()
    assert f"res of {STATION} could not be taken" in caplog.text


async def test_a_report_under_another_key_is_flagged_and_not_kept(
    centre: Centre, tmp_path: Path
) -> None:
    # An enemy with a certificate that the broker takes: right name, wrong key.
    enemy = await asyncio.to_thread(make_demo_ca(tmp_path / "x").issue_device, STATION)
    forged = Identity(centre.device.cert, centre.device.key)
    async with box_of(centre, forged) as box:
        box.key = await asyncio.to_thread(load_device_key, enemy.key)
        await box.journal.append("config", detail={"what": "mọi thứ đều tốt"})
        await until(lambda: bool(list_faults(centre.database)))
        result = Result(None, "accepted", None, "", "playlist", "")
        await box.send("res", box.sign("res", msgspec.json.encode(result)))
        await until(lambda: any("res" in fault["detail"] for fault in list_faults(centre.database)))
    assert {fault["code"] for fault in list_faults(centre.database)} == {"E_SIGNATURE"}
    assert read_records(centre.database, STATION) == []
    assert list_results(centre.database) == []


async def test_a_late_will_of_an_older_session_says_nothing(centre: Centre, box: Box) -> None:
    def is_online() -> bool:
        (station,) = list_stations(centre.database)
        return bool(station["online"])

    await until(is_online)
    session = list_stations(centre.database)[0]["session"]
    topic = build_uplink_topic(STATION, "state")
    late = {"online": False, "session": session - 1}
    await box.link.publish(topic, msgspec.json.encode(late))
    await box.journal.append("config", detail={})
    await box.all_acknowledged()  # the collector works in order: the will has been judged
    assert is_online()
    await box.link.publish(topic, msgspec.json.encode({"online": False, "session": session}))
    await until(lambda: not is_online())


def station_config(centre: Centre, seq: int, groups: list[str]) -> bytes:
    header = build_header(
        "station-config", issuer="vn.84", class_="config", to=[PLACE], slot="base", seq=seq,
        now=datetime.now(UTC), lifetime=timedelta(days=30),
    )  # fmt: skip
    document = StationConfig(
        **header, place=PLACE, groups=groups, zones=["nga-ba"], policy=StationPolicy(quiet_hours=[])
    )
    return sign_document(
        encode_document(document), "station-config", centre.authority.signers("vn.84")
    )


async def test_a_hello_is_answered_with_time_first_and_then_what_the_station_lacks(
    centre: Centre,
) -> None:
    topic = build_station_topic(STATION, "station-config", "base")
    keep(centre.database, topic, station_config(centre, 7, ["xa-29266"]))
    keep(centre.database, build_group_topic("xa-99999", "station-config", "base"),
         station_config(centre, 9, []))  # fmt: skip
    async with box_of(centre, centre.device) as box:
        async with asyncio.timeout(LIMIT_S):
            first = await box.came.get()
            while isinstance(first, StationConfig):  # what was kept is also sent once, retained
                first = await box.came.get()
            second = await box.came.get()
    assert isinstance(first, TimeReply)
    assert first.nonce == box.nonce
    assert isinstance(second, StationConfig)
    assert second.seq == 7


async def test_what_is_published_reaches_a_station_that_is_there(centre: Centre, box: Box) -> None:
    topic = build_station_topic(STATION, "station-config", "base")
    await publish(centre.collector, centre.database, topic, station_config(centre, 3, []))
    async with asyncio.timeout(LIMIT_S):
        while not isinstance(await box.came.get(), StationConfig):
            pass


async def test_that_it_runs_and_whether_it_is_connected_is_known_to_other_processes(
    tmp_path: Path,
) -> None:
    centre = await asyncio.to_thread(Centre, tmp_path)

    def state() -> str:
        return state_of_collector(centre.database, datetime.now(UTC))

    assert state() == "absent"
    async with running(centre.collector.run(), "collector"):
        await until(lambda: state() == "offline")  # no broker yet
        await centre.broker.start()
        await until(lambda: state() == "connected")
        await centre.broker.stop()
    assert state() == "absent"
    centre.database.close()


async def test_a_box_with_a_new_card_is_seen_at_once_and_its_past_cannot_be_said_again(
    centre: Centre,
) -> None:
    def presence() -> tuple[bool, int]:
        (row,) = list_stations(centre.database)
        return row["online"], row["session"]

    async with box_of(centre, centre.device) as old:
        await until(lambda: old.link.connected)
        await old.journal.append("config", detail={"what": "x"})
        for session in range(2, 10):
            await old.greet(session)
        await old.all_acknowledged()
        await until(lambda: presence() == (True, 9))
        past = old.journal.epoch
    shutil.rmtree(centre.folder / "state")  # the new card
    async with box_of(centre, centre.device) as new:
        await until(lambda: new.link.connected)
        await new.journal.append("config", detail={"what": "y"})
        await new.all_acknowledged()
        await until(lambda: presence() == (True, 1))
        hello = centre.database.hello(STATION)
        assert hello is not None
        assert hello["epoch"] == new.journal.epoch != past
        again = new.journal.epoch
        new.journal.epoch = past  # a broker's replay of the old card's hello
        await new.greet(9)
        new.journal.epoch = again
        await new.greet(2)
        await until(lambda: (presence()[1], centre.database.hello(STATION)["session"]) >= (2, 2))
        hello = centre.database.hello(STATION)
        assert hello["epoch"] == again


async def test_the_brokers_rules_keep_a_station_from_speaking_for_another(centre: Centre) -> None:
    import ssl

    other = await asyncio.to_thread(centre.ca.issue_device, "tv-cl-0021")
    context = ssl.create_default_context(cafile=centre.ca.ca)
    context.load_cert_chain(other.cert, other.key)
    state = msgspec.json.encode({"online": True, "session": 99})
    await centre.collector.connected.wait()
    async with aiomqtt.Client(
        centre.broker.host, centre.broker.port, identifier="tv-cl-0021", tls_context=context
    ) as client:
        await client.publish(build_uplink_topic(STATION, "state"), state, qos=1)
        own = build_uplink_topic(StationId("tv-cl-0021"), "state")
        await client.publish(own, state, qos=1)
    centre.database.enrol("tv-cl-0021", other.cert)
    await until(lambda: list_stations(centre.database)[1]["online"] is not None)
    assert list_stations(centre.database)[0]["online"] is None

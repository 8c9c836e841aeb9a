"""What waits is taken together, in the order of arrival; answers do not wait for one another."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import aiomqtt
import pytest
import sqlalchemy as sa

from agent.contract.ids import StationId
from central.collector.message_queue import MessageQueue, StationMessage
from central.collector.publisher import Publisher
from central.collector.report_handler import ReportHandler
from central.publication.document_outbox import OutgoingMessage
from central.store.database import Database

STATIONS = [StationId(f"tv-cl-000{number}") for number in range(3)]


def presence(station: StationId) -> StationMessage:
    return StationMessage(station, "state", b'{"online":true,"session":1}')


def answer(number: int) -> OutgoingMessage:
    return OutgoingMessage(f"tramtin/1/d/tv-cl-{number:04d}/ack", b"", retain=False)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Broker:
    """Confirms what it was told to; `came` is the order on the wire."""

    def __init__(self) -> None:
        self.came: list[OutgoingMessage] = []
        self.confirmed: dict[str, asyncio.Future[None]] = {}

    async def publish(self, message: OutgoingMessage) -> None:
        self.came.append(message)
        future = asyncio.get_running_loop().create_future()
        self.confirmed[message.topic] = future
        await future


async def test_a_group_holds_what_waits_in_order_and_no_more_than_it_may() -> None:
    queue = MessageQueue()
    messages = [presence(STATIONS[number % 3]) for number in range(5)]
    for one in messages:
        await queue.put(one)
    assert len(queue) == 5
    assert await queue.get_group(3) == messages[:3]
    assert await queue.get_group(3) == messages[3:]


async def test_who_puts_waits_while_too_many_wait() -> None:
    queue = MessageQueue(1)
    await queue.put(presence(STATIONS[0]))
    second = asyncio.create_task(queue.put(presence(STATIONS[1])))
    await settle()
    assert not second.done()
    assert len(await queue.get_group()) == 1
    await second
    assert [one.station for one in await queue.get_group()] == [STATIONS[1]]


async def test_an_answer_waits_for_no_confirmation_of_another_and_keeps_its_turn() -> None:
    broker = Broker()
    publisher = Publisher(broker.publish)
    for number in range(4):
        await publisher.send(answer(number))
    await settle()
    assert broker.came == [answer(number) for number in range(4)]
    await publisher.close()


async def test_so_many_wait_for_their_confirmation_and_the_next_waits_for_one_of_them() -> None:
    broker = Broker()
    publisher = Publisher(broker.publish, most=2)
    for number in range(2):
        await publisher.send(answer(number))
    third = asyncio.create_task(publisher.send(answer(2)))
    await settle()
    assert (third.done(), len(broker.came)) == (False, 2)
    broker.confirmed[answer(1).topic].set_result(None)
    await third
    await settle()
    assert broker.came[2] == answer(2)
    await publisher.close()


async def test_after_an_answer_that_was_not_confirmed_the_connection_is_left() -> None:
    broker = Broker()
    publisher = Publisher(broker.publish)
    await publisher.send(answer(0))
    await settle()
    broker.confirmed[answer(0).topic].set_exception(aiomqtt.MqttError("timed out"))
    await settle()
    with pytest.raises(aiomqtt.MqttError, match="timed out"):
        await publisher.send(answer(1))
    await publisher.close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    one = Database.open(tmp_path / "central.db")
    yield one
    one.close()


def test_a_message_that_cannot_be_taken_costs_the_others_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reception = ReportHandler(database, {})
    receive = reception.receive

    def fail_at_the_second(
        station: StationId, channel: str, message: bytes
    ) -> list[OutgoingMessage]:
        replies = receive(station, channel, message)
        if station == STATIONS[1]:
            raise RuntimeError(station)
        return [*replies, answer(int(station[-1]))]

    monkeypatch.setattr(reception, "receive", fail_at_the_second)
    replies = reception.receive_group([presence(station) for station in STATIONS])
    assert replies == [answer(0), answer(2)]
    with sqlite3.connect(str(database._engine.url.database)) as connection:
        kept = connection.execute("SELECT station FROM presence ORDER BY station").fetchall()
    connection.close()
    assert kept == [(STATIONS[0],), (STATIONS[2],)]


def test_nothing_of_a_group_is_answered_that_could_not_be_committed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: sa.Connection) -> None:
        raise sa.exc.OperationalError("COMMIT", {}, sqlite3.OperationalError("disk full"))

    reception = ReportHandler(database, {})
    monkeypatch.setattr(sa.Connection, "commit", fail)
    with pytest.raises(sa.exc.OperationalError, match="disk full"):
        reception.receive_group([presence(STATIONS[0])])
    monkeypatch.undo()
    with database.transaction() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM presence")).scalar() == 0

"""The collector: the centre's one connection to the broker. It receives, answers and sends."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import socket
import ssl
import time
from collections.abc import Awaitable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiomqtt
import msgspec
import paho.mqtt.client as paho
import sqlalchemy as sa
from securesystemslib.signer import Signer

from agent.contract.report import State
from agent.contract.topic import CENTRE_STATE, ROOT, parse_uplink_topic
from agent.errors import ConfigError
from central.authority import authority_store
from central.collector.identity import CENTRE, Identity
from central.collector.message_queue import MessageQueue, StationMessage
from central.collector.publisher import MAX_UNCONFIRMED, Publisher
from central.collector.report_handler import WINDOW, ReportHandler
from central.publication.document_outbox import OutgoingMessage, is_out_of_time, mark_sent, unsent
from central.store import heartbeat
from central.store.database import Database
from central.store.schema import stations

T = TypeVar("T")
log = logging.getLogger(__name__)
UPLINK = f"{ROOT}/u/+/+/#"
MAX_QUEUED = 10_000  # what is dropped is unacknowledged, so it comes again
BUSY_QUEUED = 500
UNSENT_S = 0.3
TIMESTAMP_S = 3600.0
TIMESTAMP_AGAIN_S = 60.0
RETRY_S = (0.5, 30.0)
HELLOS_PER_S = 20
SPREAD_S = 2, 120


class _Client(aiomqtt.Client):
    """Without `asyncio.wait_for`, and without watching a socket that is closed.

    Before Python 3.12 `wait_for` drops a cancellation that comes in the same turn as the answer,
    and the collector would never stop (bpo-37658).
    """

    def _on_socket_register_write(self, client: paho.Client, _data: Any, sock: Any) -> None:
        """As aiomqtt's, but looks at the socket when the loop comes to it: see `agent.link`."""

        def begin() -> None:
            if sock.fileno() >= 0 and client._registered_write:  # noqa: SLF001 - paho offers no other way
                self._loop.add_writer(sock.fileno(), self._write)

        self._loop.call_soon_threadsafe(begin)

    def _write(self) -> None:
        try:
            self._client.loop_write()
        except Exception as error:  # noqa: BLE001 - whatever it is, the connection is over
            if not self._disconnected.done():
                self._disconnected.set_exception(error)

    async def _wait_for(self, fut: Awaitable[T], timeout: float | None) -> T:
        limit_s = self.timeout if timeout is None else timeout
        try:
            async with asyncio.timeout(limit_s):
                return await fut
        except TimeoutError:
            raise aiomqtt.MqttError("Operation timed out") from None


class Collector:
    """Holds the connection to the broker under the centre's name.

    Args:
        host: of the broker.
        port: of the broker, TLS.
        ca: PEM of the authority that signed the broker's certificate.
        identity: the centre's client certificate and key; None: plain TCP, for tests.
        database: the centre's.
        signers: keys of the roles `time` and `receipt`; with `head`, heads are sent; with
            `timestamp`, the authority's timestamp is signed again every hour.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        ca: Path | None,
        identity: Identity | None,
        database: Database,
        signers: Mapping[str, Sequence[Signer]],
    ) -> None:
        self.connected = asyncio.Event()
        self._host = host
        self._port = port
        self._ca = ca
        self._identity = identity
        self._database = database
        self._reception = ReportHandler(database, signers)
        self._timestamp = next(iter(signers.get("timestamp", ())), None)
        self._session = int(time.time() * 1000)
        self._client: aiomqtt.Client

    async def run(self) -> None:
        """Stay connected until cancelled."""
        beside = [
            asyncio.create_task(self._renew_timestamp(), name="authority timestamp"),
            asyncio.create_task(heartbeat.run(self._database, self.connected), name="heartbeat"),
        ]
        try:
            await self._stay_connected()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _stay_connected(self) -> None:
        retry_s, most_s = RETRY_S
        while True:
            try:
                await self._live()
                retry_s = RETRY_S[0]
            except (aiomqtt.MqttError, OSError) as error:
                if _is_being_cancelled():
                    # The fault of aiomqtt's DISCONNECT hides the cancellation that caused it.
                    raise asyncio.CancelledError from error
                log.warning("broker %s:%d: %s", self._host, self._port, error)
            await asyncio.sleep(retry_s * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load
            retry_s = min(retry_s * 2, most_s)

    async def send(self, topic: str, envelope: bytes, *, retain: bool) -> None:
        """Publish (QoS 1) as soon as there is a connection; returns when the broker has it."""
        while True:
            await self.connected.wait()
            try:
                await self._client.publish(topic, envelope, qos=1, retain=retain)
            except aiomqtt.MqttError as error:
                log.warning("not sent yet to %s: %s", topic, error)
                await asyncio.sleep(RETRY_S[0])
            else:
                return

    async def _live(self) -> None:
        context = await asyncio.to_thread(self._load_tls)
        async with _Client(
            self._host,
            self._port,
            identifier=CENTRE,
            protocol=aiomqtt.ProtocolVersion.V311,
            tls_context=context,
            will=aiomqtt.Will(CENTRE_STATE, self._build_will(), qos=1, retain=True),
            max_queued_incoming_messages=MAX_QUEUED,
            max_inflight_messages=2 * MAX_UNCONFIRMED,  # answers, and documents beside them
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        ) as client:
            await self._subscribe(client)
            birth = await asyncio.to_thread(self._build_birth)
            await client.publish(CENTRE_STATE, birth, qos=1, retain=True)
            self._client = client
            self.connected.set()
            log.info("collecting from %s:%d", self._host, self._port)
            incoming = MessageQueue()
            parts = [
                asyncio.create_task(self._receive_messages(client, incoming), name="reports"),
                asyncio.create_task(self._answer(client, incoming), name="answers"),
                asyncio.create_task(self._send_unsent(), name="unsent documents"),
            ]
            try:
                await _until_one_ends(parts)
            except aiomqtt.MqttError as error:
                log.info("connection lost: %s", error)
            finally:
                self.connected.clear()

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        """Subscribe; without this check a refused SUBACK would cut off all reports unnoticed.

        Raises:
            MqttError: refused.
        """
        codes = await client.subscribe(UPLINK, qos=1)
        for code in codes:
            value = code if isinstance(code, int) else code.value
            if value >= 0x80:
                raise aiomqtt.MqttError(f"the broker refuses {UPLINK}: {value:#x}")

    async def _receive_messages(self, client: aiomqtt.Client, incoming: MessageQueue) -> None:
        async for message in client.messages:
            try:
                station, channel = parse_uplink_topic(message.topic.value)
            except ValueError:
                log.warning("not a topic of ours: %s", message.topic.value[:120])
                continue
            await incoming.put(StationMessage(station, channel, bytes(message.payload)))

    async def _answer(self, client: aiomqtt.Client, incoming: MessageQueue) -> None:
        """Handle received messages, a group at a time; answer each after its commit.

        Raises:
            MqttError: an answer was not confirmed in time.
        """
        client.pending_calls_threshold = 2 * MAX_UNCONFIRMED  # above it aiomqtt warns
        publisher = Publisher(partial(_publish, client))
        try:
            while True:
                group = await incoming.get_group()
                waiting = len(incoming) + len(client.messages)
                self._reception.window = WINDOW if waiting < BUSY_QUEUED else 1
                for reply in await self._receive(group):
                    await publisher.send(reply)
        finally:
            await publisher.close()

    async def _receive(self, group: Sequence[StationMessage]) -> list[OutgoingMessage]:
        """Return the answers to send; none where the centre itself fails at all messages."""
        try:
            return await asyncio.to_thread(self._reception.receive_group, group)
        except Exception:  # the messages' outer edge: a busy database never ends the collector
            log.exception("%d messages could not be taken", len(group))
            return []

    async def _send_unsent(self) -> None:
        """Send what other processes have stored: authority first, then documents."""
        while True:
            try:
                await self._send_due()
            except Exception:  # the task's outer edge: a busy database never ends the collector
                log.exception("unsent documents not sent; next attempt follows")
            await asyncio.sleep(UNSENT_S)

    async def _send_due(self) -> None:
        for find, mark in (
            (authority_store.unsent, authority_store.mark_sent),
            (self._find_unsent, mark_sent),
        ):
            if sent := await self._send_all(await asyncio.to_thread(find, self._database)):
                await asyncio.to_thread(mark, self._database, sent)
        if self._reception.heads is not None:
            # After a publication; what is not sent now comes with the station's next hello.
            await self._send_all(await asyncio.to_thread(self._reception.heads.due))

    def _find_unsent(self, database: Database) -> list[OutgoingMessage]:
        """Find what to send; what every station would refuse as late only if heads attest it."""
        found = unsent(database)
        if self._reception.heads is not None:
            return found
        now = datetime.now(UTC)
        return [one for one in found if not is_out_of_time(one.envelope, now)]

    async def _send_all(
        self, outgoing_messages: Sequence[OutgoingMessage]
    ) -> list[OutgoingMessage]:
        """Send all; return those that the broker has confirmed."""
        sent: list[OutgoingMessage] = []
        with contextlib.suppress(aiomqtt.MqttError):
            for one in outgoing_messages:
                await self._client.publish(one.topic, one.envelope, qos=1, retain=one.retain)
                sent.append(one)
        return sent

    async def _renew_timestamp(self) -> None:
        """Sign a fresh timestamp every hour: it proves that the authority is not withheld."""
        while self._timestamp is not None:
            wait_s = TIMESTAMP_S
            try:
                await asyncio.to_thread(
                    authority_store.renew_timestamp,
                    self._database,
                    self._timestamp,
                    datetime.now(UTC),
                )
            except ConfigError as error:
                log.error("timestamp not renewed: %s", error)  # noqa: TRY400 - the operator's fault
            except Exception:  # the task's outer edge: a busy database must not age the authority
                log.exception("timestamp not renewed")
                wait_s = TIMESTAMP_AGAIN_S
            await asyncio.sleep(wait_s)

    def _build_birth(self) -> bytes:
        """Build the birth message. Each station answers it with a hello, spread by their number."""
        query = sa.select(sa.func.count()).select_from(stations)
        with self._database.transaction() as connection:
            number = connection.execute(query).scalar_one()
        shortest_s, longest_s = SPREAD_S
        spread_s = min(max(number // HELLOS_PER_S, shortest_s), longest_s)
        return msgspec.json.encode(State(online=True, session=self._session, spread_s=spread_s))

    def _build_will(self) -> bytes:
        return msgspec.json.encode(State(online=False, session=self._session))

    def _load_tls(self) -> ssl.SSLContext | None:
        if self._identity is None:
            return None
        context = ssl.create_default_context(cafile=self._ca)
        context.load_cert_chain(self._identity.cert, self._identity.key)
        return context


async def _publish(client: aiomqtt.Client, message: OutgoingMessage) -> None:
    await client.publish(message.topic, message.envelope, qos=1, retain=message.retain)


async def _until_one_ends(parts: Sequence[asyncio.Task[None]]) -> None:
    """Wait until the first task ends, then cancel the others.

    Raises: MqttError: the connection ended; any other fault of a task passes too.
    """
    try:
        done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)
    for part in done:
        part.result()


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0

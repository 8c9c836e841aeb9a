"""The link to the broker: stays connected, passes bytes up and down, verifies no document.

One connection: count the session up, CONNECT with the will "offline, session n", subscribe and read
every SUBACK code, publish "online, session n", call `on_connect`, wait until the connection is
lost, call `on_disconnect`, wait by back-off. MQTT 5 keeps the broker's side of the session for an
hour; a broker with only 3.1.1 gets a clean session, because `hello` rebuilds everything anyway.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection
from functools import partial

import aiomqtt
import msgspec
import paho.mqtt.client as paho
from aiomqtt.exceptions import MqttConnectError

from agent.clock import mono_s
from agent.contract.ids import StationId
from agent.contract.report import State
from agent.contract.topic import (
    build_uplink_topic,
    parse_topic,
)
from agent.errors import AgentError, LinkError
from agent.link.backoff import TAKEOVER_WINDOW_S, BackOff, TakeoverGuard
from agent.link.bounded_mqtt import BoundedClient, ClosedEarlyError
from agent.link.crash_guard import CrashGuard
from agent.link.delivery import Delivery, OnBytes, OnMessage, Readers
from agent.link.inbox import Incoming
from agent.link.lasting_fault import LastingFaults, OnFault
from agent.link.mqtt_connect import BrokerSettings, ConnectTiming, build_client
from agent.link.network_thread import NetworkThreads
from agent.link.subscription import Subscriptions
from agent.link.tls import CertificateDates

DISCONNECT_S = 2.0
MAX_CONNECTING = 2  # the newest attempt, and one that hangs
MAX_SHORT_CONNECTIONS = 3
LIVE = "live"  # of topics; a segment later than a second is worth nothing, so none waits
TAKEN_OVER = 0x8E  # MQTT 5 section 3.14.2.1
_log = logging.getLogger(__name__)
OnSegment = Callable[[str, bytes], None]


async def _ignore(_subject: str, _content: bytes) -> None:
    """Drop a message that has no reader."""


def _ignore_segment(_stream_id: str, _message: bytes) -> None:
    """Drop a segment that has no reader."""


class MqttLink:
    """The station's one connection. `run` never raises; faults go to `on_fault`.

    Args:
        broker: address and PEM files.
        station: client id; equals the certificate's common name.
        next_session: counts up and persists; called once before every CONNECT.
        on_message: gets each downlink message, one at a time, urgent kinds first. It must not wait
            for the network: an emergency would wait behind it.
        on_connect: called with the session once all is subscribed and presence is published.
        on_disconnect: called at once when the connection is lost.
        on_fault: kind, subject and hint of a fault; the hint is None when it has passed.
        on_centre: gets (`state`, bytes) of the centre's own presence.
        on_authority: gets the name and bytes of authority files.
        on_live: gets the stream's id and the bytes of each live segment, at once: it must be quick.
        guard: knows which messages crashed the process. None: none is known.
        pace: times.
        dates: verifies the dates of the broker's certificate. None: by the build date alone.
    """

    def __init__(  # noqa: PLR0913 - one keyword a collaborator
        self,
        broker: BrokerSettings,
        station: StationId,
        *,
        next_session: Callable[[], Awaitable[int]],
        on_message: OnMessage,
        on_connect: Callable[[int], Awaitable[None]],
        on_disconnect: Callable[[], None],
        on_fault: OnFault,
        on_centre: OnBytes = _ignore,
        on_authority: OnBytes = _ignore,
        on_live: OnSegment = _ignore_segment,
        guard: CrashGuard | None = None,
        pace: ConnectTiming | None = None,
        dates: CertificateDates | None = None,
    ) -> None:
        self._broker = broker
        self._station = station
        self._next_session = next_session
        self._on_connect = on_connect
        self._on_disconnect = on_disconnect
        self._on_live = on_live
        self._faults = LastingFaults(on_fault)
        readers = Readers(on_message, on_centre, on_authority)
        guard = guard or CrashGuard.in_memory()
        self._delivery = Delivery(station, readers, guard, self._faults)
        self._pace, self._dates = pace or ConnectTiming(), dates or CertificateDates()
        self._address = f"{broker.host}:{broker.port}"
        self._state_topic = build_uplink_topic(station, "state")
        self._subscriptions = Subscriptions(station, self._faults)
        self._back_off = BackOff(self._pace.base_s, self._pace.cap_s, self._pace.spread_s)
        self._takeovers = TakeoverGuard()
        self._client: BoundedClient | None = None
        self._protocol = aiomqtt.ProtocolVersion.V5
        self._why_no_5 = ""  # the broker's last refusal of MQTT 5
        self._threads = NetworkThreads(MAX_CONNECTING, "broker")
        self.since_mono_s = mono_s()

    @property
    def connected(self) -> bool:
        """Is everything subscribed and the station reported online? `since_mono_s`: since when."""
        return self._client is not None

    async def run(self) -> None:
        """Run until cancelled; then publish `offline` and disconnect."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._delivery.run(), name="link inbox")
            group.create_task(self._stay_connected(), name="link connection")

    async def publish(
        self, topic: str, payload: bytes, qos: int = 1, *, retain: bool = False
    ) -> None:
        """Publish; return when the broker has confirmed it (QoS 1).

        A broker's confirmation proves nothing about the centre.

        Raises:
            LinkError: E_OFFLINE without a connection, E_PUBLISH when it was not confirmed.
        """
        client = self._client
        if client is None:
            raise LinkError("E_OFFLINE", topic, "no connection to the broker")
        try:
            await client.publish(topic, payload, qos=qos, retain=retain)
        except aiomqtt.MqttError as error:
            raise LinkError("E_PUBLISH", topic, str(error)) from error

    def deliver(self, incoming: Incoming) -> None:
        """Handle a message that came another way, in its turn with those of the broker."""
        self._delivery.put(incoming)

    async def set_groups(self, groups: Collection[str]) -> None:
        """Subscribe to exactly these groups, now and after every reconnection."""
        await self._subscriptions.set_groups(groups, self._client)

    async def set_authority_files(self, names: Collection[str]) -> None:
        """Subscribe to exactly these authority files; the retained ones come at once."""
        await self._subscriptions.set_authority_files(names, self._client)

    # One connection after another

    async def _stay_connected(self) -> None:
        while True:
            wait_s = 0.0
            try:
                wait_s = await self._hold_connection()
            except (MqttConnectError, ClosedEarlyError) as error:
                wait_s = self._other_protocol(str(error))
            except Exception as error:  # noqa: BLE001 - the task's outer edge: the link never gives up
                self._report_down(str(error) or type(error).__name__)
                wait_s = self._back_off.next_s()
            await asyncio.sleep(wait_s)

    def _other_protocol(self, why: str) -> float:
        """Switch the protocol: a broker without MQTT 5 refuses the CONNECT or closes.

        3.1.1 is tried at once. The link is down only when 3.1.1 fails too; the reported reason is
        the answer to MQTT 5.

        Returns:
            How many seconds to wait.
        """
        if self._protocol is aiomqtt.ProtocolVersion.V5:
            self._protocol = aiomqtt.ProtocolVersion.V311
            self._why_no_5 = why
            _log.info("%s refuses MQTT 5 (%s): trying 3.1.1", self._address, why)
            return 0.0
        self._report_down(self._why_no_5 or why)
        self._protocol = aiomqtt.ProtocolVersion.V5
        return self._back_off.next_s()

    async def _hold_connection(self) -> float:
        """Hold one connection from CONNECT to its end; return how many seconds to wait."""
        session = await self._next_session()
        client = await self._build_client(session)
        try:
            async with asyncio.timeout(self._pace.connect_timeout_s):
                await client.connect(self._threads)
            known = await self._start_session(client, session)
            code = await self._until_lost(client, session, known)
        except asyncio.CancelledError:
            await self._disconnect(client, session)
            raise
        except TimeoutError as error:
            raise LinkError("E_CONNECT", self._address, "no answer in time") from error
        finally:
            client.drop()
        self._report_down(client.breach or f"connection lost, reason {code}")
        self._protocol = aiomqtt.ProtocolVersion.V5
        return self._wait_after(code)

    def _wait_after(self, code: int | None) -> float:
        if code == TAKEN_OVER and self._takeovers.record_takeover(mono_s()):
            self._faults.begin(
                "duplicate_identity", self._station, "another box uses our certificate"
            )
            return self._pace.duplicate_wait_s
        # Mosquitto 2.0.11 and MQTT 3.1.1 take a session over without a reason code.
        if self._back_off.short_connections >= MAX_SHORT_CONNECTIONS:
            self._faults.begin(
                "link_unstable", self._station, "does another box use our certificate?"
            )
        return self._back_off.next_s()

    async def _build_client(self, session: int) -> BoundedClient:
        client = await build_client(
            self._broker,
            self._station,
            protocol=self._protocol,
            keepalive_s=self._pace.keepalive_s,
            will=aiomqtt.Will(self._state_topic, _state(session, online=False), 1, retain=True),
            on_refused=lambda why: self._faults.begin("publish_refused", self._station, why),
            dates=self._dates,
        )
        client.take = partial(self._on_message, client)
        return client

    async def _start_session(self, client: BoundedClient, session: int) -> frozenset[str]:
        """Subscribe and report online; return the filters that may still change."""
        known = await self._subscriptions.subscribe_all(client)
        await client.publish(self._state_topic, _state(session, online=True), qos=1, retain=True)
        return known

    async def _until_lost(
        self, client: BoundedClient, session: int, known: frozenset[str]
    ) -> int | None:
        self._client = client
        began = self.since_mono_s = mono_s()
        _log.info("connected to %s, session %d", self._address, session)
        self._faults.end("link_down", self._address)
        self._faults.end("publish_refused", self._station)  # the access rules may be right now
        try:
            await self._delivery.report_set_aside()
            # A retained station-config may have named other groups during the subscription.
            await self._subscriptions.update(client, known)
            await self._report_connected(session)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TAKEOVER_WINDOW_S):
                    return await client.wait_lost()
            self._faults.end("duplicate_identity", self._station)
            self._faults.end("link_unstable", self._station)
            return await client.wait_lost()
        finally:
            self._client = None
            self.since_mono_s = mono_s()
            if client.stalled:
                self._back_off.record_stall()
            else:
                self._back_off.record_end(self.since_mono_s - began)
            self._on_disconnect()

    async def _report_connected(self, session: int) -> None:
        try:
            await self._on_connect(session)
        except AgentError as error:
            _log.warning("the actions after connecting failed: %s", error)

    async def _disconnect(self, client: BoundedClient, session: int) -> None:
        """Publish `offline` and disconnect: a DISCONNECT makes the broker drop the will."""
        with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
            async with asyncio.timeout(DISCONNECT_S):
                offline = _state(session, online=False)
                await client.publish(self._state_topic, offline, qos=1, retain=True)
                await client.__aexit__(None, None, None)

    # Incoming messages

    def _on_message(self, client: BoundedClient, message: paho.MQTTMessage) -> None:
        """Sort one message into the inbox, or drop what is empty, foreign or too long."""
        kind = self._subscriptions.kind_of(message)
        if kind == LIVE:
            self._on_live(parse_topic(message.topic).slot, bytes(message.payload))
        if kind is None or kind == LIVE:
            client.acknowledge(message)
            return
        self._delivery.put(
            Incoming(
                message.topic, kind, bytes(message.payload), lambda: client.acknowledge(message)
            )
        )

    def _report_down(self, why: str) -> None:
        self._faults.begin("link_down", self._address, why)


def _state(session: int, *, online: bool) -> bytes:
    return msgspec.json.encode(State(online=online, session=session))

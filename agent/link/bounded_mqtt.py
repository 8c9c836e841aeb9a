"""An MQTT connection with bounded memory, also with a hostile broker.

paho announces a maximum packet size and then reads any packet whole all the same (200 MiB took
625 MiB). This client refuses a packet as soon as its length is known, before one byte of the body
is buffered. paho also queues without limit what the broker does not read (204 MiB of
acknowledgements in 30 s): this client closes the connection. And paho reads the properties of a
packet in quadratic time: here no packet has many. It overrides private methods of aiomqtt 2.5.1 and
paho 2.2.0; the tests send real oversized messages and read no acknowledgement, and setup.cfg pins
the release.
"""

from __future__ import annotations

import asyncio
import math
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from agent.clock import cpu_s
from agent.link.cpu_share import CpuShare
from agent.link.network_thread import NetworkThreads
from agent.link.publish_packet import cut_properties

T = TypeVar("T")
PACKET_HEAD_BYTES = 4096  # topic, properties, packet id
# Of all packets but messages: the codes for the filters of one subscription, or some properties.
MAX_ANSWER_BYTES = 2048
# An honest broker waits for an acknowledgement after some twenty messages, also over a dead radio.
MAX_UNSENT = 256
# After so many messages to acknowledge a PINGREQ asks whether the broker reads.
ASK_AFTER = 128
# So many more may come before it answers. A broker that waits for acknowledgements has at most two
# windows of them on the way; the widest usual one is 1,024 (NATS).
MAX_UNANSWERED = 2048
# Messages of ours that the broker has not confirmed: paho keeps them all, also each one for which
# we stopped waiting after 10 s. At most eight are under way at a time.
MAX_UNCONFIRMED = 32
# Of a processor, for reading whatever the broker sends: the rest waits in the kernel, which makes
# the broker wait.
READ_SHARE = 0.3
READ_SLICE_S = 0.005
# Of the kernel, each way. What a broker has sent stands in front of an alarm, so megabytes of it
# must not be on the way: reading a buffer of this size, full of the smallest messages, takes 1 s.
SOCKET_BUFFER_BYTES = 65_536
_PUBLISH = 0x30  # MQTT 5 section 2.1.2
_PINGRESP = 0xD0
_TYPE = 0xF0
_QOS = 0x06
_QOS_2 = 0x04


class ClosedEarlyError(aiomqtt.MqttError):
    """The broker closed the connection before it answered our CONNECT."""


class BoundedClient(aiomqtt.Client):
    """One connection. Each message goes to `take` at once; aiomqtt's own queue stays empty.

    Only `acknowledge` acknowledges messages, after they were handled: what is not yet acknowledged
    counts against the receive maximum (MQTT 5), so an honest broker slows down instead of
    overflowing the inbox, and sends again what a crash left unhandled.

    Args:
        max_bytes: longest message payload accepted, in bytes.
        on_refused: called in the loop with the reason when the broker refuses one of our messages.
        arguments: as for `aiomqtt.Client`.
    """

    def __init__(
        self,
        *,
        max_bytes: int,
        on_refused: Callable[[str], None],
        **arguments: Any,
    ) -> None:
        super().__init__(max_queued_incoming_messages=1, **arguments)
        self.protocol: aiomqtt.ProtocolVersion = arguments["protocol"]
        self.breach: str | None = None
        self.stalled = False  # did we close because the broker does not read?
        self.take: Callable[[paho.MQTTMessage], None] = lambda _message: None
        self._is_dropped = False
        self._unanswered = 0  # messages since the broker last answered a PINGREQ
        self._limit_bytes = max_bytes + PACKET_HEAD_BYTES
        self._on_refused = on_refused
        self._unlimited_recv = self._client._sock_recv  # noqa: SLF001 - the module's purpose
        self._client._sock_recv = self._limited_recv  # type: ignore[method-assign] # noqa: SLF001 - as above
        self._unlimited_handle = self._client._packet_handle  # noqa: SLF001 - as above
        self._client._packet_handle = self._handle  # type: ignore[method-assign] # noqa: SLF001 - as above
        self._client.manual_ack_set(on=True)
        self._read_share = CpuShare(READ_SHARE)

    async def wait_lost(self) -> int | None:
        """Return when the connection has ended: the broker's reason code if it gave one."""
        await asyncio.wait([self._disconnected])
        error = self._disconnected.exception()
        reason = error.rc if isinstance(error, aiomqtt.MqttCodeError) else None
        return reason.value if isinstance(reason, ReasonCode) else None

    def acknowledge(self, message: paho.MQTTMessage) -> None:
        """Acknowledge a message that was handled. Harmless after the connection ended."""
        if self._disconnected.done() or self.breach is not None:
            return
        self._client.ack(message.mid, message.qos)
        self._bound_unsent()

    async def publish(self, *arguments: Any, **named: Any) -> None:
        """As aiomqtt's; closes before unconfirmed messages fill the memory.

        Raises:
            aiomqtt.MqttError: it was not confirmed.
        """
        unconfirmed = len(self._client._out_messages)  # noqa: SLF001 - the module's purpose
        if unconfirmed >= MAX_UNCONFIRMED:
            self._close_later(f"the broker confirms nothing: {unconfirmed} messages wait for it")
        await super().publish(*arguments, **named)

    def _bound_unsent(self) -> None:
        """Close when the broker leaves too many packets unread, whatever made us send them."""
        unsent = len(self._client._out_packet)  # noqa: SLF001 - the module's purpose
        if unsent > MAX_UNSENT:
            self._close_later(f"the broker sends and does not read: {unsent} packets wait for it")

    def _close_later(self, why: str) -> None:
        if self.breach is None:
            self.breach, self.stalled = why, True
            # Later: paho may be inside a callback, and closing takes that callback's lock again.
            self._loop.call_soon(self.drop)

    async def connect(self, threads: NetworkThreads) -> None:
        """Connect, up to the broker's CONNACK; as `__aenter__`, but in a thread of ours.

        Raises:
            aiomqtt.MqttError: no connection, or the broker refuses it.
        """
        try:
            await threads.start(self._client_connect)
        except OSError as error:
            raise aiomqtt.MqttError(str(error) or type(error).__name__) from error
        await self._wait_for(self._connected, None)

    def drop(self) -> None:
        """Close any connection without a DISCONNECT; the broker publishes the will."""
        self._is_dropped = True
        self._client._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)  # noqa: SLF001 - paho has no public way to hang up
        for ending in (self._connected, self._disconnected):
            if ending.done() and not ending.cancelled():
                ending.exception()  # asyncio warns about an exception that nobody has read

    async def _wait_for(self, fut: Awaitable[T], timeout: float | None) -> T:
        """As aiomqtt's, but an ended connection ends the wait, and without `asyncio.wait_for`.

        aiomqtt would wait its full time-out for an answer that can no longer come: a box whose
        connections the broker keeps closing would look as if each had lasted that long.
        Before Python 3.12 `wait_for` drops a cancellation that comes in the same turn as the
        answer, and the agent would never stop (bpo-37658).
        """
        limit_s = self.timeout if timeout is None else timeout
        answer = asyncio.ensure_future(fut)
        either: set[asyncio.Future[Any]] = {answer, self._disconnected}
        try:
            async with asyncio.timeout(None if limit_s == math.inf else limit_s):
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            raise aiomqtt.MqttError("Operation timed out") from None
        else:
            if not answer.done():
                raise aiomqtt.MqttError("the connection ended before the answer")
            return answer.result()
        finally:
            answer.cancel()

    def _client_connect(self) -> None:
        """Runs in a thread, which cannot be cancelled: closes a connection that comes too late."""
        super()._client_connect()
        if self._is_dropped:
            self._loop.call_soon_threadsafe(self.drop)

    def _on_socket_open(self, _client: paho.Client, _data: Any, sock: Any) -> None:
        """As aiomqtt's, but with bounded buffers, and reading has a share of the processor.

        Runs in a thread.
        """
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            sock.setsockopt(socket.SOL_SOCKET, buffer, SOCKET_BUFFER_BYTES)

        def begin() -> None:
            self._read(sock)
            self._misc_task = self._loop.create_task(self._misc_loop(), name="MQTT keep-alive")

        self._loop.call_soon_threadsafe(begin)

    def _on_socket_register_write(self, _client: paho.Client, _data: Any, sock: Any) -> None:
        """As aiomqtt's, but checks the socket when the loop runs the callback: it may be closed.

        aiomqtt passes the descriptor's number at once, and the loop then watches a closed one, or
        another connection's descriptor with the same number. May run in a thread.
        """

        def begin() -> None:
            # What was to be written may have gone out meanwhile; paho then never unregisters.
            if sock.fileno() >= 0 and self._client._registered_write:  # noqa: SLF001 - as above
                self._loop.add_writer(sock.fileno(), self._write)

        self._loop.call_soon_threadsafe(begin)

    def _write(self) -> None:
        try:
            self._client.loop_write()
        except Exception as error:  # noqa: BLE001 - whatever it is, the connection is over
            if not self._disconnected.done():
                self._disconnected.set_exception(error)

    def _read(self, sock: ssl.SSLSocket) -> None:
        """Read for a moment, then yield to the loop; pause when the share is used up."""
        number, began_s = sock.fileno(), cpu_s()
        if number < 0:  # closed meanwhile
            return
        self._loop.remove_reader(number)
        try:
            self._client.loop_read()
            while sock.fileno() >= 0 and sock.pending() and cpu_s() - began_s < READ_SLICE_S:
                self._client.loop_read()
        except Exception as error:  # noqa: BLE001 - whatever it is, the connection is over
            if not self._disconnected.done():
                self._disconnected.set_exception(error)
            return
        if sock.fileno() < 0:
            return
        rest_s = self._read_share.spend(cpu_s() - began_s)
        if rest_s > 0 or sock.pending():  # what TLS has decoded already wakes no selector
            self._loop.call_later(rest_s, self._read, sock)
        else:
            self._loop.add_reader(number, self._read, sock)

    def _limited_recv(self, bufsize: int) -> bytes:
        """Refuse a packet when paho first asks for its body: it asks for all of it at once."""
        packet = self._client._in_packet  # noqa: SLF001 - the module's purpose
        is_message = packet["command"] & _TYPE == _PUBLISH
        limit_bytes = self._limit_bytes if is_message else MAX_ANSWER_BYTES
        if bufsize > limit_bytes:
            raise self._refuse(f"refused a packet of {bufsize} bytes, at most {limit_bytes}")
        if packet["have_remaining"] and is_message and packet["command"] & _QOS >= _QOS_2:
            # We subscribe at QoS 1, so no honest broker sends QoS 2, and paho would hold up to
            # 65,535 such messages until they are released.
            raise self._refuse("refused a QoS 2 message: never subscribed")
        return self._unlimited_recv(bufsize)

    def _handle(self) -> MQTTErrorCode:
        """Handle a complete packet."""
        packet: Any = self._client._in_packet  # noqa: SLF001 - the module's purpose
        command = packet["command"]
        if command & _TYPE == _PUBLISH and self.protocol is aiomqtt.ProtocolVersion.V5:
            try:
                has_id = bool(command & _QOS)
                packet["packet"] = cut_properties(packet["packet"], has_packet_id=has_id)
            except ValueError as error:
                raise self._refuse(str(error)) from error
        code = self._unlimited_handle()
        self._bound_unsent()
        self._bound_unanswered(command)
        return code

    def _bound_unanswered(self, command: int) -> None:
        """Close when the broker keeps sending but reads nothing: alarms queue behind all that.

        The kernels buffer megabytes of acknowledgements before one stays unsent.
        """
        if command & _TYPE == _PINGRESP:
            self._unanswered = 0
        elif command & _TYPE == _PUBLISH and command & _QOS:
            self._unanswered += 1
            if self._unanswered == ASK_AFTER:
                self._client._send_pingreq()  # noqa: SLF001 - the module's purpose
            elif self._unanswered > ASK_AFTER + MAX_UNANSWERED:
                self._close_later(f"the broker sends and does not read: {MAX_UNANSWERED} messages")

    def _refuse(self, why: str) -> ConnectionError:
        self.breach = why
        return ConnectionError(why)

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        self.take(message)

    def _on_publish(
        self, client: paho.Client, data: Any, mid: int, reason: ReasonCode, properties: Any
    ) -> None:
        if reason.is_failure:
            self._on_refused(str(reason))
        super()._on_publish(client, data, mid, reason, properties)

    def _on_disconnect(
        self, client: paho.Client, data: Any, flags: Any, reason: ReasonCode, properties: Any = None
    ) -> None:
        if not self._connected.done():
            # aiomqtt would wait for its time-out, although the broker has already closed.
            self._connected.set_exception(ClosedEarlyError(f"closed before CONNACK: {reason}"))
            return
        super()._on_disconnect(client, data, flags, reason, properties)

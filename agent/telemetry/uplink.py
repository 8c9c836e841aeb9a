"""Reports of this box to the centre: signed by its key, on its own topics."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Awaitable
from typing import Protocol

import msgspec

from agent.contract.ids import StationId
from agent.contract.report import Result
from agent.contract.topic import build_uplink_topic
from agent.errors import LinkError, StoreError
from agent.evidence.device_key import DeviceKey, sign_report
from agent.store import key_value
from agent.store.database import Store

MAX_UNSENT = 64


class UplinkConnection(Protocol):
    """See `link.mqtt.MqttLink`."""

    def publish(self, topic: str, payload: bytes) -> Awaitable[None]:
        """Send; return when the broker has confirmed it."""
        ...


class SessionCounter:
    """Numbers the connections of this box.

    Args:
        store: keeps the number.

    Attributes:
        number: of the last established session.
    """

    def __init__(self, store: Store) -> None:
        self.number = 0
        self._store = store

    async def next(self) -> int:
        """The next number; if the card fails it is counted in memory: the box must report that."""
        try:
            return await self._store.run(key_value.next_session)
        except StoreError:
            return self.number + 1

    def current(self) -> int:
        """See `number`."""
        return self.number

    def set_current(self, number: int) -> None:
        """This session is established."""
        self.number = number


class Uplink:
    """Signs and sends reports.

    Args:
        station: of this box.
        key: the box's own.
    """

    def __init__(self, station: StationId, key: DeviceKey) -> None:
        self._connection: UplinkConnection | None = None
        self._station = station
        self._key = key
        self._unsent: deque[Result] = deque(maxlen=MAX_UNSENT)

    def set_connection(self, connection: UplinkConnection) -> None:
        """Send on this connection from now on."""
        self._connection = connection

    def sign(self, channel: str, payload: bytes) -> bytes:
        """The envelope for a channel."""
        return sign_report(self._key, channel, payload)

    async def publish(self, channel: str, message: bytes) -> None:
        """Send a signed message.

        Raises:
            LinkError: not connected, or the connection was lost meanwhile.
        """
        if self._connection is None:
            raise LinkError("E_OFFLINE", channel, "no connection yet")
        await self._connection.publish(build_uplink_topic(self._station, channel), message)

    async def send(self, channel: str, body: msgspec.Struct) -> None:
        """Sign and send; what cannot be sent now is repeated by the next hello or health report."""
        with contextlib.suppress(LinkError):
            await self.publish(channel, self.sign(channel, msgspec.json.encode(body)))

    async def send_result(self, result: Result) -> None:
        """Sign and send a verdict; one that cannot be sent now is sent at the next connection.

        A broker that kept the session delivers at once, before the link can send.
        """
        if not await self._try(result):
            self._unsent.append(result)

    async def send_unsent(self) -> None:
        """Send the verdicts that found no connection, the oldest first."""
        for _ in range(len(self._unsent)):
            result = self._unsent.popleft()
            if not await self._try(result):
                self._unsent.append(result)

    async def _try(self, result: Result) -> bool:
        try:
            await self.publish("res", self.sign("res", msgspec.json.encode(result)))
        except LinkError:
            return False
        return True

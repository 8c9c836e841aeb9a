"""What goes up from this box: signed by its key, on its own topics."""

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

MOST_UNSENT = 64


class UplinkConnection(Protocol):
    """See `link.mqtt.MqttLink`."""

    def publish(self, topic: str, payload: bytes) -> Awaitable[None]:
        """Send; returns when the broker has it."""
        ...


class SessionCounter:
    """Numbers the connections of this box.

    Args:
        store: remembers the number.

    Attributes:
        number: of the last session that stood.
    """

    def __init__(self, store: Store) -> None:
        self.number = 0
        self._store = store

    async def next(self) -> int:
        """A full or dead card must not keep the box from telling of it."""
        try:
            return await self._store.run(key_value.next_session)
        except StoreError:
            return self.number + 1

    def current(self) -> int:
        """See `number`."""
        return self.number

    def note_connected(self, number: int) -> None:
        """This session stands."""
        self.number = number


class Uplink:
    """Signs and sends.

    Args:
        station: of this box.
        key: its own.
    """

    def __init__(self, station: StationId, key: DeviceKey) -> None:
        self._line: UplinkConnection | None = None
        self._station = station
        self._key = key
        self._unsent: deque[Result] = deque(maxlen=MOST_UNSENT)

    def note_connected(self, line: UplinkConnection) -> None:
        """From now on there is something to send on."""
        self._line = line

    def sign(self, channel: str, payload: bytes) -> bytes:
        """The envelope for a channel."""
        return sign_report(self._key, channel, payload)

    async def publish(self, channel: str, message: bytes) -> None:
        """Send what is signed already.

        Raises:
            LinkError: not connected, or it went meanwhile.
        """
        if self._line is None:
            raise LinkError("E_OFFLINE", channel, "no connection yet")
        await self._line.publish(build_uplink_topic(self._station, channel), message)

    async def send(self, channel: str, body: msgspec.Struct) -> None:
        """Sign and send; what cannot be sent now is told again in the next hello or health."""
        with contextlib.suppress(LinkError):
            await self.publish(channel, self.sign(channel, msgspec.json.encode(body)))

    async def send_result(self, result: Result) -> None:
        """Sign and send a verdict; one that cannot be sent now goes out with the next connection.

        A broker that kept the session delivers at once, before the link is up for what goes out.
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

"""What goes up from this box: signed by its key, on its own topics."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Awaitable
from typing import Protocol

import msgspec

from agent.contract.ident import StationId
from agent.contract.report import Result
from agent.contract.topic import build_uplink_topic
from agent.errors import LinkError
from agent.evidence.device_key import DeviceKey, sign_report

MOST_UNSENT = 64


class Line(Protocol):
    """See `link.mqtt.MqttLink`."""

    def publish(self, topic: str, payload: bytes) -> Awaitable[None]:
        """Send; returns when the broker has it."""
        ...


class Uplink:
    """Signs and sends.

    Args:
        station: of this box.
        key: its own.
    """

    line: Line  # given before the agent lives

    def __init__(self, station: StationId, key: DeviceKey) -> None:
        self._station = station
        self._key = key
        self._unsent: deque[Result] = deque(maxlen=MOST_UNSENT)

    def sign(self, channel: str, payload: bytes) -> bytes:
        """The envelope for a channel."""
        return sign_report(self._key, channel, payload)

    async def publish(self, channel: str, message: bytes) -> None:
        """Send what is signed already.

        Raises:
            LinkError: not connected, or it went meanwhile.
        """
        await self.line.publish(build_uplink_topic(self._station, channel), message)

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

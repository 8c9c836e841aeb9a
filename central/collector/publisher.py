"""Several unconfirmed messages at a time, published in the order of the calls.

Each is confirmed by its own PUBACK; waiting for one before sending the next would delay every
station by the round trips of all others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiomqtt

from central.publication.document_outbox import OutgoingMessage

MAX_UNCONFIRMED = 128


class Publisher:
    """Publishes over one connection (QoS 1).

    Args:
        publish: the connection's; returns with the PUBACK. It hands the message over before it
            first waits, so that the order of calls is that on the wire.
        most: so many wait for their PUBACK at a time; then `send` waits.
    """

    def __init__(
        self, publish: Callable[[OutgoingMessage], Awaitable[None]], most: int = MAX_UNCONFIRMED
    ) -> None:
        self._publish = publish
        self._free = asyncio.Semaphore(most)
        self._unconfirmed: set[asyncio.Task[None]] = set()
        self._fault: aiomqtt.MqttError | None = None

    async def send(self, message: OutgoingMessage) -> None:
        """Start to publish; return as soon as there is room, before the PUBACK.

        Raises:
            MqttError: an earlier message was not confirmed; the connection is to be left.
        """
        await self._free.acquire()
        if self._fault is not None:
            self._free.release()
            raise self._fault
        task = asyncio.create_task(self._confirm(message), name=f"answer to {message.topic}")
        self._unconfirmed.add(task)
        task.add_done_callback(self._unconfirmed.discard)

    async def close(self) -> None:
        """Stop waiting for PUBACKs; a station requests again what was not confirmed."""
        tasks = list(self._unconfirmed)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _confirm(self, message: OutgoingMessage) -> None:
        try:
            await self._publish(message)
        except aiomqtt.MqttError as error:
            self._fault = error
        finally:
            self._free.release()

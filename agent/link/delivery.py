"""From the inbox to the readers: one message at a time, urgent kinds first."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agent.clock import cpu_s
from agent.contract.ids import StationId
from agent.contract.topic import Topic, parse_authority_topic, parse_topic
from agent.link.cpu_share import CpuShare
from agent.link.crash_guard import CrashGuard
from agent.link.inbox import URGENT, Inbox, Incoming
from agent.link.lasting_fault import LastingFaults

SHARE = 0.2  # of a processor, for messages that bring nothing new
URGENT_SHARE = 0.5  # for those of the urgent kinds: an alarm may stand behind them
_log = logging.getLogger(__name__)

OnMessage = Callable[[Topic, bytes], Awaitable[object]]
OnBytes = Callable[[str, bytes], Awaitable[None]]


@dataclass(frozen=True)
class Readers:
    """Callbacks: for documents with their topic, the centre's presence, authority files by name.

    `message` returns True when the document was new and was accepted. Everything else has a bounded
    share of the processor, because anybody can send it.
    """

    message: OnMessage
    centre: OnBytes
    authority: OnBytes


class Delivery:
    """Delivers what came in.

    Args:
        station: the box's own id.
        readers: get the messages; a failure affects its own message only.
        guard: knows which messages crashed the process.
        faults: gets a full inbox, and messages that failed or are set aside.
    """

    def __init__(
        self, station: StationId, readers: Readers, guard: CrashGuard, faults: LastingFaults
    ) -> None:
        self._station = station
        self._readers = readers
        self._guard = guard
        self._faults = faults
        self._inbox = Inbox()
        self._share, self._urgent_share = CpuShare(SHARE), CpuShare(URGENT_SHARE)

    def put(self, incoming: Incoming) -> None:
        """Put a message into the inbox; without room one is dropped, and a fault begins."""
        if not self._inbox.put(incoming):
            hint = "messages come faster than they are handled"
            self._faults.begin("inbox_full", self._station, hint)

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            if not len(self._inbox):  # only when empty: one free place does not end a flood
                self._faults.end("inbox_full", self._station)
            incoming = await self._inbox.get()
            try:
                await self._deliver(incoming)
            except Exception:  # noqa: BLE001 - the task's outer edge: one bad message stops no other
                _log.exception("message on %s failed", incoming.topic)
                self._faults.begin("message_failed", incoming.topic, "see the log")
            else:
                self._faults.end("message_failed", incoming.topic)
            incoming.done()

    async def report_set_aside(self) -> None:
        """Update the faults of set-aside messages; somebody may have asked for another try."""
        was = self._guard.set_aside
        await asyncio.to_thread(self._guard.reread)
        for digest in was - self._guard.set_aside:
            self._faults.end("message_set_aside", digest[:12])
        for digest in self._guard.set_aside:
            hint = "the agent crashed twice while it processed it"
            self._faults.begin("message_set_aside", digest[:12], hint)

    async def _deliver(self, incoming: Incoming) -> None:
        if incoming.kind == "c":
            await self._readers.centre("state", incoming.payload)
        elif incoming.kind == "auth":
            await self._readers.authority(parse_authority_topic(incoming.topic), incoming.payload)
        else:
            await self._deliver_document(parse_topic(incoming.topic), incoming.payload)

    async def _deliver_document(self, topic: Topic, message: bytes) -> None:
        digest = hashlib.sha256(message)
        if digest.hexdigest() in self._guard.set_aside:
            await self.report_set_aside()
            if digest.hexdigest() in self._guard.set_aside:
                _log.warning("set aside, not processed: %s on %s", digest.hexdigest(), topic)
                return
        began_s = cpu_s()
        with self._guard.holding(digest.digest()):
            is_new = await self._readers.message(topic, message)
        if is_new is not True:
            await self._rest(topic.kind in URGENT, cpu_s() - began_s)

    async def _rest(self, is_urgent: bool, spent_s: float) -> None:  # noqa: FBT001 - urgent or not
        """Yield the processor to others; but an urgent message waits for no ordinary one."""
        if is_urgent:
            await asyncio.sleep(self._urgent_share.spend(spent_s))
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._share.spend(spent_s)):
                await self._inbox.wait_for_urgent()

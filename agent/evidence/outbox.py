"""Sends the journal in batches, in order; the centre's receipt moves the cursor.

A PUBACK proves nothing. The centre's signed `ack`, sent after its database commit, moves the
cursor and limits how many batches may be in flight (`window`; 0 pauses). Without progress for 30 s
everything unacknowledged is sent again, with back-off ×2 up to 10 min and jitter; and at once where
the centre answers a hello that was sent later than a batch: it was away when that batch came. The
centre keys records by (station, epoch, seq), so sending twice is harmless.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import NamedTuple, Protocol

import msgspec

from agent.clock import mono_s
from agent.contract.document import Ack
from agent.contract.report import MAX_BATCH_BYTES, MAX_BATCH_RECORDS, LogBatch
from agent.errors import LinkError, StoreError, TrustError
from agent.evidence.journal import Journal
from agent.signals import Signal

log = logging.getLogger(__name__)
RESEND_S = 30.0
MAX_RESEND_S = 600.0
FIRST_WINDOW = 4


class RecordSource(Protocol):
    """Records of one epoch: the present journal, or a former one."""

    epoch: str
    changed: Signal[[]]

    @property
    def acknowledged(self) -> int:
        """The centre has every record up to this seq."""

    async def pending(self, after_seq: int, limit: int) -> list[bytes]:
        """See `Journal.pending`."""

    async def acknowledge(self, upto: int, hash_: str) -> bool:
        """See `Journal.acknowledge`."""


Sign = Callable[[str, bytes], bytes]
Publish = Callable[[str, bytes], Awaitable[None]]


class JournalSender:
    """Sends the present journal and the former ones while the link is up.

    Args:
        journal: the source, opened before `run`; the sender wakes up when it grows.
        sign: (channel, payload) → DSSE envelope.
        publish: (channel, message); a LinkError means that the link is down.
        resend_s: first time-out without progress, in seconds.
    """

    def __init__(
        self, journal: Journal, sign: Sign, publish: Publish, *, resend_s: float = RESEND_S
    ) -> None:
        self._journal = journal
        self._build = partial(EpochSender, sign=sign, publish=publish, resend_s=resend_s)
        self._senders = [self._build(journal)]
        self._is_connected = False

    def connected(self) -> None:
        """The link is up: send all unacknowledged records, from the first."""
        self._is_connected = True
        for sender in self._senders:
            sender.connected()

    def disconnected(self) -> None:
        """The link is down: send nothing."""
        self._is_connected = False
        for sender in self._senders:
            sender.disconnected()

    def resend(self) -> None:
        """Send what is unacknowledged again: acknowledgements may have been turned away."""
        if self._is_connected:
            self.connected()

    def on_answer(self, round_trip_s: float) -> None:
        """The centre has answered a hello, so long after it was sent: send what was sent before."""
        if self._is_connected:
            for sender in self._senders:
                sender.resend_before(mono_s() - round_trip_s)

    async def on_ack(self, ack: Ack) -> None:
        """Handle a verified acknowledgement; each sender handles that of its own journal.

        Raises:
            TrustError: E_FORK, the centre confirms a record that is not ours.
        """
        for sender in self._senders:
            await sender.on_ack(ack)

    async def run(self) -> None:
        """Live until cancelled."""
        self._senders += [self._build(past) for past in self._journal.past]
        if self._is_connected:
            self.connected()
        async with asyncio.TaskGroup() as group:
            for sender in self._senders:
                group.create_task(sender.run(), name=f"sender of {sender.epoch}")


class EpochSender:
    """Sends the records of one epoch.

    Args:
        journal: the source; the sender wakes up when it grows.
        sign: (channel, payload) → DSSE envelope.
        publish: (channel, message); a LinkError means that the link is down.
        resend_s: first time-out without progress, in seconds.
    """

    def __init__(
        self,
        journal: RecordSource,
        *,
        sign: Sign,
        publish: Publish,
        resend_s: float = RESEND_S,
    ) -> None:
        self._journal = journal
        self._sign = sign
        self._publish = publish
        self._resend_s = resend_s
        self._time_limit_s = resend_s
        self._is_connected = False
        self._window = FIRST_WINDOW
        self._sent = 0
        self._cursor: int | None = None
        self._in_flight: deque[_Batch] = deque()
        self._deadline_mono_s: float | None = None
        self._last_ack = (0, 0)
        self._wake = asyncio.Event()
        journal.changed.connect(self._wake.set)

    @property
    def epoch(self) -> str:
        """The epoch of its records."""
        return self._journal.epoch

    def connected(self) -> None:
        """The link is up: send all unacknowledged records, from the first."""
        self._is_connected = True
        self._time_limit_s = self._resend_s
        self._window = FIRST_WINDOW
        self._rewind()

    def disconnected(self) -> None:
        """The link is down: send nothing."""
        self._is_connected = False

    def resend_before(self, at_mono_s: float) -> None:
        """Send all again if the first unacknowledged batch was sent before a moment."""
        if self._in_flight and self._in_flight[0].sent_mono_s < at_mono_s:
            self._time_limit_s = self._resend_s
            self._rewind()

    async def on_ack(self, ack: Ack) -> None:
        """Handle a verified acknowledgement; a late one, or one of another journal, does nothing.

        The newest one counts even if it is lower than a former one: a centre that lost its database
        receives again all that is still stored here.

        Raises:
            TrustError: E_FORK, its hash is not that of our record.
        """
        number = (ack.epoch, ack.seq)
        if ack.journal != self._journal.epoch or number <= self._last_ack:
            return
        try:
            is_ours = await self._journal.acknowledge(ack.upto, ack.hash)
        except StoreError as error:
            log.warning("an acknowledgement could not be stored: %s", error)
            return
        if not is_ours:
            hint = (
                f"record {ack.upto} of {ack.journal} is acknowledged with a hash that is not ours"
            )
            raise TrustError("E_FORK", ack.doc_id, hint)
        self._last_ack = number
        self._window = max(0, ack.window)
        self._advance(ack.upto)

    async def run(self) -> None:
        """Live until cancelled."""
        while True:
            await self._wait_for_work()
            if self._is_late():
                self._time_limit_s = min(self._time_limit_s * 2, MAX_RESEND_S)
                self._rewind()
            try:
                await self._fill_window()
            except LinkError as error:
                log.info("the journal waits for the link: %s", error)
                self._arm()
            except StoreError as error:
                log.warning("the journal cannot be read: %s", error)
                self._arm()

    def _advance(self, upto: int) -> None:
        went_back = upto < self._acknowledged()
        self._cursor = upto
        if went_back:
            self._rewind()
            return
        has_moved = bool(self._in_flight) and self._in_flight[0].last_seq <= upto
        while self._in_flight and self._in_flight[0].last_seq <= upto:
            self._in_flight.popleft()
        self._sent = max(self._sent, upto)
        if has_moved:
            self._time_limit_s = self._resend_s
        if has_moved or not self._in_flight:
            self._deadline_mono_s = None
        if self._in_flight and self._deadline_mono_s is None:
            self._arm()
        self._wake.set()

    def _acknowledged(self) -> int:
        """The centre's last acknowledgement, else the stored one."""
        return self._journal.acknowledged if self._cursor is None else self._cursor

    def _rewind(self) -> None:
        self._sent = self._acknowledged()
        self._in_flight.clear()
        self._deadline_mono_s = None
        self._wake.set()

    def _arm(self) -> None:
        jitter = random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, no security use
        self._deadline_mono_s = mono_s() + self._time_limit_s * jitter

    def _is_late(self) -> bool:
        return self._deadline_mono_s is not None and mono_s() >= self._deadline_mono_s

    async def _wait_for_work(self) -> None:
        timeout_s = None
        if self._is_connected and self._deadline_mono_s is not None:
            timeout_s = max(0.0, self._deadline_mono_s - mono_s())
        try:
            async with asyncio.timeout(timeout_s):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    async def _fill_window(self) -> None:
        while self._is_connected and len(self._in_flight) < self._window:
            after_seq = self._sent
            batch = fit_batch(await self._journal.pending(after_seq, MAX_BATCH_RECORDS))
            if after_seq != self._sent:  # sent back meanwhile: the link is new
                continue
            if not batch:
                return
            first_seq = msgspec.json.decode(batch[0], type=_SeqOnly).seq
            last_seq = first_seq + len(batch) - 1
            self._in_flight.append(_Batch(last_seq, mono_s()))
            self._sent = last_seq
            if self._deadline_mono_s is None:
                self._arm()
            body = LogBatch(self._journal.epoch, [record.decode() for record in batch])
            await self._publish("log", self._sign("log", msgspec.json.encode(body)))


class _Batch(NamedTuple):
    last_seq: int
    sent_mono_s: float


class _SeqOnly(msgspec.Struct, frozen=True):
    seq: int


def fit_batch(records: list[bytes]) -> list[bytes]:
    """As many of the first records as fit into 100 and 32 KiB of text; at least one."""
    return list(_fitting(records))


def _fitting(records: list[bytes]) -> Iterator[bytes]:
    size_bytes = 0
    for place, record in enumerate(records[:MAX_BATCH_RECORDS]):
        # Inside the batch the record is a JSON string: its quotes are escaped.
        size_bytes += len(msgspec.json.encode(record.decode())) + 1
        if place and size_bytes > MAX_BATCH_BYTES:
            return
        yield record

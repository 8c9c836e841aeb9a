"""One visit of a stick, or of files by the page: into the same inbox as what the broker brings.

Nothing here judges. Files of the authority go to its updater, documents to the link's inbox and so
through the one pipeline with its crash guard, media into the store, which hashes them. The visit
ends in one `command` record, which goes home with the journal on the same stick.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import msgspec

from agent.contract.envelope import MAX_ENVELOPE_BYTES
from agent.contract.ids import DIGEST, Digest, StationId
from agent.contract.report import MAX_BATCH_RECORDS, LogBatch
from agent.contract.stick import (
    BY_MACHINE,
    MAX_UP_BYTES,
    MAX_UP_FILES,
    QUIET,
    kind_of,
    name_batch,
)
from agent.contract.topic import build_station_topic
from agent.errors import AgentError, StoreError
from agent.evidence.journal import Journal
from agent.evidence.journal_rows import Detail
from agent.evidence.outbox import RecordSource, fit_batch
from agent.link.inbox import Incoming
from agent.signals import Signal
from agent.state.documents_in_force import DocumentsInForce
from agent.stick.wire import Tally, Wanted
from agent.store.media import MediaStore, Partial

log = logging.getLogger(__name__)
JUDGE_S = 90.0  # behind what a broker has sent, and the pauses of what brings nothing new
SETTLE_S = 60.0


class AuthorityFiles(Protocol):
    """See `agent.authority.tracker.AuthorityTracker`."""

    @property
    def wanted_files(self) -> frozenset[str]:
        """The names of the files that are requested now."""

    async def on_file(self, name: str, raw: bytes) -> None:
        """Handle one file."""

    async def settle(self) -> None:
        """Return when all files that have come were looked at."""


@dataclass(frozen=True)
class VisitParts:
    """What a visit needs of the box.

    Args:
        station: of this box.
        deliver: puts a message into the link's inbox.
        judged: emitted with each message and its outcome.
        authority: who may sign.
        attended: a context in which heads that somebody brings count.
        documents: those in force.
        media: the store.
        arrived: called when a medium is in store.
        failed: called when the card does not take one.
        journal: the present one, with its former ones.
        sign: (channel, payload) → envelope.
        hello: builds a hello with the next session number.
        bundle: makes the support bundle.
        tidy: frees the card of what is over.
    """

    station: StationId
    deliver: Callable[[Incoming], None]
    judged: Signal[[bytes, str]]
    authority: AuthorityFiles
    attended: Callable[[], AbstractContextManager[None]]
    documents: DocumentsInForce
    media: MediaStore
    arrived: Callable[[Digest], None]
    failed: Callable[[Digest, AgentError], None]
    journal: Journal
    sign: Callable[[str, bytes], bytes]
    hello: Callable[[], Awaitable[msgspec.Struct]]
    bundle: Callable[[], Awaitable[bytes]]
    tidy: Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class UpMessage:
    """A report on its way to the centre: the name of its file, and its envelope."""

    name: str
    envelope: bytes


class Visit:
    """Takes what was brought, one thing at a time; build it by `begin_visit`.

    Args:
        parts: of the box.
        by: the way it came: `stick`, `page`.
        address: of the browser; empty for a stick.
    """

    def __init__(self, parts: VisitParts, by: str, address: str = "") -> None:
        self._parts = parts
        self._by = by
        self._address = address
        self._outcome_of: dict[bytes, str] = {}  # by digest: what comes again counts once
        self._media = 0
        self._outcomes: dict[int, asyncio.Future[str]] = {}
        self._partial: tuple[Digest, Partial] | None = None

    # Authority

    async def take_authority(self, name: str, raw: bytes) -> None:
        """Hand over one file of the authority; what is not wanted is dropped."""
        if name in self._parts.authority.wanted_files:
            await self._parts.authority.on_file(name, raw)

    async def settle(self) -> list[str]:
        """Wait until the files were looked at; return the names of those that are wanted now."""
        try:
            async with asyncio.timeout(SETTLE_S):
                await self._parts.authority.settle()
        except TimeoutError:
            log.warning("the authority's files are still being looked at")
        return sorted(self._parts.authority.wanted_files)

    # Documents

    async def take_document(self, envelope: bytes) -> str:
        """Have one document judged; its outcome, see `IngestPipeline.judged`."""
        kind, outcome = "", "E_SIZE"
        if 0 < len(envelope) <= MAX_ENVELOPE_BYTES:
            try:
                kind = kind_of(envelope)
                outcome = await self._judge(kind, envelope)
            except ValueError:
                outcome = "E_ENVELOPE"
        if not (kind in BY_MACHINE and outcome in QUIET):
            self._outcome_of[hashlib.sha256(envelope).digest()] = outcome
        return outcome

    async def _judge(self, kind: str, envelope: bytes) -> str:
        outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._outcomes[id(envelope)] = outcome
        topic = build_station_topic(self._parts.station, kind)

        def done() -> None:  # handled without a verdict: it is set aside, or it failed
            if not outcome.done():
                outcome.set_result("E_INTERNAL")

        self._parts.deliver(Incoming(topic, kind, envelope, done))
        try:
            async with asyncio.timeout(JUDGE_S):
                return await outcome
        except TimeoutError:
            return "E_BUSY"
        finally:
            del self._outcomes[id(envelope)]

    def on_judged(self, message: bytes, outcome: str) -> None:
        """Handle the outcome of a message, ours or the broker's."""
        waiting = self._outcomes.get(id(message))
        if waiting is not None and not waiting.done():
            waiting.set_result(outcome)

    # Media

    def wanted(self) -> list[Wanted]:
        """The media that documents in force name and the store lacks, smallest first. Blocks."""
        lacking = self._list_lacking()
        found = [Wanted(digest, size, self._size_of(digest)) for digest, size in lacking.items()]
        return sorted(found, key=lambda one: one.bytes)

    def _list_lacking(self) -> dict[str, int]:
        return {
            medium.sha256: medium.bytes
            for document in self._parts.documents.with_media
            for medium in document.media
            if not self._parts.media.has(Digest(medium.sha256))
        }

    def _size_of(self, digest: str) -> int:
        part = self._parts.media.path(Digest(digest)).with_suffix(".part")
        try:
            return part.stat().st_size
        except OSError:
            return 0

    async def take_block(self, sha256: str, block: bytes) -> str:
        """Add bytes to a medium that is wanted."""
        size = self._list_lacking().get(sha256)
        if size is None or not DIGEST.match(sha256):
            return "E_MEDIA"
        try:
            return await asyncio.to_thread(self._append, Digest(sha256), block, size)
        except StoreError as error:
            await self.drop_medium()
            self._parts.failed(Digest(sha256), error)
            return error.code

    def _append(self, digest: Digest, block: bytes, size: int) -> str:
        partial = self._open(digest)
        if partial.size + len(block) > size:
            partial.restart()
            return "E_MEDIA"
        partial.append(block)
        return "ok"

    def _open(self, digest: Digest) -> Partial:
        if self._partial is not None and self._partial[0] != digest:
            self._partial[1].close()
            self._partial = None
        if self._partial is None:
            self._partial = digest, self._parts.media.begin(digest)
        return self._partial[1]

    async def commit_medium(self, sha256: str) -> str:
        """Hash what has come of a medium and put it into store; one that is short stays a part."""
        size = self._list_lacking().get(sha256)
        if size is None:
            return "held"
        digest = Digest(sha256)
        try:
            outcome = await asyncio.to_thread(self._commit, digest, size)
        except StoreError as error:
            outcome = error.code
        await self.drop_medium()
        if outcome == "accepted":
            self._media += 1
            self._parts.arrived(digest)
        return outcome

    def _commit(self, digest: Digest, size: int) -> str:
        partial = self._open(digest)
        if partial.size != size:
            return "E_SIZE"
        partial.commit()
        return "accepted"

    async def drop_medium(self) -> None:
        """Close the medium under way; its bytes stay for the next visit."""
        if self._partial is not None:
            partial, self._partial = self._partial[1], None
            await asyncio.to_thread(partial.close)

    # The way home

    def tally(self) -> Tally:
        """What was brought so far."""
        counts = Counter(self._outcome_of.values())
        accepted, held = counts.pop("accepted", 0), counts.pop("held", 0)
        return Tally(accepted, held, dict(counts), self._media, len(self._list_lacking()))

    async def record(self) -> Tally:
        """Write the visit into the journal."""
        tally = self.tally()
        refused = sum(tally.refused.values())
        detail: Detail = {
            "do": "stick", "by": self._by, "from": self._address or None,
            "subject": f"{tally.accepted}+{tally.held} documents, {tally.media} media",
            "result": "refused" if refused else "done",
            "code": max(tally.refused, key=lambda code: tally.refused[code], default=None),
            "refused": refused, "lacking": tally.lacking,
        }  # fmt: skip
        await self._parts.journal.append("command", detail=detail)
        await self._parts.tidy()
        return tally

    async def messages_up(self, *, is_all: bool) -> AsyncIterator[UpMessage]:
        """What the centre lacks, as it would go over the broker: a hello, then the journals.

        Args:
            is_all: also the records that the centre has confirmed and the box still has.

        Raises:
            StoreError: the journal cannot be read.
        """
        hello = await self._parts.hello()
        yield UpMessage("hello.json", self._parts.sign("hello", msgspec.json.encode(hello)))
        left_bytes, left_files = MAX_UP_BYTES, MAX_UP_FILES
        sources: list[RecordSource] = [*self._parts.journal.past, self._parts.journal]
        for source in sources:
            async for message in self._batches(source, 0 if is_all else source.acknowledged):
                left_bytes, left_files = left_bytes - len(message.envelope), left_files - 1
                if left_bytes < 0 or left_files <= 1:
                    return  # the next visit goes on, once the centre has confirmed these
                yield message

    async def _batches(self, source: RecordSource, after_seq: int) -> AsyncIterator[UpMessage]:
        while batch := fit_batch(await source.pending(after_seq, MAX_BATCH_RECORDS)):
            first_seq = msgspec.json.decode(batch[0], type=_FirstSeq).seq
            after_seq = first_seq + len(batch) - 1
            body = LogBatch(source.epoch, [record.decode() for record in batch])
            envelope = self._parts.sign("log", msgspec.json.encode(body))
            yield UpMessage(name_batch(source.epoch, first_seq, after_seq), envelope)

    async def build_bundle(self) -> bytes:
        """The support bundle, as `tramtin doctor` makes it.

        Raises:
            StoreError: it could not be made.
        """
        return await self._parts.bundle()


class _FirstSeq(msgspec.Struct, frozen=True):
    seq: int


@asynccontextmanager
async def begin_visit(parts: VisitParts, by: str, address: str = "") -> AsyncIterator[Visit]:
    """A visit from its first file to its last; a medium that is cut stays a part."""
    visit = Visit(parts, by, address)
    parts.judged.connect(visit.on_judged)
    try:
        with parts.attended():
            yield visit
    finally:
        parts.judged.disconnect(visit.on_judged)
        await visit.drop_medium()

"""One live voice from its first grant to its signed end: for the command, and for the console.

The grant goes the way of every document: stored, sent by the collector. The segments go over a line
of their own. The archive has both, as they were signed; nothing in it ends or delays a voice.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from securesystemslib.signer import Signer

from agent.contract.topic import build_group_topic, build_station_topic
from central.documents.sign import new_doc_id
from central.live.archive_writer import ArchiveWriter
from central.live.grant import LiveOrder, draft_grant, next_seq, sign_grant
from central.live.grant_renewal import Failure, GrantRenewal, log_failure
from central.live.segment_signer import SegmentSigner
from central.live.voice_source import VoicePacket

KIND = "live"
ENDS = 3  # times that the last segment is sent, because nothing confirms it
END_EVERY_S = 0.2

Send = Callable[[str, bytes], Awaitable[object]]
PublishGrant = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True)
class LiveTarget:
    """Whom a voice goes to: a station or a group."""

    name: str
    is_group: bool

    def topic_of(self, stream_id: str) -> str:
        """The topic of the segments of a stream."""
        if self.is_group:
            return build_group_topic(self.name, KIND, stream_id)
        return build_station_topic(self.name, KIND, stream_id)


@dataclass
class LiveCounts:
    """What has been sent.

    Args:
        segments: signed; how many of them no connection has taken is the line's to say.
        grants: published.
    """

    segments: int = 0
    grants: int = 0


@dataclass
class Broadcast:
    """Speaks one stream.

    Args:
        order: who speaks, where, and how.
        target: whom it goes to.
        signers: the keys that the order's role needs.
        publish_grant: stores and sends a grant; returns when stations may have it.
        send: sends a segment.
        archive: keeps grants and segments.
        stream_id: of the stream.
        report: gets each failure to renew the grant that is followed by another attempt.
    """

    order: LiveOrder
    target: LiveTarget
    signers: Sequence[Signer]
    publish_grant: PublishGrant
    send: Send
    archive: ArchiveWriter
    stream_id: str
    report: Callable[[Failure], None] = log_failure
    counts: LiveCounts = field(default_factory=LiveCounts)

    @staticmethod
    def new_stream_id() -> str:
        """An id that no stream has."""
        return new_doc_id()

    def __post_init__(self) -> None:
        """Make the key of the stream, which lives as long as this object."""
        self._signer = SegmentSigner(self.stream_id)
        self._topic = self.target.topic_of(self.stream_id)
        self._begun_at: datetime | None = None
        self._seq = 0
        life_s = self.order.life.total_seconds()
        self._renewal = GrantRenewal(self._grant, life_s, self.report)

    async def begin(self) -> None:
        """Publish the first grant.

        Raises:
            AgentError: it cannot be published, or no station takes it.
        """
        await self._renewal.grant()

    async def speak(self, packets: AsyncIterator[VoicePacket]) -> None:
        """Send what a source gives until it ends; the grant is renewed meanwhile.

        Raises:
            AgentError, OSError: the grant has ended and could not be renewed; or of the source.
        """
        renewing = asyncio.create_task(self._renewal.run(), name="live grants")
        try:
            async for packet in packets:
                for message in self._signer.add(packet):
                    await self._send(message)
                if renewing.done():
                    renewing.result()
        finally:
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing

    async def end(self) -> None:
        """End the stream by a signed segment."""
        message = self._signer.end()
        await self._send(message)
        for _ in range(ENDS - 1):
            await asyncio.sleep(END_EVERY_S)
            await self.send(self._topic, message)

    async def _send(self, message: bytes) -> None:
        self.archive.add_segment(message)
        self.counts.segments += 1
        await self.send(self._topic, message)

    async def _grant(self) -> None:
        now = datetime.now(UTC)
        self._begun_at = self._begun_at or now.replace(microsecond=0)
        self._seq = next_seq(now, self._seq)
        payload = draft_grant(
            self.order, self.stream_id, self._signer.public_hex, begun_at=self._begun_at, now=now,
            seq=self._seq,
        )  # fmt: skip
        envelope = sign_grant(payload, self.signers)
        self.archive.add_grant(envelope)
        await self.publish_grant(envelope)
        self.counts.grants += 1

"""One stream as it comes in: verified segments, for every output that plays it."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from agent.contract.live_segment import LiveSegment
from agent.errors import TrustError
from agent.plan.live_stream import LiveStream
from agent.trust.live_stream import LiveStreamVerifier

STALLED_S = 10.0
LEAD_S = 0.3  # silence before a voice, while its decoder starts
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KEPT = 100  # segments, for an output that joins: twenty seconds of the usual 200 ms


class SegmentQueue:
    """The segments that one output has not played yet."""

    def __init__(self, segments: Sequence[LiveSegment]) -> None:
        self.segments = deque(segments)
        self.changed = asyncio.Event()

    def put(self, segment: LiveSegment) -> None:
        """Add a segment that has come."""
        self.segments.append(segment)
        self.changed.set()


class StreamReception:
    """The segments of one stream.

    Args:
        stream: as its newest grant allows it.
        verifier: of the same stream, whose grant had ended before this one came; None: a new one.

    Attributes:
        why_over: why it sounds no more; None while it is to be heard, empty when it was ended as
            whoever speaks wished.
        refused: how many segments were refused, by code.
        failure: of the software, met by whoever plays the segments; None where all is well.
        last_good_mono_s: when the last good segment came; None before the first.
        verifier: knows which segment was the last.
        origin_us: when the first sample of the voice was captured.
        start_at: when that sample is to sound, by the box's clock.
    """

    def __init__(self, stream: LiveStream, verifier: LiveStreamVerifier | None = None) -> None:
        self.stream = stream
        self.why_over: str | None = None
        self.failure: str | None = None
        self.refused: Counter[str] = Counter()
        self.last_good_mono_s: float | None = None
        self.origin_us = 0
        self.start_at = stream.start_at
        self.verifier = verifier or LiveStreamVerifier(stream.grant)
        self.verifier.renew(stream.grant)
        self._kept: deque[LiveSegment] = deque(maxlen=KEPT)
        self._queues: list[SegmentQueue] = []

    @property
    def is_ended(self) -> bool:
        """Was the stream ended by its key? Then it never comes back."""
        last = self.verifier.last
        return last is not None and last.is_end

    @property
    def begin_at(self) -> datetime:
        """When a slot begins for it, with a moment of silence."""
        return self.start_at - timedelta(seconds=LEAD_S)

    def renew(self, stream: LiveStream) -> None:
        """A newer grant is in force."""
        self.stream = stream
        self.verifier.renew(stream.grant)

    def receive(
        self,
        message: bytes,
        now_us: int | None,
        now_mono_s: float,
        may_verify: Callable[[], bool],
    ) -> LiveSegment:
        """Verify a segment and pass it on; arguments as `LiveStreamVerifier.verify`.

        Raises:
            TrustError: it was refused, and nothing has changed.
        """
        if self.is_ended:
            raise TrustError("E_REPLAY", self.stream.grant.stream_id, "the stream has ended")
        try:
            segment = self.verifier.verify(message, now_us, may_verify)
        except TrustError as error:
            self.refused[error.code] += 1
            raise
        self.last_good_mono_s = now_mono_s
        self._kept.append(segment)
        for queue in self._queues:
            queue.put(segment)
        return segment

    def begin_voice(self, came_at: datetime | None) -> None:
        """The last segment that has come begins a voice; what was kept before it is past.

        Args:
            came_at: when it came, to be played by that; None: by its own moment.
        """
        first = self._kept[-1]
        self._kept.clear()
        self._kept.append(first)
        self.refused.clear()
        self.why_over = None
        self.origin_us = first.captured_us
        at = came_at or EPOCH + timedelta(microseconds=first.captured_us)
        self.start_at = at + timedelta(milliseconds=self.stream.delay_ms)

    def end_voice(self, why: str) -> None:
        """It sounds no more on any output; see `why_over`."""
        if self.why_over is None:
            self.why_over = why
            for queue in self._queues:
                queue.changed.set()

    def open_queue(self) -> SegmentQueue:
        """The segments from the oldest at hand on; `close_queue` ends it."""
        queue = SegmentQueue(list(self._kept))
        self._queues.append(queue)
        return queue

    def close_queue(self, queue: SegmentQueue) -> None:
        """Nobody reads it any more."""
        self._queues.remove(queue)

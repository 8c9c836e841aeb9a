"""Which packets of a stream are to be decoded at a moment, so that each keeps its place in time.

Pure: no I/O, no clock. What is missing is replaced by silence of its length, at the latest
`LATE_S` before it would sound; a segment that comes after its silence is late and is left out.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from agent.contract.live_segment import PACKET_US, LiveSegment

# From the writing of a packet to its sound: decoder, the engine's block, the device's buffer.
LATE_S = 0.25
PREROLL_US = 80_000  # RFC 7845 section 4.6: what an Opus decoder needs until it is exact
SILENCE = bytes.fromhex("f8fffe")  # 20 ms of mono: RFC 6716 section 3.1, and the coder's zero
FRAMES_PER_S = 48_000
# More than a signed moment can be ahead on a box whose clock is right. On one whose clock is not,
# the moment is not compared with any, and silence up to it could take all memory.
MAX_AHEAD_US = 30_000_000


@dataclass
class SegmentCounts:
    """What became of a voice's segments on one output.

    Args:
        heard: sounded, at least in part.
        lost: never came, or its moment is too far ahead to wait for it in silence.
        late: came when their sound was past.
    """

    heard: int = 0
    lost: int = 0
    late: int = 0


class StreamTimeline:
    """The packets of one voice on one output, from a moment on.

    Args:
        first_us: the moment of capture that is to sound first.
        at_mono_s: when it sounds.
        grid_us: a moment at which any packet of the stream begins.

    Attributes:
        skip_frames: what the decoder must leave out at its beginning.
        counts: so far.
    """

    def __init__(self, first_us: int, at_mono_s: float, grid_us: int) -> None:
        self.counts = SegmentCounts()
        self._first_us = first_us
        self._at_mono_s = at_mono_s
        begin_us = first_us - PREROLL_US
        self._next_us = begin_us - (begin_us - grid_us) % PACKET_US
        self.skip_frames = round((first_us - self._next_us) * FRAMES_PER_S / 1_000_000)
        self._last_seq: int | None = None

    @property
    def deadline_mono_s(self) -> float:
        """When the next packet must be written, be it silence."""
        return self._at_mono_s + (self._next_us - self._first_us) / 1_000_000 - LATE_S

    def move(self, by_s: float) -> None:
        """The clock was set: all of it is due so much later (negative: earlier)."""
        self._at_mono_s += by_s

    def take(self, segments: deque[LiveSegment], now_mono_s: float) -> list[bytes]:
        """The packets to write now; the segments are used up."""
        packets: list[bytes] = []
        while segments:
            packets += self._use(segments.popleft())
        while self.deadline_mono_s <= now_mono_s:
            packets.append(SILENCE)
            self._next_us += PACKET_US
        return packets

    def _use(self, segment: LiveSegment) -> list[bytes]:
        if self._last_seq is not None and segment.end_us > self._first_us:
            self.counts.lost += segment.seq - self._last_seq - 1
        if not segment.packets:
            return []
        self._last_seq = segment.seq
        if segment.end_us <= self._next_us:
            self.counts.late += segment.end_us > self._first_us
            return []
        if segment.captured_us - self._next_us > MAX_AHEAD_US:
            self.counts.lost += 1
            return []
        missing = max(0, (segment.captured_us - self._next_us) // PACKET_US)
        done = max(0, (self._next_us - segment.captured_us) // PACKET_US)
        self._next_us = segment.end_us
        self.counts.heard += segment.end_us > self._first_us
        return [SILENCE] * missing + list(segment.packets[done:])

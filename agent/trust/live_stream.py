"""The verification of live segments against their grant: all steps, in a stated order, without I/O.

1 size (E_SIZE)   2 form (E_SCHEMA)   3 number (E_REPLAY)   4 moment (E_TIME)
5 signature (E_BUDGET, E_THRESHOLD)   6 chain (E_FORK)

The cheap steps come first, so that a flood of foreign messages costs no signature, and what fails
in them takes nothing from the signatures that may be verified in a second. Whatever fails
changes nothing: the next good segment counts, so that nobody without the key ends a stream. A
decoder is given nothing that has not passed all six.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agent.contract.document import StreamGrant
from agent.contract.live_segment import (
    FIRST_PREV,
    MAX_NUMBER,
    PACKET_US,
    LiveSegment,
    SegmentError,
    decode_segment,
    is_opus_20_ms,
    segment_hash,
    signing_input,
    split_signature,
)
from agent.errors import TrustError

WINDOW_US = 15_000_000  # a segment was captured at most so long ago, and so far ahead of the clock


@dataclass(frozen=True)
class _Last:
    segment: LiveSegment
    digest: bytes


def _always() -> bool:
    return True


class LiveStreamVerifier:
    """Verifies the segments of one stream, in the order in which they come.

    Args:
        grant: in force; see `renew`.
    """

    def __init__(self, grant: StreamGrant) -> None:
        self._last: _Last | None = None
        self.renew(grant)

    def renew(self, grant: StreamGrant) -> None:
        """Apply a newer grant of the same stream."""
        self._grant = grant
        self._key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(grant.stream_key))

    @property
    def last(self) -> LiveSegment | None:
        """The last segment that was accepted."""
        return self._last.segment if self._last is not None else None

    def verify(
        self, message: bytes, now_us: int | None, may_verify: Callable[[], bool] = _always
    ) -> LiveSegment:
        """Verify one segment; the first failure is raised, and changes nothing.

        Args:
            message: its exact bytes.
            now_us: microseconds since 1970, UTC; None: no trusted clock, step 4 is left out.
            may_verify: asked before a signature is verified.

        Raises:
            TrustError: with the code of the step that failed.
        """
        limit = self._grant.max_segment_bytes
        if len(message) > limit:
            raise self._refuse("E_SIZE", f"{len(message)} bytes, at most {limit}")
        try:
            segment = decode_segment(message)
        except SegmentError as error:
            raise self._refuse("E_SCHEMA", str(error)) from error
        if not all(map(is_opus_20_ms, segment.packets)):
            raise self._refuse("E_SCHEMA", "a packet is not 20 ms of mono")
        self._verify_order(segment, now_us)
        if not may_verify():
            raise self._refuse("E_BUDGET", "too many signatures in a second")
        body, signature = split_signature(message)
        try:
            self._key.verify(signature, signing_input(self._grant.stream_id, body))
        except InvalidSignature as error:
            raise self._refuse("E_THRESHOLD", "not signed by the key of the grant") from error
        self._verify_chain(segment)
        self._last = _Last(segment, segment_hash(message))
        return segment

    def _verify_order(self, segment: LiveSegment, now_us: int | None) -> None:
        last = self.last
        first = self._grant.first_seq if last is None else last.seq + 1
        if not first <= segment.seq <= MAX_NUMBER:
            raise self._refuse("E_REPLAY", f"number {segment.seq}, at least {first}")
        if last is not None and segment.captured_us < last.end_us:
            raise self._refuse("E_TIME", "begins before the end of the segment before it")
        if last is not None and (segment.captured_us - last.end_us) % PACKET_US:
            raise self._refuse("E_TIME", "not a multiple of 20 ms behind the segment before it")
        if now_us is not None and abs(now_us - segment.captured_us) > WINDOW_US:
            raise self._refuse("E_TIME", "captured more than 15 s before or after now")

    def _verify_chain(self, segment: LiveSegment) -> None:
        """Behind a gap nothing is known of the segment before."""
        if segment.seq == self._grant.first_seq:
            expected = FIRST_PREV
        elif self._last is not None and segment.seq == self._last.segment.seq + 1:
            expected = self._last.digest
        else:
            return
        if segment.prev != expected:
            raise self._refuse("E_FORK", f"segment {segment.seq} does not follow the one before it")

    def _refuse(self, code: str, hint: str) -> TrustError:
        return TrustError(code, self._grant.stream_id, hint)

"""Segments in, voices out: which streams may be heard, which of them are, and until when.

Whoever reads the broker calls `receive` for each message on a `live` topic. What no grant allows
costs little, and at most `VERIFIED_PER_S` signatures a second are verified whatever comes. A
failure of the software ends the voice of its stream, which may begin again after ten seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from agent.clock import Clock, Now, mono_s
from agent.contract.live_segment import MAX_SEGMENT_BYTES, MIN_SEGMENT_BYTES
from agent.contract.priority import Level
from agent.errors import TrustError
from agent.live.stream_reception import EPOCH, STALLED_S, StreamReception
from agent.plan.live_stream import LiveStream, judge_session, list_live_streams
from agent.plan.occurrence import Refusal
from agent.plan.policy import config_in_force, effective_policy
from agent.plan.session_book import Span
from agent.plan.site_work import WORK_CODES, Work
from agent.settings.model import Policy
from agent.signals import Signal
from agent.state.documents_in_force import DocumentsInForce
from agent.state.live_voices import LiveVoice, LiveVoices
from agent.trust.live_stream import LiveStreamVerifier

VERIFIED_PER_S = 100.0
TICK_S = 0.5
PLAYED_OUT_S = 5.0  # an output may have begun late
MAX_ERROR_S = 1.0  # of the clock, for sound in step
EXACT_S = 0.01  # of the clock; beyond it the time is asked for when a stream is announced
MAX_RECORDED = 8  # sorts of refused segments of one stream
MAX_FORMER = 64  # streams whose grant has ended, and which may be renewed
MAX_HINT = 200
log = logging.getLogger(__name__)

Record = Callable[[dict[str, Any]], Awaitable[object]]


def _nobody_works(_level: Level) -> Work | None:
    return None


@dataclass
class _Heard:
    """A stream, when the minutes of its session are over, and its voice while it is heard."""

    reception: StreamReception
    session_end_at: datetime | None = None
    voice: LiveVoice | None = None
    times: int = 0
    recorded: set[str] = field(default_factory=set)
    is_stalled: bool = False
    is_by_arrival: bool = False
    failed_mono_s: float | None = None


class LiveReception:
    """The live streams of this box.

    Args:
        clock: the only source of time.
        documents: with the grants in force.
        local: the narrowing policy of the settings, if any.
        zone_kinds: the station's clusters and the kinds of their surroundings.
        voices: written here.
        record: writes one `refusal` into the journal.
        set_issue: begins or ends an issue.
        sounded: what has sounded, and what is planned: sessions are counted from it.
        find_work: which work at the station keeps a voice of this level off; None: none does.

    Attributes:
        time_wanted: emitted when a stream is announced and the clock is not exact.
    """

    def __init__(  # noqa: PLR0913 - one keyword a part of the box
        self,
        clock: Clock,
        documents: DocumentsInForce,
        local: Policy | None,
        *,
        voices: LiveVoices,
        record: Record,
        set_issue: Callable[[str, str, str | None], None],
        zone_kinds: Mapping[str, str] = MappingProxyType({}),
        sounded: Callable[[], Iterable[Span]] = tuple,
        find_work: Callable[[Level], Work | None] = _nobody_works,
    ) -> None:
        self.time_wanted = Signal[[]]()
        self._clock = clock
        self._documents = documents
        self._local = local
        self._zone_kinds = zone_kinds
        self._sounded = sounded
        self._find_work = find_work
        self._voices = voices
        self._record = record
        self._set_issue = set_issue
        self._streams: dict[str, _Heard] = {}
        # A stream that is renewed after its grant has ended goes on where it was: to a verifier
        # that knows nothing of it, its last fifteen seconds would be new.
        self._former: dict[str, LiveStreamVerifier] = {}
        self._refused: frozenset[str] = frozenset()
        self._changed = asyncio.Event()
        self._allowance, self._allowed_mono_s = VERIFIED_PER_S, 0.0
        self._due: list[dict[str, Any]] = []  # records to be written

    def find(self, key: str) -> StreamReception | None:
        """The stream of a voice."""
        return next(
            (one.reception for one in self._streams.values() if one.voice and one.voice.key == key),
            None,
        )

    def update(self) -> None:
        """Documents, policy or clock have changed: apply the grants that are in force now."""
        now = self._clock.now()
        config = config_in_force(self._documents.held, now)
        policy = effective_policy(config, self._local, self._zone_kinds)
        allowed, refusals = list_live_streams(self._documents.held, policy)
        streams = {key: one for key, one in allowed.items() if not now.is_past(one.end_at)}
        session_ends: dict[str, datetime | None] = {}
        for key in streams.keys() - self._streams.keys():
            verdict = judge_session(streams[key], policy, self._sounded())
            if isinstance(verdict, Refusal):
                refusals.append(verdict)
                del streams[key]
            else:
                session_ends[key] = verdict
        for refusal in refusals:
            if refusal.doc_id not in self._refused:
                self._due.append(refusal.detail())
        self._refused = frozenset(one.doc_id for one in refusals)
        for key, allowed_stream in streams.items():
            known = self._streams.get(key)
            session_end_at = known.session_end_at if known else session_ends[key]
            stream = allowed_stream.end_by(session_end_at)
            if known:
                known.reception.renew(stream)
                if known.voice is not None:
                    known.voice = replace(known.voice, stream=stream)
            else:
                former = self._former.pop(key, None)
                self._streams[key] = _Heard(StreamReception(stream, former), session_end_at)
                self._ask_time(now)
        for key in self._streams.keys() - streams.keys():
            self._drop(key, allowed[key].why_over if key in allowed else "withdrawn")
        self._check(now)
        self._put()

    def _drop(self, key: str, why: str) -> None:
        """A stream that no grant allows any more."""
        gone = self._streams.pop(key)
        self._report_stall(gone, None)
        self._report_failure(gone, None)
        gone.reception.end_voice(why)
        if gone.voice is not None:
            self._voices.note_over(gone.voice.key, why)
            self._voices.note_spoken(gone.voice, self._clock.now().at)
        self._former[key] = gone.reception.verifier
        if len(self._former) > MAX_FORMER:
            del self._former[next(iter(self._former))]

    def _ask_time(self, now: Now) -> None:
        if now.error_s is None or now.error_s > EXACT_S:
            self.time_wanted.emit()

    def receive(self, stream_id: str, message: bytes) -> None:
        """Take one message of a `live` topic; what is no good segment is counted and dropped."""
        for key, one in list(self._streams.items()):
            if one.reception.stream.grant.stream_id == stream_id and not _is_resting(one):
                with self._guarded(key, one):
                    self._receive(key, one, message)

    @contextlib.contextmanager
    def _guarded(self, key: str, one: _Heard) -> Iterator[None]:
        """A failure of the software within it ends this voice alone."""
        try:
            yield
        except Exception as error:
            log.exception("live: %s failed", key)
            self._fail(key, one, f"{type(error).__name__}: {error}"[:MAX_HINT])

    def _fail(self, key: str, one: _Heard, hint: str) -> None:
        self._report_failure(one, hint)
        self._end(key, one, f"E_INTERNAL: {hint}")

    def _receive(self, key: str, one: _Heard, message: bytes) -> None:
        now, now_mono_s = self._clock.now(), mono_s()
        stream = one.reception.stream
        if one.reception.is_ended:
            return  # its end comes three times
        if not MIN_SEGMENT_BYTES <= len(message) <= MAX_SEGMENT_BYTES:
            one.reception.refused["E_SIZE"] += 1
            return
        if (why := self._why_not(stream, now)) is not None:
            self._note_refused(one, TrustError(why, stream.grant.stream_id, "may not sound now"))
            return
        now_us = (now.at - EPOCH) // timedelta(microseconds=1)
        try:
            segment = one.reception.receive(
                message, now_us if _is_exact(now) else None, now_mono_s, self._may_verify
            )
        except TrustError as error:
            self._note_refused(one, error)
            return
        if one.voice is None and segment.packets:
            self._begin(key, one, now, now_mono_s)
        if segment.is_end:
            one.reception.end_voice("")
        self._report_stall(one, None)

    def _may_verify(self) -> bool:
        now_mono_s = mono_s()
        gained = (now_mono_s - self._allowed_mono_s) * VERIFIED_PER_S
        self._allowance = min(VERIFIED_PER_S, self._allowance + gained)
        self._allowed_mono_s = now_mono_s
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True

    def _note_refused(self, one: _Heard, error: TrustError) -> None:
        """Record the first refused segment of each sort; all are counted."""
        if error.code in one.recorded or len(one.recorded) >= MAX_RECORDED:
            return
        one.recorded.add(error.code)
        self._due.append(
            {
                "code": error.code, "kind": "live", "slot": one.reception.stream.grant.stream_id,
                "subject": one.reception.stream.title, "hint": error.hint[:MAX_HINT], "count": 1,
            }
        )  # fmt: skip
        self._changed.set()

    def _begin(self, key: str, one: _Heard, now: Now, now_mono_s: float) -> None:
        """A voice begins, by its own moments; where the clock is not exact, by its arrival."""
        one.is_by_arrival = not _is_exact(now)
        one.reception.begin_voice(self._clock.at_of(now_mono_s) if one.is_by_arrival else None)
        one.times += 1
        stream = one.reception.stream
        one.voice = LiveVoice(f"live/{key}/{one.times}", stream, one.reception.begin_at)
        log.info("live: %s begins", stream.title)
        self._put()

    def _end(self, key: str, one: _Heard, why: str) -> None:
        """Its voice is over."""
        log.info("live: %s is over: %s", key, why or "ended as it should")
        one.reception.end_voice(why)
        if one.voice is not None:
            self._voices.note_over(one.voice.key, why)
            self._voices.note_spoken(one.voice, self._clock.now().at)
        one.voice = None
        self._put()

    def _report_stall(self, one: _Heard, hint: str | None) -> None:
        if one.is_stalled != (hint is not None):
            one.is_stalled = hint is not None
            self._set_issue("live_stalled", one.reception.stream.title, hint)

    def _report_failure(self, one: _Heard, hint: str | None) -> None:
        if hint is not None or one.failed_mono_s is not None:
            self._set_issue("internal_error", f"live: {one.reception.stream.title}", hint)
        one.failed_mono_s = None if hint is None else mono_s()
        one.reception.failure = None

    def _put(self) -> None:
        voices = [one.voice for one in self._streams.values() if one.voice is not None]
        self._voices.put(voices)
        self._changed.set()

    def _why_not(self, stream: LiveStream, now: Now) -> str | None:
        """Why a stream may not sound at this moment."""
        if stream.level < Level.EMERGENCY and not _is_exact(now):
            return "E_TIME"
        if now.at < stream.start_at and _is_exact(now):
            return "E_NOTYET"
        if (work := self._find_work(stream.level)) is not None:
            return WORK_CODES[work]
        return stream.why_over if now.is_past(stream.end_at) else None

    def _check(self, now: Now) -> None:
        """End what has stalled or failed, and what its grant or policy no longer allows."""
        for key, one in list(self._streams.items()):
            with self._guarded(key, one):
                self._check_stream(key, one, now)

    def _check_stream(self, key: str, one: _Heard, now: Now) -> None:
        now_mono_s = mono_s()
        stream = one.reception.stream
        if one.reception.failure is not None:
            self._fail(key, one, one.reception.failure)
        if one.voice is None:
            if now.is_past(stream.end_at):
                self._drop(key, stream.why_over)
            return
        if one.failed_mono_s is not None and now_mono_s > one.failed_mono_s + 2 * STALLED_S:
            self._report_failure(one, None)
        silent_s = now_mono_s - (one.reception.last_good_mono_s or now_mono_s)
        why = self._why_not(stream, now)
        if one.reception.is_ended:  # it is heard to its end, which lies behind the delay
            if silent_s > stream.delay_ms / 1000 + PLAYED_OUT_S:
                self._end(key, one, "")
        elif why is not None:
            self._end(key, one, why)
        elif one.is_by_arrival and _is_exact(now):
            self._end(key, one, "E_TIME: the clock was set")
        elif silent_s >= STALLED_S:
            self._report_stall(one, "no good segment for 10 s")
            self._end(key, one, "E_STALLED: no good segment for 10 s")

    async def run(self) -> None:
        """Watch the streams until cancelled; without a stream it only waits."""
        while True:
            self._changed.clear()
            due, self._due = self._due, []
            for detail in due:
                await self._record(detail)
            self._check(self._clock.now())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S if self._streams else None):
                    await self._changed.wait()


def _is_exact(now: Now) -> bool:
    """Is the clock good enough for sound in step with the neighbours?"""
    return now.is_trusted and now.error_s is not None and now.error_s <= MAX_ERROR_S


def _is_resting(one: _Heard) -> bool:
    """Has the software failed a moment ago? It is not tried again with each segment."""
    return one.failed_mono_s is not None and mono_s() < one.failed_mono_s + STALLED_S

"""The live streams that the grants in force allow at a moment, and those that policy forbids.

A stream lasts from its grant's `not_before` until the first of: cancel, expiry, the beginning of
quiet hours, the end of the longest session. The end of a grant is not planned, it is only a limit:
so a stream that begins in time is heard until then. It is one of the day's sessions, unless it
joins one. Only the emergency class is exempt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from msgspec import UNSET

from agent.contract.accepted import HeldDocument
from agent.contract.default_title import default_title
from agent.contract.document import Cancel, StreamGrant
from agent.contract.priority import Level
from agent.contract.utc import parse_utc
from agent.plan.calendar import DAY, list_days, local_date
from agent.plan.occurrence import Refusal
from agent.plan.policy import EffectivePolicy
from agent.plan.quiet_hours import QuietHours
from agent.plan.session_book import SessionBook, Span

DELAY_MS = 1_000
LEVEL_OF_CLASS = {
    "routine": Level.RELAY,
    "priority": Level.PRIORITY,
    "emergency": Level.EMERGENCY,
}


@dataclass(frozen=True)
class LiveStream:
    """A stream that may be heard on this box.

    Args:
        held: its newest grant with its hash.
        grant: the same, typed.
        level: from the class of the grant.
        start_at: when it may begin.
        end_at: when it ends at the latest.
        zones: where it sounds: those of the grant that are open to its class.
    """

    held: HeldDocument
    grant: StreamGrant
    level: Level
    start_at: datetime
    end_at: datetime
    zones: tuple[str, ...]

    @property
    def delay_ms(self) -> int:
        """From the capture of a sample to its sound, the same on all stations."""
        return DELAY_MS if self.grant.delay_ms is UNSET else self.grant.delay_ms

    def end_by(self, at: datetime | None) -> LiveStream:
        """The same, ended at a moment at the latest; None: as it is."""
        return self if at is None or at >= self.end_at else replace(self, end_at=at)

    @property
    def why_over(self) -> str:
        """What ends it at `end_at`: its grant, or policy before that."""
        return "E_EXPIRED" if self.end_at == parse_utc(self.grant.expires) else "E_HOURS"

    @property
    def title(self) -> str:
        """What people read of it."""
        return default_title("live") if self.grant.title is UNSET else self.grant.title

    @property
    def lang(self) -> str:
        """The language that is spoken."""
        return "vi" if self.grant.lang is UNSET else self.grant.lang


def list_live_streams(
    held: Sequence[HeldDocument], policy: EffectivePolicy
) -> tuple[dict[str, LiveStream], list[Refusal]]:
    """The streams by issuer and id, the newest grant of each; and what policy refuses.

    By issuer too: whoever else gives a stream the same id neither renews nor replaces it.
    """
    cancelled = {
        (one.document.class_, one.document.cancels)
        for one in held
        if isinstance(one.document, Cancel)
    }
    streams: dict[str, LiveStream] = {}
    refusals: list[Refusal] = []
    for one in sorted(held, key=lambda h: (h.document.epoch, h.document.seq)):
        grant = one.document
        if not isinstance(grant, StreamGrant):
            continue
        if not cancelled.isdisjoint(
            {(grant.class_, grant.stream_id), (grant.class_, grant.doc_id)}
        ):
            continue
        key = f"{grant.issuer}/{grant.stream_id}"
        stream = _limit(one, grant, policy)
        if isinstance(stream, Refusal):
            refusals.append(stream)
            streams.pop(key, None)
        else:
            streams[key] = stream
    return streams, refusals


def _limit(held: HeldDocument, grant: StreamGrant, policy: EffectivePolicy) -> LiveStream | Refusal:
    start_at, end_at = parse_utc(grant.not_before), parse_utc(grant.expires)
    level = LEVEL_OF_CLASS[grant.class_]
    zones = ["*"] if grant.zones is UNSET else grant.zones
    barred = policy.zone_classes.find_barred(grant.class_, zones)
    left = policy.zone_classes.leave_out(barred, zones)
    if not left:
        return _refuse(grant, start_at, "E_POLICY", policy.zone_classes.name_rule(barred))
    if level < Level.EMERGENCY:
        quiet = QuietHours(policy, list_days(start_at - DAY, end_at + DAY))
        interval = quiet.first_after(start_at)
        if interval is not None and interval.start_at <= start_at:
            return _refuse(grant, start_at, "E_HOURS", interval.rule)
        weekdays = policy.weekdays
        if weekdays is not None and local_date(start_at).isoweekday() not in weekdays:
            return _refuse(grant, start_at, "E_POLICY", f"weekdays {sorted(weekdays)}")
        if interval is not None:
            end_at = min(end_at, interval.start_at)
        if policy.minutes_per_session is not None:
            end_at = min(end_at, start_at + timedelta(minutes=policy.minutes_per_session))
    return LiveStream(held, grant, level, start_at, end_at, tuple(left))


def judge_session(
    stream: LiveStream, policy: EffectivePolicy, sounded: Iterable[Span]
) -> Refusal | datetime | None:
    """Is it a session too many, or when are the minutes of its session over?

    To be asked once, before anything of it is heard.

    Args:
        stream: allowed by all other rules.
        policy: in force.
        sounded: planned sound and earlier voices, in any order.

    Returns:
        The refusal, or the end of the session; None: no rule of sessions binds it.
    """
    limits = (policy.sessions_per_day, policy.minutes_per_session)
    if limits == (None, None) or stream.level >= Level.EMERGENCY:
        return None
    book, at = SessionBook(policy), stream.start_at
    for start_at, end_at in sorted(span for span in sounded if span[0] < at):
        book.refuse(start_at, end_at)
    rule = book.refuse(at, at)
    if rule is not None:
        return _refuse(stream.grant, at, "E_POLICY", rule)
    ends = book.find_limit()
    return None if ends is None else ends[0]


def _refuse(grant: StreamGrant, at: datetime, code: str, rule: str) -> Refusal:
    return Refusal("live", grant.doc_id, at, code, rule)

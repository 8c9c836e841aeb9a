"""Who may speak at the box: the rules for its microphones and line-ins. Pure.

An ordinary voice obeys the policy in force as a scheduled item does: the signed `mic: true`, quiet
hours, weekdays, sessions and their minutes; it needs a trusted clock. The voice of an emergency key
needs `mic: true` alone, in the newest station-config that the box holds, whatever its dates: a
commune that is cut off for months must still be able to warn its people, and a clock that is not
trusted must not keep it from that (docs/decisions/0038).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.document import StationConfig
from agent.plan.calendar import DAY, list_days, local_date
from agent.plan.policy import EffectivePolicy
from agent.plan.quiet_hours import QuietHours
from agent.plan.session_book import SessionBook

NOT_ALLOWED = "mic: false"
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class VoiceRefusal:
    """Why somebody may not speak.

    Args:
        code: stable.
        rule: the rule, as the policy states it; empty for a reason that is no rule.
    """

    code: str
    rule: str = ""


@dataclass(frozen=True)
class VoicePermit:
    """Until when somebody may speak.

    Args:
        until_at: aware UTC; None: as long as the settings allow one press to last.
        rule: which rule ends it then.
    """

    until_at: datetime | None = None
    rule: str = ""


def is_emergency_voice_allowed(held: Sequence[HeldDocument]) -> bool:
    """Does the newest station-config allow the microphone? Its dates do not count."""
    configs = [one.document for one in held if isinstance(one.document, StationConfig)]
    newest = max(configs, key=lambda c: (c.issued, c.epoch, c.seq), default=None)
    return newest is not None and newest.policy.mic


def refuse_voice(policy: EffectivePolicy, now: Now) -> VoiceRefusal | None:
    """The rule that forbids an ordinary voice at this moment, however long it lasts already."""
    if not policy.mic:
        return VoiceRefusal("E_POLICY", NOT_ALLOWED)
    if now.quality == "FLOOR":
        return VoiceRefusal("E_CLOCK", "no trusted clock")
    quiet = _quiet_hours(policy, now.at).first_after(now.at)
    if quiet is not None and quiet.start_at <= now.at:
        return VoiceRefusal("E_HOURS", quiet.rule)
    weekdays = policy.weekdays
    if weekdays is not None and local_date(now.at).isoweekday() not in weekdays:
        return VoiceRefusal("E_POLICY", f"weekdays {' '.join(map(str, sorted(weekdays)))}")
    return None


def judge_voice(
    policy: EffectivePolicy, now: Now, sounded: Iterable[Span]
) -> VoicePermit | VoiceRefusal:
    """May an ordinary voice begin now, and until when?

    Args:
        policy: in force.
        now: the box's clock.
        sounded: begin and end of what has begun today, in any order: planned items and earlier
            voices; sessions are counted from them.
    """
    refusal = refuse_voice(policy, now)
    if refusal is not None:
        return refusal
    book = SessionBook(policy)
    for start_at, end_at in sorted(span for span in sounded if span[0] <= now.at):
        book.refuse(start_at, end_at)
    rule = book.refuse(now.at, now.at)
    if rule is not None:
        return VoiceRefusal("E_POLICY", rule)
    return _first_limit(policy, now.at, book)


def _first_limit(policy: EffectivePolicy, at: datetime, book: SessionBook) -> VoicePermit:
    quiet = _quiet_hours(policy, at).first_after(at)
    limits = [(quiet.start_at, quiet.rule)] if quiet is not None else []
    if (ends := book.find_limit()) is not None:
        limits.append(ends)
    return VoicePermit(*min(limits)) if limits else VoicePermit()


def _quiet_hours(policy: EffectivePolicy, at: datetime) -> QuietHours:
    return QuietHours(policy, list_days(at, at + DAY))

"""Who may speak at the box: the rules for its microphones and line-ins. Pure.

An ordinary voice obeys the policy in force as a scheduled item of class routine does: the signed
`mic: true`, quiet hours, weekdays, sessions and their minutes, and the clusters that are open to
its class; it needs a trusted clock. The voice of an emergency key
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
from agent.plan.session_book import SessionBook, Span

NOT_ALLOWED = "mic: false"
CLASS = "routine"


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
        zones: where they are heard; `*` is everywhere.
        left_out: the rule that keeps them from further clusters of theirs; empty: none does.
    """

    until_at: datetime | None = None
    rule: str = ""
    zones: tuple[str, ...] = ("*",)
    left_out: str = ""


def is_emergency_voice_allowed(held: Sequence[HeldDocument]) -> bool:
    """Does the newest station-config allow the microphone? Its dates do not count."""
    configs = [one.document for one in held if isinstance(one.document, StationConfig)]
    newest = max(configs, key=lambda c: (c.issued, c.epoch, c.seq), default=None)
    return newest is not None and newest.policy.mic


def refuse_voice(
    policy: EffectivePolicy, now: Now, zones: Sequence[str] = ()
) -> VoiceRefusal | None:
    """The rule that forbids an ordinary voice at this moment, however long it lasts already.

    Args:
        policy: in force.
        now: the box's clock.
        zones: where it is heard; each of them must be open to it.
    """
    if not policy.mic:
        return VoiceRefusal("E_POLICY", NOT_ALLOWED)
    if now.quality == "FLOOR":
        return VoiceRefusal("E_CLOCK", "no trusted clock")
    quiet = _quiet_hours(policy, now.at).first_after(now.at)
    if quiet is not None and quiet.start_at <= now.at:
        return VoiceRefusal("E_HOURS", quiet.rule)
    weekdays = policy.weekdays
    if weekdays is not None and local_date(now.at).isoweekday() not in weekdays:
        return VoiceRefusal("E_POLICY", f"weekdays {sorted(weekdays)}")
    if barred := policy.zone_classes.find_barred(CLASS, zones):
        return VoiceRefusal("E_POLICY", policy.zone_classes.name_rule(barred))
    return None


def judge_voice(
    policy: EffectivePolicy, now: Now, sounded: Iterable[Span], zones: Sequence[str] = ("*",)
) -> VoicePermit | VoiceRefusal:
    """May an ordinary voice begin now, and until when?

    Args:
        policy: in force.
        now: the box's clock.
        sounded: begin and end of what has begun today, in any order: planned items and earlier
            voices; sessions are counted from them.
        zones: where it is to be heard; `*` is everywhere.
    """
    refusal = refuse_voice(policy, now)
    if refusal is not None:
        return refusal
    classes = policy.zone_classes
    barred = classes.find_barred(CLASS, zones)
    left_out = classes.name_rule(barred) if barred else ""
    if not (open_zones := tuple(classes.leave_out(barred, zones))):
        return VoiceRefusal("E_POLICY", left_out)
    book = SessionBook(policy)
    for start_at, end_at in sorted(span for span in sounded if span[0] <= now.at):
        book.refuse(start_at, end_at)
    rule = book.refuse(now.at, now.at)
    if rule is not None:
        return VoiceRefusal("E_POLICY", rule)
    until_at, limit = _first_limit(policy, now.at, book)
    return VoicePermit(until_at, limit, open_zones, left_out)


def _first_limit(
    policy: EffectivePolicy, at: datetime, book: SessionBook
) -> tuple[datetime | None, str]:
    quiet = _quiet_hours(policy, at).first_after(at)
    limits = [(quiet.start_at, quiet.rule)] if quiet is not None else []
    if (ends := book.find_limit()) is not None:
        limits.append(ends)
    return min(limits) if limits else (None, "")


def _quiet_hours(policy: EffectivePolicy, at: datetime) -> QuietHours:
    return QuietHours(policy, list_days(at, at + DAY))

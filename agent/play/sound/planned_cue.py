"""What was prepared for its moment, when the clock is set away from that."""

from __future__ import annotations

from agent.clock import Clock, Now, mono_s
from agent.play.sound.sound_session import SoundSession

PREPARE_S = 4.0  # so long before its moment an item is prepared
SETTLE_S = 1.0
STEP_S = 0.005  # a smaller step of the clock is not worth moving a cued item


def is_out_of_time(session: SoundSession, now: Now) -> bool:
    """Was the time lost, or set back, before it began? What sounds already goes on."""
    if session.has_begun or not session.item.is_planned:
        return False
    ahead_s = (session.item.start_at - now.at).total_seconds()
    return now.quality == "FLOOR" or ahead_s > PREPARE_S + SETTLE_S


def has_moved(session: SoundSession, clock: Clock) -> bool:
    """Has the clock been stepped away from a cued moment? A small step moves nothing.

    A larger one, within the seconds for which it is prepared, moves the moment.
    """
    if session.planned_mono_s is None:
        return False
    planned_mono_s = clock.mono_of(session.item.start_at)
    if abs(planned_mono_s - session.planned_mono_s) <= STEP_S:
        return False
    if not session.lead_s < planned_mono_s - mono_s() <= PREPARE_S:
        return True
    session.cue(planned_mono_s, is_planned=True)
    return False

"""How the showing of an item on some faces has ended, for its records. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.clock import Now
from agent.play.board.face_lane import FaceLane
from agent.play.item import Item
from agent.play.play_record import Outcome
from agent.play.sound_moments import SoundMoment

END_SLACK_S = 0.5  # a scene replaced less than this before its end counts as shown in full


@dataclass(frozen=True)
class ShowingEnd:
    """How it ended.

    Args:
        outcome: of the play.
        reason: of that; None: shown in full.
        end_mono_s: when; None: now.
    """

    outcome: Outcome
    reason: str | None = None
    end_mono_s: float | None = None


def judge_ends(
    item: Item,
    lanes: Iterable[FaceLane],
    changing: Mapping[str, Item | None],
    moment: SoundMoment | None,
    now: Now,
) -> dict[ShowingEnd, list[str]]:
    """How an item's showing ends, with the faces for which it ends so.

    Args:
        item: what was shown.
        lanes: the faces on which it ends.
        changing: face → what it shows instead.
        moment: of the sound that it goes with.
        now: this moment.
    """
    ends: dict[ShowingEnd, list[str]] = {}
    for lane in lanes:
        end = _judge(item, lane, changing[lane.face], moment, now)
        ends.setdefault(end, []).append(lane.face)
    return ends


def _judge(
    item: Item, lane: FaceLane, instead: Item | None, moment: SoundMoment | None, now: Now
) -> ShowingEnd:
    if lane.fault is not None:
        return ShowingEnd("failed", "face_lost")
    if moment is not None and moment.end_mono_s is not None:
        lacking_s = _length_s(item) - (moment.end_mono_s - moment.begin_mono_s)
        if lacking_s <= END_SLACK_S:
            return ShowingEnd("full", None, moment.end_mono_s)
        return ShowingEnd("cut", "sound_over", moment.end_mono_s)
    if (item.end_at - now.at).total_seconds() <= END_SLACK_S:
        return ShowingEnd("full")
    if instead is not None:
        return ShowingEnd("cut", "preempted")
    return ShowingEnd("cut", lane.rundown.why_silenced(item, now) or "withdrawn")


def _length_s(item: Item) -> float:
    return (item.end_at - item.start_at).total_seconds()

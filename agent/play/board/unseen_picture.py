"""What the plan has for the faces of a board and no face showed: one record for what they share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from agent.clock import Now, mono_s
from agent.play.board.face_lane import FaceLane
from agent.play.item import Item, OutputContext
from agent.play.plan_watch import PlanWatch, report_passed
from agent.play.play_memory import PlayMemory, face_key


@dataclass(frozen=True)
class UnseenPicture:
    """An item whose time has passed unseen, and why, on these faces."""

    item: Item
    reason: str
    faces: list[str]


class FaceWatch:
    """The plan of each face of one board, as it comes due.

    Args:
        output: the board's name.
        lanes: its faces.
        context: clock, media, journal and issue sink.
    """

    def __init__(self, output: str, lanes: Iterable[FaceLane], context: OutputContext) -> None:
        self._output = output
        self._context = context
        self._watches = {lane.face: _watch(lane, context.memory) for lane in lanes}

    def look(self, now: Now, hindrance: str | None) -> list[UnseenPicture]:
        """What is over and was not seen; arguments as for `PlanWatch.look`."""
        found: dict[tuple[str, str], UnseenPicture] = {}
        for face, watch in self._watches.items():
            for item, reason in watch.look(now, mono_s(), hindrance):
                one = found.setdefault((item.key, reason), UnseenPicture(item, reason, []))
                one.faces.append(face)
                self._context.memory.recorded.add(face_key(face, item.key))
        return list(found.values())

    async def report(self, unseen: Iterable[UnseenPicture]) -> None:
        """Write a record for each."""
        for one in unseen:
            await report_passed(self._context, self._output, one.item, one.reason, one.faces)


def _watch(lane: FaceLane, memory: PlayMemory) -> PlanWatch:
    return PlanWatch(
        lane.rundown,
        is_recorded=partial(memory.is_recorded_on, lane.face),
        is_pending=partial(_is_pending, lane),
        alive_at=memory.alive_at,
        begun_mono_s=mono_s(),
    )


def _is_pending(lane: FaceLane, key: str) -> bool:
    """Does the face show it, or is it being drawn, or does it wait for its sound?"""
    return any(one is not None and one.item.key == key for one in (lane.session, lane.pending))

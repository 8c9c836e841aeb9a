"""One face of a board: its own part of the schedule, what it shows, and what failed on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from agent.clock import Now
from agent.play.board.board_session import BoardSession
from agent.play.clip_messages import ClipCount
from agent.play.failed_item import FailedItems
from agent.play.ipc import WorkerFault
from agent.play.item import Item, Rundown


class FaceLane:
    """Decides for one face, whatever the other faces of its board show.

    Args:
        face: its name.
        rundown: its part of the schedule.

    Attributes:
        session: what is shown on it, or is being drawn; faces of one item share one.
        pending: what is drawn, and waits for its sound.
        last_companion: the last item that began with its sound; it may come back with that.
        failed: items that could not be shown on it.
        fault: why the board cannot show it now; None: it can.
    """

    def __init__(self, face: str, rundown: Rundown) -> None:
        self.face = face
        self.rundown = rundown
        self.session: BoardSession | None = None
        self.pending: BoardSession | None = None
        self.last_companion: Item | None = None
        self.failed = FailedItems()
        self.fault: str | None = None

    @property
    def on_air(self) -> Item | None:
        """The item that is seen on it now."""
        session = self.session
        return session.item if session is not None and session.is_seen_on(self.face) else None

    def find_wanted(self, now: Now) -> Item | None:
        """The item of the schedule for it; None also when that has failed here."""
        wanted = self.rundown.wanted(now, self.failed.keys)
        return None if wanted is not None and self.failed.has(wanted) else wanted

    def find_session(self, session_id: str | None) -> BoardSession | None:
        """The session with this id, if the face shows it or waits for it."""
        found = (one for one in (self.session, self.pending) if one is not None)
        return next((one for one in found if one.id == session_id), None)


def count_frames(lanes: Iterable[FaceLane], clips: Mapping[str, ClipCount]) -> None:
    """So many frames of the clips on these faces have been shown, by the id of the session."""
    for lane in lanes:
        if lane.session is not None:
            lane.session.count_frames(clips.get(lane.session.id))


def group_by_session(lanes: Iterable[FaceLane]) -> Iterator[tuple[BoardSession, list[str]]]:
    """The sessions on these faces, each with its faces; faces without one are left out."""
    found: dict[str, tuple[BoardSession, list[str]]] = {}
    for lane in lanes:
        if lane.session is not None:
            found.setdefault(lane.session.id, (lane.session, []))[1].append(lane.face)
    yield from found.values()


def group_by_picture(changing: Mapping[str, Item | None]) -> list[tuple[Item, list[str]]]:
    """The items of faces that begin them together, each with its faces.

    A banner alone may lie over another standby picture on each face.
    """
    groups: list[tuple[Item, list[str]]] = []
    for face, item in changing.items():
        if item is None:
            continue
        for other, faces in groups:
            if other.key == item.key and other.scene == item.scene:
                faces.append(face)
                break
        else:
            groups.append((item, [face]))
    return groups


def mark_dead(lanes: Iterable[FaceLane], at: datetime) -> list[FaceLane]:
    """The board process died: the faces whose item, not shown yet, has failed by that."""
    failed = []
    for lane in lanes:
        session = lane.session
        if session is None or session.is_seen or not lane.failed.add_death(session.item):
            continue
        lane.failed.add(session.item, "E_RENDER", at)
        failed.append(lane)
    return failed


def take_failed(
    lanes: Iterable[FaceLane], fault: WorkerFault, at: datetime
) -> tuple[BoardSession | None, list[str]]:
    """The session that a fault is about, taken off the faces that the fault names."""
    concerned = (one for one in lanes if one.face in fault.faces or not fault.faces)
    failed = [lane for lane in concerned if lane.find_session(fault.id)]
    session = failed[0].find_session(fault.id) if failed else None
    if session is None:
        return None, []
    for lane in failed:
        lane.pending = None if lane.pending is session else lane.pending
        lane.session = None if lane.session is session else lane.session
        lane.failed.add(session.item, fault.code, at)
    return session, [lane.face for lane in failed]

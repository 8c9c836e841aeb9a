"""One face of a board: its own part of the schedule, what it shows, and what failed on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agent.clock import Now
from agent.play.board.board_session import BoardSession
from agent.play.failed_item import FailedItems
from agent.play.item import Item, Rundown


class FaceLane:
    """Decides for one face, whatever the other faces of its board show.

    Args:
        face: its name.
        rundown: its part of the schedule.

    Attributes:
        session: what is shown on it, or is being drawn; faces of one item share one.
        failed: items that could not be shown on it.
        fault: why the board cannot show it now; None: it can.
    """

    def __init__(self, face: str, rundown: Rundown) -> None:
        self.face = face
        self.rundown = rundown
        self.session: BoardSession | None = None
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
        session = self.session
        return session if session is not None and session.id == session_id else None


def group_by_session(lanes: Iterable[FaceLane]) -> Iterator[tuple[BoardSession, list[str]]]:
    """The sessions on these faces, each with its faces; faces without one are left out."""
    found: dict[str, tuple[BoardSession, list[str]]] = {}
    for lane in lanes:
        if lane.session is not None:
            found.setdefault(lane.session.id, (lane.session, []))[1].append(lane.face)
    yield from found.values()

"""Pictures that go with a sound: drawn ahead, begun with its first sample, ended with its last.

The board holds such a scene back until its sound has a moment. Whatever moves that moment (a slow
decoder, an amplifier that warms up, what sounds before it) moves the picture. Where this box sounds
nothing on the item's zones, or the sound does not come, the picture keeps its own times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from agent.clock import Now, mono_s
from agent.errors import PlayError
from agent.play.board.board_session import BoardSession
from agent.play.board.face_lane import FaceLane
from agent.play.ipc import MoveScene, ShowScene
from agent.play.item import Item, MediaFiles
from agent.play.sound_moments import SoundMoment, SoundMoments

WAIT_S = 3.0  # for a sound that is nowhere in sight; then the picture is shown without it
OVER_MONO_S = 0.0

OpenSession = Callable[[Item, list[str]], BoardSession]
Send = Callable[[ShowScene | MoveScene], None]


class Companions:
    """The pictures of one board that follow sounds.

    Args:
        lanes: the board's faces.
        moments: of what sounds on this box.
        media: the files in store.
        send: to the board process.
        open_session: begins a session of an item on some faces.
    """

    def __init__(
        self,
        lanes: Mapping[str, FaceLane],
        moments: SoundMoments,
        media: MediaFiles,
        *,
        send: Send,
        open_session: OpenSession,
    ) -> None:
        self._lanes = lanes
        self._moments = moments
        self._media = media
        self._send = send
        self._open_session = open_session

    def find_moment(self, item: Item) -> SoundMoment | None:
        """The moment of the sound that an item goes with."""
        return None if item.with_key is None else self._moments.find(item.with_key)

    def settle(self, lane: FaceLane, wanted: Item | None, now: Now) -> Item | None:
        """What a face is to show now, given what its schedule has for now."""
        at_mono_s, shown = mono_s(), lane.session.item if lane.session is not None else None
        for item in (shown, lane.last_companion if wanted is None else None):
            is_lower = item is None or (wanted is not None and wanted.level > item.level)
            if item is not None and not is_lower and self._is_on(item, at_mono_s):
                return item
        if wanted is None or wanted.with_key is None:
            return wanted
        moment = self.find_moment(wanted)
        if moment is None:
            is_awaited = (now.at - wanted.start_at).total_seconds() < WAIT_S
            if not is_awaited or not self._moments.is_expected(wanted.zones):
                return wanted
        elif not moment.is_on(at_mono_s):
            return None
        elif lane.pending is None and at_mono_s >= moment.begin_mono_s:
            return wanted
        return shown if shown is not None and shown.end_at > now.at else None

    def _is_on(self, item: Item, at_mono_s: float) -> bool:
        moment = self.find_moment(item)
        return moment is not None and moment.begin_mono_s <= at_mono_s and moment.is_on(at_mono_s)

    def find_coming(self, lane: FaceLane, wanted: Item | None, now: Now) -> Item | None:
        """What a face is to show with a sound that is about to begin; it is drawn now."""
        at_mono_s = mono_s()
        for item in (wanted, lane.rundown.upcoming(now), lane.last_companion):
            if item is None or item.missing or lane.failed.has(item):
                continue
            if wanted is not None and wanted.level > item.level:
                continue
            moment = self.find_moment(item)
            if moment is None or not moment.is_on(at_mono_s):
                continue
            is_pending = lane.pending is not None and lane.pending.item.key == item.key
            if is_pending or moment.begin_mono_s > at_mono_s:
                return item
        return None

    def prepare(self, coming: Mapping[str, Item | None]) -> None:
        """Have scenes drawn that are to begin with their sounds; drop those that are not any more.

        Args:
            coming: by face.

        Raises:
            PlayError: the board process is gone.
        """
        for face, item in coming.items():
            pending = self._lanes[face].pending
            if pending is not None and (item is None or pending.item.key != item.key):
                self.drop(pending)
        wanting = [face for face in coming if self._lanes[face].pending is None]
        items = {item.key: item for face in wanting if (item := coming[face]) is not None}
        for item in items.values():
            faces = [face for face in wanting if (one := coming[face]) and one.key == item.key]
            moment = self.find_moment(item)
            if moment is not None:
                session = self._open_session(item, faces)
                for face in faces:
                    self._lanes[face].pending = session
                self._send(session.command_for(moment, self._media))

    def drop(self, pending: BoardSession) -> None:
        """Do not show a scene that waits.

        Raises:
            PlayError: the board process is gone.
        """
        for lane in self._waiting_for(pending):
            lane.pending = None
        self._send(MoveScene(pending.id, OVER_MONO_S, OVER_MONO_S))

    def take(self, pending: BoardSession) -> list[FaceLane]:
        """A scene that waited is shown: the faces that it now has."""
        lanes = list(self._waiting_for(pending))
        for lane in lanes:
            lane.pending, lane.session = None, pending
            lane.last_companion = pending.item
        return lanes

    def _waiting_for(self, pending: BoardSession) -> Iterable[FaceLane]:
        return [lane for lane in self._lanes.values() if lane.pending is pending]

    def on_moment(self, key: str) -> None:
        """The sound of this item has another moment: tell the board at once."""
        moment = self._moments.find(key)
        found = (one for lane in self._lanes.values() for one in (lane.session, lane.pending))
        sessions = {one.id: one for one in found if one is not None and one.item.with_key == key}
        for session in sessions.values():
            if moment is not None:
                try:
                    self._send(session.follow(moment))
                except PlayError:
                    return  # the supervisor reports its loss

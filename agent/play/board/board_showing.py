"""What the faces of one board show of the plan, and the record of each showing."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from agent.clock import Now
from agent.errors import PlayError
from agent.play import ipc
from agent.play.board.banner_records import BannerRecords
from agent.play.board.board_session import BoardSession
from agent.play.board.clip_feeder import ClipFeeder
from agent.play.board.companion import Companions
from agent.play.board.face_lane import (
    FaceLane,
    group_by_picture,
    group_by_session,
    mark_dead,
)
from agent.play.board.face_tests import FaceTests, SendCommand
from agent.play.board.film import FAULTS
from agent.play.board.live_pictures import LivePictures
from agent.play.board.showing_end import judge_ends
from agent.play.ipc import WorkerFault
from agent.play.item import Item, OutputContext, forget_past
from agent.play.plan_watch import report_passed

log = logging.getLogger(__name__)


class BoardShowing:
    """Gives the board process what each face wants now, and closes the record of what it showed.

    Args:
        name: the output's name.
        lanes: its faces.
        context: clock, media, journal and issue sink.
        send: a command to the board process, which reports its own loss.
        sizes: (width_px, height_px) of its faces, for clips.
        tests: of a technician; they cover what is scheduled.
        pictures: of capture cards.
        count_late: how many frames the present board process has drawn too late.
    """

    def __init__(  # noqa: PLR0913 - the parts of one board
        self,
        name: str,
        lanes: Mapping[str, FaceLane],
        context: OutputContext,
        *,
        send: SendCommand,
        sizes: Mapping[str, tuple[int, int]],
        tests: FaceTests,
        pictures: LivePictures,
        count_late: Callable[[], int],
    ) -> None:
        self._name = name
        self._lanes = lanes
        self._context = context
        self._clock = context.clock
        self._send = send
        self._tests = tests
        self._pictures = pictures
        self._count_late = count_late
        self._clips = ClipFeeder(sizes, context.media, send)
        self._banners = BannerRecords(name, context.log, context.clock)
        self._companions = Companions(
            lanes,
            context.moments,
            context.media,
            send=send,
            open_session=self._open_session,
        )
        self._reported_missing: dict[str, datetime] = {}

    def on_sound_moment(self, key: str) -> None:
        """The sound of an item begins or ends at another moment: its picture follows at once."""
        self._companions.on_moment(key)

    async def update(self) -> None:
        """Show on each face what it wants now."""
        now = self._clock.now()
        forget_past(self._reported_missing, now.at)
        changing: dict[str, Item | None] = {}
        coming: dict[str, Item | None] = {}
        moved: set[str] = set()
        for lane in self._lanes.values():
            lane.failed.forget_past(now.at)
            wanted = lane.find_wanted(now)
            if wanted is not None and wanted.missing:
                await self._skip(wanted)  # it is shown as soon as its media are in store
                wanted = None
            coming[lane.face] = self._companions.find_coming(lane, wanted, now)
            wanted = self._companions.settle(lane, wanted, now)
            wanted = self._pictures.place(lane.face, wanted)
            if not self._tests.covers(lane.face, wanted) and not self._goes_on(lane, wanted, moved):
                changing[lane.face] = wanted
        self._pictures.settle()
        with contextlib.suppress(PlayError):  # the supervisor reports its loss
            self._companions.prepare(coming)
        if changing:
            await self._change(changing, now)
        await self._banners.update(self._lanes.values(), "withdrawn")

    def drop_clips(self) -> None:
        """End the decoders of what no face shows or waits for."""
        self._clips.keep_only(self._lanes.values())

    async def on_shown(self, event: ipc.Shown) -> None:
        """A face shows the first frame of a scene."""
        lane = self._lanes.get(event.face)
        session = lane.find_session(event.id) if lane is not None else None
        if lane is None or session is None:
            return
        if lane.pending is session:
            await self._begin_pending(session)
        if session.has_clip:
            self._context.on_fault("clip_failed", self._name, None)
        if lane.fault is None:
            session.on_shown(event)
            await self._banners.update(self._lanes.values(), "withdrawn")

    async def fail(self, fault: WorkerFault) -> bool:
        """A scene cannot be drawn, on some of its faces or on all; the others go on.

        Returns:
            False: no face wants it any more, or a banner over it has failed, and not itself. A live
                picture that has ended fails nothing: its item goes on with a picture of its own.
        """
        if self._pictures.take_failed(fault):
            return True
        session, faces = await self._banners.take_failed(self._lanes.values(), fault)
        if session is None:
            return False
        why = f"{fault.code}: {fault.detail}"
        if session.has_clip and fault.code in FAULTS:
            self._context.on_fault("clip_failed", self._name, f"{session.item.title}: {why}")
        await session.leave(faces, "failed", why)
        return True

    async def add_death(self, reason: str) -> None:
        """The board process died before it had shown these; the second time the item has failed."""
        failed = mark_dead(self._lanes.values(), self._clock.now().at)
        for session, faces in list(group_by_session(failed)):
            await session.leave(faces, "failed", f"E_RENDER: the board process died: {reason}")

    async def end_all(self, reason: str) -> None:
        """Cut everything, also what waits for its sound: the board process is gone."""
        await self.cut(reason, *self._lanes.values())
        for lane in self._lanes.values():
            lane.pending = None

    async def cut(self, reason: str, *lanes: FaceLane, end_mono_s: float | None = None) -> None:
        """Cut what these faces show; what is not seen yet has no record: it is shown later."""
        seen = [lane for lane in lanes if lane.on_air is not None]
        found = list(group_by_session(seen))
        for lane in lanes:
            lane.session = None
        for session, faces in found:
            await session.leave(faces, "cut", reason, end_mono_s)
        await self._banners.update(self._lanes.values(), reason)

    async def stop(self) -> None:
        """Close the records: the agent ends."""
        await self._pictures.stop()
        await self._clips.stop()
        await self.cut("shutdown", *self._lanes.values())

    async def _begin_pending(self, session: BoardSession) -> None:
        """A picture begins with its sound, in place of what its faces showed."""
        waiting = [lane for lane in self._lanes.values() if lane.pending is session]
        former = list(group_by_session(waiting))
        taken = {lane.face: session.item for lane in self._companions.take(session)}
        for one, faces in former:
            await self._leave_for(one, faces, taken, self._clock.now())

    def _goes_on(self, lane: FaceLane, wanted: Item | None, moved: set[str]) -> bool:
        """Does the face show what is wanted? A session whose end has moved is told of it.

        Args:
            lane: the face.
            wanted: by it.
            moved: sessions that another face has moved already; what differs from that leaves it.
        """
        session = lane.session
        if session is None or wanted is None:
            return session is None and wanted is None
        if session.item.key != wanted.key:
            return False
        if session.id in moved and session.item.scene != wanted.scene:
            return False
        if session.has_moved(wanted):
            moved.add(session.id)
            with contextlib.suppress(PlayError):  # the board process is gone; the next one gets it
                self._give(session)
        return True

    async def _change(self, changing: Mapping[str, Item | None], now: Now) -> None:
        """Show other items on some faces; faces that change to the same one begin it together."""
        lanes = [self._lanes[face] for face in changing]
        former = list(group_by_session(lanes))
        for lane in lanes:
            lane.session = None
        try:
            self._show(changing)
        except PlayError as error:
            log.warning("%s: %s", self._name, error)  # the supervisor reports its loss
            for lane in lanes:
                lane.session = None
        for session, faces in former:
            await self._leave_for(session, faces, changing, now)

    async def _skip(self, item: Item) -> None:
        """Record once, whatever the number of faces, that an item lacks a medium."""
        if item.key not in self._reported_missing:
            self._reported_missing[item.key] = item.end_at
            await report_passed(self._context, self._name, item, item.missing or "")

    async def _leave_for(
        self,
        former: BoardSession,
        faces: Sequence[str],
        changing: Mapping[str, Item | None],
        now: Now,
    ) -> None:
        """Close the records of faces that show something else, or nothing, from now on."""
        moment = self._companions.find_moment(former.item)
        lanes = [self._lanes[face] for face in faces]
        for end, left in judge_ends(former.item, lanes, changing, moment, now).items():
            await former.leave(left, end.outcome, end.reason, end.end_mono_s)

    def _show(self, changing: Mapping[str, Item | None]) -> None:
        """Show items on these faces, and nothing on those without one.

        Raises:
            PlayError: the board process is gone; the next one gets the command again.
        """
        if idle := [face for face, item in changing.items() if item is None]:
            self._send(ipc.Blank(idle))
        for item, faces in group_by_picture(changing):
            session = self._open_session(item, faces)
            for face in faces:
                self._lanes[face].session = session
            self._give(session)

    def _give(self, session: BoardSession) -> None:
        """Give the board process a scene, and what arrives at a capture card where it shows that.

        Raises:
            PlayError: the board process is gone.
        """
        self._send(session.command(self._context.media))
        self._pictures.give(session)

    def _open_session(self, item: Item, faces: list[str]) -> BoardSession:
        session = BoardSession(self._name, item, faces, self._context, self._count_late)
        self._clips.begin(session, self._clock.now().at, self._companions.find_moment(item))
        return session

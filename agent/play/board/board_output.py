"""A board output: each face shows its own item, or several the same one, with a record of each.

The faces share the board process and the board, and nothing else: what one of them shows, fails to
show or has lost changes nothing on the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from agent.clock import Now, mono_s
from agent.errors import PlayError
from agent.play import ipc
from agent.play.board.banner_records import BannerRecords
from agent.play.board.board_session import BoardSession
from agent.play.board.clip_feeder import ClipFeeder
from agent.play.board.companion import Companions
from agent.play.board.face_lane import FaceLane, count_frames, group_by_session, mark_dead
from agent.play.board.face_snaps import FaceSnaps
from agent.play.board.showing_end import judge_ends
from agent.play.board.standby_output import StandbyOutput
from agent.play.board.unseen_picture import FaceWatch
from agent.play.commissioning_test import FaceTest, busy, not_ready
from agent.play.ipc import BoardCommand, BoardEvent, WorkerFault
from agent.play.item import Item, OutputContext, Rundown, forget_past
from agent.play.plan_watch import OUTPUT_LOST, report_passed
from agent.play.supervisor import SameWorker, Spawn, Supervisor

log = logging.getLogger(__name__)
UPDATE_S = 0.25
SCHEDULED = 1  # as plan.level: a test covers this level and those below


class BoardOutput:
    """One board with its faces.

    Args:
        name: the output's name.
        rundowns: its faces, each with its own part of the schedule.
        spawn: makes a worker (not started) for this board.
        context: clock, media, journal and issue sink.
        sizes: (width_px, height_px) of its faces, for clips.

    Attributes:
        lanes: face → what it shows.
        limits: lowest and highest brightness in percent.
        lux: no board process has a light sensor.
        late: frames that the present board process has drawn too late.
    """

    def __init__(
        self,
        name: str,
        rundowns: Mapping[str, Rundown],
        spawn: Spawn[BoardEvent],
        context: OutputContext,
        sizes: Mapping[str, tuple[int, int]] | None = None,
    ) -> None:
        self.name = name
        self.lanes = {face: FaceLane(face, rundown) for face, rundown in rundowns.items()}
        self.limits = (0, 100)
        self.lux: int | None = None
        self.late = 0
        self._brightness_pct: int | None = None
        self._supervisor = Supervisor(
            name,
            "board_lost",
            SameWorker(spawn),
            on_event=self._on_event,
            on_lost=self._on_lost,
            on_fault=context.on_fault,
        )
        self._clips = ClipFeeder(sizes or {}, context.media, self._supervisor.send)
        self._context = context
        self._clock = context.clock
        self._banners = BannerRecords(name, context.log, context.clock)
        self._changed = asyncio.Event()
        self._companions = Companions(
            self.lanes,
            context.moments,
            context.media,
            send=self._supervisor.send,
            open_session=self._open_session,
        )
        self._face_test: FaceTest | None = None
        self._on_fault = context.on_fault
        self._snaps = FaceSnaps(self._supervisor.send)
        self._standby = StandbyOutput(name, context, self._supervisor.send)
        self._is_changed = False
        self._reported_missing: dict[str, datetime] = {}
        self._watch = FaceWatch(name, self.lanes.values(), context)

    def changed(self) -> None:
        """Documents, media or the clock changed: update now."""
        self._is_changed = True
        self._changed.set()

    def on_sound_moment(self, key: str) -> None:
        """The sound of an item begins or ends at another moment: its picture follows at once."""
        self._companions.on_moment(key)
        self.changed()

    @property
    def faces(self) -> list[str]:
        """Its faces' names."""
        return list(self.lanes)

    @property
    def on_air(self) -> Item | None:
        """The item that is shown now; the highest of the faces' items."""
        shown = [item for lane in self.lanes.values() if (item := lane.on_air) is not None]
        return max(shown, key=lambda item: item.level, default=None)  # the first of equals

    @property
    def is_ready(self) -> bool:
        """Is its board process running?"""
        return self._supervisor.is_ready

    is_lit = is_ready  # see `playout.light_control.Dimmable`

    async def dim(self, pct: int) -> bool:
        """Want this brightness of the board's own driver; a new board process gets it too."""
        self._brightness_pct = pct
        return self._supervisor.is_ready and self._send_brightness()

    def _send_brightness(self) -> bool:
        if self._brightness_pct is None:
            return False
        try:
            self._supervisor.send(ipc.Brightness(self._brightness_pct))
        except PlayError as error:
            log.warning("%s: %s", self.name, error)  # the supervisor reports its loss
            return False
        return True

    def has_failed(self, item: Item) -> bool:
        """Has an item failed to be drawn on a face?"""
        return any(lane.failed.has(item) for lane in self.lanes.values())

    @property
    def face_test(self) -> FaceTest | None:
        """The technician's test that is shown."""
        return self._face_test

    async def start_face_test(
        self, operation: str, face: str, commands: Sequence[BoardCommand]
    ) -> None:
        """Show a test on one face for a while; it replaces a former test.

        Raises:
            PlayError: E_NOT_READY without a board, E_BUSY above a scheduled item.
        """
        if not self._supervisor.is_ready:
            raise not_ready(face)
        lane = self.lanes[face]
        wanted = lane.rundown.wanted(self._clock.now(), lane.failed.keys)
        if wanted is not None and wanted.level > SCHEDULED:
            raise busy(face)
        await self._end("trial", lane)
        self._face_test = FaceTest(operation, face, commands, wanted.key if wanted else None)
        self.changed()

    async def snap(self, face: str, known: str = "") -> ipc.Snapped | None:
        """A small picture of what a face shows; None when the board does not answer.

        Args:
            face: one of `faces`.
            known: the token of the picture that the caller has; that one is not drawn again.
        """
        return await self._snaps.ask(face, known)

    async def run(self) -> None:
        """Live until cancelled; then close the record and leave the faces black."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._supervisor.run(), name=f"board of {self.name}")
                group.create_task(self._run_schedule(group), name=f"rundown of {self.name}")
                group.create_task(self._standby.stay_alive(), name=f"life of {self.name}")
        finally:
            await self._clips.stop()
            await self._end("shutdown", *self.lanes.values())

    async def _end(self, reason: str, *lanes: FaceLane, end_mono_s: float | None = None) -> None:
        """Cut what these faces show; what is not seen yet has no record: it is shown later."""
        seen = [lane for lane in lanes if lane.on_air is not None]
        found = list(group_by_session(seen))
        for lane in lanes:
            lane.session = None
        for session, faces in found:
            await session.leave(faces, "cut", reason, end_mono_s)
        await self._banners.update(self.lanes.values(), reason)

    async def _on_lost(self, reason: str) -> None:
        self._face_test = None
        if reason.startswith("E_WORKER"):
            await self._add_death(reason)
        await self._end("board_lost", *self.lanes.values())
        for lane in self.lanes.values():
            lane.pending = None

    async def _add_death(self, reason: str) -> None:
        """The board process died before it had shown these; the second time the item has failed."""
        failed = mark_dead(self.lanes.values(), self._clock.now().at)
        for session, faces in list(group_by_session(failed)):
            await session.leave(faces, "failed", f"E_RENDER: the board process died: {reason}")

    async def _on_event(self, event: BoardEvent) -> None:
        if await self._standby.handle(event):
            return
        match event:
            case ipc.BoardReady():
                self._send_brightness()
                self._standby.forget()
                self.changed()
            case ipc.BoardBeat():
                self.late = event.late
                count_frames(self.lanes.values(), event.clips)
                await self._report_faces(event.faults)
            case ipc.AgentLost():
                await self._on_agent_lost(event)
            case ipc.Snapped():
                self._snaps.answer(event)
            case ipc.Shown():
                await self._on_shown(event)
            case WorkerFault():
                await self._fail(event)

    async def _on_agent_lost(self, event: ipc.AgentLost) -> None:
        """This process stood still, and the board has put standby pictures in place: show anew."""
        log.error("%s: this process stood still for %g s", self.name, mono_s() - event.mono_s)
        self._face_test = None
        lanes = [self.lanes[face] for face in event.faces if face in self.lanes]
        await self._end("agent_stalled", *lanes, end_mono_s=event.mono_s)
        self.changed()

    async def _on_shown(self, event: ipc.Shown) -> None:
        lane = self.lanes.get(event.face)
        session = lane.find_session(event.id) if lane is not None else None
        if lane is None or session is None:
            return
        if lane.pending is session:
            await self._begin_pending(session)
        if lane.fault is None:
            session.on_shown(event)
            await self._banners.update(self.lanes.values(), "withdrawn")

    async def _begin_pending(self, session: BoardSession) -> None:
        """A picture begins with its sound, in place of what its faces showed."""
        waiting = [lane for lane in self.lanes.values() if lane.pending is session]
        former = list(group_by_session(waiting))
        taken = {lane.face: session.item for lane in self._companions.take(session)}
        for one, faces in former:
            await self._leave_for(one, faces, taken, self._clock.now())

    async def _fail(self, fault: WorkerFault) -> None:
        """A scene cannot be drawn, on some of its faces or on all; the other faces go on."""
        session, faces = await self._banners.take_failed(self.lanes.values(), fault)
        if session is None:
            return  # no longer wanted
        await session.leave(faces, "failed", f"{fault.code}: {fault.detail}")
        self.changed()

    async def _report_faces(self, faults: Mapping[str, str]) -> None:
        """Set and end the issues of faces that the board cannot show; the others go on.

        What such a face shows is cut, and begins anew, unseen, so that it is there with the cable.
        """
        for lane in self.lanes.values():
            former, lane.fault = lane.fault, faults.get(lane.face)
            if lane.fault != former:
                self._on_fault("face_lost", lane.face, lane.fault)
            if (lane.fault is None) != (former is None):
                await self._end("face_lost", lane)
                self.changed()

    async def _run_schedule(self, group: asyncio.TaskGroup) -> None:
        while True:
            self._changed.clear()
            unseen = self._watch.look(self._clock.now(), None if self.is_ready else OUTPUT_LOST)
            if unseen:  # of a day at a time, perhaps: no picture waits for the card
                group.create_task(self._watch.report(unseen), name=f"unseen of {self.name}")
            if self._supervisor.is_ready:
                is_changed, self._is_changed = self._is_changed, False
                self._standby.update(self._clock.now(), is_changed=is_changed)
                await self._update()
            self._clips.keep_only(self.lanes.values())
            try:
                async with asyncio.timeout(UPDATE_S):
                    await self._changed.wait()
            except TimeoutError:
                pass

    async def _update(self) -> None:
        now = self._clock.now()
        forget_past(self._reported_missing, now.at)
        changing: dict[str, Item | None] = {}
        coming: dict[str, Item | None] = {}
        for lane in self.lanes.values():
            lane.failed.forget_past(now.at)
            wanted = lane.find_wanted(now)
            if wanted is not None and wanted.missing:
                await self._skip(wanted)  # it is shown as soon as its media are in store
                wanted = None
            coming[lane.face] = self._companions.find_coming(lane, wanted, now)
            wanted = self._companions.settle(lane, wanted, now)
            if not self._is_tested(lane, wanted) and not self._goes_on(lane, wanted):
                changing[lane.face] = wanted
        with contextlib.suppress(PlayError):  # the supervisor reports its loss
            self._companions.prepare(coming)
        if changing:
            await self._change(changing, now)
        await self._banners.update(self.lanes.values(), "withdrawn")

    def _goes_on(self, lane: FaceLane, wanted: Item | None) -> bool:
        """Does the face show what is wanted? A session whose end has moved is told of it."""
        session = lane.session
        if session is None or wanted is None:
            return session is None and wanted is None
        if session.item.key != wanted.key:
            return False
        if session.has_moved(wanted):
            with contextlib.suppress(PlayError):  # the board process is gone; the next one gets it
                self._supervisor.send(session.command(self._context.media))
        return True

    async def _change(self, changing: Mapping[str, Item | None], now: Now) -> None:
        """Show other items on some faces; faces that change to the same one begin it together."""
        lanes = [self.lanes[face] for face in changing]
        former = list(group_by_session(lanes))
        for lane in lanes:
            lane.session = None
        try:
            self._show(changing)
        except PlayError as error:
            log.warning("%s: %s", self.name, error)  # the supervisor reports its loss
            for lane in lanes:
                lane.session = None
        for session, faces in former:
            await self._leave_for(session, faces, changing, now)

    def _is_tested(self, lane: FaceLane, wanted: Item | None) -> bool:
        """Has a test the face? Only an item that was not wanted when it began ends it."""
        face_test = self._face_test
        if face_test is None or face_test.face != lane.face:
            return False
        is_new = wanted is not None and wanted.key != face_test.over_key
        try:
            if not face_test.is_over and not is_new:
                for command in face_test.take_due():
                    self._supervisor.send(command)
                return True
            self._face_test = None
            self._supervisor.send(ipc.Blank([face_test.face]))
        except PlayError as error:
            log.warning("%s: %s", self.name, error)  # the supervisor reports its loss
        return False

    async def _skip(self, item: Item) -> None:
        """Record once, whatever the number of faces, that an item lacks a medium."""
        if item.key not in self._reported_missing:
            self._reported_missing[item.key] = item.end_at
            await report_passed(self._context, self.name, item, item.missing or "")

    async def _leave_for(
        self,
        former: BoardSession,
        faces: Sequence[str],
        changing: Mapping[str, Item | None],
        now: Now,
    ) -> None:
        """Close the records of faces that show something else, or nothing, from now on."""
        moment = self._companions.find_moment(former.item)
        lanes = [self.lanes[face] for face in faces]
        for end, left in judge_ends(former.item, lanes, changing, moment, now).items():
            await former.leave(left, end.outcome, end.reason, end.end_mono_s)

    def _show(self, changing: Mapping[str, Item | None]) -> None:
        """Show items on these faces, and nothing on those without one.

        Raises:
            PlayError: the board process is gone; the next one gets the command again.
        """
        if idle := [face for face, item in changing.items() if item is None]:
            self._supervisor.send(ipc.Blank(idle))
        items = {item.key: item for item in changing.values() if item is not None}
        for key, item in items.items():
            faces = [face for face, one in changing.items() if one is not None and one.key == key]
            session = self._open_session(item, faces)
            for face in faces:
                self.lanes[face].session = session
            self._supervisor.send(session.command(self._context.media))

    def _open_session(self, item: Item, faces: list[str]) -> BoardSession:
        session = BoardSession(self.name, item, faces, self._context, lambda: self.late)
        self._clips.begin(session, self._clock.now().at, self._companions.find_moment(item))
        return session

"""A board output: each face shows its own item, or several the same one, with a record of each.

The faces share the board process and the board, and nothing else: what one of them shows, fails to
show or has lost changes nothing on the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play import ipc
from agent.play.board.board_showing import BoardShowing
from agent.play.board.face_lane import FaceLane, count_frames
from agent.play.board.face_snaps import FaceSnaps
from agent.play.board.face_tests import FaceTests
from agent.play.board.live_pictures import MakePictures, NoPictures
from agent.play.board.shown_light import ShownLight
from agent.play.board.sign_words import SignWords
from agent.play.board.standby_output import StandbyOutput
from agent.play.board.unseen_picture import FaceWatch
from agent.play.commissioning_test import FaceTest, busy, not_ready
from agent.play.ipc import BoardCommand, BoardEvent, WorkerFault
from agent.play.item import Item, OutputContext, Rundown
from agent.play.plan_watch import OUTPUT_LOST
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
        sizes: (width_px, height_px) of its faces.
        pictures: makes what reads its capture cards, from what sends a command to the present board
            process and what is called when a card has a picture, or none any more.

    Attributes:
        lanes: face → what it shows.
        limits: lowest and highest brightness in percent.
        lux: no board process has a light sensor.
        late: frames that the present board process has drawn too late.
        light: of what its faces show.
        signs: what those of its faces say that store their pictures.
    """

    def __init__(
        self,
        name: str,
        rundowns: Mapping[str, Rundown],
        spawn: Spawn[BoardEvent],
        context: OutputContext,
        sizes: Mapping[str, tuple[int, int]] | None = None,
        pictures: MakePictures = NoPictures,
    ) -> None:
        self.name = name
        self.lanes = {face: FaceLane(face, rundown) for face, rundown in rundowns.items()}
        self.limits = (0, 100)
        self.lux: int | None = None
        self.late = 0
        self.light = ShownLight(sizes or {})
        self.signs = SignWords(context.on_fault)
        self._brightness_pct: int | None = None
        self._supervisor = Supervisor(
            name,
            "board_lost",
            SameWorker(spawn),
            on_event=self._on_event,
            on_lost=self._on_lost,
            on_fault=context.on_fault,
        )
        send = self._supervisor.send
        self._clock = context.clock
        self._on_fault = context.on_fault
        self._tests = FaceTests(name, send)
        self._showing = BoardShowing(
            name,
            self.lanes,
            context,
            send=send,
            sizes=sizes or {},
            tests=self._tests,
            pictures=pictures(send, self.changed),
            count_late=lambda: self.late,
        )
        self._snaps = FaceSnaps(send)
        self._standby = StandbyOutput(name, context, send)
        self._watch = FaceWatch(name, self.lanes.values(), context)
        self._changed = asyncio.Event()
        self._is_changed = False

    def changed(self) -> None:
        """Documents, media or the clock changed: update now."""
        self._is_changed = True
        self._changed.set()

    def on_sound_moment(self, key: str) -> None:
        """The sound of an item begins or ends at another moment: its picture follows at once."""
        self._showing.on_sound_moment(key)
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
        return self._tests.current

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
        await self._showing.cut("trial", lane)
        self._tests.begin(operation, face, commands, wanted)
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
            await self._showing.stop()

    async def _on_lost(self, reason: str) -> None:
        self._tests.forget()
        if reason.startswith("E_WORKER"):
            await self._showing.add_death(reason)
        await self._showing.end_all("board_lost")

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
                self.light.take(event.light)
                self.signs.take(event.signs)
                await self._report_faces(event.faults)
            case ipc.AgentLost():
                await self._on_agent_lost(event)
            case ipc.Snapped():
                self._snaps.answer(event)
            case ipc.Shown():
                await self._showing.on_shown(event)
            case WorkerFault():
                if await self._showing.fail(event):
                    self.changed()

    async def _on_agent_lost(self, event: ipc.AgentLost) -> None:
        """This process stood still, and the board has put standby pictures in place: show anew."""
        log.error("%s: this process stood still for %g s", self.name, mono_s() - event.mono_s)
        self._tests.forget()
        lanes = [self.lanes[face] for face in event.faces if face in self.lanes]
        await self._showing.cut("agent_stalled", *lanes, end_mono_s=event.mono_s)
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
                await self._showing.cut("face_lost", lane)
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
                await self._showing.update()
            self._showing.drop_clips()
            try:
                async with asyncio.timeout(UPDATE_S):
                    await self._changed.wait()
            except TimeoutError:
                pass

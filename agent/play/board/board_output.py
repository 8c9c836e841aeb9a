"""A board output: one scene at a time on its faces, and a record for each showing."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from datetime import datetime

from agent.clock import Now
from agent.errors import PlayError
from agent.play.board.board_session import BoardSession
from agent.play.commissioning_test import FaceTest, busy, not_ready
from agent.play.failed_item import FailedItems
from agent.play.ipc import (
    Blank,
    BoardBeat,
    BoardCommand,
    BoardEvent,
    BoardReady,
    Brightness,
    Shown,
    Snap,
    Snapped,
    WorkerFault,
)
from agent.play.item import Item, OutputContext, forget_past
from agent.play.play_record import PlayRecord, PlayResult
from agent.play.supervisor import SameWorker, Spawn, Supervisor

log = logging.getLogger(__name__)
UPDATE_S = 0.25
SNAP_S = 2.0
SCHEDULED = 1  # as plan.level: a test covers this level and those below
END_SLACK_S = 0.5  # a scene replaced less than this before its end counts as shown in full


class BoardOutput:
    """One board with its faces.

    Args:
        name: the output's name.
        faces: its faces' names.
        spawn: makes a worker (not started) for this board.
        context: schedule, clock, media, journal and issue sink.

    Attributes:
        limits: lowest and highest brightness in percent.
        lux: no board process has a light sensor.
        late: frames that the present board process has drawn too late.
    """

    def __init__(
        self, name: str, faces: list[str], spawn: Spawn[BoardEvent], context: OutputContext
    ) -> None:
        self.name = name
        self.faces = faces
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
        self._context = context
        self._rundown = context.rundown
        self._clock = context.clock
        self._changed = asyncio.Event()
        self._showing: BoardSession | None = None
        self._face_test: FaceTest | None = None
        self._on_fault = context.on_fault
        self._faults: dict[str, str] = {}
        self._snaps: dict[str, asyncio.Future[Snapped]] = {}
        self._failed = FailedItems()
        self._reported_missing: dict[str, datetime] = {}

    def changed(self) -> None:
        """Documents, media or the clock changed: update now."""
        self._changed.set()

    @property
    def on_air(self) -> Item | None:
        """The item that is shown now."""
        showing = self._showing
        return showing.item if showing is not None and showing.is_seen else None

    @property
    def is_ready(self) -> bool:
        """Is its board process running?"""
        return self._supervisor.is_ready

    @property
    def is_lit(self) -> bool:
        """Is its board process running?"""
        return self._supervisor.is_ready

    async def dim(self, pct: int) -> bool:
        """Want this brightness of the board's own driver; a new board process gets it too."""
        self._brightness_pct = pct
        return self._supervisor.is_ready and self._send_brightness()

    def _send_brightness(self) -> bool:
        if self._brightness_pct is None:
            return False
        try:
            self._supervisor.send(Brightness(self._brightness_pct))
        except PlayError as error:
            log.warning("%s: %s", self.name, error)  # the supervisor reports its loss
            return False
        return True

    def has_failed(self, item: Item) -> bool:
        """Has an item failed to be drawn?"""
        return self._failed.has(item)

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
        wanted = self._rundown.wanted(self._clock.now(), self._failed.keys)
        if wanted is not None and wanted.level > SCHEDULED:
            raise busy(face)
        await self._end("trial")
        self._face_test = FaceTest(operation, face, commands, wanted.key if wanted else None)
        self.changed()

    async def snap(self, face: str, known: str = "") -> Snapped | None:
        """A small picture of what a face shows; None when the board does not answer.

        Args:
            face: one of `faces`.
            known: the token of the picture that the caller has; that one is not drawn again.
        """
        asked = self._snaps.get(face)
        try:
            if asked is None:
                self._supervisor.send(Snap(face, known=known))
                asked = self._snaps[face] = asyncio.get_running_loop().create_future()
            async with asyncio.timeout(SNAP_S):
                return await asyncio.shield(asked)
        except (PlayError, TimeoutError):
            return None
        finally:
            self._snaps.pop(face, None)

    async def run(self) -> None:
        """Live until cancelled; then close the record and leave the faces black."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._supervisor.run(), name=f"board of {self.name}")
                group.create_task(self._run_schedule(), name=f"rundown of {self.name}")
        finally:
            await self._end("shutdown")

    async def _end(self, reason: str) -> None:
        showing, self._showing = self._showing, None
        if showing is not None and showing.is_seen:  # else the next board process shows it
            await showing.close("cut", reason)

    async def _on_lost(self, reason: str) -> None:
        self._face_test = None
        showing = self._showing
        if showing is not None and not showing.is_seen and reason.startswith("E_WORKER"):
            await self._add_death(showing, reason)
        await self._end("board_lost")

    async def _add_death(self, showing: BoardSession, reason: str) -> None:
        """The board process died before it had shown this; the second time the item has failed."""
        if self._failed.add_death(showing.item):
            self._showing = None
            self._failed.add(showing.item, "E_RENDER", self._clock.now().at)
            await showing.close("failed", f"E_RENDER: the board process died: {reason}")

    async def _on_event(self, event: BoardEvent) -> None:
        showing = self._showing
        match event:
            case BoardReady():
                self._send_brightness()
                self.changed()
            case BoardBeat():
                self.late = event.late
                self._report_faces(event.faults)
            case Snapped():
                if (asked := self._snaps.get(event.face)) is not None and not asked.done():
                    asked.set_result(event)
            case Shown() if showing is not None and event.id == showing.id:
                showing.on_shown(event)
            case WorkerFault() if showing is not None and event.id == showing.id:
                self._showing = None
                self._failed.add(showing.item, event.code, self._clock.now().at)
                await showing.close("failed", f"{event.code}: {event.detail}")
                self.changed()
            case _:
                pass  # an event of a scene that is no longer wanted

    def _report_faces(self, faults: dict[str, str]) -> None:
        """Set and end the issues of faces that the board cannot show; the others go on."""
        for face in self._faults.keys() | faults.keys():
            if self._faults.get(face) != faults.get(face):
                self._on_fault("face_lost", face, faults.get(face))
        self._faults = faults

    async def _run_schedule(self) -> None:
        while True:
            self._changed.clear()
            if self._supervisor.is_ready:
                await self._update()
            try:
                async with asyncio.timeout(UPDATE_S):
                    await self._changed.wait()
            except TimeoutError:
                pass

    async def _update(self) -> None:
        now = self._clock.now()
        self._failed.forget_past(now.at)
        forget_past(self._reported_missing, now.at)
        wanted = self._rundown.wanted(now, self._failed.keys)
        if wanted is not None and wanted.missing:
            await self._skip(wanted)  # recorded once; it is shown as soon as its media are in store
            wanted = None
        elif wanted is not None and self._failed.has(wanted):
            wanted = None
        if self._face_test is not None and self._continues(self._face_test, wanted):
            return
        former = self._showing
        if (wanted.key if wanted else None) == (former.item.key if former else None):
            if former is not None and wanted is not None and former.has_moved(wanted):
                self._show_again(former)
            return
        try:
            self._show(wanted)
        except PlayError as error:
            log.warning("%s: %s", self.name, error)  # the supervisor reports its loss
            self._showing = None
        if former is not None:
            await self._close_for(former, wanted, now)

    def _continues(self, face_test: FaceTest, wanted: Item | None) -> bool:
        """Does the test keep its face? Only an item that was not wanted when it began ends it."""
        is_new = wanted is not None and wanted.key != face_test.over_key
        try:
            if not face_test.is_over and not is_new:
                for command in face_test.take_due():
                    self._supervisor.send(command)
                return True
            self._face_test = None
            self._supervisor.send(Blank([face_test.face]))
        except PlayError as error:
            log.warning("%s: %s", self.name, error)  # the supervisor reports its loss
        return False

    async def _skip(self, item: Item) -> None:
        if item.key not in self._reported_missing:
            self._reported_missing[item.key] = item.end_at
            await PlayRecord(self._context.log, self.name, item).close(
                PlayResult("skipped", item.missing)
            )

    async def _close_for(self, former: BoardSession, wanted: Item | None, now: Now) -> None:
        if (former.item.end_at - now.at).total_seconds() <= END_SLACK_S:
            await former.close("full", None)
        elif wanted is not None:
            await former.close("cut", "preempted")
        else:
            why = self._rundown.why_silenced(former.item, now)
            await former.close("cut", why or "withdrawn")

    def _show_again(self, showing: BoardSession) -> None:
        """The clock was set: the board gets the new end, and the new time of day."""
        with contextlib.suppress(PlayError):  # the board process is gone; the next one gets it
            self._supervisor.send(showing.command(self._context.media))

    def _show(self, item: Item | None) -> None:
        """Show an item on its faces and black on the others.

        Raises:
            PlayError: the board process is gone; the next one gets the command again.
        """
        if item is None:
            self._showing = None
            self._supervisor.send(Blank(self.faces))
            return
        faces = self.faces if "*" in item.zones else [f for f in self.faces if f in item.zones]
        showing = self._showing = BoardSession(self.name, item, faces, self._context)
        idle = [face for face in self.faces if face not in faces]
        if idle:
            self._supervisor.send(Blank(idle))
        self._supervisor.send(showing.command(self._context.media))

"""A board output: one scene at a time on its faces, and a record for each showing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from agent.clock import mono_s
from agent.contract.ident import Digest
from agent.errors import PlayError
from agent.play.account import Account, Outcome, build_play
from agent.play.item import Item, Neighbours
from agent.play.wire import Blank, BoardEvent, BoardReady, Fault, Show, Shown
from agent.play.worker import Worker

log = logging.getLogger(__name__)
RESPAWN_S = 1.0


class PictureOutput:
    """One board with its faces."""

    def __init__(
        self,
        name: str,
        faces: list[str],
        spawn: Callable[[Callable[[BoardEvent], None], Callable[[str], None]], Worker[BoardEvent]],
        near: Neighbours,
    ) -> None:
        self.name = name
        self.faces = faces
        self._spawn = spawn
        self._near = near
        self._rundown = near.rundown
        self._clock = near.clock
        self._log = near.log
        self._on_fault = near.on_fault
        self._worker: Worker[BoardEvent] | None = None
        self._events: asyncio.Queue[BoardEvent | str] = asyncio.Queue()
        self._changed = asyncio.Event()
        self._ready = False
        self._item: Item | None = None
        self._shown_mono_s: float | None = None
        self._key: int | None = None
        self._shows = 0
        self._failed: dict[str, datetime] = {}
        self._told_missing: set[str] = set()
        self._used: list[str] = []

    def changed(self) -> None:
        """Documents, media or the clock moved: look again now."""
        self._changed.set()

    @property
    def on_air(self) -> Item | None:
        """What is seen now."""
        return self._item if self._shown_mono_s is not None else None

    async def run(self) -> None:
        """Live until cancelled; then close the record and leave the faces black."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._supervise(), name=f"board of {self.name}")
                group.create_task(self._follow(), name=f"rundown of {self.name}")
        finally:
            await self._close("cut", "shutdown")
            if self._worker is not None:
                await self._worker.stop()

    async def _start_board(self) -> None:
        self._ready = False
        self._worker = self._spawn(self._events.put_nowait, self._events.put_nowait)
        try:
            await self._worker.start()
        except PlayError as error:
            self._events.put_nowait(str(error))

    async def _supervise(self) -> None:
        await self._start_board()
        while True:
            event = await self._events.get()
            match event:
                case str():
                    await self._replace_board(event)
                case BoardReady():
                    self._ready = True
                    self._on_fault("board_lost", self.name, None)
                    self.changed()
                case Shown():
                    await self._on_shown(event)
                case Fault(id=None):
                    await self._replace_board(f"{event.code}: {event.detail}")
                case Fault():
                    await self._give_up(event)
                case _:
                    pass

    async def _replace_board(self, reason: str) -> None:
        log.error("board of %s lost: %s", self.name, reason)
        self._ready = False
        if self._worker is not None:
            await self._worker.stop()
        self._on_fault("board_lost", self.name, reason)
        await self._close("cut", "board_lost")
        await asyncio.sleep(RESPAWN_S)
        while not self._events.empty():
            self._events.get_nowait()
        await self._start_board()

    async def _give_up(self, event: Fault) -> None:
        if self._item is not None and event.id == self._show_id:
            self._failed[self._item.key] = self._item.end_at
            await self._close("failed", f"{event.code}: {event.detail}")
            self.changed()

    @property
    def _show_id(self) -> str:
        return f"{self.name}.{self._shows}"

    async def _on_shown(self, event: Shown) -> None:
        if event.id != self._show_id or self._item is None or self._key is not None:
            return
        self._shown_mono_s = event.mono_s
        play = build_play(self.name, self._item, self._account("cut", "restart", None))
        self._key = await self._log.open_play(play)

    async def _follow(self) -> None:
        while True:
            self._changed.clear()
            if self._ready:
                await self._look()
            try:
                async with asyncio.timeout(0.25):
                    await self._changed.wait()
            except TimeoutError:
                pass

    async def _look(self) -> None:
        now = self._clock.now()
        wanted = self._rundown.wanted(now, self._failed)
        if wanted is not None and wanted.missing:
            await self._skip(wanted)  # told once; it is shown as soon as its media are here
            wanted = None
        elif wanted is not None and wanted.key in self._failed:
            wanted = None
        if (wanted.key if wanted else None) == (self._item.key if self._item else None):
            return
        if self._item is not None:
            await self._close_for(wanted, now.at)
        try:
            self._show(wanted) if wanted is not None else self._blank()
        except PlayError as error:
            log.warning("%s: %s", self.name, error)  # its loss is told by the worker

    async def _skip(self, item: Item) -> None:
        if item.key in self._told_missing:
            return
        self._told_missing.add(item.key)
        play = build_play(self.name, item, Account("skipped", item.missing))
        await self._log.append("play", play=play)

    async def _close_for(self, wanted: Item | None, at: datetime) -> None:
        assert self._item is not None  # noqa: S101 - the caller looked
        if (self._item.end_at - at).total_seconds() <= 0.5:
            await self._close("full", None)
        else:
            await self._close("cut", "preempted" if wanted is not None else "withdrawn")

    def _show(self, item: Item) -> None:
        assert self._worker is not None and item.scene is not None  # noqa: S101, PT018 - a picture item has a scene
        self._item = item
        self._shows += 1
        faces = self.faces if "*" in item.zones else [f for f in self.faces if f in item.zones]
        self._used = faces
        idle = [face for face in self.faces if face not in faces]
        if idle:
            self._worker.send(Blank(idle))
        self._worker.send(
            Show(
                id=self._show_id,
                scene=item.scene,
                faces=faces,
                media={
                    clip.sha256: str(self._near.media.path(Digest(clip.sha256)))
                    for clip in item.clips
                },
                until_mono_s=self._clock.mono_of(item.end_at),
                utc_at_mono_0_s=self._clock.at_of(0.0).timestamp(),
            )
        )

    def _blank(self) -> None:
        assert self._worker is not None  # noqa: S101 - only called when ready
        self._worker.send(Blank(self.faces))

    def _account(self, outcome: Outcome, reason: str | None, end_mono: float | None) -> Account:
        start = self._shown_mono_s
        return Account(
            outcome,
            reason,
            start_at=self._clock.at_of(start) if start is not None else None,
            end_at=self._clock.at_of(end_mono) if end_mono is not None else None,
            duration_ms=int((end_mono - start) * 1000) if start and end_mono else 0,
            zones=list(self._used),
            proof="A2" if start is not None else "A1",
        )

    async def _close(self, outcome: Outcome, reason: str | None) -> None:
        item, key = self._item, self._key
        if item is None:
            return
        seen = self._shown_mono_s is not None
        account = self._account(outcome if seen else "failed", reason, mono_s() if seen else None)
        self._item, self._key, self._shown_mono_s = None, None, None
        play = build_play(self.name, item, account)
        if key is not None:
            await self._log.close_play(key, play)
        else:
            await self._log.append("play", play=play)

"""The real schedule, director and sessions of one loudspeaker, with its own engine and clock.

Nothing sounds: the engine knows how long each sound lasts and says when it began and ended. What it
played, what the journal has, and what the clock read meanwhile, is what a test judges.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from agent.clock import Clock, Now, mono_s
from agent.clock_reading import Quality
from agent.contract.report import Play
from agent.errors import PlayError
from agent.plan.site_work import NOBODY, SiteWork
from agent.play.ipc import (
    RATE_HZ,
    Ended,
    EngineCommand,
    EngineEvent,
    Fire,
    Load,
    Ready,
    Started,
    StartSlot,
    Stop,
)
from agent.play.item import Item, OutputContext
from agent.play.play_memory import PlayMemory, build_memories
from agent.play.sound.sound_output import SoundOutput
from agent.play.sound_source import Feed, SourceEnd
from agent.play.supervisor import SameWorker
from agent.playout.output_schedule import SoundSchedule
from agent.playout.schedule import Schedule
from agent.settings.model import Policy
from agent.state.emergency_starts import EmergencyStarts
from speech.dialect import NORTH
from speech.reading import Reading

OUTPUT = "loa"
ZONES = ("a",)
CLIPS_S = {"two-tone": 3.0, "line": 8.0, "exercise-line": 8.0}
NEVER_S = 1e11
SPOKEN_S = 10.0


def _read_aloud(lang: str, text: Any) -> Reading | None:
    return None if text.say is None else Reading(f"{lang}: {text.say}", NORTH)


class StationClock(Clock):
    """Reads what the test sets, and goes on from there with the virtual seconds."""

    def __init__(self, at: datetime) -> None:
        super().__init__(boot=mono_s)
        self._offset = at - timedelta(seconds=mono_s())
        self.quality: Quality = "SYNCED"

    def now(self) -> Now:
        at = self._offset + timedelta(seconds=mono_s())
        error_s = 0.01 if self.quality in ("SYNCED", "HOLDOVER") else None
        return Now(at, self.quality, error_s)

    def set(self, at: datetime) -> None:
        self._offset = at - timedelta(seconds=mono_s())


@dataclass
class Heard:
    """What the engine played of one item in one piece."""

    key: str
    offset_s: float
    length_s: float
    start_mono_s: float
    end_mono_s: float | None = None


@dataclass(frozen=True)
class Recorded:
    """One play on record, and when it was written."""

    play: Play
    mono_s: float


class SimJournal:
    """Keeps what is on record, and what is open, through the restarts of a station."""

    def __init__(self) -> None:
        self.records: list[Recorded] = []
        self.is_dead = False
        self._open: dict[int, Play] = {}
        self._count = 0

    async def open_play(self, play: Play) -> int:
        self._count += 1
        if not self.is_dead:
            self._open[self._count] = play
        return self._count

    async def close_play(self, key: int, play: Play) -> None:
        if not self.is_dead and self._open.pop(key, None) is not None:
            self.records.append(Recorded(play, mono_s()))

    async def append(self, kind: Any, *, play: Play | None = None, detail: Any = None) -> None:
        if play is not None and not self.is_dead:
            self.records.append(Recorded(play, mono_s()))

    def begin(self) -> None:
        """A new run closes what the former one left open."""
        self.is_dead = False
        for play in self._open.values():
            cut = msgspec.structs.replace(play, result="cut", reason="restart")
            self.records.append(Recorded(cut, mono_s()))
        self._open.clear()


@dataclass
class _Slot:
    id: str
    level: int
    heard: Heard
    at_mono_s: float = NEVER_S
    after: str | None = None
    starting: asyncio.Task[None] | None = None
    ending: asyncio.Task[None] | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    is_on: bool = False


class SimEngine:
    """Starts, replaces and ends slots as the mixer does."""

    def __init__(
        self,
        on_event: Callable[[EngineEvent], None],
        heard: list[Heard],
        group: Callable[[Any], asyncio.Task[None]],
        has_card: Callable[[], bool],
    ) -> None:
        self._on_event = on_event
        self._has_card = has_card
        self._heard = heard
        self._spawn = group
        self._slots: dict[str, _Slot] = {}

    async def start(self) -> None:
        if not self._has_card():
            raise PlayError("E_AUDIO", OUTPUT, "no card")
        self._on_event(Ready(RATE_HZ, 240, "none"))

    async def stop(self) -> None:
        for slot in list(self._slots.values()):
            self._finish(slot, "stopped", is_told=False)

    def send(self, command: EngineCommand, fd: int | None = None) -> None:
        text = b""
        if fd is not None:
            text = os.read(fd, 4096)
            os.close(fd)
        match command:
            case Load():
                about = json.loads(text)
                heard = Heard(about["key"], about["offset_s"], about["length_s"], 0.0)
                self._slots[command.id] = _Slot(command.id, command.level, heard)
            case Fire():
                heard = Heard(command.clip, 0.0, CLIPS_S.get(command.clip, 8.0), 0.0)
                slot = self._slots[command.id] = _Slot(command.id, command.level, heard)
                self._begin(slot)
            case StartSlot() if command.id in self._slots:
                self._place(self._slots[command.id], command)
            case Stop() if command.id in self._slots:
                self._finish(self._slots[command.id], "stopped")
            case _:
                pass

    def _place(self, slot: _Slot, command: StartSlot) -> None:
        if slot.is_on:
            return
        slot.at_mono_s, slot.after = command.at_mono_s, command.after
        if slot.starting is not None:
            slot.starting.cancel()
        slot.starting = None
        if command.at_mono_s < NEVER_S:
            slot.starting = self._spawn(self._start_in_time(slot))

    async def _start_in_time(self, slot: _Slot) -> None:
        before = self._slots.get(slot.after or "")
        if before is not None:
            await before.over.wait()
        await asyncio.sleep(max(0.0, slot.at_mono_s - mono_s()))
        self._begin(slot)

    def _begin(self, slot: _Slot) -> None:
        above = [one for one in self._slots.values() if one.is_on and one.level > slot.level]
        if above:
            self._finish(slot, "stopped")
            return
        for one in [one for one in self._slots.values() if one.is_on and one.level < slot.level]:
            self._finish(one, "stopped")
        slot.is_on, slot.heard.start_mono_s = True, mono_s()
        self._heard.append(slot.heard)
        self._on_event(Started(slot.id, mono_s()))
        slot.ending = self._spawn(self._end_in_time(slot))

    async def _end_in_time(self, slot: _Slot) -> None:
        await asyncio.sleep(slot.heard.length_s)
        slot.ending = None
        self._finish(slot, "end")

    def _finish(self, slot: _Slot, why: Literal["end", "stopped"], *, is_told: bool = True) -> None:
        if self._slots.pop(slot.id, None) is None:
            return
        frames = 0
        if slot.is_on:
            slot.heard.end_mono_s = mono_s()
            frames = round((mono_s() - slot.heard.start_mono_s) * RATE_HZ)
            if frames >= round(slot.heard.length_s * RATE_HZ):
                why = "end"  # its last sample has sounded
        slot.over.set()
        for task in (slot.starting, slot.ending):
            if task is not None and task is not asyncio.current_task():
                task.cancel()
        if is_told:
            self._on_event(Ended(slot.id, frames, why, mono_s()))


class SimSource:
    """Gives the engine what it must know of an item: its name, and how long it lasts."""

    is_endless = False

    def __init__(self, item: Item) -> None:
        self._item = item
        self._offset_ms = 0

    async def prepare(self, offset_ms: int) -> Feed:
        self._offset_ms = offset_ms
        length_s = (self._item.end_at - self._item.start_at).total_seconds() - offset_ms / 1000
        if self._item.kind == "speech":
            length_s = SPOKEN_S
        if length_s <= 0:
            raise PlayError("E_LATE", self._item.title, "it is over")
        read_fd, write_fd = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        key = self._item.reading.words if self._item.reading is not None else self._item.key
        about = {"key": key, "offset_s": offset_ms / 1000, "length_s": length_s}
        os.write(write_fd, json.dumps(about).encode())
        os.close(write_fd)
        return Feed(read_fd)

    def start(self, at_mono_s: float) -> None:
        pass

    def position_ms(self, played_ms: int) -> int:
        return self._offset_ms + played_ms

    async def wait_end(self) -> SourceEnd:
        return SourceEnd()

    async def stop(self) -> None:
        pass


@dataclass(frozen=True)
class ClockReading:
    """What happened to the clock or the station at a moment."""

    mono_s: float
    at: datetime  # by the clock, from this moment on
    state: Literal["on", "off", "no time"]
    doc_ids: frozenset[str]
    silence: str | None = None  # why nothing of the schedule may sound


class VirtualStation:
    """One loudspeaker that is switched on and off, whose clock and documents a test changes.

    Args:
        at: what its clock reads first.
        policy: of the station.
    """

    def __init__(self, at: datetime, policy: Policy) -> None:
        self.clock = StationClock(at)
        self.journal = SimJournal()
        self.heard: list[Heard] = []
        self.readings: list[ClockReading] = []
        self.held: list[Any] = []
        self.muted: set[str] = set()
        self.is_silent = self.is_locked = False
        self.work = NOBODY
        self.has_card = True
        self.lacking: dict[str, str] = {}  # medium → why it is not in store
        self._policy = policy
        self._alive_at: datetime | None = None
        self._running: asyncio.Task[None] | None = None
        self._loose: set[asyncio.Task[None]] = set()

    def _note(self) -> None:
        state: Literal["on", "off", "no time"] = "off"
        if self._running is not None:
            state = "no time" if self.clock.quality == "FLOOR" else "on"
        ids = frozenset(one.document.doc_id for one in self.held)
        silence = "silence_key" if self.is_locked else "local_mute" if self.is_silent else None
        self.readings.append(ClockReading(mono_s(), self.clock.now().at, state, ids, silence))

    async def switch_on(self) -> None:
        self.journal.begin()
        plays = [one.play for one in self.journal.records]
        memory = build_memories([OUTPUT], plays, self._alive_at)[OUTPUT]
        self.schedule = Schedule(
            self._policy, self.lacking.get, lambda: self.is_silent, lambda: self.is_locked,
            read=_read_aloud, site_work=lambda: self.work,
        )  # fmt: skip
        self.schedule.start_of = EmergencyStarts(self.clock).find
        self.output = self._build_output(memory)
        self._running = asyncio.create_task(self.output.run(), name="output")
        await asyncio.sleep(0.1)
        self._plan()
        self.schedule.is_complete = True
        self._note()

    def _build_output(self, memory: PlayMemory) -> SoundOutput:
        def spawn(on_event: Any, _on_lost: Any) -> Any:
            return SimEngine(on_event, self.heard, self._spawn, lambda: self.has_card)

        context = OutputContext(
            SoundSchedule(self.schedule, ZONES),
            self.clock,
            None,  # type: ignore[arg-type] # no file is read
            self.journal,
            lambda *_: None,
            {"file": SimSource, "speech": SimSource},
            is_muted=lambda zone: zone in self.muted,
            memory=memory,
        )
        return SoundOutput(OUTPUT, [], SameWorker(spawn), context)

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._loose.add(task)
        task.add_done_callback(self._loose.discard)
        return task

    def _plan(self) -> None:
        self.schedule.update(self.held, self.clock.now())
        self.output.changed()

    async def switch_off(self, *, is_crash: bool) -> None:
        """It ends in order, or nothing more of it reaches the card."""
        self._alive_at = self.clock.now().at
        self.journal.is_dead = is_crash
        if self._running is not None:
            if self._running.done():
                self._running.result()  # it has failed
            self._running.cancel()
            await asyncio.wait([self._running])
        for task in list(self._loose):
            task.cancel()
        self._running = None
        self._note()

    @property
    def is_busy(self) -> bool:
        """Does anything sound, or wait?"""
        return not self.output.is_quiet()

    def set_clock(self, at: datetime) -> None:
        """As when a signed time is taken."""
        self.clock.set(at)
        self._on_step()

    def set_quality(self, quality: Quality, at: datetime | None = None) -> None:
        """The time is lost, or found."""
        self.clock.quality = quality
        if at is not None:
            self.clock.set(at)
        self._on_step()

    def _on_step(self) -> None:
        self._note()
        if self._running is not None:
            self.schedule.refresh(self.clock.now())
            self._plan()

    def silence(self, *, is_silent: bool = False, is_locked: bool = False) -> None:
        """The page's switch and the key on the box are turned."""
        self.is_silent, self.is_locked = is_silent, is_locked
        self._note()
        if self._running is not None:
            self.output.changed()

    def lock_out(self, work: SiteWork) -> None:
        """The contacts of the station say so."""
        self.work = work
        if self._running is not None:
            self.output.changed()

    def hold(self, held: Sequence[Any]) -> None:
        """These documents are in force from now on."""
        former = {one.document.doc_id: one.accepted_at for one in self.held}
        now_at = self.clock.now().at
        self.held = [
            replace(one, accepted_at=former.get(one.document.doc_id, now_at)) for one in held
        ]
        self._note()
        if self._running is not None:
            self._plan()

"""A picture that goes with a sound begins and ends with it, wherever its moment moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.clock import Clock, mono_s
from agent.contract.document import Scene
from agent.contract.ids import Digest
from agent.contract.priority import Level
from agent.play.board.board_output import BoardOutput
from agent.play.board.companion import WAIT_S
from agent.play.ipc import (
    Blank,
    BoardReady,
    Ended,
    MoveScene,
    Shown,
    ShowScene,
    Started,
    StartSlot,
    WorkerFault,
)
from agent.play.item import Item, OutputContext
from agent.play.sound_moments import SoundMoments
from agent.play.speaker_line import SpeakerLine
from drivers.sim.sim_amplifier import SimAmplifier
from tests.harness import sound_output_harness
from tests.harness.sound_output_harness import (
    DIGEST,
    WAV,
    FakeLog,
    FakeRundown,
    SlowMediaFiles,
    build_clock,
    build_item,
    until,
)

FACE, SOUND, LENGTH_S = "mat-truoc", "ban-tin", 20.0


@dataclass
class FakeBoard:
    """Shows at once what is not held back; a test says when the rest is shown."""

    on_event: Callable[[Any], None]
    sent: list[Any] = field(default_factory=list)

    async def start(self) -> None:
        self.on_event(BoardReady([FACE]))

    def send(self, command: Any, fd: int | None = None) -> None:
        self.sent.append(command)
        if isinstance(command, ShowScene) and command.from_mono_s is None:
            self.show(command)

    def show(self, command: ShowScene) -> None:
        for face in command.faces:
            self.on_event(Shown(command.id, face, "0" * 64, mono_s()))

    async def stop(self) -> None:
        pass

    def all(self, kind: type[Any]) -> list[Any]:
        return [command for command in self.sent if isinstance(command, kind)]


@dataclass
class Bench:
    output: BoardOutput
    board: FakeBoard
    rundown: FakeRundown
    log: FakeLog
    moments: SoundMoments
    clock: Clock

    def picture(self, in_s: float = 0.0, **more: Any) -> Item:
        """The picture of a sound, planned so many seconds from now."""
        at = self.clock.now().at + timedelta(seconds=in_s)
        item = build_item("ban-tin-hinh", at, scene=Scene([], 1), clips=())
        end_at = at + timedelta(seconds=LENGTH_S)
        return replace(item, end_at=end_at, with_key=SOUND, **more)

    async def held_back(self, begin_mono_s: float) -> ShowScene:
        """The picture is planned for soon and its sound is cued: what the board is told."""
        self.rundown.next_item = self.picture(in_s=3.0)
        self.moments.cue("loa", SOUND, begin_mono_s)
        await until(lambda: bool(self.board.all(ShowScene)))
        (show,) = self.board.all(ShowScene)
        assert isinstance(show, ShowScene)
        return show

    @property
    def title(self) -> str | None:
        return self.output.on_air.title if self.output.on_air is not None else None


@pytest.fixture
def media_files(tmp_path: Path) -> SlowMediaFiles:
    media_files = SlowMediaFiles(tmp_path)
    media_files.path(Digest(DIGEST)).write_bytes(WAV)
    return media_files


@asynccontextmanager
async def at_work(
    media_files: SlowMediaFiles, zones: tuple[str, ...] = ("nga-ba",)
) -> AsyncIterator[Bench]:
    rundown, log, clock, moments = FakeRundown(), FakeLog(), build_clock(), SoundMoments(zones)
    boards: list[FakeBoard] = []

    def spawn(on_event: Any, _on_lost: Any) -> Any:
        boards.append(FakeBoard(on_event))
        return boards[-1]

    context = OutputContext(rundown, clock, media_files, log, lambda *_: None, moments=moments)
    output = BoardOutput("bang-tin", {FACE: rundown}, spawn, context)
    moments.changed.connect(output.on_sound_moment)
    running = asyncio.create_task(output.run())
    try:
        await until(lambda: output.is_ready)
        yield Bench(output, boards[0], rundown, log, moments, clock)
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_a_picture_is_drawn_ahead_and_moves_with_its_sound(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files) as bench:
        begin_mono_s = mono_s() + 3.0
        show = await bench.held_back(begin_mono_s)
        assert show.from_mono_s == begin_mono_s
        assert bench.title is None
        # the amplifier needs 1.5 s more: the first sample says so
        bench.moments.begin("loa", SOUND, begin_mono_s + 1.5)
        assert bench.board.sent[-1].id == show.id
        assert bench.board.sent[-1].from_mono_s == begin_mono_s + 1.5
        bench.rundown.now_wanted.append(bench.picture())
        bench.board.show(show)
        await until(lambda: bench.title == "ban-tin-hinh")
        bench.moments.end("loa", SOUND, begin_mono_s + 1.5 + LENGTH_S)
        assert bench.board.sent[-1] == MoveScene(
            show.id, begin_mono_s + 1.5, begin_mono_s + 1.5 + LENGTH_S
        )


async def test_a_picture_stays_until_its_sound_is_over_and_is_recorded_as_long(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files) as bench:
        begin_mono_s = mono_s() - LENGTH_S + 0.3
        bench.rundown.now_wanted.append(bench.picture(in_s=-LENGTH_S + 0.1))
        bench.moments.begin("loa", SOUND, begin_mono_s)
        await until(lambda: bench.title == "ban-tin-hinh")
        bench.rundown.now_wanted.clear()  # by the plan it is over
        bench.output.changed()
        for _ in range(20):
            await asyncio.sleep(0)
        assert bench.title == "ban-tin-hinh"
        bench.moments.end("loa", SOUND, begin_mono_s + LENGTH_S)
        await until(lambda: bench.title is None)
    (play,) = bench.log.plays
    assert (play.result, play.reason) == ("full", None)


async def test_a_sound_that_is_cut_takes_its_picture_with_it_and_brings_it_back(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files) as bench:
        show = await bench.held_back(mono_s() + 0.1)
        bench.moments.begin("loa", SOUND, mono_s())
        bench.board.show(show)
        await until(lambda: bench.title == "ban-tin-hinh")
        bench.moments.end("loa", SOUND, mono_s())
        await until(lambda: bench.title is None)
        assert [(play.result, play.reason) for play in bench.log.plays] == [("cut", "sound_over")]
        bench.rundown.next_item = None
        bench.moments.cue("loa", SOUND, mono_s() + 1.0)  # the rest of it
        await until(lambda: len(bench.board.all(ShowScene)) == 2)
        bench.moments.begin("loa", SOUND, mono_s())
        bench.board.show(bench.board.all(ShowScene)[-1])
        await until(lambda: bench.title == "ban-tin-hinh")


async def test_an_emergency_drops_a_picture_that_waits(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files) as bench:
        show = await bench.held_back(mono_s() + 3.0)
        alarm = build_item(
            "lũ", bench.clock.now().at, int(Level.EMERGENCY), scene=Scene([], 1), clips=()
        )
        bench.rundown.now_wanted.append(alarm)
        bench.output.changed()
        await until(lambda: bench.title == "lũ")
        assert MoveScene(show.id, 0.0, 0.0) in bench.board.sent


@pytest.mark.parametrize(("zones", "in_s"), [((), 0.0), (("nga-ba",), -WAIT_S - 1.0)])
async def test_where_no_sound_is_in_sight_the_picture_keeps_its_own_times(
    media_files: SlowMediaFiles, zones: tuple[str, ...], in_s: float
) -> None:
    async with at_work(media_files, zones) as bench:
        bench.rundown.now_wanted.append(bench.picture(in_s=in_s))
        bench.output.changed()
        await until(lambda: bench.title == "ban-tin-hinh")
        assert bench.board.all(ShowScene)[0].from_mono_s is None


async def test_a_picture_waits_some_seconds_for_a_sound_that_is_being_prepared(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files) as bench:
        bench.rundown.now_wanted.append(bench.picture())
        bench.output.changed()
        for _ in range(20):
            await asyncio.sleep(0)
        assert bench.board.all(ShowScene) == []


async def test_a_picture_that_cannot_be_drawn_ahead_has_failed_and_the_face_goes_on(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files) as bench:
        show = await bench.held_back(mono_s() + 3.0)
        blanks = len(bench.board.all(Blank))
        bench.board.on_event(WorkerFault("E_FIT", "too much text", show.id, [FACE]))
        await until(lambda: bool(bench.log.plays))
        assert len(bench.board.all(Blank)) == blanks
    assert [(play.result, play.reason) for play in bench.log.plays] == [
        ("failed", "E_FIT: too much text")
    ]


def test_a_sound_of_two_outputs_begins_with_the_first_and_ends_with_the_last() -> None:
    moments, at = SoundMoments(["cho", "truong"]), mono_s()
    told: list[str] = []
    moments.changed.connect(told.append)
    moments.cue("loa-1", SOUND, at + 1.0)
    moments.begin("loa-2", SOUND, at + 2.0)
    found = moments.find(SOUND)
    assert found is not None
    assert (found.begin_mono_s, found.is_begun) == (at + 2.0, True)
    moments.begin("loa-1", SOUND, at + 1.0)
    moments.end("loa-1", SOUND, at + 8.0)
    found = moments.find(SOUND)
    assert found is not None
    assert (found.begin_mono_s, found.end_mono_s) == (at + 1.0, None)
    moments.end("loa-2", SOUND, at + 9.0)
    found = moments.find(SOUND)
    assert found is not None
    assert found.end_mono_s == at + 9.0
    assert told == [SOUND] * 5
    assert (moments.is_expected(["*"]), moments.is_expected(["mat-truoc"])) == (True, False)


def test_a_sound_that_is_given_up_before_its_first_sample_leaves_no_moment() -> None:
    moments = SoundMoments(["cho"])
    moments.cue("loa", SOUND, mono_s() + 4.0)
    moments.end("loa", SOUND, mono_s())
    assert moments.find(SOUND) is None


async def test_an_amplifier_that_warms_up_delays_the_picture_with_its_sound(
    media_files: SlowMediaFiles,
) -> None:
    line = SpeakerLine("nga-ba", SimAmplifier("nga-ba", switch_ms=0), 20_000, 0, lambda *_: None)
    async with sound_output_harness.at_work(media_files, [line]) as bench:
        at = bench.clock.now().at + timedelta(seconds=2)
        item = build_item(SOUND, at)
        bench.rundown.next_item = item
        bench.output.changed()
        await until(lambda: bench.moments.find(SOUND) is not None)
        cued = bench.moments.find(SOUND)
        assert cued is not None
        (start,) = bench.engine.all(StartSlot)
        # settled 20 s after it was switched on, 18 s behind the plan at the least
        assert cued.begin_mono_s == start.at_mono_s
        assert start.at_mono_s - bench.clock.mono_of(at) > 17
        bench.engine.on_event(Started(start.id, start.at_mono_s + 0.25))
        await until(lambda: (one := bench.moments.find(SOUND)) is not None and one.is_begun)
        bench.engine.on_event(Ended(start.id, 96_000, "end", start.at_mono_s + 2.25))
        await until(lambda: bool(bench.log.plays))
        found = bench.moments.find(SOUND)
        assert found is not None
        assert found.begin_mono_s == start.at_mono_s + 0.25
        assert found.end_mono_s == start.at_mono_s + 2.25

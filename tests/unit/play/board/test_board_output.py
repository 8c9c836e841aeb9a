"""A scene that fails, or takes its board down, is on record and is not tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.clock import Clock, Now, boot_s, mono_s
from agent.contract.scene import Scene
from agent.errors import PlayError
from agent.play import supervisor
from agent.play.board.board_output import BoardOutput
from agent.play.ipc import (
    AgentLost,
    BoardBeat,
    BoardReady,
    Brightness,
    Shown,
    ShowScene,
    WorkerFault,
)
from agent.play.item import Item, OutputContext
from tests.harness.sound_output_harness import (
    FakeLog,
    FakeRundown,
    SlowMediaFiles,
    build_clock,
    build_item,
    until,
)


@dataclass
class FakeBoard:
    """Answers each scene as configured: with a fault, by ending, or by showing it."""

    on_event: Callable[[Any], None]
    on_lost: Callable[[str], None]
    answer: str
    shows: list[str] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    until_mono_s: float = 0.0

    async def start(self) -> None:
        self.on_event(BoardReady(["mat"]))

    def send(self, command: Any, fd: int | None = None) -> None:
        if isinstance(command, Brightness):
            self.levels.append(command.pct)
        if isinstance(command, ShowScene):
            self.shows.append(command.id)
            self.until_mono_s = command.until_mono_s
            if self.answer == "fault":
                self.on_event(WorkerFault("E_RENDER", "not drawn within 10 s", command.id))
            elif self.answer == "end":
                self.on_lost("E_WORKER: no beat for 1.5 s")
            else:
                self.on_event(Shown(command.id, "mat", "0" * 64, mono_s()))

    async def stop(self) -> None:
        pass


@dataclass
class Bench:
    output: BoardOutput
    boards: list[FakeBoard]
    rundown: FakeRundown
    log: FakeLog
    item: Item
    issues: list[tuple[str, str, str | None]]
    clock: Clock

    def count_shows(self) -> int:
        return sum(len(board.shows) for board in self.boards)


class Schedule(FakeRundown):
    """What is scheduled is wanted for as long as it lasts, as `programme` has it."""

    def wanted(self, now: Now, done: Collection[str] = ()) -> Item | None:
        return self.now_wanted[0]


@pytest.fixture
def media_files(tmp_path: Path) -> SlowMediaFiles:
    return SlowMediaFiles(tmp_path)


def build(media_files: SlowMediaFiles, answer: str) -> Bench:
    rundown, log, clock = Schedule(), FakeLog(), build_clock()
    boards: list[FakeBoard] = []
    issues: list[tuple[str, str, str | None]] = []

    def spawn(on_event: Any, on_lost: Any) -> Any:
        boards.append(FakeBoard(on_event, on_lost, answer))
        return boards[-1]

    context = OutputContext(rundown, clock, media_files, log, lambda *issue: issues.append(issue))
    item = build_item("notice", clock.now().at, scene=Scene([], 1), clips=())
    item = replace(item, end_at=item.start_at + timedelta(hours=1))
    rundown.now_wanted.append(item)
    output = BoardOutput("bang-tin", {"mat": rundown}, spawn, context)
    return Bench(output, boards, rundown, log, item, issues, clock)


async def settle() -> None:
    """As many event loop turns as a scene needs to be sent to the board again."""
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("answer", "shows", "reason"),
    [
        ("fault", 1, "E_RENDER: not drawn within 10 s"),
        ("end", 2, "E_RENDER: the board process died: E_WORKER: no beat for 1.5 s"),
    ],
)
async def test_a_scene_that_fails_is_recorded_once_and_a_newer_document_is_tried_again(
    media_files: SlowMediaFiles,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    shows: int,
    reason: str,
) -> None:
    monkeypatch.setattr(supervisor, "RESPAWN_S", (0.0,) * 5)
    bench = build(media_files, answer)
    running = asyncio.create_task(bench.output.run())
    await until(lambda: bool(bench.log.plays))
    bench.output.changed()
    await settle()
    assert bench.count_shows() == shows
    assert [(play.result, play.reason) for play in bench.log.plays] == [("failed", reason)]
    newer = replace(bench.item, source=replace(bench.item.source, doc_sha256="f" * 64))
    bench.rundown.now_wanted[:] = [newer]
    bench.output.changed()
    await until(lambda: bench.count_shows() > shows)
    running.cancel()
    await asyncio.wait([running])


async def test_a_face_that_cannot_be_shown_is_an_issue_until_it_can(
    media_files: SlowMediaFiles,
) -> None:
    bench = build(media_files, "fault")
    running = asyncio.create_task(bench.output.run())
    await until(lambda: bool(bench.boards) and bench.output.is_ready)
    why = "E_UNPLUGGED: HDMI-A-1: no display is connected"
    for faults in ({"mat": why}, {"mat": why}, {}, {}):
        bench.boards[0].on_event(BoardBeat(1, 0, faults))
    await settle()
    running.cancel()
    await asyncio.wait([running])
    told = [issue for issue in bench.issues if issue[0] == "face_lost"]
    assert told == [("face_lost", "mat", why), ("face_lost", "mat", None)]


async def test_a_board_process_gets_the_brightness_that_was_wanted_before_it_came(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "RESPAWN_S", (0.0,) * 5)
    bench = build(media_files, "fault")
    assert not await bench.output.dim(40)
    running = asyncio.create_task(bench.output.run())
    await until(lambda: bench.output.is_ready)
    assert await bench.output.dim(60)
    assert bench.boards[0].levels == [40, 60]
    bench.boards[0].on_lost("E_WORKER: gone")
    await until(lambda: len(bench.boards) == 2 and bench.output.is_ready)
    assert bench.boards[1].levels == [60]
    running.cancel()
    await asyncio.wait([running])


async def test_a_clock_that_is_set_gives_the_board_the_new_end_and_no_second_record(
    media_files: SlowMediaFiles,
) -> None:
    bench = build(media_files, "shown")
    running = asyncio.create_task(bench.output.run())
    await until(lambda: bench.output.on_air is not None)
    bench.output.changed()
    await settle()
    assert bench.count_shows() == 1
    clock, board = bench.clock, bench.boards[0]
    clock.fix(clock.now().at + timedelta(minutes=20), boot_s())
    bench.output.changed()
    await until(lambda: bench.count_shows() == 2)
    assert len(set(board.shows)) == 1
    assert abs(board.until_mono_s - clock.mono_of(bench.item.end_at)) < 0.1
    running.cancel()
    await asyncio.wait([running])
    (play,) = bench.log.plays
    assert play.start is not None
    assert play.end is not None
    shown = datetime.fromisoformat(play.end) - datetime.fromisoformat(play.start)
    assert timedelta() <= shown < timedelta(minutes=20)


def brief(bench: Bench, name: str) -> Item:
    """A picture that comes due at this moment and is over at once."""
    at = bench.clock.now().at
    return build_item(name, at, scene=Scene([], 1), clips=(), end_at=at + timedelta(milliseconds=1))


async def test_a_picture_that_the_clock_was_set_past_or_that_is_kept_off_is_on_record_once(
    media_files: SlowMediaFiles,
) -> None:
    bench = build(media_files, "shown")
    plan, plays = bench.rundown.plan, bench.log.plays
    running = asyncio.create_task(bench.output.run())
    await until(lambda: bench.output.on_air is not None)
    plan.append(replace(bench.item, end_at=bench.clock.now().at))  # it was shown: no second record
    bench.rundown.kept_off["other"] = "clash"
    plan.append(brief(bench, "other"))
    bench.output.changed()
    await until(lambda: len(plays) == 1)
    later = bench.clock.now().at + timedelta(minutes=10)
    plan.append(build_item("passed", later, scene=Scene([], 1), clips=()))
    bench.clock.fix(bench.clock.now().at + timedelta(minutes=20), boot_s())
    bench.output.changed()
    await until(lambda: len(plays) == 2)
    bench.output.changed()
    await settle()
    running.cancel()
    await asyncio.wait([running])
    skipped = [(play.title, play.reason) for play in plays if play.result == "skipped"]
    assert skipped == [("other", "clash"), ("passed", "clock_step")]


async def test_a_picture_that_comes_due_without_a_board_process_is_on_record(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_board: FakeBoard) -> None:
        raise PlayError("E_WORKER", "bang-tin", "no such device")

    monkeypatch.setattr(FakeBoard, "start", fail)
    bench = build(media_files, "shown")
    running = asyncio.create_task(bench.output.run())
    await settle()
    bench.rundown.plan.append(brief(bench, "notice"))
    bench.output.changed()
    await until(lambda: bool(bench.log.plays))
    running.cancel()
    await asyncio.wait([running])
    (play,) = bench.log.plays
    assert (play.result, play.reason, play.medium) == ("skipped", "output_lost", "picture")


async def test_a_record_names_the_frame_of_each_face_and_the_frames_that_were_late(
    media_files: SlowMediaFiles,
) -> None:
    bench = build(media_files, "show")
    running = asyncio.create_task(bench.output.run())
    await until(lambda: bench.output.on_air is not None)
    bench.boards[0].on_event(BoardBeat(frames=9, late=3))
    await until(lambda: bench.output.late == 3)
    running.cancel()
    await asyncio.wait([running])
    (play,) = bench.log.plays
    assert (play.result, play.reason) == ("cut", "shutdown")
    assert (play.frames, play.late_frames) == ({"mat": "0" * 64}, 3)


async def test_a_board_whose_agent_stood_still_has_a_cut_on_record_and_shows_it_anew(
    media_files: SlowMediaFiles,
) -> None:
    bench = build(media_files, "show")
    running = asyncio.create_task(bench.output.run())
    await until(lambda: bench.output.on_air is not None)
    bench.boards[0].on_event(AgentLost(["mat"], mono_s()))
    await until(lambda: bench.count_shows() == 2)
    assert [(play.result, play.reason) for play in bench.log.plays] == [("cut", "agent_stalled")]
    running.cancel()
    await asyncio.wait([running])

"""Two faces of one board show two programmes, or one; neither disturbs the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.clock import mono_s
from agent.contract.document import Scene
from agent.contract.priority import Level
from agent.play.board.board_output import BoardOutput
from agent.play.ipc import Blank, BoardBeat, BoardReady, Shown, ShowScene, WorkerFault
from agent.play.item import Item, OutputContext
from tests.harness.sound_output_harness import (
    FakeLog,
    FakeRundown,
    SlowMediaFiles,
    build_clock,
    build_item,
    until,
)

FRONT, BACK = "mat-truoc", "mat-sau"


@dataclass
class FakeBoard:
    """Keeps what each face shows; no scene fits those in `unfit`."""

    on_event: Callable[[Any], None]
    unfit: set[str] = field(default_factory=set)
    shown: dict[str, ShowScene | None] = field(default_factory=dict)
    shows: list[ShowScene] = field(default_factory=list)

    async def start(self) -> None:
        self.on_event(BoardReady([FRONT, BACK]))

    def send(self, command: Any, fd: int | None = None) -> None:
        if isinstance(command, Blank):
            self.shown |= dict.fromkeys(command.faces)
        if not isinstance(command, ShowScene):
            return
        self.shows.append(command)
        for face in command.faces:
            if face in self.unfit:
                self.on_event(WorkerFault("E_FIT", "too much text", command.id, [face]))
                continue
            self.shown[face] = command
            self.on_event(Shown(command.id, face, "0" * 64, mono_s()))

    async def stop(self) -> None:
        pass


@dataclass
class Bench:
    output: BoardOutput
    board: FakeBoard
    front: FakeRundown
    back: FakeRundown
    log: FakeLog
    issues: list[tuple[str, str, str | None]]

    def want(self, front: Item | None, back: Item | None) -> None:
        """What the schedule has for each face from now on."""
        self.front.now_wanted[:] = [front] if front is not None else []
        self.back.now_wanted[:] = [back] if back is not None else []
        self.output.changed()

    def on_air(self) -> tuple[str | None, str | None]:
        seen = (self.output.lanes[face].on_air for face in (FRONT, BACK))
        front, back = (item.title if item is not None else None for item in seen)
        return front, back

    def records(self) -> list[tuple[str, list[str], str, str | None]]:
        return [(play.title, play.zones, play.result, play.reason) for play in self.log.plays]


@pytest.fixture
def media_files(tmp_path: Path) -> SlowMediaFiles:
    return SlowMediaFiles(tmp_path)


@asynccontextmanager
async def at_work(media_files: SlowMediaFiles) -> AsyncIterator[Bench]:
    front, back, log, clock = FakeRundown(), FakeRundown(), FakeLog(), build_clock()
    boards: list[FakeBoard] = []
    issues: list[tuple[str, str, str | None]] = []

    def spawn(on_event: Any, _on_lost: Any) -> Any:
        boards.append(FakeBoard(on_event))
        return boards[-1]

    context = OutputContext(front, clock, media_files, log, lambda *issue: issues.append(issue))
    output = BoardOutput("bang-tin", {FRONT: front, BACK: back}, spawn, context)
    running = asyncio.create_task(output.run())
    try:
        await until(lambda: output.is_ready)
        yield Bench(output, boards[0], front, back, log, issues)
    finally:
        running.cancel()
        await asyncio.wait([running])


def notice(bench: Bench, title: str, **more: Any) -> Item:
    at = bench.output._clock.now().at
    item = build_item(title, at, scene=Scene([], 1), clips=())
    return replace(item, end_at=at + timedelta(hours=1), **more)


async def test_two_faces_show_two_items_side_by_side_with_a_record_each(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files) as bench:
        bench.want(notice(bench, "thu thuế"), notice(bench, "tiêm chủng"))
        await until(lambda: bench.on_air() == ("thu thuế", "tiêm chủng"))
        assert [show.faces for show in bench.board.shows] == [[FRONT], [BACK]]
    assert bench.records() == [
        ("thu thuế", [FRONT], "cut", "shutdown"),
        ("tiêm chủng", [BACK], "cut", "shutdown"),
    ]


async def test_the_same_item_is_drawn_once_for_both_faces_and_is_one_record(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files) as bench:
        item = notice(bench, "thu thuế")
        bench.want(item, item)
        await until(lambda: bench.on_air() == ("thu thuế", "thu thuế"))
        assert [show.faces for show in bench.board.shows] == [[FRONT, BACK]]
    assert bench.records() == [("thu thuế", [FRONT, BACK], "cut", "shutdown")]


async def test_a_face_that_gets_another_item_leaves_the_other_face_as_it_is(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files) as bench:
        both = notice(bench, "thu thuế")
        bench.want(both, both)
        await until(lambda: bench.on_air() == ("thu thuế", "thu thuế"))
        bench.want(notice(bench, "họp chợ"), both)
        await until(lambda: bench.on_air() == ("họp chợ", "thu thuế"))
        assert [show.faces for show in bench.board.shows] == [[FRONT, BACK], [FRONT]]
        bench.want(both, both)
        await until(lambda: bench.on_air() == ("thu thuế", "thu thuế"))
        assert bench.board.shows[-1].faces == [FRONT]
        bench.want(None, both)
        await until(lambda: bench.on_air() == (None, "thu thuế"))
        assert bench.board.shown[FRONT] is None
    assert bench.records() == [
        ("thu thuế", [FRONT], "cut", "preempted"),
        ("họp chợ", [FRONT], "cut", "preempted"),
        ("thu thuế", [FRONT], "cut", "withdrawn"),
        ("thu thuế", [BACK], "cut", "shutdown"),
    ]


async def test_an_emergency_takes_both_faces_from_two_items(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files) as bench:
        bench.want(notice(bench, "thu thuế"), notice(bench, "tiêm chủng"))
        await until(lambda: bench.on_air() == ("thu thuế", "tiêm chủng"))
        alarm = notice(bench, "xả lũ", level=int(Level.EMERGENCY))
        bench.want(alarm, alarm)
        await until(lambda: bench.on_air() == ("xả lũ", "xả lũ"))
        assert bench.board.shows[-1].faces == [FRONT, BACK]
        assert bench.output.on_air == alarm
    assert bench.records() == [
        ("thu thuế", [FRONT], "cut", "preempted"),
        ("tiêm chủng", [BACK], "cut", "preempted"),
        ("xả lũ", [FRONT, BACK], "cut", "shutdown"),
    ]


async def test_a_scene_that_does_not_fit_one_face_fails_there_and_stays_on_the_other(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files) as bench:
        item = notice(bench, "thu thuế")
        bench.board.unfit = {FRONT}
        bench.want(item, item)
        await until(lambda: bench.on_air() == (None, "thu thuế"))
        await until(lambda: bool(bench.log.plays))
        assert len(bench.board.shows) == 1  # what failed is not drawn again
    assert bench.records() == [
        ("thu thuế", [FRONT], "failed", "E_FIT: too much text"),
        ("thu thuế", [BACK], "cut", "shutdown"),
    ]


async def test_a_face_whose_cable_is_out_has_not_shown_it_and_the_other_goes_on(
    media_files: SlowMediaFiles,
) -> None:
    why = "E_UNPLUGGED: HDMI-A-1: no display is connected"
    async with at_work(media_files) as bench:
        item = notice(bench, "thu thuế")
        bench.want(item, item)
        await until(lambda: bench.on_air() == ("thu thuế", "thu thuế"))
        bench.board.on_event(BoardBeat(1, 0, {FRONT: why}))
        await until(lambda: len(bench.board.shows) == 2)
        assert bench.on_air() == (None, "thu thuế")
        other = notice(bench, "họp chợ")
        bench.want(other, item)
        await until(lambda: len(bench.board.shows) == 3)
        bench.board.on_event(BoardBeat(2, 0, {}))
        await until(lambda: bench.on_air() == ("họp chợ", "thu thuế"))
    assert [issue for issue in bench.issues if issue[0] == "face_lost"] == [
        ("face_lost", FRONT, why),
        ("face_lost", FRONT, None),
    ]
    assert bench.records() == [
        ("thu thuế", [FRONT], "cut", "face_lost"),
        ("thu thuế", [FRONT], "failed", "face_lost"),
        ("họp chợ", [FRONT], "cut", "shutdown"),
        ("thu thuế", [BACK], "cut", "shutdown"),
    ]


async def test_what_neither_face_showed_is_one_record_and_what_one_face_lacks_is_that_faces(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files) as bench:
        at = bench.output._clock.now().at
        over = {"scene": Scene([], 1), "clips": (), "end_at": at + timedelta(milliseconds=1)}
        both, front = build_item("họp chợ", at, **over), build_item("tiêm chủng", at, **over)
        bench.front.plan += [both, front]
        bench.back.plan.append(both)
        bench.front.kept_off["tiêm chủng"] = "clash"
        for rundown in (bench.front, bench.back):
            rundown.kept_off["họp chợ"] = "silenced"
        bench.output.changed()
        await until(lambda: len(bench.log.plays) == 2)
    assert sorted(bench.records()) == [
        ("họp chợ", [FRONT, BACK], "skipped", "silenced"),
        ("tiêm chủng", [FRONT], "skipped", "clash"),
    ]

"""Trials: quiet, one at a time, the first to go, and gone without a trace."""

from __future__ import annotations

import asyncio
import io
import math
import os
import socket
from array import array
from collections.abc import Iterator

import msgspec
import pytest
from PIL import Image

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play import ipc
from agent.play.board.board_process import BoardConfig, BoardProcess
from agent.play.board.thumbnail import draw_thumbnail
from agent.play.commissioning_test import (
    FaceTest,
    ToneTest,
    label_commands,
    pattern_commands,
    quiet_tone,
)
from agent.play.ipc import BoardEvent, EngineCommand, Fire, Hold, ShowScene, Snap, Snapped, Stop
from agent.play.speaker_line import SpeakerLine
from drivers.frame_sink import FacePlace
from tests.fakes.frame_sink import FakeSink

SIZE = (512, 256)
PLACE = FacePlace(width_px=512, height_px=256)


class FakeSwitch:
    """A switch that records its commands, and when it was on."""

    name = "nga-ba"

    def __init__(self) -> None:
        self.told: list[bool] = []

    async def set(self, on: bool) -> None:  # noqa: FBT001 - the seam's signature
        self.told.append(on)

    async def read(self) -> bool:
        return self.told[-1]


def silent_sink(_kind: str, _subject: str, _hint: str | None) -> None:
    return


def test_the_tone_is_thirty_decibels_below_full_scale_and_begins_and_ends_softly() -> None:
    samples = array("h", quiet_tone())
    assert len(samples) == 2 * 48_000
    peak_dbfs = 20 * math.log10(max(samples) / 32_768)
    assert peak_dbfs == pytest.approx(-30, abs=0.1)
    assert max(map(abs, samples[:48])) < 30
    assert max(map(abs, samples[-48:])) < 30


async def test_a_tone_has_the_line_on_around_it_and_the_lowest_level() -> None:
    switch = FakeSwitch()
    line = SpeakerLine("nga-ba", switch, 0, 0, silent_sink)
    sent: list[tuple[EngineCommand, list[bool]]] = []

    def send(command: EngineCommand, fd: int | None = None) -> None:
        sent.append((command, list(switch.told)))
        if fd is not None:
            os.close(fd)
        if isinstance(command, Fire):
            asyncio.get_running_loop().call_soon(test.on_ended)

    test = ToneTest(line, send)
    await test.run()
    await line.close()
    hold, fire = sent
    assert isinstance(hold[0], Hold)
    assert fire == (Fire("trial-tone", test.id, 0), [True])
    assert switch.told[-1] is False


async def test_a_preempted_tone_is_stopped_once_and_releases_its_line() -> None:
    switch = FakeSwitch()
    line = SpeakerLine("nga-ba", switch, 0, 0, silent_sink)
    sent: list[EngineCommand] = []
    fired = asyncio.Event()

    def send(command: EngineCommand, fd: int | None = None) -> None:
        sent.append(command)
        if fd is not None:
            os.close(fd)
        if isinstance(command, Fire):
            fired.set()

    test = ToneTest(line, send)
    running = asyncio.create_task(test.run())
    await fired.wait()
    test.preempt()
    test.preempt()
    await running
    await line.close()
    assert [command for command in sent if isinstance(command, Stop)] == [Stop(test.id, 20)]
    assert switch.told[-1] is False


async def test_a_tone_preempted_after_the_engine_is_lost_raises_nothing() -> None:
    def send(command: EngineCommand, fd: int | None = None) -> None:
        raise PlayError("E_WORKER", "loa", "gone")

    ToneTest(SpeakerLine("nga-ba", None, 0, 0, silent_sink), send).preempt()


def test_a_face_gets_each_picture_once_and_then_its_time_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = mono_s()
    monkeypatch.setattr("agent.play.commissioning_test.mono_s", lambda: now_s)
    test = FaceTest("pattern", "mat-truoc", pattern_commands("mat-truoc"), None)
    assert test.take_due() == [ipc.Test("bars", ["mat-truoc"])]
    assert test.take_due() == []
    now_s += 10
    assert test.take_due() == [ipc.Test("grid", ["mat-truoc"])]
    assert not test.is_over
    now_s += 10
    assert test.is_over


def test_a_label_names_station_and_face_and_ends_on_the_board_too() -> None:
    (first, *_) = label_commands("tv-cl-0007", "mat-truoc")
    assert isinstance(first, ShowScene)
    assert [element.text for element in first.scene.elements] == ["tv-cl-0007", "mat-truoc"]
    assert first.until_mono_s <= mono_s() + 30


# What the board process makes of it


@pytest.fixture
def board() -> Iterator[tuple[BoardProcess, FakeSink, socket.socket]]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sink = FakeSink()
    config = BoardConfig("tv-cl-0007", "png", "-", {"mat-truoc": PLACE, "mat-sau": PLACE})
    with ours, theirs:
        board = BoardProcess(config, sink, theirs)
        for face in config.faces:
            board._scenes.rest(face)
        yield board, sink, ours


def answer(ours: socket.socket) -> Snapped:
    event: BoardEvent = msgspec.json.decode(ours.recv(65_536), type=BoardEvent)
    assert isinstance(event, Snapped)
    return event


def test_a_pattern_for_one_face_leaves_the_other_alone(
    board: tuple[BoardProcess, FakeSink, socket.socket],
) -> None:
    process, sink, _ = board
    process._handle(ipc.Test("bars", ["mat-truoc"]))
    assert sink.frames["mat-truoc"][:3] == b"\xff\xff\xff"
    assert not any(sink.frames["mat-sau"])


def test_a_snapshot_shows_the_face_small_and_is_not_drawn_twice(
    board: tuple[BoardProcess, FakeSink, socket.socket],
) -> None:
    process, _, ours = board
    process._handle(ipc.Test("bars", ["mat-truoc"]))
    process._handle(Snap("mat-truoc"))
    snapped = answer(ours)
    picture = Image.open(io.BytesIO(snapped.png)).convert("RGB")
    assert picture.size == (256, 128)
    assert picture.getpixel((250, 60)) == (0, 0, 0)
    assert picture.getpixel((40, 60)) == (255, 255, 0)
    process._handle(Snap("mat-truoc", known=snapped.token))
    again = answer(ours)
    assert (again.png, again.token) == (b"", snapped.token)
    assert again.changed_mono_s == snapped.changed_mono_s


def test_even_noise_makes_a_small_picture() -> None:
    noise = os.urandom(1024 * 512 * 3)
    assert len(draw_thumbnail(noise, (1024, 512), 256)) <= 18_000

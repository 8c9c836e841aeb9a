"""The frames of a clip: each at its own moment, late ones counted, and none waited for."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from msgspec import UNSET

from agent.contract.ids import Digest
from agent.contract.scene import Element, Region, Scene, Turn
from agent.play.board.board_faces import BoardFaces
from agent.play.board.clip_frames import ClipFrames
from agent.play.board.clip_reader import ClipReader
from agent.play.board.clip_table import ClipTable
from agent.play.board.forked_process import reap
from agent.play.board.frame_ring import FrameRing
from agent.play.board.moving_face import ClipWindow
from agent.play.clip_messages import AddClip
from agent.play.ipc import ShowScene
from drivers.frame_sink import Frame, Presented
from tests.fakes.frame_sink import FakeSink

SIZE = (2, 1)
BLACK = bytes(4 * 2 * 3)


PATIENCE_S = 60


@dataclass
class Decoder:
    """What fills a clip's ring; frame n is n in every byte."""

    clip: ClipFrames
    ring: FrameRing
    sent: int = 0
    is_over: bool = False

    def send(self, count: int) -> None:
        for _ in range(count):
            assert self.ring.wait_place()
            self.ring.frame(self.sent)[:] = bytes([self.sent % 256]) * 6
            self.ring.tell()
            self.sent += 1
        self.clip.take_notice()

    def end(self) -> None:
        self.is_over = True
        self.ring.leave_filling()
        self.clip.take_notice()

    def drawn(self, at_s: float) -> int:
        self.clip.draw(100 + at_s)
        return self.clip.pixels[0]


@pytest.fixture
def decoders() -> Iterator[list[Decoder]]:
    made: list[Decoder] = []
    yield made
    for one in made:
        one.ring.close()
        if not one.is_over:
            one.ring.leave_filling()


def open_clip(
    made: list[Decoder], *, fps: int = 25, frames: int = 0, period_s: float = 1 / 60
) -> Decoder:
    ring = FrameRing(6, 100)
    made.append(Decoder(ClipFrames(ring, fps, frames, period_s, Digest("")), ring))
    return made[-1]


def test_25_frames_a_second_on_60_slots_come_in_the_slots_nearest_to_their_moments(
    decoders: list[Decoder],
) -> None:
    decoder = open_clip(decoders)
    decoder.send(6)
    decoder.clip.begin(100.0)
    seen = [decoder.drawn(slot / 60) for slot in range(11)]
    # 40 ms are 2.4 slots: frames 1 to 4 are due at slots 2.4, 4.8, 7.2 and 9.6
    assert seen == [0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4]
    assert (decoder.clip.shown, decoder.clip.late, decoder.clip.left_out) == (5, 0, 0)


def test_jitter_of_a_millisecond_changes_no_frame(decoders: list[Decoder]) -> None:
    decoder = open_clip(decoders, fps=30)
    decoder.send(6)
    decoder.clip.begin(100.0)
    jitter_s = (0.0, 0.001, -0.001, 0.001, -0.001, 0.0, 0.001, -0.001)
    seen = [decoder.drawn(slot / 60 + off) for slot, off in enumerate(jitter_s)]
    assert seen == [0, 0, 1, 1, 2, 2, 3, 3]


def test_a_frame_that_is_not_here_is_late_and_the_picture_catches_up(
    decoders: list[Decoder],
) -> None:
    decoder = open_clip(decoders)
    decoder.send(1)
    decoder.clip.begin(100.0)
    assert [decoder.drawn(0.04), decoder.drawn(0.08)] == [0, 0]
    decoder.send(4)
    assert decoder.drawn(0.12) == 3
    clip = decoder.clip
    assert (clip.shown, clip.late, clip.left_out) == (2, 2, 2)
    assert decoder.drawn(0.12) == 3  # the same moment again counts nothing
    assert (clip.shown, clip.late, clip.left_out) == (2, 2, 2)


def test_a_board_with_slower_slots_leaves_frames_out_and_none_is_late(
    decoders: list[Decoder],
) -> None:
    decoder = open_clip(decoders, fps=50, period_s=0.04)
    decoder.send(8)
    decoder.clip.begin(100.0)
    assert [decoder.drawn(slot * 0.04) for slot in range(4)] == [0, 2, 4, 6]
    assert (decoder.clip.late, decoder.clip.left_out) == (0, 3)


def test_the_last_frame_stays_and_nothing_is_due_any_more(decoders: list[Decoder]) -> None:
    decoder = open_clip(decoders, frames=3)
    decoder.send(3)
    decoder.end()
    decoder.clip.begin(100.0)
    assert decoder.drawn(0.08) == 2
    assert decoder.clip.next_due_mono_s == float("inf")
    assert decoder.drawn(60.0) == 2
    assert (decoder.clip.find_fault(160.0), decoder.clip.late) == (None, 0)


def await_frames(clip: ClipFrames, ring: FrameRing, count: int) -> None:
    """Wait until so many have come."""
    until_s = time.monotonic() + PATIENCE_S
    while clip._come < count and not ring.has_ended:
        assert time.monotonic() < until_s
        select.select([ring._filled], [], [], PATIENCE_S)
        clip.take_notice()


def write_frames(fd: int, values: Iterable[int], size: tuple[int, int] = SIZE) -> None:
    for value in values:
        os.write(fd, bytes([value]) * (size[0] * size[1] * 3))


def test_its_reader_is_some_frames_ahead_and_leaves_the_others_with_the_decoder() -> None:
    read_fd, write_fd = os.pipe()
    write_frames(write_fd, range(100))
    reader = ClipReader(read_fd, SIZE, 25)
    clip = ClipFrames(reader.ring, 25, 100, 1 / 60, Digest("ab"))
    try:
        assert not clip.is_ready
        await_frames(clip, reader.ring, reader.ring.places)
        assert (clip.is_ready, clip._come) == (True, reader.ring.places)
        clip.begin(100.0)
        seen = []
        for number in range(100):
            await_frames(clip, reader.ring, number + 1)
            clip.draw(100 + number / 25)
            seen.append(clip.pixels[5])
        assert seen == list(range(100))
        assert (clip.late, clip.left_out) == (0, 0)
        os.close(write_fd)
        await_frames(clip, reader.ring, 101)
        assert (clip._come, clip.find_fault(103.5)) == (100, None)
    finally:
        pid = reader.close()
    while pid is not None and not reap(pid):
        pass
    assert reader.close() is None
    clip.draw(110.0)
    assert clip.pixels[0] == 99  # what is shown until the face has its next picture


@pytest.mark.parametrize(("medium", "least"), [("ab", 100), ("", 1)])
def test_a_clip_begins_with_its_places_filled_and_a_live_picture_at_once(
    medium: str, least: int, decoders: list[Decoder]
) -> None:
    decoder = open_clip(decoders)
    decoder.clip.medium = Digest(medium)
    ready = []
    for _ in range(100):
        decoder.send(1)
        ready.append(decoder.clip.is_ready)
    assert ready.index(True) + 1 == least


def test_a_clip_that_flashes_ends_before_the_change_that_is_one_too_many() -> None:
    """Twelve frames a second and a change every third: the fourth change is frame 12's."""
    read_fd, write_fd = os.pipe()
    write_frames(write_fd, [255 * (number // 3 % 2) for number in range(40)], (16, 9))
    reader = ClipReader(read_fd, (16, 9), 12)
    clip = ClipFrames(reader.ring, 12, 40, 1 / 60, Digest(""))
    try:
        await_frames(clip, reader.ring, reader.ring.places)
        clip.begin(100.0)
        clip.draw(101.0)
        await_frames(clip, reader.ring, 40)
        fault = clip.find_fault(101.0)
        assert clip._come == 12
    finally:
        pid = reader.close()
        os.close(write_fd)
    assert fault is not None
    assert fault[0] == "E_FLASH"
    while pid is not None and not reap(pid):
        pass


def test_a_reader_that_dies_is_a_clip_that_has_ended() -> None:
    read_fd, write_fd = os.pipe()
    reader = ClipReader(read_fd, SIZE, 25)
    clip = ClipFrames(reader.ring, 25, 100, 1 / 60, Digest(""))
    os.kill(reader._pid or 0, signal.SIGKILL)
    await_frames(clip, reader.ring, 1)
    assert clip.find_fault(0.0) == ("E_DECODE", "the clip ended after 0.0 of 4.0 s")
    clip.draw(1.0)
    pid = reader.close()
    os.close(write_fd)
    while pid is not None and not reap(pid):
        pass


@pytest.mark.parametrize(
    ("sent", "end", "now_s", "fault"),
    [
        (1, "", 102.9, None),
        (1, "", 103.2, "3 s behind"),
        (80, "ended", 100.1, "ended after 3.2 of 10.0 s"),  # of 250 signed frames
        (230, "ended", 100.1, None),  # less than a second short: lengths are rounded
    ],
)
def test_a_clip_that_stalls_or_ends_early_has_failed(
    decoders: list[Decoder], sent: int, end: str, now_s: float, fault: str | None
) -> None:
    decoder = open_clip(decoders, frames=250)
    decoder.send(1)
    decoder.clip.begin(100.0)
    for n in range(1, sent):
        decoder.send(1)
        decoder.clip.draw(100 + n * 0.04)
    if end:
        decoder.end()
    found = decoder.clip.find_fault(now_s)
    if fault is None:
        assert found is None
    else:
        assert found is not None
        assert found[0] == "E_DECODE"
        assert fault in found[1]


def test_what_a_decoder_takes_to_start_is_not_held_against_it(decoders: list[Decoder]) -> None:
    decoder = open_clip(decoders)
    decoder.send(1)
    decoder.clip.begin(100.0, 104.0)
    assert decoder.clip.find_fault(104.1) is None
    assert decoder.clip.find_fault(107.2) is not None


class ClockSink(FakeSink):
    """Slots of 1/60 s by its own clock, which begins at 100."""

    period_s = 1 / 60

    def __init__(self) -> None:
        super().__init__()
        self.slot = 0
        self.seen: list[tuple[int, list[str]]] = []

    def present(self, frames: dict[str, Frame], slot: int | None = None) -> Presented:
        super().present(frames)
        self.slot = self.slot + 1 if slot is None else slot
        self.seen.append((self.slot, sorted(frames)))
        return Presented(self.slot, 100 + self.slot / 60)


def test_two_faces_of_one_clip_show_it_together_and_only_when_a_frame_is_due(
    decoders: list[Decoder],
) -> None:
    decoder, sink = open_clip(decoders), ClockSink()
    decoder.send(5)
    faces = BoardFaces({"a": (4, 2), "b": (2, 1)}, sink)
    windows = {
        "a": ClipWindow(decoder.clip, (1, 1, 3, 2), (1, 2)),
        "b": ClipWindow(decoder.clip, (0, 0, 2, 1), (0, 1)),
    }
    faces.send({"a": BLACK, "b": bytes(6)}, films=windows)
    for n in range(1, 5):
        faces.move()
        assert sink.frames["b"] == bytes([n]) * 6
        assert sink.frames["a"] == bytes(15) + bytes([n]) * 6 + bytes(3)
    # begun in slot 1; 2.4, 4.8, 7.2 and 9.6 slots later the next ones are due
    assert sink.seen == [(slot, ["a", "b"]) for slot in (1, 3, 6, 8, 11)]
    again = faces.send({"a": bytes([9]) * 24, "b": bytes(6)}, films=windows)
    assert sink.frames["a"] == bytes([9]) * 15 + bytes([4]) * 6 + bytes([9]) * 3
    faces.black("a", "b")
    faces.move()
    assert sink.frames["a"] == BLACK
    assert again["a"] != again["b"]


def test_a_banner_is_in_front_of_a_clip() -> None:
    clip = Element("video", [0, 0, 1000, 1000], media="ab" * 32)
    text = Element("text", [0, 0, 1000, 1000], text="Lũ")
    strip = Region([0, 820, 1000, 180], [Turn([text], 8_000)])
    sink = FakeSink()
    table = ClipTable({"mat": (2, 100)}, sink)
    read_fd, write_fd = os.pipe()
    for regions, rows in ((UNSET, (0, 100)), ([strip], (0, 82))):
        table.expect(ShowScene("s1", Scene([clip], 8_000, regions), ["mat"], {}, 0.0))
        if regions is UNSET:
            table.add(AddClip("s1", ["mat"], 2, 100, 25, 0), read_fd)
            write_frames(write_fd, [0] * 11, (2, 100))
            (reader,) = table._readers.values()
            while table.find_wait_s("s1", ["mat"]):
                select.select([reader.ring._filled], [], [], PATIENCE_S)
        assert table.find_windows("s1", ["mat"])["mat"].rows == rows
    table.close()
    os.close(write_fd)
    assert len(table._dying) == 1
    while table._dying:
        assert table.find_faults() == []


def test_a_clip_that_goes_with_a_sound_keeps_to_the_sounds_moment_though_it_is_shown_late(
    decoders: list[Decoder],
) -> None:
    """The first sample was due at 100 s; the decoder's first frame came 0.25 s later."""
    decoder, sink = open_clip(decoders), ClockSink()
    decoder.send(8)
    decoder.clip.begin(100.0)
    sink.slot = 14
    faces = BoardFaces({"b": (2, 1)}, sink)
    faces.send({"b": bytes(6)}, films={"b": ClipWindow(decoder.clip, (0, 0, 2, 1), (0, 1))})
    seen = []
    for _ in range(2):
        faces.move()
        seen.append((sink.slot, sink.frames["b"][0]))
    # frames 6 and 7 are due at 0.24 and 0.28 s; slots 16 and 17 are at 0.267 and 0.283 s
    assert seen == [(16, 6), (17, 7)]


def test_the_guard_against_flashes_sees_the_clip_and_not_the_still_beneath(
    decoders: list[Decoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stills are black, the clip is white: each scene in its turn is a change."""
    sink = ClockSink()
    monkeypatch.setattr("agent.play.board.board_faces.mono_s", lambda: 100 + sink.slot / 60)
    decoder = open_clip(decoders)
    decoder.send(1)
    decoder.ring.frame(0)[:] = b"\xff" * 6
    faces, still = BoardFaces({"b": (2, 1)}, sink), {"b": bytes(6)}
    film = {"b": ClipWindow(decoder.clip, (0, 0, 2, 1), (0, 1))}
    faces.send(still)
    waits = []
    for films in (film, {}, film, {}):
        one = {"b": bytes(bytearray(6))}
        waits.append(faces.find_wait_s(one, films))
        faces.send(one, films=films)
    # black in slot 1, changes in slots 2, 3 and 4: the fourth is none of a second at slot 62
    assert waits[:3] == [0.0, 0.0, 0.0]
    assert waits[3] == pytest.approx(1 - 2 / 60)


def test_black_behind_a_live_picture_on_black_is_a_picture_of_its_own(
    decoders: list[Decoder],
) -> None:
    decoder, faces = open_clip(decoders), BoardFaces({"b": (2, 1)}, ClockSink())
    decoder.send(1)
    faces.send({"b": bytes(6)}, films={"b": ClipWindow(decoder.clip, (0, 0, 2, 1), (0, 1))})
    faces.black("b")
    assert faces.read_light()["b"].luminance == 0


def test_a_decoder_that_gives_nothing_for_ten_seconds_has_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr("agent.play.board.clip_table.mono_s", lambda: now[0])
    table = ClipTable({"mat": SIZE}, FakeSink())
    clip = Element("video", [0, 0, 1000, 1000], media="ab" * 32)
    table.expect(ShowScene("s1", Scene([clip], 8_000), ["mat"], {}, 0.0))
    read_fd, write_fd = os.pipe()
    table.add(AddClip("s1", ["mat"], *SIZE, 25, 0), read_fd)
    found = []
    for now[0] in (109.9, 110.1):
        found.append([(one.code, one.detail, one.faces) for one in table.find_faults()])
    assert found == [[], [("E_DECODE", "no picture within 10 s", ["mat"])]]
    table.close()
    os.close(write_fd)
    while table._dying:
        assert table.find_faults() == []

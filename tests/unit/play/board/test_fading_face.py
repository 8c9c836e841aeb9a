"""A face goes over from one picture to the next in the slots of its board."""

from __future__ import annotations

from hashlib import sha256

import pytest

from agent.play.board.board_faces import BoardFaces
from agent.play.board.fading_face import FadingFace
from agent.play.board.ticker import Strip
from drivers.frame_sink import Frame, Presented
from tests.fakes.frame_sink import FakeSink

FACE = (4, 2)
RED, BLUE, BLACK = (bytes(colour) * 8 for colour in ((200, 0, 0), (0, 0, 100), (0, 0, 0)))


class SlotSink(FakeSink):
    """Shows frames in the slot that is asked for."""

    period_s = 0.1
    slot = 50
    now_s = 0.0

    def present(self, frames: dict[str, Frame], slot: int | None = None) -> Presented:
        super().present(frames)
        self.slot = self.slot + 1 if slot is None else slot
        return Presented(self.slot, self.now_s)


def colour(pixels: bytes) -> tuple[int, int, int]:
    assert pixels == pixels[:3] * 8
    return pixels[0], pixels[1], pixels[2]


def test_each_slot_is_a_step_on_the_way_and_the_last_is_the_picture() -> None:
    face = FadingFace(RED, BLUE, FACE, fade_s=0.4, period_s=0.1)
    first = face.draw(7)
    face.begin(7)
    rest = [face.draw(slot) for slot in (8, 9)]
    assert not face.is_over
    last = face.draw(10)
    assert [colour(bytes(one.pixels)) for one in (first, *rest, last)] == [
        (150, 0, 25), (100, 0, 50), (50, 0, 75), (0, 0, 100),
    ]  # fmt: skip
    assert face.is_over


def test_a_late_frame_costs_no_time_and_a_fast_board_makes_thirty_steps_a_second() -> None:
    face = FadingFace(RED, BLUE, FACE, fade_s=0.4, period_s=0.1)
    face.draw(7)
    face.begin(7)
    assert colour(bytes(face.draw(9).pixels)) == (50, 0, 75)
    assert FadingFace(RED, BLUE, FACE, 0.5, 1 / 60).slots == 2


def test_a_face_fades_from_what_it_shows_and_then_stands_still() -> None:
    sink = SlotSink()
    faces = BoardFaces({"mat": FACE}, sink)
    faces.send({"mat": RED})
    digests = faces.send({"mat": BLUE}, fade_s=0.4)
    assert digests == {"mat": sha256(BLUE).hexdigest()}  # of what it leads to
    seen = [colour(sink.frames["mat"])]
    while faces.next_move_mono_s != float("inf"):
        faces.move()
        seen.append(colour(sink.frames["mat"]))
    assert seen == [(150, 0, 25), (100, 0, 50), (50, 0, 75), (0, 0, 100)]


def test_an_alarm_and_black_replace_a_fade_at_once() -> None:
    sink = SlotSink()
    faces = BoardFaces({"mat": FACE}, sink)
    faces.send({"mat": RED})
    faces.send({"mat": BLUE}, fade_s=0.4)
    faces.black("mat")
    assert (sink.frames["mat"], faces.next_move_mono_s) == (BLACK, float("inf"))
    faces.send({"mat": RED}, fade_s=0.4)
    faces.move()
    faces.send({"mat": BLUE}, fade_s=0.4)  # from where the former one has come to
    assert colour(sink.frames["mat"]) == (75, 0, 25)


def test_where_texts_run_the_face_changes_at_once() -> None:
    sink = SlotSink()
    faces = BoardFaces({"mat": FACE}, sink)
    faces.send({"mat": RED})
    strip = Strip(bytes(8 * 3), 8, (0, 0, 4, 1), 4_000)
    faces.send({"mat": BLUE}, {"mat": [strip]}, fade_s=0.4)
    assert sink.frames["mat"][12:15] == bytes([0, 0, 100])


def test_the_fourth_picture_in_a_second_waits_and_black_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agent.play.board.board_faces.mono_s", lambda: 100.25)
    white, sink = bytes([255]) * 24, SlotSink()
    faces = BoardFaces({"mat": FACE}, sink)
    faces.black("mat")
    for frame, at_s in ((white, 100.0), (BLACK, 100.1), (white, 100.2)):
        sink.now_s = at_s
        faces.send({"mat": frame})
    assert faces.find_wait_s({"mat": white}) == 0
    assert faces.find_wait_s({"mat": BLUE}) == pytest.approx(0.75)
    faces.black("mat")
    assert sink.frames["mat"] == BLACK

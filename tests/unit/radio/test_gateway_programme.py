"""What the gateway's form of the programme sends each 20 ms: 960 samples, levels by hand."""

from __future__ import annotations

from array import array

import pytest

from agent.radio.radio_programme import RadioProgramme
from central.live.relay.relay_gateway import FRAMES, LoopedFiller

FRAMES_A_SECOND = 50
LOUD, FAINT, FILLER = 8000, 100, 500  # 100 of 32,768 is -50 dBFS


def seconds(level: int, length_s: float) -> bytes:
    return array("h", [level] * round(48_000 * length_s)).tobytes()


def level_of(frame: bytes) -> int:
    assert len(frame) == 1920
    return array("h", frame)[-1]


def make_programme() -> RadioProgramme:
    return RadioProgramme(LoopedFiller(seconds(FILLER, 0.1)).take, FRAMES)


def send(programme: RadioProgramme, length_s: float) -> list[int]:
    return [level_of(programme.next_frame()) for _ in range(round(length_s * FRAMES_A_SECOND))]


def test_a_radio_sounds_when_a_second_of_it_is_held() -> None:
    programme = make_programme()
    programme.buffer.add(seconds(LOUD, 0.5), 6)
    assert send(programme, 0.5) == [0] * 25
    programme.buffer.add(seconds(LOUD, 0.6), 6)
    assert send(programme, 0.5)[-1] == LOUD


def test_it_rises_within_200_ms() -> None:
    programme = make_programme()
    assert send(programme, 0.02) == [0]
    programme.buffer.add(seconds(LOUD, 2), 6)
    steps = [LOUD * step / 10 for step in range(1, 11)]
    assert send(programme, 0.22) == pytest.approx([*steps, LOUD], abs=LOUD / 960)


def test_a_short_gap_is_silence_and_a_gap_of_three_seconds_is_filled() -> None:
    programme = make_programme()
    programme.buffer.add(seconds(LOUD, 1), 6)
    send(programme, 1)
    sent = send(programme, 4)
    assert sent[:149] == [0] * 149
    assert sent[149:] == [FILLER] * 51
    assert programme.state == "lost"


def test_a_lost_radio_is_filled_as_soon_as_nothing_of_it_is_left() -> None:
    programme = make_programme()
    programme.buffer.add(seconds(LOUD, 1.5), 6)
    send(programme, 1)
    programme.lose()
    assert send(programme, 0.52) == [LOUD] * 25 + [FILLER]


def test_a_radio_that_is_back_replaces_its_filler_when_a_second_is_held() -> None:
    programme = make_programme()
    programme.lose()
    assert send(programme, 0.1) == [FILLER] * 5
    programme.resume()
    programme.buffer.add(seconds(LOUD, 0.5), 6)
    assert send(programme, 0.02) == [FILLER]
    programme.buffer.add(seconds(LOUD, 0.6), 6)
    assert send(programme, 0.3)[-1] == LOUD
    assert programme.state == "radio"


def test_what_was_held_before_the_gap_is_not_heard_after_it() -> None:
    programme = make_programme()
    programme.buffer.add(seconds(LOUD, 5), 6)
    programme.resume()
    programme.buffer.add(seconds(2 * LOUD, 1), 6)
    assert send(programme, 0.5)[-1] == 2 * LOUD


def test_a_radio_below_45_dbfs_for_15_s_is_blank_until_it_sounds() -> None:
    programme = make_programme()
    programme.buffer.add(seconds(FAINT, 16), 60)
    sent = send(programme, 16)
    assert sent[748] == FAINT
    assert sent[749:] == [FILLER] * 51
    assert programme.state == "blank"
    programme.buffer.add(seconds(LOUD, 1), 60)
    assert send(programme, 1)[-1] == LOUD


def test_too_much_of_it_is_cut_to_the_live_edge() -> None:
    programme = make_programme()
    programme.buffer.add(seconds(LOUD, 6) + seconds(FAINT, 1), 6)
    assert programme.buffer.length_ms == 2_000


def test_without_a_filler_it_is_silence() -> None:
    programme = RadioProgramme(LoopedFiller(b"").take, FRAMES)
    programme.lose()
    assert send(programme, 0.1) == [0] * 5

"""Which of radio, filler and silence is played each tenth of a second. Times by hand."""

from __future__ import annotations

from array import array

import pytest

from agent.radio.radio_programme import RadioBuffer, RadioProgramme, State

FRAME_BYTES = 9_600  # 100 ms of s16, 48 kHz, mono
RADIO, FILLER = 12_000, 3_000
A_SECOND = 10  # frames of 100 ms


def level(value: int) -> bytes:
    return array("h", [value] * (FRAME_BYTES // 2)).tobytes()


def programme(*, has_filler: bool = True) -> RadioProgramme:
    return RadioProgramme(lambda count: level(FILLER)[:count] if has_filler else b"")


def hear(one: RadioProgramme, frames: int) -> list[int]:
    """The level at the end of each of the next frames, to a hundred."""
    return [round(array("h", one.next_frame())[-1], -2) for _ in range(frames)]


def send(one: RadioProgramme, seconds: float, value: int = RADIO) -> None:
    for _ in range(round(seconds * A_SECOND)):
        one.buffer.add(level(value), 6.0)


def test_a_second_is_held_before_the_radio_rises_within_200_ms() -> None:
    one = programme()
    send(one, 0.9)
    assert hear(one, 2) == [0, 0]
    send(one, 0.1)
    assert hear(one, 3) == [RADIO // 2, RADIO, RADIO]
    assert (one.state, one.radio_ms, one.silence_ms) == ("radio", 300, 200)


def test_a_gap_below_the_stall_timer_is_silence_and_one_above_it_is_filled() -> None:
    one = programme()
    send(one, 1)
    hear(one, A_SECOND)
    assert hear(one, 29) == [0] * 29
    assert one.state == "radio"
    assert hear(one, 2) == [FILLER, FILLER]
    assert one.state == "lost"


def test_a_radio_that_is_known_to_be_lost_is_filled_as_soon_as_its_buffer_is_empty() -> None:
    one = programme()
    send(one, 1)
    one.lose()
    assert hear(one, A_SECOND)[-1] == RADIO
    assert hear(one, 1) == [FILLER]


def test_without_a_filler_it_is_silence_and_lost_all_the_same() -> None:
    one = programme(has_filler=False)
    one.lose()
    assert one.next_frame() == bytes(FRAME_BYTES)
    assert (one.state, one.filler_ms, one.silence_ms) == ("lost", 0, 100)


def test_the_radio_that_is_back_rises_over_the_filler() -> None:
    one = programme()
    one.lose()
    hear(one, 5)
    one.resume()
    send(one, 1)
    first = array("h", one.next_frame())
    assert first[0] == FILLER  # its last tenth of a second falls, while the radio rises
    assert first[-1] == pytest.approx(RADIO / 2, rel=0.01)
    assert hear(one, 1) == [RADIO]


def test_what_was_held_before_a_gap_is_old() -> None:
    one = programme()
    send(one, 2, 5_000)
    one.resume()
    send(one, 1)
    assert hear(one, 2)[-1] == RADIO


@pytest.mark.parametrize(
    ("peak", "state"),
    # -45 dBFS is 184 of 32768 as the radio sends it, and 412 behind the 7 dB of the leveller
    [(411, "blank"), (413, "radio")],
)
def test_a_radio_is_blank_after_15_s_below_minus_45_dbfs(peak: int, state: State) -> None:
    one = programme()
    for _ in range(15):
        send(one, 1, peak)
        hear(one, A_SECOND)
    assert one.state == state


def test_a_blank_radio_is_filled_and_its_first_sound_is_heard() -> None:
    one = programme()
    for _ in range(16):
        send(one, 1, 10)
        hear(one, A_SECOND)
    assert one.state == "blank"
    send(one, 1)
    assert hear(one, 3)[1:] == [RADIO, RADIO]
    assert one.state == "radio"


def test_a_radio_that_piles_up_is_cut_to_its_live_edge() -> None:
    held = RadioBuffer()
    for second in range(6):
        held.add(level(second) * A_SECOND, 6.0)
    assert held.length_ms == 6_000
    held.add(level(6), 6.0)
    assert held.length_ms == 2_000  # the two seconds behind which a network may stall
    assert array("h", held.take(FRAME_BYTES) or b"")[-1] == 4


def test_part_of_a_filler_is_completed_with_silence() -> None:
    one = RadioProgramme(lambda _count: level(FILLER)[:100])
    one.lose()
    frame = array("h", one.next_frame())
    assert (frame[49], frame[50], len(frame)) == (FILLER, 0, FRAME_BYTES // 2)

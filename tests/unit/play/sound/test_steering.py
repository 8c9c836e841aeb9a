"""A card that is off by known parts in a million is held to the shared clock.

100 parts in a million are 60 ms after ten minutes, by hand; so much is what the same card is off
without corrections, which proves the method.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agent.contract.priority import Level
from agent.play.ipc import Ended, Load, StartSlot, Steer, Stop
from agent.play.sound.splice import SPREAD_FRAMES, double_one, leave_out_one
from tests.fakes.fake_card import (
    BLOCK,
    RATE,
    EndlessSource,
    FakeCard,
    clicks,
    find_clicks,
    tone,
)

CLICK_S = 1.0


def off_ms(card: FakeCard, source: EndlessSource, seconds: float) -> Any:
    """How much too late each click of a sound is, in milliseconds."""
    at_s = card.play(source)
    first = card.mixer.frames
    frames = find_clicks(card.run_s(seconds)) + first
    late = [card.moment_of(frame) - at_s - number * CLICK_S for number, frame in enumerate(frames)]
    return np.array(late) * 1000


def test_without_corrections_a_card_runs_away_by_what_its_crystal_is_off() -> None:
    card = FakeCard(100)
    late_ms = off_ms(card, EndlessSource(clicks(), is_live=True), 601)
    assert late_ms[600] == pytest.approx(-60, abs=0.1)


@pytest.mark.parametrize(
    ("ppm", "jitter_s", "seconds"),
    [(0, 0.0005, 61), (100, 0.0, 601), (-100, 0.0005, 121), (250, 0.0005, 121)],
)
def test_a_card_within_what_crystals_are_off_stays_in_step(
    ppm: int, jitter_s: float, seconds: int
) -> None:
    card = FakeCard(ppm, jitter_s)
    late_ms = off_ms(card, EndlessSource(clicks()), seconds)
    assert len(late_ms) == seconds
    # a reading of the lead is too late by its jitter, and so is what follows it
    assert np.abs(late_ms + jitter_s * 1000).max() < (0.5 if abs(ppm) <= 100 else 0.95)
    assert _end(card).steered.jumps == 0
    assert _end(card).steered.card_ppm == pytest.approx(ppm, abs=5)


def _end(card: FakeCard) -> Any:
    card.mixer.stop(Stop("a", 0))
    card.run_s(0.1)
    return next(one for one in reversed(card.mixer.events) if isinstance(one, Ended))


def test_a_card_beyond_the_servo_jumps_now_and_then_and_is_named() -> None:
    card = FakeCard(1_000)
    late_ms = off_ms(card, EndlessSource(clicks()), 120)
    assert np.abs(late_ms).max() < 10 + 4  # and what it drifts in the two seconds of a reading
    steered = _end(card).steered
    assert steered.card_ppm == pytest.approx(1_000, abs=5)
    # 700 parts in a million of 120 s are 84 ms, in jumps of 10
    assert 6 <= steered.jumps <= 9


def test_a_step_lands_where_the_clock_says() -> None:
    card = FakeCard()
    source = EndlessSource(clicks())
    at_s = card.play(source)
    first = card.mixer.frames
    heard = [card.run_s(5)]
    card.mixer.steer(Steer("a", 0.03))
    heard.append(card.run_s(6))
    card.mixer.steer(Steer("a", -0.05))
    heard.append(card.run_s(6))
    frames = find_clicks(np.concatenate(heard)) + first
    late = np.array([(card.moment_of(one) - at_s + 0.5) % 1 - 0.5 for one in frames])
    assert late[:4] == pytest.approx(np.zeros(4), abs=1e-4)
    assert late[8:10] == pytest.approx([0.03, 0.03], abs=2e-4)
    assert late[-2:] == pytest.approx([-0.02, -0.02], abs=2e-4)
    end = _end(card)
    assert (end.steered.jumps, end.missing_frames) == (2, 2_400)  # 50 ms were left out


def test_no_word_of_an_alarm_is_jumped_over() -> None:
    card = FakeCard()
    card.play(EndlessSource(clicks()), level=Level.EMERGENCY)
    card.run_s(3)
    card.mixer.steer(Steer("a", -0.03))
    card.run_s(6)
    end = _end(card)
    assert (end.steered.jumps, end.missing_frames) == (0, 0)
    assert end.steered.left_out > 0


def test_a_stall_of_the_device_is_made_up() -> None:
    for stall_s in (0.006, 0.03):
        card = FakeCard()
        source = EndlessSource(clicks())
        at_s = card.play(source)
        first = card.mixer.frames
        before = card.run_s(3)
        card.stalled_s = stall_s
        after = card.run_s(12)
        frames = find_clicks(np.concatenate([before, after])) + first
        late = np.array([(card.moment_of(one) - at_s + 0.5) % 1 - 0.5 for one in frames])
        assert np.abs(late[-10:]).max() < 2e-4


def test_what_follows_another_sound_takes_its_place_in_time_on() -> None:
    card = FakeCard(100)
    at_s = card.play(EndlessSource(clicks(), 60 * RATE))
    card.mixer.load(Load("b", 1), EndlessSource(clicks()))
    card.mixer.start(StartSlot("b", at_s, "a"))
    first = card.mixer.frames
    frames = find_clicks(card.run_s(120)) + first
    late = np.array([(card.moment_of(one) - at_s + 0.5) % 1 - 0.5 for one in frames])
    assert np.abs(late).max() < 6e-4


def spurious_db(heard: Any, hz: float) -> float:
    """What is more than 250 Hz from a tone, against the tone; the loudest tenth of a second."""
    length = RATE // 10
    window = np.blackman(length)
    worst = -200.0
    for begin in range(0, len(heard) - length, length // 2):
        power = np.abs(np.fft.rfft(heard[begin : begin + length] * window)) ** 2
        near = np.abs(np.fft.rfftfreq(length, 1 / RATE) - hz) <= 250
        worst = max(worst, 10 * np.log10(power[~near].sum() / power[near].sum()))
    return worst


@pytest.mark.parametrize("hz", [440.0, 3_000.0])
@pytest.mark.parametrize("ppm", [300, -300])
def test_a_correction_adds_nothing_that_is_heard_to_a_pure_tone(hz: float, ppm: int) -> None:
    card = FakeCard(ppm)
    card.play(EndlessSource(tone(hz)))
    card.run_s(4)
    heard = card.run_s(10).astype(float)
    steered = _end(card).steered
    assert steered.left_out + steered.doubled > 120
    assert spurious_db(heard, hz) < -65


def test_a_sample_that_is_simply_dropped_would_be_heard() -> None:
    """The measure is no blind one: the same tone with a hard cut is 20 dB above the bound."""
    heard = tone(1_000.0)(np.arange(RATE)).astype(float)
    cut = np.delete(heard, RATE // 2 + 12)
    assert spurious_db(cut, 1_000.0) > -45


def test_one_sample_less_and_one_more_keep_both_ends() -> None:
    rising = np.arange(0, 40 * (SPREAD_FRAMES + 1), 40).astype("<i2")
    shorter = np.frombuffer(leave_out_one(rising.tobytes()), "<i2")
    assert len(shorter) == SPREAD_FRAMES
    assert (shorter[0], 0 <= rising[-1] - shorter[-1] <= 1) == (0, True)
    longer = np.frombuffer(double_one(rising[:-1].tobytes()), "<i2")
    assert len(longer) == SPREAD_FRAMES + 1
    assert (longer[0], longer[-1]) == (0, rising[-2])
    assert np.all(np.abs(np.diff(longer) - 40) <= 41)


def test_a_jump_fades() -> None:
    for by_s in (0.05, -0.05):
        card = FakeCard()
        card.play(EndlessSource(tone(200.0)))
        card.run_s(3)
        card.mixer.steer(Steer("a", by_s))
        heard = card.run_s(4).astype(int)
        steepest = 20_000 * 2 * np.pi * 200 / RATE
        assert np.abs(np.diff(heard)).max() < 1.7 * steepest


def test_what_is_known_to_be_late_is_made_up_before_the_next_reading() -> None:
    card = FakeCard()
    at_s = card.play(EndlessSource(clicks()))
    first = card.mixer.frames
    heard = [card.run_s(0.8)]  # it begins after half a second
    card.mixer.steer(Steer("a", -0.4))
    heard.append(card.run_s(0.7))
    frames = find_clicks(np.concatenate(heard)) + first
    assert [card.moment_of(one) - at_s for one in frames] == pytest.approx([0, 0.6], abs=2e-4)


def test_more_is_skipped_than_a_sound_may_be_silent_without_its_end() -> None:
    card = FakeCard()
    source = EndlessSource(clicks())
    at_s = card.play(source)
    first = card.mixer.frames
    source.ready = BLOCK
    heard = [card.run_s(0.8)]
    card.mixer.steer(Steer("a", -3.4))  # a slot ends that has been silent for three seconds
    heard.append(card.run_s(0.2))
    source.ready = 4 * RATE
    heard.append(card.run_s(1))
    frames = find_clicks(np.concatenate(heard)) + first
    assert [card.moment_of(one) - at_s for one in frames][-1] % 1 == pytest.approx(0.6, abs=2e-4)


def test_a_jump_to_what_has_not_come_yet_waits_for_it() -> None:
    card = FakeCard()
    source = EndlessSource(clicks())
    at_s = card.play(source)
    first = card.mixer.frames
    heard = [card.run_s(3)]
    source.ready = BLOCK + 10
    card.mixer.steer(Steer("a", -0.2))
    heard.append(card.run_s(6))
    source.ready = 4 * RATE
    heard.append(card.run_s(4))
    frames = find_clicks(np.concatenate(heard)) + first
    late = np.array([(card.moment_of(one) - at_s + 0.5) % 1 - 0.5 for one in frames])
    assert late[-2:] == pytest.approx([-0.2, -0.2], abs=2e-4)


def test_a_decoder_that_was_late_leaves_nothing_late_behind_it() -> None:
    card = FakeCard(100)
    source = EndlessSource(clicks())
    at_s = card.play(source)
    first = card.mixer.frames
    heard = [card.run_s(6)]
    source.ready = 0
    heard.append(card.run_s(0.32))
    source.ready = 4 * RATE
    heard.append(card.run_s(10))
    frames = find_clicks(np.concatenate(heard)) + first
    late = np.array([(card.moment_of(one) - at_s + 0.5) % 1 - 0.5 for one in frames])
    assert np.abs(late[-8:]).max() < 5e-4
    assert _end(card).missing_frames == pytest.approx(0.32 * RATE, abs=2 * BLOCK)

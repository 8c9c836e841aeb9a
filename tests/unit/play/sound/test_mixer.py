"""The mixer alone: blocks are asked for at invented times, sound comes from arrays."""

import os
import threading
import time
from typing import Any, TypeVar

import numpy as np
import pytest

from agent.contract.priority import Level
from agent.play.decode import pcm
from agent.play.decode.pcm import Clip, Ring
from agent.play.ipc import Ended, Fire, Gain, Load, Started, StartSlot, Stop, WorkerFault
from agent.play.sound.frame_clock import FrameClock
from agent.play.sound.mixer import Mixer
from tests.fakes.fake_sample_source import FakeSource

RATE = 48_000
BLOCK = 240
E = TypeVar("E")
LEAD_S = 0.015


class Bench:
    """Asks for block after block; frame n sounds at `n / RATE + LEAD_S`."""

    def __init__(self) -> None:
        self.mixer = Mixer(RATE)
        self.run(4)  # the clock ignores three callbacks

    def run(self, blocks: int) -> Any:
        out = [self.mixer.fill(BLOCK, self.mixer.frames / RATE, LEAD_S) for _ in range(blocks)]
        return np.frombuffer(b"".join(out), "<i2")

    def play(
        self, slot_id: str, samples: Any, at_frame: int = 0, level: int = 1, **load: Any
    ) -> FakeSource:
        source = samples if isinstance(samples, FakeSource) else FakeSource(samples)
        self.mixer.load(Load(slot_id, level, **load), source)
        self.mixer.start(StartSlot(slot_id, at_frame / RATE + LEAD_S))
        return source

    def events(self, kind: type[E]) -> list[E]:
        return [event for event in self.mixer.events if isinstance(event, kind)]


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize("at", [960, 961, 1079, 1199, 1200, 2345])
def test_a_start_lands_on_the_very_sample(bench: Bench, at: int) -> None:
    first = bench.mixer.frames
    bench.play("a", np.full(500, 1000), at)
    heard = bench.run(10)
    assert np.flatnonzero(heard)[0] + first == at
    assert np.count_nonzero(heard) == 500
    (started,) = bench.events(Started)
    assert started.mono_s == pytest.approx(at / RATE + LEAD_S, abs=1e-6)


def test_a_start_in_the_past_begins_at_once_and_loses_nothing(bench: Bench) -> None:
    bench.play("a", np.arange(1, 501), -96_000)
    assert list(bench.run(3)[:500]) == list(range(1, 501))


def test_what_is_heard_is_bit_for_bit_what_was_decoded(bench: Bench) -> None:
    samples = np.random.default_rng(7).integers(-32_768, 32_768, 4_000).astype(np.int16)
    bench.play("a", samples, 1000)
    heard = bench.run(30)
    assert np.array_equal(heard[1000 - 960 : 5000 - 960], samples)


def test_the_end_is_reported_with_the_frames_heard_and_the_moment_after_the_last(
    bench: Bench,
) -> None:
    bench.play("a", np.full(777, 5), 1000)
    bench.run(10)
    (ended,) = bench.events(Ended)
    assert (ended.id, ended.frames, ended.why) == ("a", 777, "end")
    assert ended.mono_s == pytest.approx(1777 / RATE + LEAD_S, abs=1e-6)


@pytest.mark.parametrize("drift", [-20, -1, 0, 1, 20])
def test_one_item_started_at_the_end_of_another_leaves_no_gap(bench: Bench, drift: int) -> None:
    bench.play("a", np.full(1000, 7), 1000)
    bench.play("b", np.full(1000, 9), 2000 + drift)
    heard = bench.run(12)[40:]
    assert list(heard[:2000]) == [7] * 1000 + [9] * 1000


def test_a_higher_level_fades_the_lower_out_in_20_ms_and_drops_it(bench: Bench) -> None:
    low = bench.play("low", FakeSource(np.full(48_000, 10_000)), 960, level=1)
    bench.run(4)
    bench.play("high", np.full(9_600, 1), 2000, level=5)
    heard = bench.run(20)
    at = 2000 - 1920
    assert heard[at - 1] == 10_000
    fade = heard[at : at + 960]
    assert np.all(np.diff(fade.astype(int)) <= 0)
    assert abs(int(fade[480]) - 5_001) < 20
    assert set(heard[at + 960 : at + 1200]) == {1}
    (ended,) = bench.events(Ended)
    assert (ended.id, ended.why, ended.frames) == ("low", "stopped", 2000 - 960 + 960)
    assert low.closed


def test_a_lower_level_due_under_a_sounding_higher_one_is_dropped_unheard(bench: Bench) -> None:
    bench.play("high", FakeSource(np.full(9_600, 3)), 960, level=5)
    bench.run(2)
    bench.play("low", np.full(100, 1000), 1500, level=1)
    assert set(bench.run(8)) == {3}
    (ended,) = bench.events(Ended)
    assert (ended.id, ended.frames, ended.why) == ("low", 0, "stopped")


def test_a_loaded_slot_that_is_not_due_survives_a_higher_one(bench: Bench) -> None:
    bench.play("low", np.full(480, 100), 9_600, level=1)
    bench.play("high", np.full(480, 3), 960, level=5)
    heard = bench.run(50)
    assert np.count_nonzero(heard == 100) == 480


def _await_end(bench: Bench, at: int, level: int = 1) -> None:
    """`next` is to begin at a frame, but not before `alarm` has ended."""
    bench.mixer.load(Load("next", level), FakeSource(np.full(500, 2000)))
    bench.mixer.start(StartSlot("next", at / RATE + LEAD_S, after="alarm"))


@pytest.mark.parametrize("length", [960, 1001, 1199])
def test_what_waits_for_an_alarm_begins_at_the_sample_behind_it(bench: Bench, length: int) -> None:
    first = bench.mixer.frames
    bench.play("alarm", np.full(length, 1000), first, level=5)
    _await_end(bench, first + 240)
    heard = bench.run(10)
    assert np.array_equal(heard[:length], np.full(length, 1000))
    assert np.array_equal(heard[length : length + 500], np.full(500, 2000))
    assert not heard[length + 500 :].any()
    assert [e.id for e in bench.events(Started)] == ["alarm", "next"]
    assert [(e.id, e.frames, e.why) for e in bench.events(Ended)] == [
        ("alarm", length, "end"),
        ("next", 500, "end"),
    ]


def test_what_waits_for_an_alarm_that_is_over_early_begins_at_its_own_moment(bench: Bench) -> None:
    first = bench.mixer.frames
    bench.play("alarm", np.full(480, 1000), first, level=5)
    _await_end(bench, first + 1111)
    heard = bench.run(10)
    assert not heard[480:1111].any()
    assert np.array_equal(heard[1111:1611], np.full(500, 2000))


def test_what_waits_for_an_alarm_begins_behind_the_fade_when_it_is_stopped(bench: Bench) -> None:
    first = bench.mixer.frames
    bench.play("alarm", FakeSource(np.full(48_000, 1000), endless=True), first, level=5)
    _await_end(bench, 0)
    bench.run(4)
    bench.mixer.stop(Stop("alarm", 20))
    heard = bench.run(8)
    assert np.array_equal(heard[960:1460], np.full(500, 2000))


def test_a_slot_that_is_gone_is_not_waited_for(bench: Bench) -> None:
    _await_end(bench, 0)
    assert np.array_equal(bench.run(3)[:500], np.full(500, 2000))


def test_gain_is_in_decibels(bench: Bench) -> None:
    bench.play("a", np.full(480, 10_000), 960, gain_db=-20.0)
    assert set(bench.run(2)) == {1_000}


def test_a_change_of_gain_ramps_within_one_block(bench: Bench) -> None:
    bench.play("a", FakeSource(np.full(48_000, 10_000)), 960)
    bench.run(2)
    bench.mixer.gain(Gain("a", -20.0))
    ramp, rest = bench.run(1), bench.run(1)
    assert np.all(np.diff(ramp.astype(int)) <= 0)
    assert ramp[0] == 10_000
    assert set(rest) == {1_000}


def test_a_fade_in_rises_from_silence(bench: Bench) -> None:
    bench.play("a", FakeSource(np.full(4_800, 10_000)), 960, fade_in_ms=10)
    heard = bench.run(4)
    assert heard[0] == 0
    assert heard[240] == 5_000
    assert heard[480] == 10_000


def test_stop_fades_and_reports_how_much_was_heard(bench: Bench) -> None:
    bench.play("a", FakeSource(np.full(48_000, 10_000)), 960)
    bench.run(2)
    bench.mixer.stop(Stop("a", fade_ms=10))
    heard = bench.run(4)
    assert heard[240] == 5_000
    assert not heard[480:].any()
    (ended,) = bench.events(Ended)
    assert (ended.why, ended.frames) == ("stopped", 960)


def test_two_loud_slots_of_one_level_never_wrap_around(bench: Bench) -> None:
    wave = (30_000 * np.sin(np.arange(9_600) / 10)).astype(np.int16)
    bench.play("a", wave, 960)
    bench.play("b", wave, 960)
    heard = bench.run(40).astype(int)
    assert np.all(heard[:9_600] * wave.astype(int) >= 0)  # never the wrong sign
    assert heard.max() > 30_000


def test_a_starved_slot_keeps_its_timeline_and_counts_the_gap(bench: Bench) -> None:
    source = bench.play("a", FakeSource(np.full(240, 50), endless=True), 960)
    heard = bench.run(3)
    assert np.count_nonzero(heard) == 240
    assert bench.mixer.gaps == 1
    # 480 frames are missing: they are skipped when they come, the next one is in its place
    source.samples = np.concatenate((np.full(480, 99), np.full(4_800, 50))).astype(np.int16)
    heard = bench.run(4)
    assert 99 not in heard
    assert heard[-1] == 50


def test_what_was_silent_is_counted_with_the_end(bench: Bench) -> None:
    source = bench.play("a", FakeSource(np.full(240, 50), endless=True), 960)
    bench.run(3)  # 480 frames are missing
    source.samples = np.full(4_800, 50, np.int16)
    source.endless = False
    bench.run(30)
    (ended,) = bench.events(Ended)
    assert (ended.why, ended.frames, ended.missing_frames) == ("end", 240 + 4_800 - 480, 480)


def test_no_word_of_an_alarm_is_skipped_though_its_samples_are_late(bench: Bench) -> None:
    source = bench.play("a", FakeSource(np.full(480, 1000), endless=True), 960, Level.EMERGENCY)
    bench.run(12)
    source.samples = np.arange(1, 2_401, dtype=np.int16)
    source.endless = False
    heard = bench.run(12)
    assert list(heard[480:2_400]) == list(range(481, 2_401))  # it fades back in within 10 ms
    (ended,) = bench.events(Ended)
    assert (ended.frames, ended.missing_frames, bench.mixer.gaps) == (480 + 2_400, 10 * 240, 1)


def test_a_slot_starved_for_three_seconds_is_given_up(bench: Bench) -> None:
    bench.play("a", FakeSource(np.full(240, 50), endless=True), 960)
    bench.run(602)
    (ended,) = bench.events(Ended)
    assert (ended.why, ended.frames) == ("starved", 240)


def test_an_id_in_use_and_an_unknown_one_are_faults_of_that_id(bench: Bench) -> None:
    bench.play("a", FakeSource(np.full(4_800, 1)), 960)
    bench.play("a", FakeSource(np.full(4_800, 1)), 960)
    bench.mixer.start(StartSlot("nobody", 0.0))
    bench.run(1)
    assert [(fault.code, fault.id) for fault in bench.events(WorkerFault)] == [
        ("E_SLOT", "a"),
        ("E_SLOT", "nobody"),
    ]


def pipe_with(data: bytes) -> tuple[int, threading.Thread]:
    read_fd, write_fd = os.pipe()

    def write() -> None:
        with os.fdopen(write_fd, "wb") as pipe:
            pipe.write(data)

    thread = threading.Thread(target=write)
    thread.start()
    return read_fd, thread


def test_a_ring_gives_back_what_went_through_its_pipe_also_past_its_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pcm, "FULL_WAIT_S", 0.001)  # a full ring looks half a second later
    sent = np.random.default_rng(1).integers(-32_768, 32_768, 50_001).astype("<i2")
    read_fd, thread = pipe_with(sent.tobytes())
    ring = Ring(read_fd, 1_000)  # 4,000 frames long
    got = []
    while not ring.finished:
        got.append(ring.read(331))
    thread.join()
    assert b"".join(got) == sent.tobytes()


@pytest.mark.parametrize(
    ("level", "frames", "ends", "begins"),
    [
        (1, 14_399, False, False),  # 300 ms less one frame
        (1, 14_400, False, True),
        (1, 500, True, True),  # a short medium is whole
        (Level.EMERGENCY, 1, False, True),  # an alarm waits for nothing
    ],
)
def test_a_decoder_is_a_little_ahead_before_a_slot_begins(
    bench: Bench, level: int, frames: int, *, ends: bool, begins: bool
) -> None:
    read_fd, write_fd = os.pipe()
    ring = Ring(read_fd, 48_000)
    with os.fdopen(write_fd, "wb") as pipe:
        pipe.write(np.full(frames, 1000, "<i2").tobytes())
        pipe.flush()
        if ends:
            pipe.close()
        while ring.available < frames or (ends and ring.remaining is None):
            time.sleep(0.001)
        bench.mixer.load(Load("a", level), ring)
        bench.mixer.start(StartSlot("a", LEAD_S))
        assert bool(np.any(bench.run(2))) == begins


def test_a_held_clip_fires_again_and_again_from_its_first_sample(bench: Bench) -> None:
    sent = np.arange(1, 70_001, dtype=np.int32).astype("<i2")
    read_fd, thread = pipe_with(sent.tobytes())
    clip = Clip(read_fd)
    thread.join()
    while not clip.complete:
        pass
    for name in ("one", "two"):
        bench.mixer.fire(Fire("siren", name, 4), {"siren": clip})
        heard = bench.run(293)
        assert np.array_equal(heard[:70_000], sent)
    assert [event.frames for event in bench.events(Ended)] == [70_000, 70_000]


def test_firing_a_clip_that_is_not_held_is_a_fault_of_that_item(bench: Bench) -> None:
    bench.mixer.fire(Fire("siren", "x", 4), {})
    assert [(fault.code, fault.id) for fault in bench.events(WorkerFault)] == [("E_CLIP", "x")]


def test_the_frame_clock_distrusts_the_first_three_callbacks() -> None:
    clock = FrameClock(RATE)
    for frame, lead_s in enumerate((0.0, 0.02, 0.04)):
        clock.observe(frame * BLOCK, frame * BLOCK / RATE, lead_s)
        assert not clock.ready
    clock.observe(720, 0.015, LEAD_S)
    assert clock.mono_of(720) == pytest.approx(0.030)
    assert clock.frame_of(0.030) == 720


def test_the_frame_clock_shrugs_off_one_late_callback_and_follows_a_lasting_jump() -> None:
    clock = FrameClock(RATE)
    for block in range(50):
        late_s = 0.1 if block == 30 else 0.0
        clock.observe(block * BLOCK, block * BLOCK / RATE + late_s, LEAD_S)
    assert clock.mono_of(0) == pytest.approx(LEAD_S, abs=1e-9)
    for block in range(50, 60):
        clock.observe(block * BLOCK, block * BLOCK / RATE + 0.25, LEAD_S)
    assert clock.mono_of(0) == pytest.approx(LEAD_S + 0.25, abs=1e-9)


@pytest.mark.parametrize(("level", "left_out"), [(1, 0.25), (5, 0.0)])
def test_a_device_that_stood_still_costs_sound_but_not_the_timeline_nor_an_alarm(
    bench: Bench, level: int, left_out: float
) -> None:
    bench.play("a", np.arange(1, 30_001), bench.mixer.frames + 2 * BLOCK, level)
    bench.run(20)
    mixer = bench.mixer
    late = [mixer.fill(BLOCK, mixer.frames / RATE + 0.25, LEAD_S) for _ in range(20)]
    heard = np.frombuffer(b"".join(late), "<i2").astype(int)
    assert heard[-1] - heard[0] == len(heard) - 1 + left_out * RATE


@pytest.mark.parametrize("lead_s", [-90_000.0, 90_000.0])
def test_a_device_that_loses_its_clock_does_not_keep_sound_from_beginning(lead_s: float) -> None:
    bench = Bench()
    for _ in range(10):
        bench.mixer.fill(BLOCK, bench.mixer.frames / RATE, lead_s)
    at = bench.mixer.frames + 480
    bench.play("a", np.full(100, 1000), at)
    assert np.count_nonzero(bench.run(5)) == 100
    (started,) = bench.events(Started)
    assert started.mono_s == pytest.approx(at / RATE + LEAD_S, abs=1e-6)

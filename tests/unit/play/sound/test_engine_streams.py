"""Streams of one engine on devices that are asked for blocks by hand."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from agent.play.ipc import Ended, Load, Started, StartSlot, Stop, WorkerFault
from agent.play.sound import engine_streams
from agent.play.sound.engine_streams import Stream, Streams
from agent.play.sound.mixer import Mixer
from agent.play.sound.sample_tap import SampleTap
from drivers.errors import DeviceUnreachable
from drivers.interface import Fill
from tests.fakes.fake_sample_source import FakeSource

RATE = 48_000
BLOCK = 1_920
LEAD_S = 0.09
ALARM, SONG = 4, 1


class FakeDevice:
    """Takes as many streams as it is told to; each is asked for blocks by `run`."""

    def __init__(self, most: int = 9) -> None:
        self.most = most
        self.open_streams: list[FakeOutput] = []


class FakeOutput:
    underflows = 0

    def __init__(self, device: FakeDevice) -> None:
        self.device = "loa"
        self._device = device
        self._fill: Fill | None = None
        self._frames = 0
        self.is_retired = False

    def preferred_block(self) -> int:
        return BLOCK

    def open(self, rate_hz: int, block_frames: int, fill: Fill, channels: int = 1) -> None:
        assert (rate_hz, block_frames, channels) == (RATE, BLOCK, 1)
        if len(self._device.open_streams) >= self._device.most:
            raise DeviceUnreachable("loa", "open", "busy")
        self._device.open_streams.append(self)
        self._fill = fill

    def run(self, blocks: int) -> Any:
        assert self._fill is not None
        out = b"".join(self._fill(BLOCK, LEAD_S) for _ in range(blocks))
        return np.frombuffer(out, "<i2")

    def is_running(self) -> bool:
        return self in self._device.open_streams

    def retire(self) -> None:
        self.is_retired = True

    def close(self) -> None:
        if self in self._device.open_streams:
            self._device.open_streams.remove(self)


class Bench:
    """One engine's streams; the song sounds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, most: int = 9) -> None:
        self.now_s = 1_000.0
        monkeypatch.setattr(engine_streams, "mono_s", lambda: self.now_s)
        self.device = FakeDevice(most)
        self.streams = Streams(self._make, RATE, 1)
        self.streams.open(BLOCK)
        (self.first,) = self.device.open_streams
        for _ in range(4):  # the clock ignores three callbacks
            self.run(self.first)
        self.song = FakeSource(np.full(RATE * 60, 1_000), endless=True)
        self.streams.current.mixer.load(Load("song", SONG), self.song)
        self.streams.current.mixer.start(StartSlot("song", 0.0))
        self.run(self.first)

    def _make(self, block: int) -> Stream:
        return Stream(FakeOutput(self.device), Mixer(RATE), block, lambda: None, SampleTap())

    def run(self, output: FakeOutput, blocks: int = 1) -> Any:
        heard = output.run(blocks)
        self.now_s += blocks * BLOCK / RATE
        return heard

    def alarm(self, name: str = "alarm", level: int = ALARM) -> bool:
        def prepare(mixer: Mixer) -> None:
            mixer.load(Load(name, level), FakeSource(np.full(RATE, 5_000)))
            mixer.start(StartSlot(name, float("-inf")))

        return self.streams.renew_for(level, BLOCK, prepare)

    def events(self) -> list[Any]:
        found = []
        while (event := self.streams.take_event()) is not None:
            found.append(event)
        return found


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_an_alarm_is_the_first_sample_of_a_fresh_stream(bench: Bench) -> None:
    assert bench.alarm()
    fresh = bench.device.open_streams[-1]
    assert fresh is not bench.first
    assert set(fresh.run(1)) == {5_000}


def test_what_was_playing_fades_on_its_own_stream_and_nothing_of_it_is_lost(bench: Bench) -> None:
    bench.alarm()
    last = bench.run(bench.first)
    assert last[0] == 1_000
    assert np.all(np.diff(last.astype(int)) <= 0)
    assert not last[960:].any()
    (ended,) = [event for event in bench.events() if isinstance(event, Ended)]
    assert (ended.id, ended.why, ended.frames) == ("song", "stopped", BLOCK + 960)


def test_the_replaced_stream_is_closed_once_its_buffer_has_played(bench: Bench) -> None:
    bench.alarm()
    replaced, fresh = bench.device.open_streams
    assert (replaced.is_retired, fresh.is_retired) == (True, False)
    bench.streams.close_faded()
    assert len(bench.device.open_streams) == 2
    bench.run(bench.first)
    bench.streams.close_faded()
    bench.now_s += 0.25
    bench.streams.close_faded()
    assert len(bench.device.open_streams) == 2  # 90 ms of its buffer may still be to come
    bench.now_s += 0.1
    bench.streams.close_faded()
    assert bench.device.open_streams == [fresh]
    assert bench.streams.frames == 6 * BLOCK  # those of the closed stream count


def test_a_replaced_stream_that_stands_still_is_closed_and_its_sound_reported(
    bench: Bench,
) -> None:
    bench.alarm()
    bench.now_s += 2.0
    bench.streams.close_faded()
    assert len(bench.device.open_streams) == 1
    ended = [event for event in bench.events() if isinstance(event, Ended)]
    assert [(event.id, event.why, event.frames) for event in ended] == [("song", "stopped", BLOCK)]


def test_what_waits_goes_on_the_fresh_stream_and_obeys_commands(bench: Bench) -> None:
    mixer = bench.streams.current.mixer
    for name in ("next", "never"):
        mixer.load(Load(name, ALARM), FakeSource(np.full(BLOCK, 7_000)))
    bench.run(bench.first)
    bench.alarm()
    entry = bench.streams.first_mixer
    entry.start(StartSlot("next", 0.0))
    entry.stop(Stop("never"))
    entry.start(StartSlot("nobody", 0.0))
    bench.run(bench.first)
    fresh = bench.device.open_streams[-1]
    assert set(bench.run(fresh)) == {12_000}  # both have one level
    bench.run(fresh, 5)
    events = bench.events()
    assert [e.id for e in events if isinstance(e, Started)] == ["song", "alarm", "next"]
    assert [e.id for e in events if isinstance(e, Ended)] == ["song", "never", "next"]
    assert [e.id for e in events if isinstance(e, WorkerFault)] == ["nobody"]


def test_its_start_is_told_when_the_fresh_clock_runs(bench: Bench) -> None:
    bench.events()
    bench.alarm()
    fresh = bench.device.open_streams[-1]
    began_s = bench.now_s
    bench.run(fresh, 3)
    assert not [event for event in bench.events() if isinstance(event, Started)]
    bench.run(fresh)
    (started,) = [event for event in bench.events() if isinstance(event, Started)]
    # this device takes a block each 40 ms from the first one on, with LEAD_S before it
    assert started.mono_s == pytest.approx(began_s + LEAD_S, abs=1e-6)


def test_beside_an_alarm_another_one_joins_the_running_stream(bench: Bench) -> None:
    bench.alarm()
    bench.run(bench.device.open_streams[-1])
    assert not bench.alarm("second")
    assert bench.alarm("key", ALARM + 1)
    assert len(bench.device.open_streams) == 3


def test_a_card_that_takes_one_stream_keeps_it_and_is_not_asked_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench(monkeypatch, most=1)
    assert not bench.alarm()
    assert bench.device.open_streams == [bench.first]
    assert set(bench.run(bench.first)) == {1_000}  # the song goes on until it is pre-empted there
    bench.device.most = 2
    assert not bench.alarm()
    bench.now_s += 61
    assert bench.alarm()


def wait_on(bench: Bench, name: str, level: int = SONG) -> None:
    """Load a slot that waits for its moment."""
    bench.streams.current.mixer.load(Load(name, level), FakeSource(np.full(BLOCK, 7_000)))


def settle(bench: Bench, seconds: float = 3.0) -> None:
    """Let every open stream play, the newest first: its blocks are the small ones."""
    for _ in range(round(seconds * RATE / BLOCK)):
        for output in reversed(bench.device.open_streams):
            output.run(1)
        bench.now_s += BLOCK / RATE
        bench.streams.close_faded()


def list_ends(bench: Bench) -> list[tuple[str, str]]:
    return [(event.id, event.why) for event in bench.events() if isinstance(event, Ended)]


def test_what_waits_survives_two_renewals_of_which_the_second_is_faster(bench: Bench) -> None:
    wait_on(bench, "next")
    bench.run(bench.first)
    assert bench.alarm()
    second = bench.device.open_streams[-1]
    assert bench.alarm("key", ALARM + 1)
    second.run(1)  # hands over to the third before the first has handed over to it
    settle(bench)
    assert len(bench.device.open_streams) == 1
    assert list_ends(bench) == [("song", "stopped"), ("alarm", "stopped"), ("key", "end")]
    bench.streams.first_mixer.start(StartSlot("next", 0.0))
    settle(bench)
    assert list_ends(bench) == [("next", "end")]


def test_a_stop_follows_what_waits_over_two_renewals(bench: Bench) -> None:
    wait_on(bench, "next")
    bench.run(bench.first)
    bench.alarm()
    second = bench.device.open_streams[-1]
    bench.alarm("key", ALARM + 1)
    bench.streams.first_mixer.stop(Stop("next"))
    second.run(1)
    settle(bench)
    assert ("next", "stopped") in list_ends(bench)


def test_a_voice_still_follows_its_chime_when_both_move_to_a_fresh_stream(bench: Bench) -> None:
    wait_on(bench, "voice", 2)  # loaded before its chime, as a session does
    wait_on(bench, "chime", 2)
    entry, at_s = bench.streams.first_mixer, bench.now_s + 0.2
    entry.start(StartSlot("chime", at_s))
    entry.start(StartSlot("voice", at_s, after="chime"))
    bench.run(bench.first)
    assert bench.streams.renew_for(2, BLOCK, lambda _mixer: None)
    bench.run(bench.first)
    settle(bench)
    events = [event for event in bench.events() if event.id in ("chime", "voice")]
    assert [(type(event), event.id) for event in events] == [
        (Started, "chime"), (Ended, "chime"), (Started, "voice"), (Ended, "voice"),
    ]  # fmt: skip


def test_what_began_while_a_fresh_stream_was_opened_sounds_to_its_end(bench: Bench) -> None:
    entry = bench.streams.first_mixer
    bench.streams.current.mixer.load(Load("chime", 2), FakeSource(np.full(RATE * 3, 5_000)))
    wait_on(bench, "voice", 2)

    def begin(_mixer: Mixer) -> None:
        entry.start(StartSlot("chime", 0.0))
        entry.start(StartSlot("voice", 0.0, after="chime"))
        bench.run(bench.first)

    assert bench.streams.renew_for(2, BLOCK, begin)
    settle(bench, 4.0)
    ended = [event for event in bench.events() if isinstance(event, Ended)]
    assert [(event.id, event.why) for event in ended] == [
        ("song", "stopped"), ("chime", "end"), ("voice", "end"),
    ]  # fmt: skip
    assert ended[1].frames == 3 * RATE


def test_levels_hold_over_the_streams_of_one_engine(bench: Bench) -> None:
    entry = bench.streams.first_mixer
    assert bench.streams.renew(BLOCK)  # the song sounds on
    bench.run(bench.first)
    fresh = bench.device.open_streams[-1]
    wait_on(bench, "below", 0)
    entry.start(StartSlot("below", 0.0))
    bench.run(bench.first)
    fresh.run(5)
    assert list_ends(bench) == [("below", "stopped")]
    wait_on(bench, "above", ALARM)
    entry.start(StartSlot("above", 0.0))
    settle(bench)
    assert list_ends(bench) == [("song", "stopped"), ("above", "end")]


ACTS = ["load", "load", "start", "start", "stop", "renew", "fire", "play", "play"]


@pytest.mark.parametrize("seed", range(60))
def test_every_slot_ends_exactly_once_whatever_comes(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)  # noqa: S311 - a test
    bench = Bench(monkeypatch)
    slots, ends = ["song"], list[str]()
    for number in range(40):
        act = rng.choice(
            ["load", "load", "start", "start", "stop", "renew", "fire", "play", "play"]
        )
        name, level = f"slot{number}", rng.randint(1, 5)
        entry, known = bench.streams.first_mixer, rng.choice(slots)
        if act == "load":
            frames = rng.choice([100, BLOCK, RATE // 2, RATE * 4])
            sound = FakeSource(np.full(frames, 100), endless=rng.random() < 0.2)
            bench.streams.current.mixer.load(Load(name, level), sound)
            slots.append(name)
        elif act == "start":
            after = rng.choice([None, rng.choice(slots)])
            entry.start(StartSlot(known, bench.now_s + rng.choice([-1, 0.1, 0.5, 1e9]), after))
        elif act == "stop":
            entry.stop(Stop(known, rng.choice([0, 20])))
        elif act == "renew":
            bench.streams.renew_for(level, BLOCK, lambda _mixer: None)
        elif act == "fire" and bench.alarm(name, level):
            slots.append(name)
        elif act == "play":
            bench.run(rng.choice(bench.device.open_streams), rng.randint(1, 8))
        bench.streams.close_faded()
        ends += [name for name, _ in list_ends(bench)]
    for name in slots:
        bench.streams.first_mixer.stop(Stop(name))
    settle(bench, 5.0)
    ends += [name for name, _ in list_ends(bench)]
    assert sorted(ends) == sorted(slots)

"""The rules of safe mode: one sound at a time, by level; no process is started."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from agent.contract.priority import Level
from agent.play.ipc import RATE_HZ, Ended, Gain, Load, Started, StartSlot, Stop, WorkerFault
from agent.play.sound import safe_player
from agent.play.sound.safe_player import SafePlayer, StreamLost
from agent.play.sound.safe_slot import LivePipeSource, PipeSource, SafeSlot

SECOND = array("h", [8_000] * RATE_HZ).tobytes()


class FakeStream:
    """An `aplay` whose device plays at once and has a buffer without an end."""

    frame_bytes = 2

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.begin_mono_s: float | None = bench.now_s
        self.data = b""
        self.is_open = True
        self.exit_code: int | None = None
        self.can_exit = True

    @property
    def written(self) -> int:
        return len(self.data) // 2

    def write(self, data: bytes) -> int:
        room = 2 * int((self._bench.now_s - (self.begin_mono_s or 0) + 0.17) * RATE_HZ)
        if len(self.data) + len(data) > room:
            return 0
        self.data += data
        return len(data)

    def observe(self, now_s: float) -> None:
        if self.can_exit and not self.is_open and self.position(now_s) >= self.written:
            self.exit_code = 0

    def position(self, now_s: float) -> int:
        return min(self.written, int((now_s - (self.begin_mono_s or 0)) * RATE_HZ))

    def mono_of(self, frame: int) -> float | None:
        return (self.begin_mono_s or 0) + frame / RATE_HZ

    def finish(self) -> None:
        self.is_open = False

    def kill(self) -> None:
        self.is_open = False

    def close(self) -> None:
        pass

    def read_error(self) -> str:
        return "aplay: xrun"


@dataclass
class Bench:
    """A player and its time."""

    now_s: float = 100.0
    streams: list[FakeStream] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.player = SafePlayer(self._open)  # type: ignore[arg-type]  # a fake of the same shape

    def _open(self) -> FakeStream:
        self.streams.append(FakeStream(self))
        return self.streams[-1]

    def load(
        self, name: str, level: int, data: bytes, at_s: float, after: str | None = None
    ) -> int:
        """Start a slot; returns the write end of its pipe, which stays open."""
        read_fd, write_fd = os.pipe()
        self.ends.append(write_fd)
        os.set_blocking(write_fd, False)
        self.player.load(Load(name, level), PipeSource(read_fd))
        os.write(write_fd, data)
        self.player.start(StartSlot(name, at_s, after))
        return write_fd

    def whole(
        self, name: str, level: int, data: bytes, at_s: float, after: str | None = None
    ) -> None:
        self.close(self.load(name, level, data, at_s, after))

    def close(self, write_fd: int) -> None:
        self.ends.remove(write_fd)
        os.close(write_fd)

    def run(self, seconds: float) -> None:
        for _step in range(round(seconds / 0.01)):
            self.now_s += 0.01
            self.player.step(self.now_s)

    def events(self) -> list[tuple[str, str, int]]:
        """Name, `started` or why it ended, frames; in order."""
        told = []
        for event in self.player.events:
            if isinstance(event, Started):
                told.append((event.id, "started", 0))
            elif isinstance(event, Ended):
                told.append((event.id, event.why, event.frames))
        return told


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.player.close(bench.now_s)
    for write_fd in bench.ends:
        os.close(write_fd)


def test_a_sound_of_a_higher_level_ends_the_lower_one_where_it_is(bench: Bench) -> None:
    bench.load("song", 1, SECOND, 100.0)
    bench.run(0.5)
    bench.whole("alarm", Level.EMERGENCY, SECOND[:9_600], bench.now_s)
    bench.run(0.5)
    (started, cut, alarm, end) = bench.events()
    assert (started, alarm) == (("song", "started", 0), ("alarm", "started", 0))
    assert cut[:2] == ("song", "stopped")
    assert cut[2] / RATE_HZ == pytest.approx(0.5, abs=0.03)
    assert end == ("alarm", "end", 4_800)
    assert len(bench.streams) == 2


def test_a_sound_below_what_sounds_is_dropped_unheard(bench: Bench) -> None:
    bench.load("alarm", Level.EMERGENCY, SECOND, 100.0)
    bench.run(0.1)
    bench.whole("song", 1, SECOND, bench.now_s)
    bench.run(0.1)
    assert bench.events() == [("alarm", "started", 0), ("song", "stopped", 0)]


def test_what_is_due_at_the_end_of_a_sound_follows_in_the_same_stream(bench: Bench) -> None:
    bench.whole("one", 1, SECOND[:48_000], 100.0)  # half a second
    bench.whole("two", 1, SECOND[:48_000], 100.51)
    bench.run(1.2)
    assert bench.events() == [
        ("one", "started", 0),
        ("one", "end", 24_000),
        ("two", "started", 0),
        ("two", "end", 24_000),
    ]
    (stream,) = bench.streams
    starts = [one.mono_s for one in bench.player.events if isinstance(one, Started)]
    assert starts[1] - starts[0] == pytest.approx(0.51, abs=0.02)
    assert stream.written == round((starts[1] - starts[0]) * RATE_HZ) + 24_000


def test_an_equal_sound_that_would_wait_too_long_replaces_the_present_one(bench: Bench) -> None:
    bench.load("one", 1, SECOND, 100.0)
    bench.run(0.1)
    bench.load("two", 1, SECOND, bench.now_s)
    bench.run(0.2)
    assert bench.events() == [("one", "started", 0)]
    bench.run(0.2)
    assert [one[:2] for one in bench.events()[1:]] == [("one", "stopped"), ("two", "started")]


def test_what_waits_for_a_stopped_sound_begins(bench: Bench) -> None:
    bench.load("one", 4, SECOND, 100.0)
    bench.whole("two", 4, SECOND[:9_600], 100.0, after="one")
    bench.run(0.3)
    bench.player.stop(Stop("one"), bench.now_s)
    bench.run(0.3)
    assert [one[:2] for one in bench.events()] == [
        ("one", "started"),
        ("one", "stopped"),
        ("two", "started"),
        ("two", "end"),
    ]


def test_samples_that_come_late_are_skipped_and_counted_missing(bench: Bench) -> None:
    write_fd = bench.load("song", 1, SECOND[:9_600], 100.0)  # a tenth of a second
    bench.run(0.5)
    os.write(write_fd, SECOND[:57_600])  # 0.6 s
    bench.close(write_fd)
    bench.run(1.0)
    (_, ended) = bench.player.events
    assert isinstance(ended, Ended)
    assert ended.why == "end"
    assert bench.player.gaps == 1
    assert ended.missing_frames / RATE_HZ == pytest.approx(0.5, abs=0.1)
    # The position stays right: what was silent was skipped, 0.7 s in all.
    assert (ended.frames + ended.missing_frames) / RATE_HZ == pytest.approx(0.7, abs=0.03)


def test_no_word_of_an_alarm_is_skipped_and_a_dry_one_ends(bench: Bench) -> None:
    write_fd = bench.load("alarm", Level.EMERGENCY, SECOND[:9_600], 100.0)
    bench.run(0.5)
    os.write(write_fd, SECOND[:9_600])
    bench.run(safe_player.STARVED_LIMIT_S + 1.0)
    assert bench.events()[-1] == ("alarm", "starved", 9_600)


def test_an_aplay_that_ends_by_itself_is_a_lost_device(bench: Bench) -> None:
    bench.load("song", 1, SECOND, 100.0)
    bench.run(0.1)
    bench.streams[0].exit_code = 1
    with pytest.raises(StreamLost, match="xrun"):
        bench.run(0.1)


def test_an_aplay_that_does_not_end_is_a_lost_device(bench: Bench) -> None:
    bench.whole("song", 1, SECOND[:9_600], 100.0)
    bench.run(0.05)
    bench.streams[0].can_exit = False
    with pytest.raises(StreamLost, match="does not end"):
        bench.run(3.0)


def test_a_slot_that_is_not_known_is_a_fault(bench: Bench) -> None:
    bench.player.start(StartSlot("nothing", 100.0))
    bench.player.gain(Gain("nothing", -6.0))
    bench.player.stop(Stop("nothing"), 100.0)
    (fault,) = bench.player.events
    assert isinstance(fault, WorkerFault)
    assert (fault.code, fault.id) == ("E_SLOT", "nothing")


def fetch(command: Load, channels: int, frames: int = 4) -> list[int]:
    """What a slot writes for four samples of 1000."""
    read_fd, write_fd = os.pipe()
    os.write(write_fd, array("h", [1000] * frames).tobytes())
    os.close(write_fd)
    slot = SafeSlot(command, PipeSource(read_fd), channels)
    assert slot.fetch()
    slot.source.close()
    return list(array("h", slot.pending))


def test_a_slot_sounds_on_its_channels_alone_each_at_its_own_level() -> None:
    # 10 ** (-6 / 20) = 0.501, 10 ** (-20 / 20) = 0.1
    assert fetch(Load("a", 1), 2) == [1000] * 8
    assert fetch(Load("a", 1, channels={1: 0.0}), 2) == [0, 1000] * 4
    assert fetch(Load("a", 1, -20.0, channels={0: 0.0, 1: -6.0}), 2) == [100, 50] * 4
    assert fetch(Load("a", 1, -6.0), 1) == [501] * 4


def test_of_a_live_voice_only_the_newest_samples_are_played_at_first() -> None:
    read_fd, write_fd = os.pipe()
    source = LivePipeSource(read_fd)
    os.write(write_fd, array("h", range(1000)).tobytes())
    first = source.read(480)
    assert first is not None
    assert array("h", first)[-1] == 999
    assert len(first) <= 480
    os.write(write_fd, array("h", range(1000, 2000)).tobytes())
    assert array("h", source.read(480) or b"")[0] == 1000
    os.close(write_fd)
    source.close()


def test_a_slot_rises_from_silence() -> None:
    assert fetch(Load("a", 1, fade_in_ms=200), 1) == [0] * 4

"""A voice input: one process for all outputs, from the first that needs it to the last."""

from __future__ import annotations

import asyncio
import math
import os
import signal
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play.capture.voice_input import MicrophoneSource, VoiceInput
from agent.play.ipc import CaptureBeat


@dataclass
class FakeWorker:
    """The agent's side of a capture process; the test loses it."""

    on_event: Callable[[Any], None]
    on_lost: Callable[[str], None]
    refuses: str = ""
    pipes: list[int] = field(default_factory=list)
    is_running: bool = False

    async def start(self) -> None:
        await asyncio.sleep(0)
        if self.refuses:
            raise PlayError("E_INPUT_LOST", "micro", self.refuses)
        self.is_running = True

    def send(self, command: object, fd: int) -> None:
        self.pipes.append(fd)

    async def stop(self) -> None:
        self.is_running = False
        for pipe in self.pipes:
            os.close(pipe)
        self.pipes.clear()


@dataclass
class Bench:
    refuses: str = ""
    workers: list[FakeWorker] = field(default_factory=list)
    issues: dict[str, str] = field(default_factory=dict)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    why: str | None = None

    def __post_init__(self) -> None:
        self.input = VoiceInput("micro", self.spawn, self.set_issue)

    def spawn(self, on_event: Any, on_lost: Any) -> Any:
        self.workers.append(FakeWorker(on_event, on_lost, self.refuses))
        return self.workers[-1]

    def set_issue(self, kind: str, subject: str, hint: str | None) -> None:
        assert subject == "micro"
        self.issues.pop(kind, None)
        if hint is not None:
            self.issues[kind] = hint

    async def wait_released(self) -> str | None:
        await self.released.wait()
        return self.why

    def source(self, high_pass_hz: int = 0) -> MicrophoneSource:
        return MicrophoneSource(self.input, self.wait_released, high_pass_hz)


async def turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_the_process_lives_from_the_press_to_the_release() -> None:
    bench = Bench()
    source = bench.source()
    assert not bench.workers
    feed = await source.prepare(0)
    assert feed.is_live
    assert bench.issues.keys() == {"microphone_on"}
    source.start(mono_s())
    await asyncio.sleep(0.001)
    assert len(bench.workers[0].pipes) == 1
    bench.released.set()
    assert (await source.wait_end()).reason is None
    assert not bench.workers[0].is_running
    assert bench.issues == {}
    assert os.read(feed.read_fd, 1) == b""  # no write end is left
    os.close(feed.read_fd)
    await source.stop()


async def test_two_outputs_share_one_process_that_ends_with_the_last() -> None:
    bench = Bench()
    first, second = bench.source(), bench.source()
    feeds = [await first.prepare(0), await second.prepare(0)]
    assert len(bench.workers) == 1
    await first.stop()
    assert bench.workers[0].is_running
    await second.stop()
    assert not bench.workers[0].is_running
    for feed in feeds:
        assert os.read(feed.read_fd, 1) == b""
        os.close(feed.read_fd)


async def test_what_is_said_before_its_moment_is_not_heard() -> None:
    bench = Bench()
    source = bench.source()
    feed = await source.prepare(0)
    source.start(mono_s() + 3600)
    await turns()
    assert bench.workers[0].pipes == []
    await source.stop()
    assert os.read(feed.read_fd, 1) == b""
    os.close(feed.read_fd)


async def test_an_input_that_is_pulled_out_ends_the_speech_with_its_reason() -> None:
    bench = Bench()
    source = bench.source()
    feed = await source.prepare(0)
    bench.workers[0].on_lost("E_INPUT_LOST: it was unplugged")
    end = await source.wait_end()
    assert (end.reason, end.may_retry) == ("E_INPUT_LOST: it was unplugged", False)
    assert bench.issues == {"microphone_lost": "it was unplugged"}
    os.close(feed.read_fd)
    await source.stop()
    again = bench.source()
    os.close((await again.prepare(0)).read_fd)
    assert bench.issues.keys() == {"microphone_on"}  # it answers again
    await again.stop()


async def test_why_a_person_was_ended_is_the_reason_of_the_end() -> None:
    bench = Bench(why="E_LONGEST: 10 min")
    source = bench.source()
    os.close((await source.prepare(0)).read_fd)
    bench.released.set()
    assert (await source.wait_end()).reason == "E_LONGEST: 10 min"
    await source.stop()


async def test_an_input_that_is_not_there_is_an_issue_and_leaves_nothing_open() -> None:
    bench = Bench(refuses="inputs here: none")
    source = bench.source()
    with pytest.raises(PlayError, match="inputs here: none"):
        await source.prepare(0)
    assert bench.issues == {"microphone_lost": "inputs here: none"}
    assert not bench.input.is_open
    await source.stop()


async def test_the_highest_peak_of_a_speech_is_kept_and_no_sample() -> None:
    bench = Bench()
    source = bench.source()
    os.close((await source.prepare(0)).read_fd)
    for peak in (-40.0, -6.0, -20.0):
        bench.workers[0].on_event(CaptureBeat(50, peak))
    assert bench.input.peak_dbfs == -6.0
    await source.stop()


def tone(hz: float, seconds: float = 1.0) -> array[int]:
    """A tone at a quarter of full scale."""
    count = round(seconds * 48_000)
    return array("h", (round(8192 * math.sin(math.tau * hz * n / 48_000)) for n in range(count)))


def read_all(fd: int) -> array[int]:
    with open(fd, "rb") as file:
        return array("h", file.read())


@pytest.mark.parametrize(("hz", "is_heard"), [(120, False), (1500, True)])
async def test_what_a_horn_cannot_give_is_left_out_of_a_voice(
    hz: float,
    is_heard: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    bench = Bench()
    source = bench.source(high_pass_hz=300)
    feed = await source.prepare(0)
    reading = asyncio.create_task(asyncio.to_thread(read_all, feed.read_fd))
    source.start(mono_s())
    await asyncio.sleep(0.001)
    (pipe,) = bench.workers[0].pipes
    await asyncio.to_thread(os.write, pipe, tone(hz))
    bench.released.set()
    assert (await source.wait_end()).reason is None
    heard = await reading
    await source.stop()
    assert len(heard) == 48_000
    loudest = max(heard[24_000:])
    # 24 dB an octave: 120 Hz is 1.3 octaves below 300 Hz
    assert loudest == pytest.approx(8192, rel=0.05) if is_heard else loudest < 8192 / 30


async def test_without_ffmpeg_a_voice_is_heard_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async def missing(*_: object) -> None:
        raise PlayError("E_DECODE", "ffmpeg", "no such file")

    monkeypatch.setattr("agent.play.capture.horn_filter.start_filter", missing)
    bench = Bench()
    source = bench.source(high_pass_hz=300)
    feed = await source.prepare(0)
    source.start(mono_s())
    await asyncio.sleep(0.001)
    os.write(bench.workers[0].pipes[0], b"\1\2")
    assert os.read(feed.read_fd, 2) == b"\1\2"
    os.close(feed.read_fd)
    await source.stop()


async def test_a_filter_that_dies_is_an_end_after_which_the_voice_may_be_tried_again() -> None:
    bench = Bench()
    source = bench.source(high_pass_hz=300)
    feed = await source.prepare(0)
    assert source._filter is not None
    os.kill(source._filter.pid, signal.SIGKILL)
    end = await source.wait_end()
    assert (end.reason, end.may_retry) == ("E_DECODE: ffmpeg -9", True)
    os.close(feed.read_fd)
    await source.stop()

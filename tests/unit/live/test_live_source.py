"""A voice as PCM: the sample of a moment is where that moment is, whatever was lost.

The sound comes from ffmpeg's encoder and goes through the confined decoder, as on a box.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from array import array
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agent.clock import Clock, boot_s, mono_s
from agent.contract.accepted import HeldDocument
from agent.contract.document import StreamGrant
from agent.errors import PlayError
from agent.live import live_source
from agent.live.live_source import LiveSource
from agent.live.stream_reception import LEAD_S, StreamReception
from agent.plan.live_stream import list_live_streams
from agent.plan.policy import EffectivePolicy
from agent.playout.item_builder import live_item
from agent.state.live_voices import LiveVoice
from central.live.ogg_reader import OggReader
from tests.harness.live_documents import Studio, micros
from tests.harness.signed_documents import AT

RATE = 48_000
LOOK_AHEAD_US = 6_500  # 312 samples, of libopus
FIRST_S = LEAD_S + LOOK_AHEAD_US / 1_000_000  # the slot begins with the first packet
CLICKS = "aevalsrc='lt(mod(t,0.2),0.004)*0.7*sin(2*PI*1000*t)':s=48000:d=1"


def encode() -> list[bytes]:
    """A second with a click every 200 ms, in packets of 20 ms."""
    argv = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", CLICKS, "-c:a", "libopus"]
    argv += ["-b:a", "32k", "-frame_duration", "20", "-f", "ogg", "pipe:1"]
    done = subprocess.run(argv, capture_output=True, check=True)
    return list(OggReader().feed(done.stdout))[:50]


def clicks_in(raw: bytes) -> list[float]:
    """Seconds from the first sample at which clicks begin."""
    samples = array("h", raw)
    found: list[int] = []
    for n, sample in enumerate(samples):
        if abs(sample) > 4000 and (not found or n - found[-1] > RATE // 10):
            found.append(n)
    return [n / RATE for n in found]


class Voice:
    """One voice whose first sample was captured at AT, on a clock that says so."""

    def __init__(self) -> None:
        self.studio = Studio(at_us=micros(AT) - LOOK_AHEAD_US)
        self.clock = Clock()
        self.clock.fix(AT, boot_s())
        document = msgspec.convert(self.studio.grant(), StreamGrant)
        held = HeldDocument(document, "ab" * 32, b"", AT)
        (stream,) = list_live_streams([held], EffectivePolicy(()))[0].values()
        self.reception = StreamReception(stream)
        voice = LiveVoice("live/x/1", stream, AT)
        self.item = live_item(voice, AT - timedelta(seconds=5))
        self.packets = encode()

    def say(self, number: int, *, lost: bool = False) -> None:
        message = self.studio.segment(packets=self.packets[number * 10 : number * 10 + 10])
        if not lost:
            self.reception.receive(message, None, mono_s(), lambda: True)

    async def hear(self, late_s: float = 0.0, lost: int | None = None) -> tuple[bytes, Any]:
        """The whole sound of a slot that begins as planned, or later by so much."""
        self.say(0)
        self.reception.begin_voice(None)
        source = LiveSource(self.item, self.reception, self.clock)
        feed = await source.prepare(0)
        reading = asyncio.create_task(asyncio.to_thread(_read_all, feed.read_fd))
        source.start(self.clock.mono_of(self.reception.begin_at) + late_s)
        for number in range(1, 5):
            self.say(number, lost=number == lost)
        self.reception.receive(self.studio.end(), None, mono_s(), lambda: True)
        self.reception.end_voice("")
        raw = await reading
        end = await source.wait_end()
        await source.stop()
        assert end.reason is None
        return raw, dict(source.segments)


def _read_all(fd: int) -> bytes:
    with open(fd, "rb") as file:
        return file.read()


async def test_each_click_is_where_it_was_spoken() -> None:
    raw, segments = await Voice().hear()
    expected = [FIRST_S + n * 0.2 for n in range(5)]
    assert clicks_in(raw) == pytest.approx(expected, abs=0.0015)
    assert segments == {"heard": 5, "lost": 0, "late": 0, "bad": 0}


@pytest.mark.parametrize("late_s", [0.05, 0.3333, 0.5061])
async def test_whoever_begins_later_is_in_step(late_s: float) -> None:
    """Behind its moment of silence the slot has what the others have at that time."""
    raw, _ = await Voice().hear(late_s)
    expected = [FIRST_S + n * 0.2 - late_s for n in range(5)]
    heard = [one for one in expected if one >= LEAD_S + 0.005]
    assert clicks_in(raw) == pytest.approx(heard, abs=0.0015)


async def test_a_lost_segment_is_silence_and_what_follows_keeps_its_place() -> None:
    raw, segments = await Voice().hear(lost=2)
    expected = [FIRST_S + n * 0.2 for n in (0, 1, 3, 4)]
    assert clicks_in(raw) == pytest.approx(expected, abs=0.0015)
    assert (segments["heard"], segments["lost"]) == (4, 1)


async def test_a_slot_that_began_at_another_moment_is_ended_to_be_joined_again() -> None:
    voice = Voice()
    voice.say(0)
    voice.reception.begin_voice(None)
    source = LiveSource(voice.item, voice.reception, voice.clock)
    feed = await source.prepare(0)
    at_mono_s = voice.clock.mono_of(voice.reception.begin_at)
    source.start(at_mono_s)
    await asyncio.sleep(0)
    source.on_started(at_mono_s + 0.030)
    os.close(feed.read_fd)  # nobody reads, and the decoder would wait for ever behind a full pipe
    end = await source.wait_end()
    await source.stop()
    assert (end.reason, end.may_retry) == ("E_LATE: began 30 ms off", True)


async def test_a_voice_that_is_over_is_not_prepared() -> None:
    voice = Voice()
    with pytest.raises(PlayError):
        await LiveSource(voice.item, None, voice.clock).prepare(0)


async def test_a_failure_of_the_software_is_the_end_of_a_play_not_of_the_agent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    voice = Voice()
    voice.say(0)
    voice.reception.begin_voice(None)
    source = LiveSource(voice.item, voice.reception, voice.clock)
    feed = await source.prepare(0)
    monkeypatch.setattr(live_source, "StreamTimeline", _fail)
    source.start(voice.clock.mono_of(voice.reception.begin_at))
    os.close(feed.read_fd)
    end = await source.wait_end()
    await source.stop()
    assert (end.reason, end.may_retry) == ("E_INTERNAL: KeyError: 'seq'", True)
    assert voice.reception.failure == "KeyError: 'seq'"


def _fail(*_: object) -> None:
    raise KeyError("seq")


async def test_a_clock_that_is_set_by_more_than_the_ear_forgives_joins_the_voice_again() -> None:
    voice = Voice()
    voice.say(0)
    voice.reception.begin_voice(None)
    source = LiveSource(voice.item, voice.reception, voice.clock)
    feed = await source.prepare(0)
    at_mono_s = voice.clock.mono_of(voice.reception.begin_at)
    source.start(at_mono_s)
    await asyncio.sleep(0)
    source.on_started(at_mono_s)
    source.on_clock_set(0.004)  # the engine moves what is in the pipe
    waiting = asyncio.ensure_future(source.wait_end())
    await asyncio.sleep(0)
    assert not waiting.done()
    source.on_clock_set(-0.2)
    os.close(feed.read_fd)  # as above: on a slow machine seconds of the voice are written by now
    end = await waiting
    await source.stop()
    assert (end.reason, end.may_retry) == ("E_LATE: began -200 ms off", True)

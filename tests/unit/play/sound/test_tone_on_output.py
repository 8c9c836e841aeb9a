"""A technician's tone on an output: it delays no item."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.clock import mono_s
from agent.contract.ids import Digest
from agent.contract.priority import Level
from agent.errors import PlayError
from agent.play.ipc import Ended, Fire, Hold, Started, Stop
from agent.play.speaker_line import SpeakerLine
from tests.harness.sound_output_harness import (
    DIGEST,
    WAV,
    Bench,
    SlowMediaFiles,
    alarm,
    at_work,
    build_item,
    until,
)

LOWEST = 0


@pytest.fixture
def media_files(tmp_path: Path) -> SlowMediaFiles:
    media_files = SlowMediaFiles(tmp_path)
    media_files.path(Digest(DIGEST)).write_bytes(WAV)
    return media_files


def lines() -> list[SpeakerLine]:
    return [SpeakerLine(name, None, 0, 0, lambda *_: None) for name in ("nga-ba", "tram-y-te")]


def fired(bench: Bench, level: int) -> list[Fire]:
    return [fire for fire in bench.engine.all(Fire) if fire.level == level]


def refusal(bench: Bench) -> str:
    with pytest.raises(PlayError) as caught:
        bench.output.start_tone_test("nga-ba")
    return caught.value.code


async def test_a_tone_sounds_at_the_lowest_level_and_leaves_no_record(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, lines()) as bench:
        bench.output.start_tone_test("nga-ba")
        assert bench.output.line_under_test == "nga-ba"
        await until(lambda: bool(fired(bench, LOWEST)))
        (tone,) = fired(bench, LOWEST)
        assert tone.clip in [hold.clip for hold in bench.engine.all(Hold)]
        bench.engine.on_event(Started(tone.id, mono_s()))
        assert refusal(bench) == "E_BUSY"  # one at a time
        assert bench.output.on_air is None
        bench.engine.on_event(Ended(tone.id, 96_000, "end", mono_s()))
        await until(lambda: bench.output.line_under_test is None)
        assert bench.log.plays == []


async def test_an_alarm_does_not_wait_for_a_tone_and_stops_it(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, lines()) as bench:
        bench.output.start_tone_test("nga-ba")
        await until(lambda: bool(fired(bench, LOWEST)))
        (tone,) = fired(bench, LOWEST)
        bench.engine.on_event(Started(tone.id, mono_s()))
        bench.rundown.now_wanted.append(alarm(bench))
        bench.output.changed()
        await until(lambda: bool(fired(bench, Level.EMERGENCY)))
        assert Stop(tone.id, 20) in bench.engine.all(Stop)
        await until(lambda: bench.output.line_under_test is None)
        assert refusal(bench) == "E_BUSY"  # and none begins beside it


async def test_a_tone_is_refused_shortly_before_the_next_item_and_not_long_before(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, lines()) as bench:
        soon = build_item("news", bench.clock.now().at + timedelta(seconds=8))
        bench.rundown.next_item = soon
        assert refusal(bench) == "E_BUSY"
        bench.rundown.next_item = replace(soon, start_at=soon.start_at + timedelta(minutes=1))
        bench.output.start_tone_test("nga-ba")
        await until(lambda: bool(fired(bench, LOWEST)))


async def test_a_lost_engine_ends_the_tone_and_then_there_is_none_to_ask(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, lines()) as bench:
        bench.output.start_tone_test("nga-ba")
        await until(lambda: bool(fired(bench, LOWEST)))
        bench.engine.on_event("killed")  # a keeper takes events and the loss by one queue
        await until(lambda: bench.output.line_under_test is None)

"""What a card must be given so that the horn sounds at the planned moment."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from agent.clock import mono_s
from agent.play.ipc import Ended, Load, Started, StartSlot, Stop, WorkerFault
from agent.play.sound.fixed_delay import FixedDelay
from tests.harness.sound_output_harness import (
    SlowMediaFiles,
    at_work,
    build_item,
    media_files,
    until,
)

__all__ = ["media_files"]
DELAY_S = 0.1
NEAR_S = 0.045  # two readings of one clock on a busy machine


async def test_the_card_is_given_a_planned_item_earlier_and_the_record_has_what_was_heard(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, [], delay_s=DELAY_S) as bench:
        item = build_item("tin", bench.clock.now().at + timedelta(minutes=1))
        bench.rundown.now_wanted = [item]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(StartSlot)))
        planned_mono_s = bench.clock.mono_of(item.start_at)
        given = bench.engine.all(StartSlot)[0]
        assert given.at_mono_s == pytest.approx(planned_mono_s - DELAY_S, abs=NEAR_S)
        at_card_s = mono_s()
        slot = bench.engine.all(Load)[0].id
        bench.engine.on_event(Started(slot, at_card_s))
        bench.engine.on_event(Ended(slot, 48_000, "stopped", at_card_s + 1))
        await until(lambda: bool(bench.log.plays))
        start = bench.log.plays[0].start
        assert start is not None
        late = datetime.fromisoformat(start) - bench.clock.at_of(at_card_s)
        assert bench.log.plays[0].clock_source == "centre"
        assert bench.log.plays[0].clock_error_ms is not None
        assert late.total_seconds() == pytest.approx(DELAY_S, abs=NEAR_S)


def test_only_moments_are_shifted() -> None:
    sent: list[object] = []
    delay = FixedDelay(lambda command, _fd=None: sent.append(command), 0.1)
    delay(StartSlot("a", 10.0, "b"))
    delay(Stop("a", 20))
    assert sent == [StartSlot("a", 9.9, "b"), Stop("a", 20)]
    assert delay.heard(Started("a", 10.0)) == Started("a", 10.1)
    assert delay.heard(Ended("a", 5, "end", 12.0)) == Ended("a", 5, "end", 12.1)
    fault = WorkerFault("E_DECODE", "x", "a")
    assert delay.heard(fault) is fault

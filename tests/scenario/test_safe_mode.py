"""An engine that dies three times: the programme goes on through `aplay`, on record."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime

import psutil

from central.testbed.testbed import until
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.station_harness import SAFE_ENGINE, children_of, engine_of, runs


async def _present_engine(programme: ContinuousPlay, but: int = 0) -> psutil.Process:
    pid = programme.site.station.pid
    await until(lambda: (one := engine_of(pid)) is not None and one.pid != but, "an engine")
    engine = engine_of(pid)
    assert engine is not None
    return engine


async def test_after_three_deaths_of_the_engine_the_programme_goes_on_through_aplay(
    programme: ContinuousPlay,
) -> None:
    back = programme.planned
    for _death in range(3):  # a starved machine may lose one more by itself
        engine = await _present_engine(programme)
        if not runs(SAFE_ENGINE, engine):
            os.kill(engine.pid, signal.SIGKILL)
            # the first sample of the dead one's play may lie some moments ahead of its death
            await _present_engine(programme, but=engine.pid)
            back = await programme.until_sounding(datetime.now(UTC))
    assert runs(SAFE_ENGINE, await _present_engine(programme))
    await programme.pass_time(3)
    assert "aplay" in [child.name() for child in children_of(programme.site.station.pid)]
    play = programme.site.open_play()
    assert play is not None
    assert play["safe_mode"] is True
    sound = await programme.hear()
    programme.assert_in_its_place(sound, back)
    await programme.until_reported("safe_mode", ["begins"])
    await programme.assert_truth()
    plays = programme.site.collected_plays()
    assert {(one["result"], one["reason"]) for one in plays} == {("cut", "engine_lost")}
    assert "safe_mode" not in plays[0]

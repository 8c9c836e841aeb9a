"""An engine that dies three times: the programme goes on through `aplay`, on record."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime

from tests.harness.continuous_play import ContinuousPlay
from tests.harness.station_harness import children_of, engine_of


async def test_after_three_deaths_of_the_engine_the_programme_goes_on_through_aplay(
    air: ContinuousPlay,
) -> None:
    for _death in range(3):
        engine = engine_of(air.stage.station.pid)
        assert engine is not None
        assert "agent.play.sound.engine_process" in engine.cmdline()
        at = datetime.now(UTC)
        os.kill(engine.pid, signal.SIGKILL)
        back = await air.until_sounding(at)
    engine = engine_of(air.stage.station.pid)
    assert engine is not None
    assert "agent.play.sound.safe_engine_process" in engine.cmdline()
    await air.pass_time(3)
    assert "aplay" in [child.name() for child in children_of(air.stage.station.pid)]
    play = air.stage.open_play()
    assert play is not None
    assert play["safe_mode"] is True
    ear = await air.hear()
    air.assert_in_its_place(ear, back)
    await air.until_told("safe_mode", ["begins"])
    await air.assert_truth()
    plays = air.stage.collected_plays()
    assert [(one["result"], one["reason"]) for one in plays] == [("cut", "engine_lost")] * 3
    assert all("safe_mode" not in one for one in plays)

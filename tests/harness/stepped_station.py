"""The real schedule, director and sessions of one output, as `virtual_station`, at whole seconds.

Sound begins without a lead and the output looks only when something may change: at the starts and
ends of the plan, when quiet hours begin, and when something happened. So two weeks of random plans
cost some milliseconds, and each moment is exact.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from agent.plan.calendar import expand_windows, list_days
from agent.plan.policy import EffectivePolicy
from agent.play.ipc import EngineEvent
from agent.play.item import OutputContext
from agent.play.play_memory import PlayMemory, build_memories
from agent.play.sound import session_start, sound_output
from agent.play.sound.sound_output import SoundOutput
from agent.play.supervisor import SameWorker
from agent.playout import output_schedule
from agent.playout import schedule as schedule_module
from agent.playout.output_schedule import SoundSchedule
from agent.playout.schedule import Schedule
from agent.settings.model import Policy
from tests.harness.clock_story import silence
from tests.harness.virtual_station import OUTPUT, SimEngine, SimSource, VirtualStation

DAYS = timedelta(days=3)  # so far ahead it looks for quiet hours; it plans less
LATER = timedelta(seconds=0.5)  # an output looks once a second
TURNS = 12  # of the event loop, until everything that was asked for has happened


class SparseOutput(SoundOutput):
    """Looks when something may change, and not each second."""

    moments: Sequence[datetime] = ()

    async def _on_event(self, event: EngineEvent) -> None:
        await super()._on_event(event)
        self._changed.set()

    async def _run_schedule(self) -> None:
        while True:
            self._changed.clear()
            wait_s = 0.0
            if self._supervisor.is_ready:
                await self._update()
                wait_s = self._wait_s()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s if wait_s < math.inf else None):
                    await self._changed.wait()

    def _wait_s(self) -> float:
        now = self._clock.now()
        following = bisect_right(self.moments, now.at)
        if following == len(self.moments):
            return math.inf
        return (self.moments[following] - now.at).total_seconds()


class SteppedStation(VirtualStation):
    """A `VirtualStation` under any policy, whose output has any zones.

    Args:
        at: what its clock reads first.
        policy: in force.
        zones: of its output.
        patch: undone by the test.
    """

    def __init__(
        self,
        at: datetime,
        policy: EffectivePolicy,
        zones: tuple[str, ...],
        patch: pytest.MonkeyPatch,
    ) -> None:
        super().__init__(at, Policy())
        self._zones = zones
        self._silent = (*policy.quiet, *policy.maintenance)
        silence(patch)
        patch.setattr(schedule_module, "effective_policy", lambda *_: policy)
        patch.setattr(session_start, "REJOIN_LEAD_S", 0.0)
        patch.setattr(output_schedule, "LIMIT_SLACK", timedelta())

    @property
    def is_on(self) -> bool:
        """Does it run?"""
        return self._running is not None

    async def switch_on(self) -> None:
        """Begin, with what is on record."""
        self.journal.begin()
        plays = [one.play for one in self.journal.records]
        memory = build_memories([OUTPUT], plays, self._alive_at)[OUTPUT]
        self.schedule = Schedule(self._policy, self.lacking.get)
        self.output = self._build_output(memory)
        self._running = asyncio.create_task(self.output.run(), name="output")
        await settle()
        self._plan()
        self.schedule.is_complete = True
        self._note()
        await settle()

    def _build_output(self, memory: PlayMemory) -> SoundOutput:
        def spawn(on_event: Any, _on_lost: Any) -> Any:
            return SimEngine(on_event, self.heard, self._spawn, lambda: True)

        context = OutputContext(
            SoundSchedule(self.schedule, self._zones),
            self.clock,
            None,  # type: ignore[arg-type] # no file is read
            self.journal,
            lambda *_: None,
            {"file": SimSource},
            memory=memory,
        )
        return SparseOutput(OUTPUT, [], SameWorker(spawn), context)

    def _on_step(self) -> None:
        self._note()
        if self._running is not None:
            self._plan()

    def _plan(self) -> None:
        self.schedule.update(self.held, self.clock.now())
        timeline = self.schedule.timeline
        assert timeline is not None
        moments = {
            at
            for one in timeline.occurrences
            if one.medium == "sound"
            for at in (
                one.start_at - timedelta(seconds=sound_output.PREPARE_S),
                one.start_at,
                one.start_at + LATER,
                one.end_at,
                one.latest_end_at,
                one.latest_end_at - (one.end_at - one.start_at) + LATER,  # too late to begin
                *([] if one.waits_until is None else [one.waits_until]),
            )
        }
        now_at = self.clock.now().at
        silent = expand_windows(self._silent, list_days(now_at, now_at + DAYS))
        moments.update(one.start_at for one in silent)
        assert isinstance(self.output, SparseOutput)
        self.output.moments = sorted(moments)
        self.output.changed()


async def settle() -> None:
    """Let everything happen that is to happen at this moment."""
    for _ in range(TURNS):
        await asyncio.sleep(0)

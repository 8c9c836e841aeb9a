"""Filler comes back behind everything that cuts it, behind other filler too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.clock import mono_s
from agent.contract.priority import Level
from agent.play.ipc import Ended, Started, StartSlot
from tests.harness.sound_output_harness import (
    SlowMediaFiles,
    at_work,
    build_item,
    media_files,
    until,
)

__all__ = ["media_files"]


@pytest.mark.parametrize("level", [Level.FILLER, Level.SCHEDULED])
async def test_filler_that_was_cut_waits_to_come_back(
    media_files: SlowMediaFiles, level: Level
) -> None:
    async with at_work(media_files, []) as bench:
        at = bench.clock.now().at
        long = {"end_at": at + timedelta(minutes=1), "when_cut": "resume"}
        filler = build_item("nhac", at, level=Level.FILLER, **long)
        other = build_item("tin", at + timedelta(seconds=1), level=level, **long)
        for item in (filler, other):
            bench.rundown.now_wanted = [item]
            bench.output.changed()
            known = len(bench.engine.all(StartSlot))
            await until(lambda known=known: len(bench.engine.all(StartSlot)) > known)
            slot = bench.engine.all(StartSlot)[-1].id
            bench.engine.on_event(Started(slot, mono_s()))
            await until(lambda item=item: any(
                one.is_sounding for one in bench.output.session_stack.sessions
                if one.item.key == item.key
            ))  # fmt: skip
        bench.engine.on_event(Ended(bench.engine.all(StartSlot)[0].id, 24_000, "stopped", mono_s()))
        await until(lambda: bool(bench.log.plays))
        assert (bench.log.plays[0].result, bench.log.plays[0].reason) == ("cut", "preempted")
        stack = bench.output.session_stack
        assert not stack.is_done("nhac")
        assert stack.knows("nhac")

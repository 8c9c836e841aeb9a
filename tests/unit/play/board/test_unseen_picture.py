"""A picture that waits for its sound is not over; what neither waits nor was shown is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from agent.clock import Now
from agent.contract.document import Scene
from agent.play.board.board_session import BoardSession
from agent.play.board.face_lane import FaceLane
from agent.play.board.unseen_picture import FaceWatch
from agent.play.item import OutputContext
from tests.harness.sound_output_harness import (
    NOW_AT,
    FakeLog,
    FakeRundown,
    build_clock,
    build_item,
)

MINUTE = timedelta(minutes=1)


async def test_a_picture_is_owed_when_it_waits_no_more(tmp_path: Any) -> None:
    rundown, log = FakeRundown(), FakeLog()
    context = OutputContext(rundown, build_clock(), tmp_path, log, lambda *_: None)
    lane = FaceLane("mat", rundown)
    watch = FaceWatch("bang", [lane], context)
    item = build_item("loi", NOW_AT + MINUTE, scene=Scene([], 1), clips=())
    rundown.plan.append(item)
    assert watch.look(Now(NOW_AT, "SYNCED", 0.01), None) == []
    lane.pending = BoardSession("bang", item, ["mat"], context)
    later = Now(NOW_AT + 5 * MINUTE, "SYNCED", 0.01)
    assert watch.look(later, None) == []
    lane.pending = None
    (unseen,) = watch.look(later, None)
    await watch.report([unseen])
    (play,) = log.plays
    assert (play.title, play.zones, play.result) == ("loi", ["mat"], "skipped")
    assert watch.look(later, None) == []

"""Reports name the faces of a board only while these go different ways."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec

from agent.contract.document import Body, Playlist
from agent.contract.scene import Element, Scene
from agent.play.board.board_output import BoardOutput
from agent.play.item import OutputContext
from agent.playout.output_schedule import BoardSchedule
from agent.playout.schedule import Schedule
from agent.telemetry.output_lane import list_lanes
from tests.harness.schedule_documents import START, FakeHeld, now, playlist

FRONT, BACK = "mat-truoc", "mat-sau"


def notices(zones: tuple[list[str], list[str]]) -> FakeHeld:
    """Two notices a day, at 09:00 for the first of these zones and at 10:00 for the second."""
    held = playlist()
    assert isinstance(held.document, Playlist)
    scene = Scene([Element("text", [0, 0, 1000, 1000], text="Thông báo")], 7_200_000)
    entries = [
        msgspec.structs.replace(entry, zones=own, body=Body(scene=scene))
        for entry, own in zip(held.document.entries, zones, strict=True)
    ]
    document = msgspec.structs.replace(held.document, entries=entries, media=[])
    return FakeHeld(document, held.sha256, held.accepted_at)


def build(zones: tuple[list[str], list[str]]) -> tuple[BoardOutput, BoardSchedule]:
    schedule = Schedule(None, lambda _digest: None)
    schedule.update([notices(zones)], now(0))
    rundown = BoardSchedule(schedule, [FRONT, BACK])
    any_: Any = None
    context = OutputContext(rundown, any_, any_, any_, lambda *_: None)
    return BoardOutput("bang-tin", rundown.faces, any_, context), rundown


def test_each_face_is_wanted_its_own_and_reported_by_its_name() -> None:
    board, rundown = build(([FRONT], [BACK]))
    at = now(0)
    starts = [part.upcoming(at) for part in rundown.faces.values()]
    assert [item.title if item else None for item in starts] == ["Bản tin", "Nước sạch"]
    late = now(round((starts[1].start_at - START).total_seconds()) + 60) if starts[1] else at
    wanted = [part.wanted(late) for part in rundown.faces.values()]
    assert [item.title if item else None for item in wanted] == ["Bản tin", "Nước sạch"]
    lanes = list(list_lanes({"bang-tin": board}, {"bang-tin": rundown}, at))
    assert [(one.name, one.upcoming.title if one.upcoming else None) for one in lanes] == [
        ("bang-tin/mat-truoc", "Bản tin"),
        ("bang-tin/mat-sau", "Nước sạch"),
    ]


def test_faces_that_go_the_same_way_are_one_output() -> None:
    board, rundown = build((["*"], ["*"]))
    (lane,) = list_lanes({"bang-tin": board}, {"bang-tin": rundown}, now(0))
    assert (lane.name, lane.upcoming.title if lane.upcoming else None) == ("bang-tin", "Bản tin")
    # seen on one face alone: the other has lost its cable
    item = lane.upcoming
    session: Any = SimpleNamespace(item=item, is_seen_on=lambda _face: True)
    board.lanes[FRONT].session = session
    shown = {one.name: one.on_air for one in list_lanes({"b": board}, {"b": rundown}, now(0))}
    assert shown == {"bang-tin/mat-truoc": item, "bang-tin/mat-sau": None}

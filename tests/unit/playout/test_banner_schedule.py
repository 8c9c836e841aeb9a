"""When a banner is over what a board shows, and when it is not."""

from __future__ import annotations

import msgspec
import pytest

from agent.contract.document import Body, Emergency, Entry, EntryStart, Medium, Playlist, When
from agent.contract.scene import Element, Scene
from agent.errors import TrustError
from agent.plan.rehearsal import find_lanes
from agent.play.board.face_lane import group_by_picture
from agent.playout.output_schedule import BoardSchedule
from agent.playout.schedule import Schedule
from agent.trust.payload import decode_payload
from central.documents.sign import mark_critical
from tests.harness.schedule_documents import START, FakeHeld, emergency, now, playlist

ALL = [0, 0, 1000, 1000]
BASE = Scene([Element("text", ALL, text="Nước sạch")], 3_600_000)
STRIP = Scene([Element("text", ALL, text="Cúp điện chiều nay")], 3_600_000)
HOUR = 3_600


def entry(id_: str, at: str, scene: Scene, **more: object) -> Entry:
    days = [1, 2, 3, 4, 5, 6, 7]
    when = When([at], days, "2026-11-01", "2026-12-31", [])
    return Entry(id_, id_, "vi", ["*"], when, EntryStart("at"), Body(scene=scene), **more)  # type: ignore[arg-type] # members of an entry


def held(*entries: Entry, doc_id: str = "34" * 16, class_: str = "routine") -> FakeHeld:
    document = playlist().document
    changes = {"entries": list(entries), "doc_id": doc_id, "class_": class_, "media": []}
    document = msgspec.structs.replace(document, **changes)
    return FakeHeld(document, doc_id * 2, START)


def board(*documents: FakeHeld) -> BoardSchedule:
    schedule = Schedule(None, lambda _digest: None)
    schedule.update(list(documents), now(0))
    return BoardSchedule(schedule, ["mat-truoc"])


# START is 08:00 in Vietnam
NEWS, NOTICE = entry("tin", "08:00:00", BASE), entry("bang", "08:30:00", STRIP, banner="top")


def test_a_banner_is_over_the_programme_from_its_time_on_and_replaces_nothing() -> None:
    rundown = board(held(NEWS, NOTICE))
    before, during, behind = (rundown.wanted(now(s)) for s in (60, 2_400, HOUR + 60))
    assert before is not None
    assert before.banner is None
    assert during is not None
    assert during.banner is not None
    assert (during.key, during.scene) == (before.key, BASE)
    assert (during.banner.title, during.banner.edge, during.banner.scene) == ("bang", "top", STRIP)
    assert behind is not None  # the programme is over: the strip alone, on black
    assert (behind.title, behind.banner, behind.scene != STRIP) == ("bang", None, True)
    assert rundown.wanted(now(2 * HOUR)) is None


def test_a_banner_is_not_over_a_higher_class_and_never_over_an_emergency() -> None:
    priority = held(entry("uu-tien", "08:30:00", BASE), doc_id="56" * 16, class_="priority")
    over = board(held(NEWS, NOTICE), priority).wanted(now(2_400))
    assert over is not None
    assert (over.title, over.banner) == ("uu-tien", None)
    below = board(held(NEWS), held(NOTICE, doc_id="56" * 16, class_="priority")).wanted(now(2_400))
    assert below is not None
    assert (below.title, below.banner is not None) == ("tin", True)
    alarm = emergency()
    assert isinstance(alarm.document, Emergency)
    exercise = msgspec.structs.replace(alarm.document, exercise=True)
    during = board(
        held(NEWS, entry("bang", "08:00:00", STRIP, banner="top")),
        FakeHeld(exercise, alarm.sha256, START),
    ).wanted(now(60))
    assert during is not None
    assert (during.level_name, during.banner) == ("emergency", None)


def test_an_exercise_without_a_text_says_that_it_is_one() -> None:
    """Its sound says so too; a real emergency without a text leaves the board alone."""
    alarm = emergency()
    assert isinstance(alarm.document, Emergency)
    exercise = msgspec.structs.replace(alarm.document, exercise=True)
    shown = board(FakeHeld(exercise, alarm.sha256, START)).wanted(now(60))
    assert shown is not None
    assert shown.scene is not None
    (only,) = shown.scene.elements
    assert (only.text, only.box) == ("DIỄN TẬP · EXERCISE", ALL)
    assert board(alarm).wanted(now(60)) is None


def test_a_banner_that_failed_is_left_out() -> None:
    rundown = board(held(NEWS, NOTICE))
    during = rundown.wanted(now(2_400))
    assert during is not None
    assert during.banner is not None
    again = rundown.wanted(now(2_400), {during.banner.key})
    assert again is not None
    assert (again.key, again.banner) == (during.key, None)


def test_a_banner_is_critical_and_a_scene_at_rest_or_running() -> None:
    document = held(NOTICE).document
    assert isinstance(document, Playlist)
    listed = mark_critical(document)
    assert listed.crit == ["entries.banner"]
    decode_payload("playlist", msgspec.json.encode(listed))
    with pytest.raises(TrustError, match="E_SCHEMA"):
        decode_payload("playlist", msgspec.json.encode(document))
    standby = msgspec.structs.replace(NOTICE, standby=True)
    for wrong in (standby, msgspec.structs.replace(NOTICE, body=Body(media=["ab" * 32]))):
        entries = [wrong]
        with pytest.raises(TrustError, match="E_SCHEMA"):
            decode_payload(
                "playlist",
                msgspec.json.encode(msgspec.structs.replace(listed, entries=entries)),
            )


def test_rehearsals_have_a_lane_for_banners_only_where_there_is_one() -> None:
    assert {lane.medium for lane in find_lanes([held(NEWS)])} == {"sound", "picture"}
    assert {lane.medium for lane in find_lanes([held(NOTICE)])} == {"sound", "picture", "banner"}


def at_rest(id_: str, text: str, *zones: str) -> Entry:
    scene = Scene([Element("text", ALL, text=text)], 86_400_000)
    return msgspec.structs.replace(
        entry(id_, "00:00:00", scene, standby=True), zones=list(zones) or ["*"]
    )


def base(*entries: Entry) -> FakeHeld:
    document = msgspec.structs.replace(
        held(*entries, doc_id="12" * 16).document, slot="base", expires="2027-11-01T00:00:00Z"
    )
    return FakeHeld(document, "12" * 32, START)


def test_alone_it_lies_over_what_the_face_shows_at_rest() -> None:
    rundown = board(held(NOTICE), base(at_rest("hinh", "UBND xã")))
    alone = rundown.wanted(now(2_400))
    assert alone is not None
    assert alone.scene is not None
    assert (alone.title, alone.banner) == ("bang", None)
    assert [one.text for one in alone.scene.elements] == ["UBND xã"]
    assert isinstance(alone.scene.regions, list)
    (strip,) = alone.scene.regions
    assert strip.box == [0, 0, 1000, 180]
    assert [one.text for one in strip.turns[0].elements][1:] == ["Cúp điện chiều nay"]


def test_alone_it_lies_over_the_picture_of_its_own_face() -> None:
    schedule = Schedule(None, lambda _digest: None)
    pictures = base(at_rest("sau", "Sau", "mat-sau"), at_rest("truoc", "Trước", "mat-truoc"))
    schedule.update([held(NOTICE), pictures], now(0))
    both = BoardSchedule(schedule, ["mat-truoc", "mat-sau"])
    wanted = {face: one.wanted(now(2_400)) for face, one in both.faces.items()}
    texts = {
        face: item.scene.elements[0].text
        for face, item in wanted.items()
        if item is not None and item.scene is not None
    }
    assert texts == {"mat-truoc": "Trước", "mat-sau": "Sau"}
    assert [faces for _, faces in group_by_picture(wanted)] == [["mat-truoc"], ["mat-sau"]]


def test_faces_with_the_same_picture_beneath_a_banner_begin_it_together() -> None:
    schedule = Schedule(None, lambda _digest: None)
    schedule.update([held(NOTICE), base(at_rest("hinh", "UBND xã"))], now(0))
    both = BoardSchedule(schedule, ["mat-truoc", "mat-sau"])
    wanted = {face: one.wanted(now(2_400)) for face, one in both.faces.items()}
    assert [faces for _, faces in group_by_picture(wanted)] == [["mat-truoc", "mat-sau"]]


def test_its_picture_at_rest_is_among_the_media_of_a_banner_alone() -> None:
    medium = Medium("ab" * 32, 1000, "image/png", 0, [])
    picture = Scene([Element("image", ALL, media=medium.sha256)], 86_400_000)
    rest = base(msgspec.structs.replace(at_rest("hinh", ""), body=Body(scene=picture)))
    document = msgspec.structs.replace(rest.document, media=[medium])
    alone = board(held(NOTICE), FakeHeld(document, "12" * 32, START)).wanted(now(2_400))
    assert alone is not None
    assert alone.clips == (medium,)

"""The still picture of a face comes from slot `base`, the nearest issuer first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from agent.clock import Now
from agent.contract.document import Body, Entry, EntryStart, Medium, Playlist, When
from agent.contract.scene import Element, Scene
from agent.plan.policy import effective_policy
from agent.plan.standby import find_standby, list_standby_digests
from agent.plan.timeline import Timeline, build_in_slices
from agent.trust.item_rules import check_playlist
from agent.trust.schema_error import SchemaError
from tests.harness.schedule_documents import FakeHeld

NOW = Now(datetime(2026, 12, 1, 3, tzinfo=UTC), "SYNCED", 0.01)
EVERY_DAY = When(["00:00:00"], [1, 2, 3, 4, 5, 6, 7], "2026-01-01", "2027-12-31")
LOGO = Medium("ab" * 32, 1000, "image/png", 0, [])
TEXT = Element("text", [0, 0, 1000, 1000], text="UBND xã Càng Long")
PICTURE = Element("image", [0, 0, 1000, 1000], media=LOGO.sha256)


def entry(id_: str, *elements: Element, zones: tuple[str, ...] = ("*",), **more: Any) -> Entry:
    scene = Scene(list(elements), 86_400_000)
    fields: dict[str, Any] = {"standby": True, **more}
    return Entry(
        id=id_, title=id_, lang="vi", zones=list(zones), when=EVERY_DAY, start=EntryStart("at"),
        body=Body(scene=scene), **fields,
    )  # fmt: skip


def base(*entries: Entry, issuer: str = "vn.84.29266", **more: Any) -> Any:
    fields: dict[str, Any] = {
        "slot": "base", "class_": "routine", "not_before": "2026-11-01T00:00:00Z",
        "expires": "2027-11-01T00:00:00Z", **more,
    }  # fmt: skip
    document = Playlist(
        kind="playlist", issuer=issuer, to=["84/*/*"], doc_id="12" * 16, epoch=1, seq=1,
        issued="2026-11-01T00:00:00Z", media=[LOGO], entries=list(entries), **fields,
    )  # fmt: skip
    return FakeHeld(document, issuer.rjust(64, "0"), NOW.at)


def faces_of(*held: Any, now: Now = NOW, missing: str | None = None) -> dict[str, str]:
    found = find_standby(held, ["sau", "truoc"], lambda _digest: missing, now)
    return {face: one.entry.id for one in found for face in one.faces}


def test_each_face_has_the_first_entry_that_names_it() -> None:
    held = base(entry("hinh-sau", TEXT, zones=("sau",)), entry("chung", TEXT))
    assert faces_of(held) == {"sau": "hinh-sau", "truoc": "chung"}


def test_the_issuer_deepest_in_the_tree_goes_first() -> None:
    province = base(entry("tinh", TEXT), issuer="vn.84")
    commune = base(entry("xa", TEXT, zones=("sau",)))
    assert faces_of(province, commune) == {"sau": "xa", "truoc": "tinh"}


def test_a_picture_that_is_not_here_gives_way_to_the_next() -> None:
    held = base(entry("hinh", PICTURE), entry("chu", TEXT))
    assert faces_of(held, missing="E_MEDIA: not in store") == {"sau": "chu", "truoc": "chu"}
    assert faces_of(held) == {"sau": "hinh", "truoc": "hinh"}
    assert set(list_standby_digests([held])) == {LOGO.sha256}


@pytest.mark.parametrize(
    "changes",
    [{"expires": "2026-12-01T02:59:59Z"}, {"not_before": "2026-12-01T03:00:01Z"},
     {"slot": "tuan"}, {"class_": "priority"}],
)  # fmt: skip
def test_nothing_is_shown_of_a_document_that_is_over_early_or_of_another_slot(
    changes: dict[str, str],
) -> None:
    assert faces_of(base(entry("chu", TEXT), **changes)) == {}


def test_without_a_clock_a_document_that_is_not_known_to_be_over_counts() -> None:
    early = Now(datetime(2026, 10, 1, tzinfo=UTC), "FLOOR", None)
    assert faces_of(base(entry("chu", TEXT)), now=early) == {"sau": "chu", "truoc": "chu"}


def test_it_is_never_planned() -> None:
    held = [base(entry("cho", TEXT), entry("thuong", TEXT, standby=msgspec.UNSET))]
    policy = effective_policy(None, None)
    slices = build_in_slices(held, policy, NOW.at, NOW.at + timedelta(days=1))
    timeline: Timeline | None = None
    try:
        while True:
            next(slices)
    except StopIteration as end:
        timeline = end.value
    assert timeline is not None
    assert {one.entry.id for one in timeline.occurrences} == {"thuong"}


@pytest.mark.parametrize(
    "element",
    [
        Element("clock", [0, 0, 1000, 1000], format="%H:%M"),
        Element("text", [0, 0, 1000, 1000], text="chạy", ticker_ms=10_000),
        Element("video", [0, 0, 1000, 1000], media=LOGO.sha256),
    ],
)
def test_what_moves_or_tells_a_time_is_no_standby_picture(element: Element) -> None:
    with pytest.raises(SchemaError, match="standby"):
        check_playlist(base(entry("cho", element)).document)
    check_playlist(base(entry("cho", TEXT)).document)


def test_it_stands_in_slot_base_alone() -> None:
    with pytest.raises(SchemaError, match="slot base"):
        check_playlist(base(entry("cho", TEXT), slot="tuan").document)

"""What fills in for a radio: the media of slot `base`, of the nearest issuer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from agent.contract.accepted import HeldDocument
from agent.contract.document import Body, Entry, EntryStart, Medium, Playlist, TextBody, When
from agent.playout.relay_filler import find_filler

AT = datetime(2026, 11, 30, tzinfo=UTC)
A, B, C = (letter * 64 for letter in "abc")
WHEN = When(["05:00:00"], [1], "2026-11-23", "2026-11-29")


def entry(number: int, *digests: str, **changes: Any) -> Entry:
    body = Body(media=list(digests)) if digests else Body(text=TextBody(show="Nước sạch"))
    return Entry(f"e{number}", "Nhạc", "vi", ["*"], WHEN, EntryStart("at"), body, **changes)


def held(issuer: str, *entries: Entry, slot: str = "base", class_: Any = "routine") -> HeldDocument:
    playlist = Playlist(
        kind="playlist", issuer=issuer, class_=class_, to=["*/*/*"], doc_id="ab" * 16, slot=slot,
        epoch=1, seq=1, issued="", not_before="", expires="", entries=list(entries),
        media=[Medium(digest, 1, "audio/ogg", 1000, []) for digest in (A, B, C)],
    )  # fmt: skip
    return HeldDocument(playlist, "cd" * 32, b"", AT)


def found(*documents: HeldDocument, missing: str = "", issuer: str = "vn.84.29266") -> list[str]:
    media = find_filler(documents, issuer, lambda digest: "E_MEDIA" if digest == missing else None)
    return [one.sha256 for one in media]


def test_it_is_in_the_order_of_the_playlist_each_file_once() -> None:
    assert found(held("vn.84.29266", entry(1, B), entry(2), entry(3, A, B))) == [B, A]


def test_what_is_not_in_store_is_left_out_and_an_advertisement_fills_nothing_in() -> None:
    base = held("vn.84.29266", entry(1, A, advert=True), entry(2, B, C))
    assert found(base, missing=B) == [C]


def test_the_own_issuer_goes_before_those_above_it_and_no_neighbour_counts() -> None:
    province, neighbour = held("vn.84", entry(1, B)), held("vn.84.1", entry(1, C))
    assert found(province, neighbour) == [B]
    assert found(province, held("vn.84.29266", entry(1, A))) == [A]
    assert found(neighbour) == []


def test_another_slot_and_another_class_fill_nothing_in() -> None:
    weekly = held("vn.84.29266", entry(1, A), slot="tuan")
    assert found(weekly, held("vn.84.29266", entry(1, A), class_="priority")) == []


def test_music_fills_nothing_in_on_a_day_of_mourning() -> None:
    base = held("vn.84.29266", entry(1, A, music=True), entry(2, B, music=False), entry(3, C))
    for is_mourning, expected in ((False, [A, B, C]), (True, [B, C])):
        media = find_filler([base], "vn.84.29266", lambda _: None, is_mourning=is_mourning)
        assert [one.sha256 for one in media] == expected

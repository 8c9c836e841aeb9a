"""Playlists as the schedule reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from agent.clock import Now
from agent.contract.document import (
    Body,
    Document,
    Emergency,
    EmergencyBody,
    Entry,
    EntryStart,
    Medium,
    Playlist,
    When,
)
from agent.contract.utc import encode_utc

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DIGEST = "ab" * 32


@dataclass(frozen=True)
class FakeHeld:
    document: Document
    sha256: str
    accepted_at: datetime


def now(seconds: float) -> Now:
    return Now(START + timedelta(seconds=seconds), "SYNCED", 0.01)


def playlist() -> FakeHeld:
    """Two items a day, 09:00 and 10:00 local, each with a medium of its own."""
    entries = [
        Entry(
            id=id_,
            title=title,
            lang="vi",
            zones=["*"],
            when=When([at], [1, 2, 3, 4, 5, 6, 7], "2026-11-01", "2026-12-31", []),
            start=EntryStart("at"),
            body=Body(media=[digest]),
        )
        for id_, title, at, digest in (
            ("e1", "Bản tin", "09:00:00", DIGEST),
            ("e2", "Nước sạch", "10:00:00", "cd" * 32),
        )
    ]
    document = Playlist(
        kind="playlist",
        issuer="vn.84.29266",
        class_="routine",
        to=["84/29266/*"],
        doc_id="34" * 16,
        slot="tuan",
        epoch=1,
        seq=1,
        issued=encode_utc(START),
        not_before=encode_utc(START - timedelta(days=1)),
        expires=encode_utc(START + timedelta(days=30)),
        media=[Medium(d, 1000, "audio/mpeg", 8000, []) for d in (DIGEST, "cd" * 32)],
        entries=entries,
    )
    return FakeHeld(document, "56" * 32, START)


def night_playlist() -> FakeHeld:
    """Its first entry begins at 23:00 local, in the quiet hours of every box (22:00 to 05:00)."""
    held = playlist()
    assert isinstance(held.document, Playlist)
    first, second = held.document.entries
    when = msgspec.structs.replace(first.when, at=["23:00:00"])
    entries = [msgspec.structs.replace(first, when=when), second]
    return FakeHeld(
        msgspec.structs.replace(held.document, entries=entries), held.sha256, held.accepted_at
    )


def emergency() -> FakeHeld:
    document = Emergency(
        kind="emergency",
        issuer="vn.84.em",
        class_="emergency",
        to=["84/29266/*"],
        doc_id="cd" * 16,
        slot="khan-cap",
        epoch=1,
        seq=1,
        issued=encode_utc(START),
        not_before=encode_utc(START),
        expires=encode_utc(START + timedelta(hours=1)),
        event_id="ef" * 16,
        exercise=False,
        attention="two-tone",
        media=[Medium(DIGEST, 1000, "audio/mpeg", 8000, ["https://a.example.vn/x"])],
        bodies=[EmergencyBody("vi", [DIGEST])],
        repeat=1,
        gap_ms=0,
        max_ms=600_000,
    )
    return FakeHeld(document, "12" * 32, START)

"""Why it is that one: all that want a moment, the winner first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from agent.contract.document import Body, Entry, EntryStart, Playlist, Sync, When
from agent.contract.priority import Level
from agent.contract.scene import Scene
from agent.plan.occurrence import Occurrence
from agent.plan.timeline import Timeline

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


class FakeHeld:
    def __init__(self, seq: int) -> None:
        self.document = Playlist(
            kind="playlist", issuer="vn.84", class_="routine", to=[], doc_id="0" * 32, slot="tuan",
            epoch=1, seq=seq, issued="", not_before="", expires="", editor="", approver="",
            media=[], entries=[],
        )  # fmt: skip
        self.sha256 = "1" * 64


def occurrence(
    title: str, level: Level, minutes: int, zones: list[str], seq: int = 1
) -> Occurrence:
    entry = Entry(
        id=title, title=title, lang="vi", zones=zones,
        when=When(["08:00"], [1], "2026-11-24", "2026-11-24", []),
        start=EntryStart("at"), max_ms=None, when_cut="drop", sync=Sync("simultaneous", 0),
        body=Body(scene=Scene([], 1)),
    )  # fmt: skip
    held: Any = FakeHeld(seq)
    start_at = AT + timedelta(minutes=minutes)
    return Occurrence(
        document=held, entry=entry, level=level, start_at=start_at,
        end_at=start_at + timedelta(hours=1), latest_end_at=start_at + timedelta(hours=1),
        medium="picture",
    )  # fmt: skip


def titles(timeline: Timeline, minutes: int, zones: list[str] | None = None) -> list[str]:
    at = AT + timedelta(minutes=minutes)
    return [one.entry.title for one in timeline.contenders(at, "picture", zones)]


def test_the_higher_level_then_the_later_start_is_first_and_plays() -> None:
    timeline = Timeline(
        [
            occurrence("notice", Level.SCHEDULED, 0, ["*"]),
            occurrence("flood", Level.PRIORITY, 5, ["*"]),
            occurrence("market", Level.SCHEDULED, 10, ["mat-sau"]),
        ]
    )
    assert titles(timeline, 20) == ["flood", "market", "notice"]
    assert titles(timeline, 20, ["mat-truoc"]) == ["flood", "notice"]
    assert titles(timeline, 2) == ["notice"]
    assert titles(timeline, -1) == []
    winner = timeline.playing(AT + timedelta(minutes=20), "picture")
    assert winner is not None
    assert winner.entry.title == "flood"

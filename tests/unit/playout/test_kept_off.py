"""What the schedule had start, also in a silence, and what keeps it off an output."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agent.clock import Now
from agent.contract.document import Playlist
from agent.play.item import Item
from agent.playout.output_schedule import BoardSchedule, SoundSchedule
from agent.playout.schedule import Schedule
from tests.harness.silent_schedule import (
    DIGEST,
    HEAD,
    MEDIA,
    START,
    FakeHeld,
    emergency,
    entry,
    ordered,
    playlist,
)

SOUND: dict[str, Any] = {"media": [DIGEST], "repeat": 1, "gap_ms": 0}
SHOWN: dict[str, Any] = {"text": {"say": None, "show": "Nước sạch"}, "repeat": 1, "gap_ms": 0}
NOW = Now(START + timedelta(seconds=10), "SYNCED", 0.01)


def held(*entries: dict[str, Any], **header: Any) -> FakeHeld:
    usual = {"kind": "playlist", "class": "routine", "media": MEDIA, **HEAD}
    return FakeHeld(msgspec.convert({**usual, "entries": list(entries), **header}, Playlist))


def due(schedule: Schedule, *documents: FakeHeld) -> tuple[SoundSchedule, dict[str, Item]]:
    schedule.update(list(documents), NOW)
    rundown = SoundSchedule(schedule, ["nga-ba"])
    return rundown, {item.title: item for item in rundown.started(START, NOW)}


def test_all_that_begin_together_are_named_and_the_weaker_ones_clash() -> None:
    entries = (entry("mot", SOUND), entry("hai", SOUND), entry("ba", SOUND))
    rundown, items = due(Schedule(None, lambda _digest: None), held(*entries))
    assert [item.title for item in rundown.due(START, NOW)] == ["mot"]
    whys = {title: rundown.why_kept_off(item, NOW) for title, item in items.items()}
    assert whys == {"mot": None, "hai": "clash", "ba": "clash"}
    news, other = held(entry("tin", SOUND)), held(entry("moi", SOUND), doc_id="ee" * 16, seq=2)
    rundown, items = due(Schedule(None, lambda _digest: None), news, other)
    whys = {title: rundown.why_kept_off(item, NOW) for title, item in items.items()}
    assert whys == {"tin": "clash", "moi": None}


def test_what_begins_at_one_moment_on_another_level_or_output_is_no_clash() -> None:
    urgent = held(entry("gap", SOUND), doc_id="ee" * 16, slot="gap", **{"class": "priority"})
    elsewhere = {**entry("xa", SOUND), "zones": ["cho"]}
    news = held({**elsewhere, "id": "xa"}, entry("tin", SOUND))
    rundown, items = due(Schedule(None, lambda _digest: None), news, urgent)
    whys = {title: rundown.why_kept_off(item, NOW) for title, item in items.items()}
    assert whys == {"tin": "preempted", "gap": None}


@pytest.mark.parametrize(
    ("by", "why", "why_shown"),
    [
        ("page", "local_mute", None),
        ("key", "silence_key", "silence_key"),
        ("pause", "silenced", "silenced"),
        ("stop", "silenced", "silenced"),
    ],
)
def test_each_silence_says_which_it_is_and_hides_no_start(
    by: str, why: str, why_shown: str | None
) -> None:
    schedule = Schedule(None, lambda _digest: None, lambda: by == "page", lambda: by == "key")
    standing = {"pause": 1, "stop": 2}.get(by)
    documents = [playlist(), *([] if standing is None else [ordered(standing)])]
    rundown, items = due(schedule, *documents)
    assert rundown.due(START, NOW) == []
    assert {title: rundown.why_kept_off(one, NOW) for title, one in items.items()} == {"news": why}
    board = BoardSchedule(schedule, ["mat-truoc"])
    shown = {one.title: board.why_kept_off(one, NOW) for one in board.started(START, NOW)}
    assert shown == {"notice": why_shown}


def test_an_emergency_keeps_off_what_is_due() -> None:
    rundown, items = due(Schedule(None, lambda _digest: None), playlist(), emergency())
    assert rundown.why_kept_off(items["news"], NOW) == "preempted"


def test_of_filler_nothing_is_owed() -> None:
    filler = held(entry("nen", SOUND), slot="base", doc_id="ee" * 16, filler=True)
    rundown, items = due(Schedule(None, lambda _digest: None), playlist(), filler)
    assert set(items) == {"news"}
    assert {item.title for item in rundown.unended(NOW.at, NOW)} == {"news"}


def test_what_was_over_before_its_document_came_is_not_owed_by_a_run_that_died_just_then() -> None:
    over_at = NOW.at + timedelta(hours=2)
    late = FakeHeld(playlist().document, accepted_at=over_at)
    rundown, _ = due(Schedule(None, lambda _digest: None), late)
    beaten_at = over_at - timedelta(seconds=5)  # last on record; it took the document behind that
    later = Now(over_at + timedelta(seconds=10), "SYNCED", 0.01)
    assert rundown.unended(beaten_at, later) == []
    ahead = Now(over_at - timedelta(seconds=1), "SYNCED", 0.01)  # that clock has been set back
    assert {item.title for item in rundown.unended(beaten_at, ahead)} == {"news", "later"}

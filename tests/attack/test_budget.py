"""Attacks 105 to 107: what one entitled key may cost the box."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from agent.contract.document import Body, Entry, Medium, Playlist, Start, When
from agent.plan.policy import EffectivePolicy
from agent.plan.timeline import Timeline, build_timeline

FROM = datetime(2026, 11, 22, 17, tzinfo=UTC)  # local midnight
DIGEST = "a" * 64


@dataclass(frozen=True)
class FakeHeld:
    document: Playlist
    sha256: str = "0" * 64


def dense(
    number: int, times: list[str], duration_ms: int, class_: Literal["routine", "priority"]
) -> FakeHeld:
    """A playlist of one entry with all these times, each day."""
    when = When(times, [1, 2, 3, 4, 5, 6, 7], "2026-01-01", "2027-12-31")
    entry = Entry("e", "t", "vi", ["*"], when, Start("at"), Body(media=[DIGEST]))
    return FakeHeld(
        Playlist(
            kind="playlist", issuer="vn.84.29266", class_=class_, to=["84/29266/*"],
            doc_id=f"{number:032x}", slot=f"slot-{number}", epoch=1, seq=1,
            issued="2026-01-01T00:00:00Z", not_before="2026-01-01T00:00:00Z",
            expires="2028-01-01T00:00:00Z",
            media=[Medium(DIGEST, 1, "audio/mpeg", duration_ms, [])], entries=[entry],
        )
    )  # fmt: skip


def clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def build(held: list[FakeHeld]) -> Timeline:
    return build_timeline(held, EffectivePolicy(()), FROM, FROM + timedelta(days=2))


def test_attack_107_one_long_priority_item_makes_no_look_up_slow() -> None:
    """Each look-up compared all that starts with all that had started: 12 s of the event loop."""
    routine = [
        dense(number, [clock(at) for at in range(number, 86_400, 60)], 500, "routine")
        for number in range(8)
    ]
    long = dense(99, ["00:00:00"], 86_400_000, "priority")
    timeline = build([*routine, long])
    assert len(timeline.occurrences) > 20_000
    began = time.perf_counter()
    for minute in range(100):
        at = FROM + timedelta(minutes=minute, seconds=30)
        first = timeline.playing(at, "sound")
        assert first is not None
        assert first.document is long
        coming = timeline.upcoming(at, "sound")
        assert coming is not None
        assert coming.start_at == FROM + timedelta(days=1)  # until then all others lose
        assert len(timeline.contenders(at, "sound")) <= 9
    assert time.perf_counter() - began < 5

"""10,000 entries: how long a build takes, and how long the next action."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agent.contract.document import Body, Entry, Medium, Playlist, Start, When
from agent.plan.policy import effective_policy
from agent.plan.timeline import build_timeline

FROM = datetime(2026, 11, 22, 10, tzinfo=UTC)
DIGEST = "a" * 64
RUNS = 5


@dataclass(frozen=True)
class HeldPlaylist:
    document: Playlist
    sha256: str


def make_playlist(number: int, entries: int) -> Playlist:
    first_s = number * entries * 5
    return Playlist(
        kind="playlist",
        issuer="vn.84.29266",
        class_="routine",
        to=["84/29266/*"],
        doc_id=f"{number:032x}",
        slot=f"slot-{number}",
        epoch=1,
        seq=1,
        issued="2026-11-01T00:00:00Z",
        not_before="2026-11-01T00:00:00Z",
        expires="2027-11-01T00:00:00Z",
        media=[Medium(DIGEST, 48_000, "audio/mpeg", 4_000, ["https://media.example.vn/a"])],
        entries=[make_entry(index, first_s + index * 5) for index in range(entries)],
    )


def make_entry(index: int, second: int) -> Entry:
    at = f"{5 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    return Entry(
        id=f"e{index}",
        title="Bản tin",
        lang="vi",
        zones=["*"],
        when=When([at], [1, 2, 3, 4, 5, 6, 7], "2026-11-01", "2027-01-01"),
        start=Start("at"),
        body=Body(media=[DIGEST]),
    )


def main() -> None:
    held = [HeldPlaylist(make_playlist(number, 2000), "b" * 64) for number in range(5)]
    policy = effective_policy(None, None)
    builds, nexts = [], []
    for _ in range(RUNS):
        began = time.perf_counter()
        timeline = build_timeline(held, policy, FROM, FROM + timedelta(days=1))
        builds.append(time.perf_counter() - began)
        at = FROM + timedelta(hours=15)
        began = time.perf_counter()
        timeline.playing(at, "sound", {"nga-ba"})
        timeline.upcoming(at, "sound", {"nga-ba"})
        nexts.append(time.perf_counter() - began)
    build_ms, next_ms = min(builds) * 1000, max(nexts) * 1000
    print(f"BENCH name=plan_build_10k_ms value={build_ms:.1f} unit=ms target=200")
    print(f"BENCH name=plan_next_ms value={next_ms:.3f} unit=ms target=5")


if __name__ == "__main__":
    main()

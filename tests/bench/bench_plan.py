"""10,000 entries, and a box at its budgets: how long a build and the next action take."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
import psutil
from msgspec import UNSET

from agent.contract.document import Body, Entry, EntryStart, Medium, Playlist, When
from agent.contract.issuer_budget import OF_BOX
from agent.plan.advert import AdvertLimits
from agent.plan.calendar import parse_window
from agent.plan.policy import EffectivePolicy, effective_policy
from agent.plan.timeline import build_timeline
from agent.plan.zone_classes import ZoneClasses
from agent.playout.schedule import AHEAD, BEHIND

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
        start=EntryStart("at"),
        body=Body(media=[DIGEST]),
    )


def make_full() -> list[HeldPlaylist]:
    """As many starts on one day as all issuers together may have, in entries of many times."""
    starts, each = OF_BOX["playlist"].starts, 1000
    held = []
    for number in range(starts // each):
        playlist = make_playlist(number, 10)
        entries = [
            msgspec.structs.replace(entry, when=make_when(number * each + index * 100))
            for index, entry in enumerate(playlist.entries)
        ]
        full = msgspec.structs.replace(playlist, entries=entries)
        held.append(HeldPlaylist(full, "b" * 64))
    return held


def make_when(first: int) -> When:
    seconds = [18_000 + (first + number) * 57_000 // 10_000 for number in range(100)]
    at = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in seconds]
    return When(at, [1, 2, 3, 4, 5, 6, 7], "2026-11-01", "2027-01-01")


def measure_full() -> None:
    """What the agent does when a document comes: the plan of 26 h before and 50 h ahead."""
    held, process = make_full(), psutil.Process()
    policy = EffectivePolicy((), sessions_per_day=100_000)
    rss = process.memory_info().rss
    builds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        timeline = build_timeline(held, policy, FROM - BEHIND, FROM + AHEAD)
        builds.append(time.perf_counter() - began)
    grown_mib = (process.memory_info().rss - rss) / (1 << 20)
    began = time.perf_counter()
    timeline.upcoming(FROM, "sound", {"nga-ba"})
    first_ms = (time.perf_counter() - began) * 1000
    print(f"BENCH name=plan_build_full_ms value={min(builds) * 1000:.1f} unit=ms target=150")
    print(f"BENCH name=plan_first_look_full_ms value={first_ms:.1f} unit=ms target=100")
    print(f"BENCH name=plan_full_rss_mib value={grown_mib:.1f} unit=MiB target=40")


def limited_playlist(number: int) -> HeldPlaylist:
    """2,000 entries, each tenth an advert, all for one cluster of two."""
    playlist = make_playlist(number, 2000)
    entries = [
        msgspec.structs.replace(
            entry, advert=True if index % 10 == 9 else UNSET, zones=["nga-ba", "cho"]
        )
        for index, entry in enumerate(playlist.entries)
    ]
    return HeldPlaylist(msgspec.structs.replace(playlist, entries=entries), "b" * 64)


def make_limits() -> EffectivePolicy:
    """Every limit of sound, none of which refuses much: each start goes through all of them."""
    return EffectivePolicy(
        quiet=(parse_window("21:00-05:00"),),
        maintenance=(parse_window("12:00-12:05"),),
        sessions_per_day=1440,
        minutes_per_session=1440,
        weekdays=frozenset(range(1, 8)),
        adverts=AdvertLimits(((parse_window("04:00-23:00"),),), day_pct=20, session_pct=20),
        zone_classes=ZoneClasses(
            {"special": frozenset({"priority"})}, {"nga-ba": "ordinary", "truong-hoc": "special"}
        ),
    )


def measure_limits() -> None:
    """The 10,000 entries under every limit of a policy at once."""
    held, policy = [limited_playlist(number) for number in range(5)], make_limits()
    builds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        timeline = build_timeline(held, policy, FROM, FROM + timedelta(days=1))
        builds.append(time.perf_counter() - began)
    count = f"{len(timeline.occurrences)}/{len(timeline.refusals)}"
    print(
        f"BENCH name=plan_build_10k_limits_ms value={min(builds) * 1000:.1f} unit=ms target=200"
        f" kept/refused={count}"
    )


def main() -> None:
    measure_full()
    measure_limits()
    held = [HeldPlaylist(make_playlist(number, 2000), "b" * 64) for number in range(5)]
    policy = effective_policy(None, None)
    builds, nexts = [], []
    for _ in range(RUNS):
        began = time.perf_counter()
        timeline = build_timeline(held, policy, FROM, FROM + timedelta(days=1))
        builds.append(time.perf_counter() - began)
        at = FROM + timedelta(hours=15)
        timeline.playing(at, "sound", {"nga-ba"})
        began = time.perf_counter()
        timeline.playing(at, "sound", {"nga-ba"})
        timeline.upcoming(at, "sound", {"nga-ba"})
        nexts.append(time.perf_counter() - began)
    build_ms, next_ms = min(builds) * 1000, max(nexts) * 1000
    print(f"BENCH name=plan_build_10k_ms value={build_ms:.1f} unit=ms target=200")
    print(f"BENCH name=plan_next_ms value={next_ms:.3f} unit=ms target=5")


if __name__ == "__main__":
    main()

"""10,000 entries, a box at its budgets, and growth: how long builds and the next action take."""

from __future__ import annotations

import gc
import math
import multiprocessing
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
import psutil
from msgspec import UNSET

from agent.contract.document import Body, Entry, EntryStart, Medium, Playlist, When
from agent.contract.issuer_budget import OF_BOX
from agent.plan.advert import AdvertLimits
from agent.plan.calendar import parse_window
from agent.plan.policy import EffectivePolicy
from agent.plan.timeline import Timeline, build_timeline
from agent.plan.zone_classes import ZoneClasses
from agent.playout.schedule import AHEAD, BEHIND

FROM = datetime(2026, 11, 22, 10, tzinfo=UTC)
DIGEST = "a" * 64
RUNS = 5
MIXED = [*["at"] * 7, "next", "within", "after"]  # what a commune writes
WAITING = ["next", "within", "after"]
FREE = EffectivePolicy(())


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
    print(f"BENCH name=plan_build_10k_limits_ms value={min(builds) * 1000:.1f} unit=ms target=200")
    print(f"# kept/refused: {count}")


def make_mixed(number: int, kinds: Sequence[str]) -> list[HeldPlaylist]:
    """So many entries each day, evenly; each lasts four fifths of the time to the next.

    Args:
        number: of entries, in playlists of at most 2,000.
        kinds: of their starts, in turn; what follows follows the entry before it.
    """
    gap_us = 86_400_000_000 // number
    held = []
    for first in range(0, number, 2000):
        playlist = make_playlist(first, 0)
        entries = [
            make_mixed_entry(index, index * gap_us // 1_000_000, kinds[index % len(kinds)], gap_us)
            for index in range(first, min(first + 2000, number))
        ]
        media = [Medium(DIGEST, 48_000, "audio/mpeg", gap_us // 1250, ["https://m.example.vn/a"])]
        full = msgspec.structs.replace(playlist, entries=entries, media=media)
        held.append(HeldPlaylist(full, "b" * 64))
    return held


def make_mixed_entry(index: int, second: int, kind: str, gap_us: int) -> Entry:
    at = [f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"]
    start = {
        "at": EntryStart("at"),
        "next": EntryStart("next"),
        "within": EntryStart("within", ms=600_000),
        "after": EntryStart("after", entry=f"e{index - 1}"),
    }[kind]
    when = When([] if kind == "after" else at, [1, 2, 3, 4, 5, 6, 7], "2026-11-01", "2027-01-01")
    return msgspec.structs.replace(make_entry(index, second), start=start, when=when)


def build_ms(held: Sequence[HeldPlaylist], runs: int = RUNS) -> float:
    """The least time of some builds of a day, in milliseconds of this process."""
    builds = []
    for _ in range(runs):
        began = time.process_time()
        build_timeline(held, FREE, FROM, FROM + timedelta(days=1))
        builds.append((time.process_time() - began) * 1000)
    return min(builds)


def measure_growth() -> None:
    """The slope of time over entries, both as logarithms, by least squares."""
    points = []
    for number, runs in ((100, 40), (1_000, 10), (10_000, 5), (100_000, 1)):
        took_ms = build_ms(make_mixed(number, MIXED), runs)
        points.append((math.log(number), math.log(took_ms)))
    slope = statistics.linear_regression(*zip(*points, strict=True)).slope
    print(f"BENCH name=plan_growth_exponent value={slope:.3f} unit=1 target=1.1")


def measure_10k() -> None:
    """10,000 entries a day: of all kinds, hard starts alone, and what waits alone."""
    mixed = make_mixed(10_000, MIXED)
    measure_rss(mixed)
    rows = {
        "plan_build_10k_ms": (mixed, "200"),
        "plan_build_10k_at_ms": (make_mixed(10_000, ["at"]), "200"),
        "plan_build_10k_waiting_ms": (make_mixed(10_000, WAITING), "-"),
    }
    for name, (held, target) in rows.items():
        print(f"BENCH name={name} value={build_ms(held):.1f} unit=ms target={target}")
    measure_next(build_timeline(mixed, FREE, FROM, FROM + timedelta(days=1)))


def measure_rss(held: Sequence[HeldPlaylist]) -> None:
    """What the first plan of the process adds, its own peak included."""
    process = psutil.Process()
    gc.collect()
    rss = process.memory_info().rss
    timeline = build_timeline(held, FREE, FROM, FROM + timedelta(days=1))
    grown_mib = (process.memory_info().rss - rss) / (1 << 20)
    assert timeline.occurrences
    print(f"BENCH name=plan_rss_10k_mib value={grown_mib:.1f} unit=MiB target=40")


def measure_next(timeline: Timeline) -> None:
    """What an output asks at each of its updates; the slowest of a day's moments."""
    timeline.playing(FROM, "sound", {"nga-ba"})
    took = []
    for minute in range(0, 24 * 60, 10):
        at = FROM + timedelta(minutes=minute)
        began = time.perf_counter()
        timeline.playing(at, "sound", {"nga-ba"})
        timeline.upcoming(at, "sound", {"nga-ba"})
        took.append(time.perf_counter() - began)
    print(f"BENCH name=plan_next_10k_ms value={max(took) * 1000:.3f} unit=ms target=5")


def main() -> None:
    for measure in (measure_10k, measure_full, measure_limits, measure_growth):
        # What one has freed would hide what the next one needs.
        child = multiprocessing.get_context("fork").Process(target=measure)
        child.start()
        child.join()
        if child.exitcode:
            raise SystemExit(child.exitcode)


if __name__ == "__main__":
    main()

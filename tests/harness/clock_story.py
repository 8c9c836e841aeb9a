"""A random story of one station: its clock is set, it restarts, its documents change."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from agent.clock import mono_s
from agent.contract.document import Document, Playlist
from agent.play.sound import sound_output
from agent.settings.model import Policy
from tests.harness.clock_judgement import Judgement, find_planned
from tests.harness.plan_oracle_policy import Rules
from tests.harness.virtual_station import VirtualStation
from tests.harness.virtual_time import run_virtually

FIRST = date(2026, 12, 1)
DAYS = 3
QUIET = ["21:00-05:00"]
STEPS_S = [2, 30, 600, 3600, 5 * 3600, 86_400, 2 * 86_400]
LENGTHS_S = [5, 60, 600, 1800]


@dataclass(frozen=True)
class FakeHeld:
    document: Document
    sha256: str = "0" * 64
    accepted_at: datetime = datetime(2026, 11, 30, tzinfo=UTC)
    standing: int = 1


def local(day: date, second: int) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=7)
    return midnight + timedelta(seconds=second)


class Story:
    """One random sequence."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - no secret
        self.taken: set[int] = set()
        self.hours = self.dice.choice([[5, 6], [12, 13], [20, 21], [23, 0], [4, 5]])

    def second(self) -> int:
        """A second of the day; one in four is that of something else."""
        if self.taken and self.dice.random() < 0.25:
            return self.dice.choice(sorted(self.taken))
        while True:
            minute = self.dice.choice([0, 5, 10, 15, 30, 45, 59])
            second = self.dice.choice(self.hours) * 3600 + minute * 60
            second += self.dice.choice([0, 0, 1, 7, 31, 59])
            if second not in self.taken:
                self.taken.add(second)
                return second

    def entry(self, number: int, kind: str, count: int) -> dict[str, Any]:
        start: dict[str, Any] = {"kind": kind}
        if kind == "within":
            start["ms"] = self.dice.choice([60, 1200]) * 1000
        if kind == "after":
            start["entry"] = f"e{(number - 1) % count}"
        second = self.second()
        return {
            "id": f"e{number}", "title": f"Bản tin {number}", "lang": "vi",
            "zones": self.dice.choice([["*"], ["a"], ["a", "b"]]),
            "when": {
                "at": [f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"],
                "weekdays": [1, 2, 3, 4, 5, 6, 7], "from": FIRST.isoformat(),
                "until": (FIRST + timedelta(days=DAYS)).isoformat(), "except": [],
            },
            "start": start, "max_ms": None,
            "when_cut": self.dice.choice(["resume", "resume", "rejoin", "drop"]),
            "body": {"media": [self.dice.choice("abcd") * 64]},
        }  # fmt: skip

    def playlist(self, number: int, class_: str, kinds: list[str]) -> dict[str, Any]:
        count = self.dice.randint(2, 5)
        return {
            "kind": "playlist", "issuer": "vn.84.29266", "class": class_, "to": ["84/29266/*"],
            "doc_id": f"{number:032x}", "slot": f"s{number}", "epoch": 1, "seq": number,
            "issued": "2026-01-01T00:00:00Z", "not_before": "2026-01-01T00:00:00Z",
            "expires": "2026-12-09T00:00:00Z",
            "media": [
                {"sha256": name * 64, "bytes": 1, "mime": "audio/mpeg", "urls": [],
                 "duration_ms": length_s * 1000}
                for name, length_s in zip("abcd", LENGTHS_S, strict=True)
            ],
            "entries": [
                self.entry(one, "at" if one == 0 else self.dice.choice(kinds), count)
                for one in range(count)
            ],
        }  # fmt: skip

    def moment(self) -> datetime:
        """A moment at the edge of something, or near it."""
        second = self.dice.choice(sorted(self.taken)) + self.dice.choice([-90, -1, 0, 1, 20, 400])
        second += self.dice.choice([0, 0, *LENGTHS_S])
        return local(FIRST + timedelta(days=self.dice.randrange(DAYS)), second)


async def tell(story: Story, kinds: list[str]) -> VirtualStation:
    dice = story.dice
    are_fixed = kinds != ["at"]
    docs = [story.playlist(1, "routine", kinds), story.playlist(2, "priority", kinds)]
    spare = [story.playlist(n, "routine", ["at"]) for n in (3, 4)] if not are_fixed else []
    rules = Rules(quiet=QUIET)
    station = VirtualStation(story.moment(), Policy(quiet_hours=QUIET))

    def hold(ones: list[dict[str, Any]]) -> None:
        station.hold([FakeHeld(msgspec.convert(one, Playlist)) for one in ones])

    hold(docs)
    await station.switch_on()
    for _ in range(8):
        await asyncio.sleep(dice.choice([1, 5, 61, 400, 1500]))
        what = dice.choice(["step", "step", "edge", "restart", "no time", "documents", "silence"])
        now_at = station.clock.now().at
        if what == "step":
            by_s = dice.choice(STEPS_S) * dice.choice([1, -1])
            station.set_clock(now_at + timedelta(seconds=by_s))
        elif what == "edge":
            station.set_clock(story.moment())
        elif what == "restart":
            await station.switch_off(is_crash=dice.random() < 0.5)
            await asyncio.sleep(dice.choice([1, 200, 4000]))
            await station.switch_on()
        elif what == "no time":
            station.set_quality("FLOOR", now_at - timedelta(seconds=dice.choice([1, 3600])))
            await asyncio.sleep(dice.choice([1, 60, 900]))
            station.set_quality("SYNCED", dice.choice([now_at, story.moment()]))
        elif what == "silence":
            station.silence(is_silent=dice.random() < 0.6, is_locked=dice.random() < 0.3)
        elif spare:
            hold(dice.choice([docs, docs[:1], [spare[0], docs[1]], [*docs, spare[1]]]))
    await asyncio.sleep(100)
    station.silence()
    station.set_clock(local(FIRST + timedelta(days=DAYS + 2), 14 * 3600))
    await asyncio.sleep(5)  # what was passed is on record
    while station.is_busy:  # noqa: ASYNC110 - of virtual time
        await asyncio.sleep(60)
    await station.switch_off(is_crash=False)
    sets = [docs] if are_fixed else [[one] for one in [*docs, *spare]]
    last = FIRST + timedelta(days=DAYS + 2)
    planned = find_planned(sets, rules, FIRST, last)
    Judgement(planned, station, end_mono_s=mono_s(), quiet=QUIET).verify()
    return station


def silence(patch: pytest.MonkeyPatch) -> None:
    """No sound is made ready: that takes threads."""

    async def nothing(*_: Any) -> None:
        pass

    patch.setattr(sound_output.SoundOutput, "_hold_attention", nothing)
    patch.setattr(sound_output, "hold_lines", nothing)


def playlist_of(story: Story, at: str) -> FakeHeld:
    """One bulletin of half an hour, resumed where it was cut."""
    one = story.playlist(1, "routine", ["at"])
    entry = one["entries"][0]
    entry["when"]["at"], entry["when_cut"], entry["zones"] = [at], "resume", ["*"]
    entry["body"] = {"media": ["d" * 64]}
    one["entries"] = [entry]
    return FakeHeld(msgspec.convert(one, Playlist))


def run_story(seed: int, kinds: list[str], patch: pytest.MonkeyPatch) -> VirtualStation:
    found: list[VirtualStation] = []

    async def work() -> None:
        found.append(await tell(Story(seed), kinds))

    silence(patch)
    run_virtually(work(), patch)
    return found[0]

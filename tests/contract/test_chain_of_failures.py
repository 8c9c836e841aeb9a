"""A chain in the director, in virtual time: what follows what fails is heard at once, and so on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from agent.settings.model import Policy
from tests.harness.clock_story import FakeHeld, silence
from tests.harness.planned_playlists import A, B, entry, local, playlist
from tests.harness.virtual_station import VirtualStation
from tests.harness.virtual_time import run_virtually

DAY = "2026-11-23"
NOTHING: Mapping[str, str] = {}
Row = tuple[str, str, str, str]


def after(name: str) -> dict[str, Any]:
    return {"kind": "after", "entry": name}


def chain(**first: Any) -> Any:
    """A chime of half a minute, then news and weather of ten seconds each."""
    short = {"body": {"media": [B]}}
    return playlist(
        entry("chuong", "05:00:00", **first),
        entry("tin", [], start=after("chuong"), **short),
        entry("mua", [], start=after("tin"), **short),
        minutes=0.5,
    )


def play(
    patch: pytest.MonkeyPatch, *held: Any, lacking: Mapping[str, str] = NOTHING
) -> tuple[list[Row], VirtualStation]:
    """Play from 04:59:54 to 05:01:30: entry, result, minutes and seconds, and those planned."""
    found: list[VirtualStation] = []

    async def work() -> None:
        station = VirtualStation(local(f"{DAY}T04:59:54"), Policy())  # in virtual time
        found.append(station)
        station.lacking.update(lacking)
        station.hold([FakeHeld(one.document) for one in held])
        await station.switch_on()
        await asyncio.sleep(96)
        await station.switch_off(is_crash=False)

    silence(patch)
    run_virtually(work(), patch)
    plays = [one.play for one in found[0].journal.records]
    return [
        (one.entry, one.result, (one.start or "")[14:19], one.planned_start[14:19]) for one in plays
    ], found[0]


def test_a_chain_is_heard_at_once_where_its_first_item_lacks_its_medium(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told, _ = play(monkeypatch, chain(), lacking={A: "E_MEDIA: not in store"})
    assert [row[:2] for row in told] == [("chuong", "skipped"), ("tin", "full"), ("mua", "full")]
    assert [row[2] for row in told] == ["", "00:01", "00:11"]  # an output looks once a second
    assert [row[3] for row in told] == ["00:00", "00:30", "00:40"]


def test_a_chain_keeps_its_moments_where_everything_plays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told, _ = play(monkeypatch, chain())
    assert [row[2] for row in told] == ["00:00", "00:30", "00:40"]


def test_what_follows_an_item_that_a_higher_class_cut_for_good_is_planned_behind_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flood = entry("lu", "05:00:10", body={"media": [B]})
    high = playlist(flood, **{"class": "priority", "doc_id": "2" * 32})
    told, _ = play(monkeypatch, chain(when_cut="drop"), high)
    assert [(row[0], row[1], row[2]) for row in told] == [
        ("chuong", "cut", "00:00"), ("lu", "full", "00:10"), ("tin", "full", "00:20"),
        ("mua", "full", "00:30"),
    ]  # fmt: skip
    assert [row[3] for row in told] == [row[2] for row in told]  # as the plan has it


def test_filler_is_heard_again_behind_the_news_and_other_filler(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    songs = [entry("nhac", "05:00:00"), entry("ca", "05:00:10", body={"media": [B]})]
    base = playlist(*songs, minutes=1, slot="base", doc_id="b" * 32, filler=True)
    news = playlist(entry("tin", "05:00:30", body={"media": [B]}))
    told, station = play(monkeypatch, base, news)
    assert [(row[0], row[1], row[2]) for row in told] == [
        ("nhac", "cut", "00:00"), ("ca", "full", "00:10"), ("nhac", "cut", "00:20"),
        ("tin", "full", "00:30"), ("nhac", "full", "00:40"),
    ]  # fmt: skip
    heard = timedelta(seconds=sum(
        (one.end_mono_s or 0) - one.start_mono_s for one in station.heard if "/nhac@" in one.key
    ))  # fmt: skip
    assert abs(heard - timedelta(minutes=1)) < timedelta(seconds=2)

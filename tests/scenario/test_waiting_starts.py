"""Items that wait or follow are heard one behind the other, in their order, and none is cut."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from central.documents.sign import read_document
from central.testbed.testbed import until
from tests.harness.audio_analysis import NOTE_S, assert_melody
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.station_harness import moment, soon

ITEM_S = 1.5
EXACT_S = 0.002
LATE_S = 2.0  # of a starved machine; else what a file states beyond its sound, some milliseconds
ORDER = ["Chuông", "Bản tin", "Ca nhạc", "Dự báo"]


@pytest.mark.long
async def test_what_waits_and_what_follows_is_heard_in_its_order(site: Any) -> None:
    programme = ContinuousPlay(site)
    make_melody(site.studio / "tin.opus", int(ITEM_S * 1000))
    await site.start()
    await site.stock("title: Bản tin, play: [tin.opus]")
    await programme.record()
    at = soon(4)
    await site.publish(
        site.compile(
            [
                (at, "title: Ca nhạc, play: [tin.opus], start: next"),
                (
                    at + timedelta(seconds=1),
                    "title: Dự báo, play: [tin.opus], start: {within: 10m}",
                ),
                (at, "title: Chuông, id: chuong, play: [tin.opus]"),
                (None, "title: Bản tin, play: [tin.opus], start: {after: chuong}"),
            ]
        )
    )

    def plays() -> dict[str, dict[str, Any]]:
        return {play["title"]: play for play in site.collected_plays()}

    await until(lambda: set(ORDER) <= set(plays()), "all plays", 60)
    sound = await programme.hear()
    await programme.assert_truth()
    heard = sorted(plays().values(), key=lambda play: moment(play["start"]))
    assert [play["title"] for play in heard] == ORDER
    assert {play["result"] for play in heard} == {"full"}, heard
    for one, following in pairwise(heard):
        gap_s = (moment(following["start"]) - moment(one["end"])).total_seconds()
        assert -EXACT_S < gap_s < LATE_S
    for play in heard:
        notes = range(int(ITEM_S / NOTE_S))
        assert_melody(sound, moment(play["start"]), notes, site.clock_error_s())


@pytest.mark.long
async def test_what_follows_a_sound_that_cannot_be_played_is_heard_at_once(site: Any) -> None:
    """The chime is planned for a minute and never arrives; its followers do not wait for it."""
    programme = ContinuousPlay(site)
    for name in ("tin.opus", "chuong.opus"):
        make_melody(site.studio / name, int(ITEM_S * 1000) + len(name))
    await site.start()
    await site.stock("title: Bản tin, play: [tin.opus]")
    await programme.record()
    at = soon(6)
    envelope = site.compile(
        [
            (at, f"title: Chuông, id: chuong, play: [chuong.opus], repeat: {round(60 / ITEM_S)}"),
            (None, "title: Bản tin, id: tin, play: [tin.opus], start: {after: chuong}"),
            (None, "title: Dự báo, play: [tin.opus], start: {after: tin}"),
        ]
    )
    (entry, *_), media = read_document(envelope).entries, site.folder / "media"
    (media / entry.body.media[0]).unlink()
    await site.publish(envelope)

    def plays() -> dict[str, dict[str, Any]]:
        return {play["title"]: play for play in site.collected_plays()}

    await until(lambda: {"Chuông", "Bản tin", "Dự báo"} <= set(plays()), "all plays", 55)
    sound = await programme.hear()
    await programme.assert_truth()
    chime, news, weather = (plays()[title] for title in ("Chuông", "Bản tin", "Dự báo"))
    assert (chime["result"], news["result"], weather["result"]) == ("skipped", "full", "full")
    for play in (news, weather):
        assert at <= moment(play["start"]) < moment(play["planned_start"])
        notes = range(int(ITEM_S / NOTE_S))
        assert_melody(sound, moment(play["start"]), notes, site.clock_error_s())
    assert moment(news["planned_start"]) - at >= timedelta(seconds=60)
    assert moment(weather["start"]) >= moment(news["end"])


@pytest.mark.long
async def test_filler_gives_way_and_is_heard_again_behind_the_news(site: Any) -> None:
    programme = ContinuousPlay(site)
    make_melody(site.studio / "nhac.opus", 20_000)
    make_melody(site.studio / "tin.opus", int(ITEM_S * 1000))
    await site.start()
    await site.stock("title: Nhạc, play: [nhac.opus]")
    await site.stock("title: Bản tin, play: [tin.opus]", slot="kho2")
    await programme.record()
    at = soon(6)
    await site.publish(site.compile([(at, "title: Nhạc, play: [nhac.opus]")], slot="base"))
    await site.publish(site.compile([(at + timedelta(seconds=6), "title: Tin, play: [tin.opus]")]))
    await until(
        lambda: [play["result"] for play in site.collected_plays()] == ["cut", "full", "full"],
        "three plays", 90,
    )  # fmt: skip
    sound = await programme.hear()
    await programme.assert_truth()
    first, news, rest = site.collected_plays()
    assert [one["level"] for one in (first, news, rest)] == ["filler", "scheduled", "filler"]
    assert (first["reason"], news["title"]) == ("preempted", "Tin")
    assert moment(rest["start"]) >= moment(news["end"])
    heard_ms = first["duration_ms"] + rest["duration_ms"]
    assert abs(heard_ms - 20_000) < 1_000
    notes = range(int(ITEM_S / NOTE_S))
    assert_melody(sound, moment(news["start"]), notes, site.clock_error_s())

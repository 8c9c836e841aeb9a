"""What comes due while an emergency sounds: from its beginning behind it, or not at all; heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from central.documents.media import store_medium
from central.testbed.sample_documents import emergency
from central.testbed.testbed import until
from tests.harness.audio_analysis import NOTE_S, assert_melody
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.station_harness import moment, soon

WORDS_S, ITEM_S = 7, 2
EXACT_S = 0.002
NEXT_S = 14
LATE_S = 2.0  # of a starved machine; what waited for the emergency to end would be early or later


async def test_a_bulletin_due_in_an_emergency_begins_at_the_sample_behind_it(site: Any) -> None:
    testbed, programme = site.testbed, ContinuousPlay(site)
    make_melody(site.studio / "tin.opus", ITEM_S * 1000)
    words = store_medium(
        make_melody(site.studio / "bao.wav", WORDS_S * 1000),
        site.folder / "media",
        testbed.media.base_url,
    )
    await site.start()
    await site.stock("title: Bản tin, play: [tin.opus]")
    await programme.record()
    at = soon(7)  # both are at the station by then
    await site.publish(
        site.compile(
            [
                (at, "title: Bản tin, play: [tin.opus], when_cut: resume"),
                (at + timedelta(seconds=1), "title: Thể dục, play: [tin.opus], when_cut: drop"),
                (at + timedelta(seconds=NEXT_S), "title: Dự báo, play: [tin.opus]"),
            ]
        )
    )
    order = emergency(datetime.now(UTC), words)
    await testbed.publish(testbed.sign(order, "emergency", "vn.84.em"))

    def plays() -> dict[str, dict[str, Any]]:
        return {play["title"].split(":")[0]: play for play in site.collected_plays()}

    await until(lambda: "Dự báo" in plays(), "all plays", 60)
    sound = await programme.hear()
    await programme.assert_truth()
    alarm, news, dropped, forecast = (
        plays()[title] for title in ("Diễn tập", "Bản tin", "Thể dục", "Dự báo")
    )
    assert (alarm["result"], news["result"], forecast["result"]) == ("full",) * 3, plays()
    assert (dropped["result"], dropped["reason"]) == ("skipped", "preempted")
    assert moment(alarm["end"]) > at + timedelta(seconds=1), "the emergency was over too early"
    assert abs((moment(news["start"]) - moment(alarm["end"])).total_seconds()) < EXACT_S
    late_s = (moment(forecast["start"]) - at).total_seconds() - NEXT_S
    assert -0.01 < late_s < LATE_S  # a step of the clock below 5 ms moves no start
    for play in (news, forecast):
        # from its first note to its last
        notes = range(int(ITEM_S / NOTE_S))
        assert_melody(sound, moment(play["start"]), notes, site.clock_error_s())

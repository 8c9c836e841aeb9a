"""What comes due while an emergency sounds: from its beginning behind it, or not at all; heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from central.clip import make_melody
from central.demo.content import emergency
from central.demo.stand import until
from central.medium import store_medium
from tests.ear import MELODY_HZ, NOTE_S, Ear
from tests.scenario.air import Air
from tests.stage import moment, soon

WORDS_S, ITEM_S = 5, 2
EXACT_S = 0.002


def assert_whole(ear: Ear, first: datetime) -> None:
    """Heard from its first note to its last."""
    notes = range(int(ITEM_S / NOTE_S))
    heard = [ear.pitch(first + timedelta(seconds=n * NOTE_S + 0.12)) for n in notes]
    wanted = [MELODY_HZ[n % len(MELODY_HZ)] for n in notes]
    same = sum(h == w for h, w in zip(heard, wanted, strict=True))
    assert same >= len(notes) - 1, (heard, wanted)


async def test_a_bulletin_due_in_an_emergency_begins_at_the_sample_behind_it(stage: Any) -> None:
    scene, air = stage.scene, Air(stage)
    make_melody(stage.studio / "tin.opus", ITEM_S * 1000)
    words = store_medium(
        make_melody(stage.studio / "bao.wav", WORDS_S * 1000),
        stage.folder / "media",
        scene.media.base_url,
    )
    await stage.start()
    await stage.stock("title: Bản tin, play: [tin.opus]")
    await air.record()
    at = soon(5)
    await stage.publish(
        stage.compile(
            [
                (at, "title: Bản tin, play: [tin.opus], when_cut: resume"),
                (at + timedelta(seconds=1), "title: Thể dục, play: [tin.opus], when_cut: drop"),
                (at + timedelta(seconds=9), "title: Dự báo, play: [tin.opus]"),
            ]
        )
    )
    order = emergency(datetime.now(UTC), words)
    await scene.publish(scene.sign(order, "emergency", "vn.84.em"))

    def plays() -> dict[str, dict[str, Any]]:
        return {play["title"].split(":")[0]: play for play in stage.collected_plays()}

    await until(lambda: "Dự báo" in plays(), "all plays", 60)
    ear = await air.hear()
    await air.assert_truth()
    alarm, news, dropped, forecast = (
        plays()[title] for title in ("Diễn tập", "Bản tin", "Thể dục", "Dự báo")
    )
    assert (alarm["result"], news["result"], forecast["result"]) == ("full",) * 3, plays()
    assert (dropped["result"], dropped["reason"]) == ("skipped", "preempted")
    assert moment(alarm["end"]) > at + timedelta(seconds=1), "the emergency was over too early"
    assert abs((moment(news["start"]) - moment(alarm["end"])).total_seconds()) < EXACT_S
    assert abs((moment(forecast["start"]) - at).total_seconds() - 9) < EXACT_S
    for play in (news, forecast):
        assert_whole(ear, moment(play["start"]))

"""A signed mute over a playing item, an emergency in it, a power cut, and its lifting."""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.contract.local_time import LOCAL
from central.documents.command_order import Do, draft_command
from central.documents.emergency_order import OrderParams
from central.documents.media import store_medium
from central.store.station_reports import list_results
from central.testbed.sample_documents import emergency
from central.testbed.testbed import until
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.station_harness import moment

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


async def order(programme: ContinuousPlay, do: Do, seq: int, **more: Any) -> None:
    """Sign a command of the province, publish it, and wait until it is carried out."""
    testbed = programme.site.testbed
    params = OrderParams("vn.84", ["84/29266/*"], datetime.now(UTC), timedelta(minutes=10), seq)
    payload = draft_command(params, do, (), **more)
    await testbed.publish(testbed.sign(payload, "command", "vn.84"))
    await until(lambda: count_done(programme) == seq, f"{do} carried out")


def count_done(programme: ContinuousPlay) -> int:
    results = list_results(programme.site.testbed.database)
    return sum((row["kind"], row["result"]) == ("command", "done") for row in results)


async def test_a_muted_station_plays_emergencies_alone_until_it_is_unmuted(
    programme: ContinuousPlay,
) -> None:
    site, testbed = programme.site, programme.site.testbed
    until_at = datetime.now(LOCAL) + timedelta(hours=1)
    await order(programme, "mute", 1, until_at=until_at)
    await until(lambda: site.open_play() is None, "the mute")
    await site.station.stop(signal.SIGKILL)
    await site.station.start()
    await programme.pass_time(5)
    assert site.open_play() is None

    voice = make_melody(site.studio / "khan-cap.wav", 3_000)
    medium = store_medium(voice, site.folder / "media", testbed.media.base_url)
    alarm = emergency(datetime.now(UTC), medium)
    await testbed.publish(testbed.sign(alarm, "emergency", "vn.84.em"))
    await until(lambda: site.open_play() is not None, "the emergency")
    await until(lambda: site.open_play() is None, "the end of the emergency")

    unmuted_at = datetime.now(UTC)
    await order(programme, "unmute", 2)
    await programme.until_sounding(unmuted_at)
    await programme.pass_time(1)
    sound = await programme.hear()
    await programme.assert_truth()

    commands = [r["detail"] for r in site.collected() if r["kind"] == "command"]
    assert [(one["do"], one["result"]) for one in commands] == [
        ("mute", "done"), ("unmute", "done"),
    ]  # fmt: skip
    plays = site.collected_plays()
    cut, skipped = (play for play in plays if play["reason"] == "muted")  # before and after it
    assert (cut["result"], skipped["result"]) == ("cut", "skipped")
    assert cut["muted"] == skipped["muted"] == ["nga-ba", "tram-y-te"]
    (heard,) = [play for play in plays if play["class"] == "emergency"]
    assert heard["result"] == "full"
    margin = timedelta(seconds=0.3 + site.clock_error_s())
    begun, ended = moment(heard["start"]), moment(heard["end"])
    assert sound.loud_share(moment(cut["end"]) + margin, begun - margin) == 0
    assert sound.loud_share(begun + margin, ended - margin) > 0.5
    assert sound.loud_share(ended + margin, unmuted_at) == 0

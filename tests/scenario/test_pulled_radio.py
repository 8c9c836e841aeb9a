"""A box pulls a radio that its schedule and its policy name: heard, filled from slot base, over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.contract.station_policy import StationPolicy
from central.testbed.icecast import Icecast, run_icecast
from central.testbed.sample_documents import station_config
from central.testbed.stations import SINK
from central.testbed.testbed import until
from tests.harness.audio_analysis import AudioAnalysis
from tests.harness.relay_gateway import FILLER_HZ, RADIO_HZ, sine, tones_of
from tests.harness.station_harness import moment, soon

pytestmark = pytest.mark.long  # the whole box around `tests/integration/test_relay_source.py`

LASTS_S = 14


async def allow(site: Any, host: str) -> None:
    """Sign a policy that names the radio's host."""
    media = site.testbed.media.address
    policy = StationPolicy(quiet_hours=[], media_hosts=[media], relay_hosts=[host])
    config = station_config(site.name, datetime.now(UTC), media, seq=2, policy=policy)
    envelope = site.testbed.sign(config, "station-config", "vn.84")
    await site.testbed.publish(envelope, station=site.name)


def store_filler(site: Any) -> None:
    """A tone in the studio, in the format that a schedule takes."""
    import wave

    with wave.open(str(site.studio / "nen.wav"), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(sine(FILLER_HZ, 3))


async def plan(site: Any, icecast: Icecast) -> datetime:
    """Slot base with the filler, and a relay in a few seconds."""
    store_filler(site)
    await site.stock("title: Nền, play: [nen.wav]", slot="base")
    at = soon(6)
    line = f'title: Tiếp âm VOV1, relay: "{icecast.url}", for: {LASTS_S}s'
    await site.publish(site.compile([(at, line)]))
    return at


async def test_a_radio_is_heard_until_it_ends_then_slot_base_and_all_of_it_ends_by_plan(
    site: Any,
) -> None:
    await site.start()
    async with run_icecast(site.testbed.ca) as icecast:
        await icecast.send_tone(RADIO_HZ)
        await allow(site, f"localhost:{icecast.tls}")
        planned = await plan(site, icecast)
        capture = await site.testbed.room.capture(SINK, site.folder)
        await until(lambda: site.open_play() is not None, site.station.log_tail(), 60)
        assert site.open_play()["title"] == "Tiếp âm VOV1"
        await until(lambda: datetime.now(UTC) >= planned + timedelta(seconds=5), "five seconds")
        await icecast.end_radio()

        def relays() -> list[dict[str, Any]]:
            plays = site.collected_plays()
            return [play for play in plays if play["title"] == "Tiếp âm VOV1"]

        await until(lambda: relays() != [], f"its record: {site.station.log_tail()}", 90)
        sound = AudioAnalysis(await site.testbed.room.finish(capture))
    (play,) = relays()
    assert (play["authentic_by"], play["level"], play["class"]) == (
        "transport", "scheduled", "routine",
    ), site.station.log_tail()  # fmt: skip
    assert play["result"] == "cut"
    assert play["reason"].startswith("E_STALLED: ")
    relayed = play["relayed"]
    assert relayed["radio_ms"] > 0
    assert relayed["filler_ms"] > 0
    assert play["media"] == []
    heard = [hz for _, hz in tones_of(sound.samples)]
    assert heard[-2:] == [RADIO_HZ, FILLER_HZ], sound.describe_sounds()
    assert moment(play["planned_end"]) == planned + timedelta(seconds=LASTS_S)
    faults = [r["detail"] for r in site.collected() if r["kind"] == "fault"]
    lost = [one["state"] for one in faults if one["what"] == "radio_lost"]
    assert lost[-2:] == ["begins", "ends"]


async def test_a_radio_that_policy_does_not_name_is_refused_with_its_rule(site: Any) -> None:
    await site.start()
    at = soon(4)
    line = f'title: Tiếp âm VOV1, relay: "https://radio.example.vn/vov1", for: {LASTS_S}s'
    await site.publish(site.compile([(at, line)]))

    def refusals() -> list[dict[str, Any]]:
        details = [one["detail"] for one in site.collected() if one["kind"] == "refusal"]
        return [one for one in details if one["kind"] == "entry"]

    await until(lambda: refusals() != [], "its refusal at the centre", 60)
    assert (refusals()[0]["code"], refusals()[0]["hint"]) == (
        "E_POLICY", "relay_hosts radio.example.vn",
    )  # fmt: skip

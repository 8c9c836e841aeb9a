"""A box pulls a radio that its schedule and its policy name: heard, filled from slot base, over.

Its processes are killed, stopped and starved meanwhile; the record tells what the capture holds.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import pytest

from agent.contract.station_policy import StationPolicy
from central.testbed.icecast import Icecast, run_icecast
from central.testbed.sample_documents import station_config
from central.testbed.stations import SINK
from central.testbed.testbed import until
from tests.harness.audio_analysis import RATE_HZ, AudioAnalysis
from tests.harness.relay_gateway import FILLER_HZ, RADIO_HZ, sine, tones_of
from tests.harness.station_harness import children_of, moment, runs, soon
from tests.harness.strike import Strike, kill, starve, stop

pytestmark = pytest.mark.long  # the whole box around `tests/integration/test_relay_source.py`

LASTS_S = 14
STRUCK_S = 34
AFTER_S = 3.0
EDGE_S = 0.7  # a beat: so late is a hang known
STARVED, STRAY = 0.15, 0.02  # of a span
RELAY = frozenset({"agent.live.relay.relay_process"})
LEVELLER = "acompressor"


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


async def plan(site: Any, icecast: Icecast, lasts_s: int = LASTS_S) -> datetime:
    """Slot base with the filler, and a relay in a few seconds."""
    store_filler(site)
    await site.stock("title: Nền, play: [nen.wav]", slot="base")
    at = soon(6)
    line = f'title: Tiếp âm VOV1, relay: "{icecast.url}", for: {lasts_s}s'
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

    def lost_and_back() -> bool:  # the fault ends behind the record of its play
        faults = [r["detail"] for r in site.collected() if r["kind"] == "fault"]
        lost = [one["state"] for one in faults if one["what"] == "radio_lost"]
        return lost[-2:] == ["begins", "ends"]

    await until(lost_and_back, site.station.log_tail())


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


def find_relay_process(site: Any) -> list[psutil.Process]:
    return [one for one in children_of(site.station.pid) if runs(RELAY, one)]


def find_decoder(site: Any) -> list[psutil.Process]:
    """The radio's own: no other one has its leveller."""
    found = []
    for child in children_of(site.station.pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            if child.name() == "ffmpeg" and LEVELLER in " ".join(child.cmdline()):
                found.append(child)
    return found


@pytest.mark.parametrize("strike", [kill, stop, starve], ids=lambda one: one.__name__)
async def test_whatever_becomes_of_a_relay_s_processes_the_journal_says_what_was_heard(
    site: Any, strike: Strike
) -> None:
    await site.start()
    async with run_icecast(site.testbed.ca) as icecast:
        await icecast.send_tone(RADIO_HZ)
        await allow(site, f"localhost:{icecast.tls}")
        planned = await plan(site, icecast, STRUCK_S)
        capture = await site.testbed.room.capture(SINK, site.folder)
        for find in (find_relay_process, find_decoder):
            await until(lambda: site.open_play() is not None, site.station.log_tail(), 60)
            await asyncio.sleep(AFTER_S)
            await until(lambda find=find: find(site) != [], find.__name__)
            await strike(find(site))
            await asyncio.sleep(AFTER_S)
        over_at = planned + timedelta(seconds=STRUCK_S + 2)
        await until(lambda: datetime.now(UTC) > over_at, "its end by plan", 2 * STRUCK_S)
        sound = AudioAnalysis(await site.testbed.room.finish(capture))
    await until(lambda: site.open_play() is None, "the end of its record")
    await site.until_collected()
    plays = [one for one in site.collected_plays() if one["start"] is not None]
    for play in plays:
        print(*(play[name] for name in ("start", "end", "result", "reason", "relayed")))
    assert_journal_agrees(sound, plays, timedelta(seconds=EDGE_S + site.clock_error_s()))
    if strike is not starve:  # one that is starved may go on
        assert plays[0]["reason"].startswith("E_RELAY: ")
    last = round((planned - sound.at).total_seconds() + STRUCK_S - 5) * RATE_HZ
    near_end = tones_of(sound.samples[last : last + 3 * RATE_HZ])
    assert RADIO_HZ in [hz for _, hz in near_end], near_end  # it is back


def assert_journal_agrees(
    sound: AudioAnalysis, plays: list[dict[str, Any]], edge: timedelta
) -> None:
    """A play has the sound and the silence of which it tells; besides the plays is no sound."""
    spans = [(moment(one["start"]), moment(one["end"])) for one in plays]
    for play, (begin, end) in zip(plays, spans, strict=True):
        radio_ms, filler_ms, silence_ms, _ = play["relayed"].values()
        starved_s = STARVED * (end - begin).total_seconds()
        around = (begin - edge, end + edge)
        loud_s = (around[1] - around[0]).total_seconds() * sound.loud_share(*around)
        assert loud_s >= (radio_ms + filler_ms) / 1000 - starved_s, (loud_s, play)
        if end - begin > 3 * edge:
            silent_s = sound.silent_s(begin + edge, end - edge)
            assert silent_s <= silence_ms / 1000 + starved_s, (silent_s, play)
    over = sound.at + timedelta(seconds=len(sound.samples) / RATE_HZ)
    quiet = zip([sound.at, *(end for _, end in spans)], [*(b for b, _ in spans), over], strict=True)
    for begin, end in quiet:
        if end - begin > 2 * edge:
            assert sound.loud_share(begin + edge, end - edge) <= STRAY, (begin, end)

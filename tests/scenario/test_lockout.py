"""A lockout over a playing item, a tone that is ordered, an emergency in it, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from agent.contract.document import Emergency, StationConfig
from agent.contract.station_policy import SiteWorkPolicy, StationPolicy
from central.documents.command_order import draft_command
from central.documents.emergency_order import OrderParams
from central.documents.media import store_medium
from central.documents.sign import encode_document, mark_critical
from central.store.station_reports import list_results
from central.testbed.sample_documents import emergency, station_config
from central.testbed.testbed import until
from drivers.sim.sim_input import set_contact
from tests.harness.audio_analysis import RATE_HZ, AudioAnalysis
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.station_harness import moment

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]
WARNING_S = 10


@pytest_asyncio.fixture
async def locked(site: Any) -> AsyncIterator[tuple[ContinuousPlay, Path]]:
    """A station with a lockout, on air; the policy warns for the shortest time."""
    lockout = site.folder / "khoa.json"
    lockout.write_text('{"active": false}')
    settings = site.folder / site.name / "station.yaml"
    line = f"inputs: [{{name: khoa, kind: lockout, profile: sim-input, port: {lockout}}}]\n"
    settings.write_text(settings.read_text() + line)
    make_melody(site.studio / "nhac.opus", 14_000)
    await site.start()
    host = site.testbed.media.address
    policy = StationPolicy(
        quiet_hours=[], media_hosts=[host], site_work=SiteWorkPolicy(warning_s=WARNING_S)
    )
    payload = station_config(site.name, datetime.now(UTC), host, 2)
    plain = msgspec.json.decode(payload, type=StationConfig)
    config = encode_document(mark_critical(msgspec.structs.replace(plain, policy=policy)))
    await site.testbed.publish(
        site.testbed.sign(config, "station-config", "vn.84"), station=site.name
    )
    yield await ContinuousPlay(site).begin(), lockout


async def order_tone(site: Any) -> None:
    params = OrderParams("vn.84", ["84/29266/*"], datetime.now(UTC), timedelta(minutes=10), 1)
    payload = draft_command(params, "tone", ["nga-ba"])
    await site.testbed.publish(site.testbed.sign(payload, "command", "vn.84"))
    results = list_results
    await until(
        lambda: any(
            (one["kind"], one["code"]) == ("command", "E_LOCKOUT")
            for one in results(site.testbed.database)
        ),
        "the refusal of the tone",
    )


async def sound_alarm(site: Any) -> None:
    voice = make_melody(site.studio / "khan-cap.wav", 3_000)
    medium = store_medium(voice, site.folder / "media", site.testbed.media.base_url)
    drill = msgspec.json.decode(emergency(datetime.now(UTC), medium), type=Emergency)
    real = encode_document(msgspec.structs.replace(drill, exercise=False))
    await site.testbed.publish(site.testbed.sign(real, "emergency", "vn.84.em"))


def peak(sound: AudioAnalysis, start: datetime, end: datetime) -> int:
    """The highest sample of a span."""
    first, last = (int((at - sound.at).total_seconds() * RATE_HZ) for at in (start, end))
    return max(map(abs, sound.samples[max(0, first) : last]), default=0)


async def test_under_a_lockout_an_emergency_alone_is_heard_after_a_quiet_warning(
    locked: tuple[ContinuousPlay, Path],
) -> None:
    programme, lockout = locked
    site = programme.site
    await asyncio.to_thread(set_contact, lockout, active=True)
    await until(lambda: site.open_play() is None, "silence")
    await programme.until_reported("lockout_on", ["begins"])
    await order_tone(site)
    await programme.pass_time(2)
    await sound_alarm(site)
    await until(lambda: site.open_play() is not None, "the warning")
    await until(lambda: site.open_play() is None, "the end of the emergency")
    await programme.pass_time(1)
    freed_at = datetime.now(UTC)
    await asyncio.to_thread(set_contact, lockout, active=False)
    back = await programme.until_sounding(freed_at)
    await programme.pass_time(3)
    sound = await programme.hear()
    programme.assert_in_its_place(sound, back)
    await programme.until_reported("lockout_on", ["begins", "ends"])
    await programme.assert_truth()

    (cut,) = [play for play in site.collected_plays() if play["result"] == "cut"]
    assert cut["reason"] == "lockout"
    (alarm,) = [play for play in site.collected_plays() if play["class"] == "emergency"]
    assert alarm["result"] == "full"
    begun, ended = moment(alarm["start"]), moment(alarm["end"])
    edge = timedelta(seconds=0.3 + site.clock_error_s())
    assert sound.loud_share(moment(cut["end"]) + edge, begun - edge) == 0  # no tone either
    warned = timedelta(seconds=WARNING_S)
    assert (ended - begun).total_seconds() > WARNING_S + 3  # the warning, then at least the signal
    quiet = peak(sound, begun + edge, begun + warned - edge)
    loud = peak(sound, begun + warned + edge, ended - edge)
    assert 0 < quiet < loud / 4  # 20 dB below is a tenth
    assert sound.loud_share(ended + edge, freed_at) == 0

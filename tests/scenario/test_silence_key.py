"""The key on the box: all is silent while it is turned, also after a restart; then it plays on."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio

from central.testbed.testbed import until
from drivers.sim.sim_input import set_contact, set_contact_fault
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.station_harness import moment


@pytest_asyncio.fixture
async def with_key(site: Any) -> AsyncIterator[tuple[ContinuousPlay, Path]]:
    """A station with a silence key, on air."""
    key = site.folder / "khoa.json"
    key.write_text('{"active": false}')
    settings = site.folder / site.name / "station.yaml"
    line = f"inputs: [{{name: khoa, kind: silence-key, profile: sim-input, port: {key}}}]\n"
    settings.write_text(settings.read_text() + line)
    make_melody(site.studio / "nhac.opus", 14_000)
    await site.start()
    yield await ContinuousPlay(site).begin(), key


async def test_the_key_silences_the_box_and_no_restart_lifts_it(
    with_key: tuple[ContinuousPlay, Path],
) -> None:
    programme, key = with_key
    site = programme.site
    await asyncio.to_thread(set_contact, key, active=True)
    await until(lambda: site.open_play() is None, "silence")
    await programme.until_reported("silence_key_on", ["begins"])
    await site.station.stop(signal.SIGKILL)
    await asyncio.to_thread(set_contact_fault, key, "mute")  # and its module is pulled
    await site.station.start()
    await programme.pass_time(5)
    freed_at = datetime.now(UTC)
    await asyncio.to_thread(set_contact_fault, key, None)
    await asyncio.to_thread(set_contact, key, active=False)
    back = await programme.until_sounding(freed_at)
    await programme.pass_time(3)
    sound = await programme.hear()
    programme.assert_in_its_place(sound, back)
    await programme.assert_truth()
    states = [r["detail"]["state"] for r in site.collected() if r["kind"] == "silence"]
    assert states == ["on", "off"]
    (cut,) = [p for p in site.collected_plays() if p["result"] == "cut"]
    assert cut["reason"] == "silence_key"
    # what the device had taken when the record was closed still sounds
    quiet_at = moment(cut["end"]) + timedelta(seconds=0.3 + site.clock_error_s())
    assert sound.loud_share(quiet_at, freed_at) == 0, (quiet_at, freed_at, sound.describe_sounds())

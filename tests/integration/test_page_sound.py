"""A technician's tone on a real station: quiet, on its own line alone, and no play."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from central.testbed.stations import SINK
from central.testbed.testbed import until
from tests.harness.audio_analysis import RATE_HZ, STARVED_S, AudioAnalysis
from tests.harness.melody import make_melody
from tests.harness.page_client import Phone, free_port, is_listening
from tests.harness.station_harness import StationTestbed

PIN = "271828"
PEAK = 32_767 * 10 ** (-30 / 20)  # the tone is 30 dB below full scale
PERIOD = RATE_HZ / 1000  # samples of 1 kHz


async def see(phone: Phone, verdict: str) -> str:
    """The page, once it says so."""
    page = ""
    try:
        async with asyncio.timeout(60):
            while f">{verdict}</h1>" not in (page := await phone.get()):  # noqa: ASYNC110 - over HTTP
                await asyncio.sleep(0.2)
    except TimeoutError:
        heading = re.search(r"<section[^>]*id=\"verdict\".*?</section>", page)
        raise AssertionError(heading and heading[0]) from None
    return page


def is_on(amplifier: Path) -> bool:
    """The contact, from the simulator's own file."""
    return '"on"' in amplifier.read_text() if amplifier.exists() else False


async def test_the_page_says_what_is_next_and_sounds_a_quiet_tone_on_one_line(
    site: StationTestbed,
) -> None:
    port = free_port()
    settings = site.folder / site.name / "station.yaml"
    settings.write_text(
        f'{settings.read_text()}page: {{listen: "127.0.0.1:{port}", pin: "{PIN}"}}\n'
    )
    make_melody(site.studio / "nhac.wav", 2_000)
    await site.start()
    await until(lambda: is_listening(port), "the page")
    start_at = (datetime.now(UTC) + timedelta(minutes=30)).replace(second=0, microsecond=0)
    await site.publish(site.compile([(start_at, 'title: "Ca nhạc", lang: vi, play: [nhac.wav]')]))
    phone = Phone(port)
    page = await see(phone, "SẴN SÀNG")
    local = start_at + timedelta(hours=7)
    assert "Ca nhạc" in page
    assert f"{local:%H:%M}, " in page
    assert "lịch “tuan” số 1 do vn.84.29266 ký" in page
    assert await phone.post("/enter", pin=PIN) == 303
    capture = await site.testbed.room.capture(SINK)
    lit = site.folder / site.name / "nga-ba.json"
    dark = site.folder / site.name / "tram-y-te.json"
    assert await phone.run("tone", "nga-ba") == 303
    await until(lambda: is_on(lit), "the amplifier")
    await see(phone, "ĐANG THỬ")
    assert not is_on(dark)
    await until(lambda: not is_on(lit), "the amplifier off again")
    recording = await site.testbed.room.finish(capture)
    sound = await asyncio.to_thread(AudioAnalysis, recording)
    assert abs(max(sound.samples) - PEAK) < PEAK * 0.02
    # A starved sound server leaves a hole in the tone; the periods beside it are what they are.
    periods = sound.periods(PEAK / 2)
    exact = [one for one in periods if abs(one - PERIOD) < PERIOD / 500]
    assert len(exact) > 0.98 * len(periods), sorted(periods)
    assert 2 - STARVED_S < len(exact) / 1000 < 2.1  # a device that fell behind skips some
    await site.until_collected()
    assert site.collected_plays() == []
    used = [one["detail"] for one in site.collected() if one["kind"] == "command"]
    assert [(one["do"], one["subject"], one["result"]) for one in used] == [
        ("enter", "", "done"),
        ("tone", "nga-ba", "done"),
    ]

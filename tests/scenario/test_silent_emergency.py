"""An emergency under a turned silence key: page and centre say that it is not heard; then it is."""

from __future__ import annotations

import asyncio
import urllib.request
from datetime import UTC, datetime
from typing import Any

from central.documents.media import store_medium
from central.testbed.broker import find_free_port
from central.testbed.sample_documents import emergency
from central.testbed.testbed import until
from drivers.sim.sim_input import set_contact
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody


def read_page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - our own page
        return str(answer.read().decode())


async def until_page(url: str, wanted: str) -> None:
    async with asyncio.timeout(60):
        while wanted not in (page := await asyncio.to_thread(read_page, url)):
            assert "DIỄN TẬP" in page
            await asyncio.sleep(0.3)


async def test_a_silenced_emergency_is_an_issue_until_it_is_heard(site: Any) -> None:
    testbed, programme = site.testbed, ContinuousPlay(site)
    key = site.folder / "khoa.json"
    key.write_text('{"active": true}')
    settings = site.folder / site.name / "station.yaml"
    line = f"inputs: [{{name: khoa, kind: silence-key, profile: sim-input, port: {key}}}]\n"
    settings.write_text(settings.read_text() + line)
    page = site.station.name_page(find_free_port())
    voice = make_melody(site.studio / "bao.wav", 3000)
    words = store_medium(voice, site.folder / "media", testbed.media.base_url)
    await site.start()
    await programme.until_reported("silence_key_on", ["begins"])
    order = testbed.sign(emergency(datetime.now(UTC), words), "emergency", "vn.84.em")
    await testbed.publish(order)
    await programme.until_reported("emergency_not_sounding", ["begins"])
    await until_page(page, "KHÔNG phát ở loa: khóa im lặng ở trạm đang xoay.")
    await asyncio.to_thread(set_contact, key, active=False)
    await until_page(page, "tiếng Việt: đang đọc")
    await programme.until_reported("emergency_not_sounding", ["begins", "ends"])
    (fault,) = [
        record
        for record in site.collected()
        if record["kind"] == "fault"
        and record["detail"]["what"] == "emergency_not_sounding"
        and record["detail"]["state"] == "begins"
    ]
    assert (fault["detail"]["subject"], "silence key" in fault["detail"]["hint"]) == ("loa", True)
    await until(lambda: site.collected_plays() != [], "the emergency at the centre")
    assert [play["result"] for play in site.collected_plays()] == ["full"]
    await programme.assert_truth()

"""Whatever happens to a station, each item that was planned has its account at the centre."""

from __future__ import annotations

import asyncio
import signal
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest

from central.testbed.testbed import until
from drivers.sim.sim_input import set_contact
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.station_harness import soon

COUNT, EVERY_S = 16, 3


@pytest.mark.long
async def test_clashes_a_silence_and_a_crash_leave_one_account_for_each_item(site: Any) -> None:
    key = site.folder / "khoa.json"
    key.write_text('{"active": false}')
    settings = site.folder / site.name / "station.yaml"
    line = f"inputs: [{{name: khoa, kind: silence-key, profile: sim-input, port: {key}}}]\n"
    settings.write_text(settings.read_text() + line)
    make_melody(site.studio / "tin.opus", 1_000)
    await site.start()
    await site.stock("title: Tin, play: [tin.opus]")
    programme = ContinuousPlay(site)
    at = soon(6)
    times = [at + timedelta(seconds=EVERY_S * number) for number in range(COUNT)]
    items = [(one, f"title: Tin {number}, play: [tin.opus]") for number, one in enumerate(times)]
    items += [(one, f"title: Nhắc {number}, play: [tin.opus]") for number, one in enumerate(times)]
    await site.publish(site.compile(items))

    def accounts() -> dict[str, list[tuple[str, str | None]]]:
        found: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
        for play in site.collected_plays():
            found[play["title"]].append((play["result"], play["reason"]))
        return found

    await until(lambda: ("full", None) in accounts()["Tin 0"], "the first item", 30)
    await asyncio.to_thread(set_contact, key, active=True)
    await programme.pass_time(8)
    await site.station.stop(signal.SIGKILL)
    await programme.pass_time(4)
    await site.station.start()
    await programme.pass_time(8)
    await asyncio.to_thread(set_contact, key, active=False)
    await until(lambda: len(accounts()) == 2 * COUNT, "an account of each", 60)
    await programme.assert_truth()
    found = accounts()
    heard = [title for title, rows in found.items() if ("full", None) in rows]
    assert all(title.startswith("Tin") for title in heard)
    assert "Tin 0" in heard
    assert f"Tin {COUNT - 1}" in heard
    for title, rows in found.items():
        assert sum(result in ("full", "skipped") for result, _ in rows) == 1, (title, rows)
    reasons = {reason for rows in found.values() for _, reason in rows if reason is not None}
    assert {"clash", "silence_key", "not_running"} <= reasons

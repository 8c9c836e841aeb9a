"""The agent is told to stop: amplifiers go off, also beside a dead relay, or when told twice."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from central.testbed.testbed import until
from drivers.sim.sim_amplifier import inject_fault
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.station_harness import assert_chain_whole

ZONE = """\
      - name: {name}
        kind: ordinary
        switch: {{profile: sim-amplifier, port: "{port}", options: {{timeout_ms: 50}}}}
"""


def _write_lines(settings: Path, ports: Sequence[Path]) -> None:
    head, _, _ = settings.read_text().partition("      - name: nga-ba\n")
    settings.write_text(head + "".join(ZONE.format(name=p.stem, port=p) for p in ports))


def _contacts(ports: Sequence[Path]) -> list[str]:
    return [json.loads(port.read_text())["contact"] for port in ports]


async def test_a_relay_that_fails_at_the_stop_keeps_no_other_amplifier_on(site: Any) -> None:
    ports = [site.folder / f"{name}.json" for name in ("mot", "hai", "ba")]
    _write_lines(site.folder / site.name / "station.yaml", ports)
    make_melody(site.studio / "nhac.opus", 14_000)
    await site.start()
    await ContinuousPlay(site).begin()
    await until(lambda: _contacts(ports) == ["on"] * 3, "all lines on")
    await asyncio.to_thread(inject_fault, ports[0], "mute")
    assert await site.station.stop() == 0, site.station.log_tail()
    assert _contacts(ports) == ["on", "off", "off"], site.station.log_tail()
    faults = [json.loads(raw)["detail"] for _, raw in site.own_rows() if b'"fault"' in raw]
    assert [f["subject"] for f in faults if f["what"] == "switch_stuck"] == ["mot"]


async def test_a_box_that_is_told_to_stop_again_and_again_closes_everything(site: Any) -> None:
    ports = [site.folder / f"{name}.json" for name in ("mot", "hai", "ba")]
    _write_lines(site.folder / site.name / "station.yaml", ports)
    make_melody(site.studio / "nhac.opus", 14_000)
    await site.start()
    await ContinuousPlay(site).begin()
    for _ in range(2):
        await until(lambda: _contacts(ports) == ["on"] * 3, "all lines on")
        for _ in range(random.randint(1, 3)):  # noqa: S311 - when to strike
            with suppress(ProcessLookupError):  # it is quick
                os.kill(site.station.pid, signal.SIGTERM)
            await asyncio.sleep(random.random() * 0.1)  # noqa: S311 - as above
        assert await site.station.stop() == 0, site.station.log_tail()
        assert _contacts(ports) == ["off"] * 3, site.station.log_tail()
        assert site.open_play() is None
        await site.station.start()
    await site.station.stop()
    assert_chain_whole(site.own_rows())

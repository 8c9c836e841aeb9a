from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from agent.clock import Clock
from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, good
from agent.doctor.probe_runner import Look, Probe, ProbeReport, run_probes
from agent.doctor.render import Renderer, build_report
from agent.settings.load import SettingsReport

CASE = DoctorContext(Path("f.yaml"), SettingsReport("f.yaml", "", None, None, []), None, Clock())


async def _good(_case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    yield good("devices_none")


async def _crash(_case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    yield good("devices_none")
    raise KeyError("secret place")


async def _hang(_case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    yield good("devices_none")
    await asyncio.Event().wait()


async def _late(_case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    yield fault("dns_silent", "h")
    raise TimeoutError("its own")


async def codes(check: Look, limit_s: float = 20.0) -> list[str]:
    done = (await run_probes(CASE, [Probe("device", check, limit_s)]))[0]
    return [finding.code for finding in done.findings]


async def test_what_was_found_before_a_crash_is_kept_and_the_crash_is_a_finding() -> None:
    assert await codes(_crash) == ["devices_none", "probe_crashed"]


async def test_what_was_found_before_the_limit_is_kept() -> None:
    assert await codes(_hang, 0.01) == ["devices_none", "probe_slow"]


async def test_a_time_out_of_its_own_is_a_crash_not_the_limit() -> None:
    assert await codes(_late) == ["dns_silent", "probe_crashed"]


async def test_probes_run_beside_each_other() -> None:
    met = asyncio.Barrier(2)

    async def meet(_case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
        await met.wait()
        yield good("devices_none")

    done = await run_probes(CASE, [Probe("device", meet, 20), Probe("serial", meet, 20)])
    assert [one.findings[0].code for one in done] == ["devices_none", "devices_none"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_blocks_come_in_their_order_however_they_end(lang: str) -> None:
    out = io.StringIO()
    renderer = Renderer(["device", "broker"], lang, out, io.StringIO())  # type: ignore[arg-type]  # one of both
    renderer.begin("tv-cl-0007")
    later = ProbeReport("broker", [fault("dns_unknown", "mqtt.example.vn", detail="Errno -2")])
    first = ProbeReport("device", [good("devices_none")])
    renderer.done(later)
    assert "mqtt.example.vn" not in out.getvalue()
    renderer.done(first)
    renderer.end([first, later])
    text = out.getvalue()
    device, broker = ("Thiết bị", "Máy chủ") if lang == "vi" else ("Devices", "Broker")
    assert text.index(device) < text.index(broker) < text.index("mqtt.example.vn")
    assert "→ " in text
    assert "Errno -2" in text
    assert "\x1b" not in text


def test_a_terminal_sees_who_is_still_looking_and_the_line_goes_away() -> None:
    out, err = Terminal(), Terminal()
    renderer = Renderer(["device", "broker"], "en", out, err)
    renderer.begin("tv-cl-0007")
    assert "Devices, Broker" in err.getvalue()
    renderer.done(ProbeReport("device", [good("devices_none")]))
    renderer.done(ProbeReport("broker", [good("devices_none")]))
    assert err.getvalue().endswith("\r\x1b[K")
    assert "\x1b[32m" in out.getvalue()


def test_programs_get_both_languages_and_the_counts() -> None:
    done = [ProbeReport("broker", [fault("dns_unknown", "mqtt.example.vn")])]
    report = build_report("tv-cl-0007", "2026-11-24T00:00:00.000Z", done)
    finding = report["probes"][0]["findings"][0]
    assert (report["good"], report["count"]["fault"], finding["state"]) == (False, 1, "fault")
    assert "mqtt.example.vn" in finding["vi"]
    assert finding["step_en"]

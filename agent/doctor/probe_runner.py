"""All probes at once, each within its time; a probe that crashes is a finding, not a traceback."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

from agent.clock import mono_s
from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, unseen
from agent.doctor.probes import (
    agent,
    authority,
    board_port,
    broker,
    certificate,
    clock,
    decoder,
    device,
    level,
    machine,
    microphone,
    page,
    sandbox,
    serial,
    settings,
    sound,
    systemd_unit,
    text_shaping,
    voice,
)

log = logging.getLogger(__name__)
Look = Callable[[DoctorContext], AsyncGenerator[ProbeFinding, None]]


@dataclass(frozen=True)
class Probe:
    """One probe; `name` is of `messages.LABELS`."""

    name: str
    check: Look
    limit_s: float


@dataclass
class ProbeReport:
    """What one probe found, in the order in which it found it."""

    name: str
    findings: list[ProbeFinding] = field(default_factory=list)
    took_s: float = 0.0
    hangs: bool = False


def build_probes(boot_id: str) -> list[Probe]:
    """In the order of repair: an earlier fault may be the cause of a later one."""
    return [
        Probe("settings", settings.check, 5),
        Probe("unit", systemd_unit.check, 10),
        Probe("agent", agent.check, 10),
        Probe("machine", partial(machine.check, boot_id=boot_id), 15),
        Probe("clock", clock.check, 15),
        Probe("authority", authority.check, 15),
        Probe("sound", sound.check, 20),
        Probe("level", level.check, 5),
        Probe("microphone", microphone.check, 20),
        Probe("decoder", decoder.check, 30),
        Probe("voice", voice.check, 15),
        Probe("sandbox", sandbox.check, 5),
        Probe("shaping", text_shaping.check, 20),
        Probe("serial", serial.check, 5),
        Probe("device", device.check, 60),
        Probe("board", board_port.check, 10),
        Probe("page", page.check, 10),
        Probe("certificate", certificate.check, 5),
        Probe("broker", broker.check, 30),
    ]


async def run_probes(
    case: DoctorContext,
    probes: list[Probe],
    on_done: Callable[[ProbeReport], None] = lambda _done: None,
) -> list[ProbeReport]:
    """Run them beside each other; the list is in the order of `probes`.

    Args:
        case: the box.
        probes: what to look at.
        on_done: called with each probe's report as soon as it has ended.
    """
    examined = [ProbeReport(probe.name) for probe in probes]
    async with asyncio.TaskGroup() as group:
        for probe, done in zip(probes, examined, strict=True):
            group.create_task(_run(case, probe, done, on_done), name=f"probe {probe.name}")
    return examined


async def _run(
    case: DoctorContext, probe: Probe, done: ProbeReport, on_done: Callable[[ProbeReport], None]
) -> None:
    began = mono_s()
    try:
        async with asyncio.timeout(probe.limit_s) as limit, aclosing(probe.check(case)) as row:
            async for finding in row:
                done.findings.append(finding)
    except TimeoutError as error:
        done.hangs = limit.expired()
        late = unseen("probe_slow", f"{probe.limit_s:.0f}")
        done.findings.append(late if done.hangs else _crashed(error))
    except Exception as error:  # the task's outer edge: one probe must not take the rest
        log.debug("probe %s", probe.name, exc_info=True)
        done.findings.append(_crashed(error))
    done.took_s = mono_s() - began
    on_done(done)


def _crashed(error: Exception) -> ProbeFinding:
    return fault("probe_crashed", type(error).__name__, detail=str(error)[:300])

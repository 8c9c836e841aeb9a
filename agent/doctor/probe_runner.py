"""All probes at once, each within its time; a probe that crashes is a finding, not a traceback."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

from agent.clock import mono_s
from agent.doctor.context import Case
from agent.doctor.finding import Finding, fault, unseen
from agent.doctor.probes import (
    agent,
    authority,
    broker,
    certificate,
    clock,
    decoder,
    device,
    machine,
    page,
    sandbox,
    serial,
    settings,
    sound,
    systemd_unit,
    text_shaping,
)

log = logging.getLogger(__name__)
Look = Callable[[Case], AsyncGenerator[Finding, None]]


@dataclass(frozen=True)
class Probe:
    """One thing to look at; `name` is of `text.LABELS`."""

    name: str
    look: Look
    limit_s: float


@dataclass
class Examined:
    """What one probe found, in the order in which it found it."""

    name: str
    findings: list[Finding] = field(default_factory=list)
    took_s: float = 0.0
    hangs: bool = False


def build_probes(boot_id: str) -> list[Probe]:
    """In the order in which a technician mends: what stands first may be why the rest fails."""
    return [
        Probe("settings", settings.look, 5),
        Probe("unit", systemd_unit.look, 10),
        Probe("agent", agent.look, 10),
        Probe("machine", partial(machine.look, boot_id=boot_id), 15),
        Probe("clock", clock.look, 15),
        Probe("authority", authority.look, 15),
        Probe("sound", sound.look, 20),
        Probe("decoder", decoder.look, 30),
        Probe("sandbox", sandbox.look, 5),
        Probe("shaping", text_shaping.look, 20),
        Probe("serial", serial.look, 5),
        Probe("device", device.look, 60),
        Probe("page", page.look, 10),
        Probe("certificate", certificate.look, 5),
        Probe("broker", broker.look, 30),
    ]


async def examine(
    case: Case, probes: list[Probe], on_done: Callable[[Examined], None] = lambda _done: None
) -> list[Examined]:
    """Run them beside each other; the list is in the order of `probes`.

    Args:
        case: the box.
        probes: what to look at.
        on_done: told each probe as soon as it is through.
    """
    examined = [Examined(probe.name) for probe in probes]
    async with asyncio.TaskGroup() as group:
        for probe, done in zip(probes, examined, strict=True):
            group.create_task(_run(case, probe, done, on_done), name=f"probe {probe.name}")
    return examined


async def _run(
    case: Case, probe: Probe, done: Examined, on_done: Callable[[Examined], None]
) -> None:
    began = mono_s()
    try:
        async with asyncio.timeout(probe.limit_s) as limit, aclosing(probe.look(case)) as row:
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


def _crashed(error: Exception) -> Finding:
    return fault("probe_crashed", type(error).__name__, detail=str(error)[:300])

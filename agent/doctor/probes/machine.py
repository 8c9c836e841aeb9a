"""The health checks of the machine, run once, with figures where nothing is at fault."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator, Callable
from functools import partial
from pathlib import Path

from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, good, unseen
from agent.health.check import Check, NotCheckedError
from agent.health.check_memory import CheckMemory
from agent.health.checks.power import KEY as UNDER_VOLTAGE
from agent.health.machine_checks import build_machine_checks
from agent.health.thermal import read_temperature_c
from agent.settings.model import Settings

GIB = 1 << 30
# of the machine's checks; the probes `certificate` and `clock` run the others
NAMES = ("power", "temperature", "disk", "storage")
ON_DISK = {"disk", "storage"}


async def check(case: DoctorContext, boot_id: str) -> AsyncGenerator[ProbeFinding, None]:
    """The findings of each check, or its figures."""
    if case.settings is None:
        yield unseen("needs_settings")
        return
    names = set(NAMES)
    state = Path(case.settings.state)
    if not await asyncio.to_thread(state.is_dir):
        names -= ON_DISK
        yield unseen("no_state", str(state))
    memory = CheckMemory()
    if value := case.remembered.get(f"health_{UNDER_VOLTAGE}"):
        await memory.write(UNDER_VOLTAGE, value)
    for check in build_machine_checks(case.settings, memory, boot_id, case.now):
        if check.name in names:
            for finding in await examine(check, partial(_figure, check.name, case.settings)):
                yield finding


async def examine(check: Check, figure: Callable[[], ProbeFinding]) -> list[ProbeFinding]:
    """Run a health check once and turn its findings into probe findings."""
    try:
        found = await check.check()
    except NotCheckedError as error:
        return [unseen(f"unseen_{check.name}", detail=error.reason)]
    if not found:
        return [await asyncio.to_thread(figure)]
    return [
        ProbeFinding(ISSUE_KINDS[one.kind].severity, one.kind, (one.subject,), one.hint)
        for one in found
    ]


def _figure(name: str, settings: Settings) -> ProbeFinding:
    if name == "disk":
        usage = shutil.disk_usage(settings.state)
        return good("disk_good", f"{usage.free / GIB:.1f}", f"{usage.total / GIB:.1f}")
    if name == "temperature":
        celsius = read_temperature_c()
        return good("temperature_good", "?" if celsius is None else f"{celsius:.0f}")
    return good(f"{name}_good")

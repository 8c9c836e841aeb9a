"""Are the settings good, and may the service's user read what they name?"""

from __future__ import annotations

import asyncio
import os
import pwd
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, good, unseen, warning
from agent.doctor.probes.systemd_unit import USER
from agent.doctor.run_program import run_program
from agent.settings.model import Settings
from agent.settings.warnings import find_risks

LIMIT_S = 3.0


async def check(case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """Validate the file as the agent does when it starts; then its permissions."""
    for finding in await asyncio.to_thread(examine_settings, case):
        yield finding
    if case.settings is not None:
        async for finding in try_rights(case, USER):
            yield finding


def examine_settings(case: DoctorContext) -> list[ProbeFinding]:
    """Faults, or risks, or neither."""
    validated, name = case.validated, str(case.file)
    if validated.faults:
        first = validated.faults[0]
        where = f"{first.line}:{first.column}"
        return [fault("settings_faults", name, str(len(validated.faults)), where)]
    if case.settings is None:
        return []
    found = [good("settings_good", name, case.settings.station)]
    if validated.settings is not None and validated.tree is not None:
        risks = list(find_risks(validated.settings, validated.tree, case.file))
        if risks:
            found.append(warning("settings_risks", name, str(len(risks))))
    return found


async def try_rights(case: DoctorContext, user: str) -> AsyncGenerator[ProbeFinding, None]:
    """Root may read everything, so the kernel is asked in the name of the service's user."""
    try:
        identity = pwd.getpwnam(user)
    except KeyError:
        identity = None
    if identity is None or os.geteuid() not in (0, identity.pw_uid) or case.settings is None:
        yield unseen("rights_unseen", user)
        return
    closed = []
    for right, path in _list_needs(case.settings, str(case.file)):
        answer = await run_program("test", right, path, limit_s=LIMIT_S, user=identity)
        if answer is not None and answer.code != 0 and await asyncio.to_thread(Path(path).exists):
            closed.append(path)
    if closed:
        yield fault("rights_closed", user, ", ".join(closed))
    else:
        yield good("rights_good", user)


def _list_needs(settings: Settings, file: str) -> Iterator[tuple[str, str]]:
    """As options of test(1). The key is not among them: systemd hands the service a copy."""
    for path in (file, settings.root, settings.broker.ca, settings.broker.cert):
        yield "-r", path
    yield "-w", settings.state

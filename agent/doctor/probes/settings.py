"""Are the settings good? Judged as the agent itself does when it starts."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator

from agent.doctor.case import Case
from agent.doctor.finding import Finding, fault, good, unseen


async def look(case: Case) -> AsyncGenerator[Finding, None]:
    """One finding for the file, one when rights of the service cannot be told."""
    if case.judged.faults:
        first = case.judged.faults[0]
        where = f"{first.line}:{first.column}"
        yield fault("settings_faults", str(case.file), str(len(case.judged.faults)), where)
    elif case.settings is not None:
        yield good("settings_good", str(case.file), case.settings.station)
    if not case.is_running and os.geteuid() == 0:
        # Root may read and write everything: what the service may is seen only while it runs.
        yield unseen("rights_unseen")

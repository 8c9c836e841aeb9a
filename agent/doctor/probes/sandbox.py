"""Does this kernel confine the processes that read foreign bytes?"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator

from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, good, warning
from agent.sandbox.enforce import query_landlock_abi
from agent.sandbox.profile import find_missing


async def check(_case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """What is missing, or one good finding."""
    missing, kernel = find_missing(), os.uname()
    if "Landlock" in missing:
        yield warning("sandbox_no_landlock", kernel.release)
    if "seccomp" in missing:
        yield warning("sandbox_no_seccomp", kernel.machine)
    if not missing:
        yield good("sandbox_good", str(query_landlock_abi()))

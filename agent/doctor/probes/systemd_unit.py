"""The state of the systemd unit, and whether the service's user may open its devices."""

from __future__ import annotations

import asyncio
import grp
import pwd
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, good, unseen, warning
from agent.doctor.run_program import run_program

UNIT = "tramtin.service"
USER = "tramtin"
GROUPS = ("audio", "dialout", "gpio")
RUNNING = Path("/run/systemd/system")  # sd_booted(3)
PROPERTIES = (
    "LoadState", "ActiveState", "SubState", "UnitFileState", "NRestarts", "ExecMainStatus",
    "Result",
)  # fmt: skip
EX_CONFIG = 78
MANY_RESTARTS = 3
LIMIT_S = 5.0


async def check(case: DoctorContext, booted: Path = RUNNING) -> AsyncGenerator[ProbeFinding, None]:
    """The service's user, then the unit."""
    for finding in find_missing_groups():
        yield finding
    if not await asyncio.to_thread(booted.is_dir):
        yield unseen("no_systemd")
        return
    answer = await run_program(
        "systemctl", "show", UNIT, f"-p{','.join(PROPERTIES)}", limit_s=LIMIT_S
    )
    if answer is None or answer.code != 0:
        yield unseen("systemd_silent", detail="" if answer is None else answer.err.strip())
        return
    properties = dict(line.partition("=")[::2] for line in answer.out.splitlines())
    for finding in examine_unit(properties, is_running=case.is_running):
        yield finding


def examine_unit(properties: dict[str, str], *, is_running: bool) -> list[ProbeFinding]:
    """From the properties of `systemctl show` (org.freedesktop.systemd1(5))."""
    detail = ", ".join(f"{key}={value}" for key, value in properties.items())
    if properties.get("LoadState") != "loaded":
        return [warning("unit_missing", detail=detail)]
    found = []
    state = f"{properties.get('ActiveState')} ({properties.get('SubState')})"
    if properties.get("ActiveState") in ("active", "reloading"):
        found.append(good("unit_active", state))
    elif properties.get("ExecMainStatus") == str(EX_CONFIG):
        found.append(fault("unit_refused_settings", detail=detail))
    elif properties.get("ActiveState") in ("failed", "activating"):
        found.append(fault("unit_failed", state, properties.get("Result", "?"), detail=detail))
    elif is_running:
        found.append(warning("unit_bypassed", detail=detail))
    else:
        found.append(warning("unit_stopped", state, detail=detail))
    if properties.get("UnitFileState") not in ("enabled", "enabled-runtime"):
        found.append(warning("unit_not_enabled"))
    if (restarts := int(properties.get("NRestarts") or 0)) >= MANY_RESTARTS:
        found.append(warning("unit_restarts", str(restarts)))
    return found


def find_missing_groups(
    user: str = USER,
    find_user: Callable[[str], pwd.struct_passwd] = pwd.getpwnam,
    find_group: Callable[[str], grp.struct_group] = grp.getgrnam,
) -> list[ProbeFinding]:
    """Does the service's user exist, and is it in the groups of its devices?"""
    try:
        primary = find_user(user).pw_gid
    except KeyError:
        return [warning("user_missing", user)]
    missing = []
    for name in GROUPS:
        try:
            group = find_group(name)
        except KeyError:
            missing.append(name)
            continue
        if user not in group.gr_mem and group.gr_gid != primary:
            missing.append(name)
    if missing:
        return [fault("user_groups", user, ", ".join(missing))]
    return [good("user_good", user, ", ".join(GROUPS))]

"""Time: the agent's trusted time, the machine's time, and the battery clock."""

from __future__ import annotations

import asyncio
import contextlib
import grp
import os
import pwd
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from agent.clock import BUILD_AT, NTS, RTC_DEVICE, read_rtc, system_time
from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.contract.local_time import LOCAL
from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, good, unseen, warning
from agent.doctor.probes.machine import examine
from agent.doctor.probes.systemd_unit import USER
from agent.doctor.run_program import ProgramOutput, run_program
from agent.errors import LinkError, TrustError
from agent.health.checks.clock import find_rtc_faults
from agent.health.checks.rtc import RtcCheck
from agent.store import clock_state
from agent.timesync.chrony import SOCKET, ChronyReport, query_chrony
from agent.trust.nts import verify_chrony

LIMIT_S = 4.0
RTC_APART_S = 60.0
SLOW_S = 1.0


async def check(case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """The agent's time, the machine's, what sets the machine's, the battery clock."""
    yield examine_trusted(case)
    if held := case.remembered.get(clock_state.HELD):
        yield ProbeFinding("fault", "time_jump_held", (held,))
    for found in find_rtc_faults(case.clock):
        apart = f"{case.clock.rtc_apart_s / 3600:+.1f} h"
        yield ProbeFinding(ISSUE_KINDS[found.kind].severity, found.kind, (apart,))
    at = system_time()
    if at < BUILD_AT:
        yield fault("clock_wrong", _local(at))
    else:
        yield good("clock_plausible", _local(at))
    yield await _query_time_service()
    for finding in await examine(RtcCheck(), partial(good, "rtc_good")):
        yield finding
    for finding in await asyncio.to_thread(_look_at_rtc, at):
        yield finding


def examine_trusted(case: DoctorContext) -> ProbeFinding:
    """The state of the agent's clock, from its stored values."""
    now = case.now()
    if case.clock.by == NTS and now.quality == "SYNCED":
        return good("time_nts", _local(now.at), f"{now.error_s or 0:.1f}")
    if now.quality == "SYNCED":
        return good("time_signed", _local(now.at), f"{now.error_s or 0:.1f}")
    if now.quality == "HOLDOVER":
        return warning("time_old", _local(now.at), f"{now.error_s or 0:.0f}")
    if now.quality == "RTC":
        return warning("time_by_battery", _local(now.at))
    return warning("time_unknown")


async def _query_time_service() -> ProbeFinding:
    """Ask chrony where it is installed, else whatever systemd knows of."""
    with contextlib.suppress(LinkError):
        report = await query_chrony(limit_s=LIMIT_S)
        if report is not None:
            return examine_nts(report, may_ask=may_service_ask(SOCKET))
    answer = await run_program("chronyc", "-n", "-c", "tracking", limit_s=LIMIT_S)
    if answer is not None and answer.code == 0:
        return examine_chrony(answer)
    answer = await run_program("timedatectl", "show", "-pNTP", "-pNTPSynchronized", limit_s=LIMIT_S)
    if answer is None or answer.code != 0:
        return unseen("ntp_unseen")
    if "NTPSynchronized=yes" in answer.out:
        return good("ntp_synced")
    return warning("ntp_not_synced" if "NTP=yes" in answer.out else "ntp_off")


def examine_nts(report: ChronyReport, *, may_ask: bool) -> ProbeFinding:
    """How the agent verifies chrony's report, and whether it may query it at all.

    Args:
        report: of chronyc.
        may_ask: may the service's user ask chronyd?
    """
    try:
        kept = verify_chrony(report.text, report.system_at)
    except TrustError as error:
        plain = examine_chrony(ProgramOutput(0, report.text.partition("\n")[0], ""))
        return replace(plain, detail=error.hint)
    if not may_ask:
        return warning("nts_closed", detail=str(SOCKET))
    return good("ntp_nts", f"{kept.offset_s * 1000:.1f}")


def examine_chrony(answer: ProgramOutput) -> ProbeFinding:
    """From `chronyc -c tracking` (chronyc(1)): 14 fields, the fifth the offset, the last leap."""
    fields = answer.out.strip().split(",")
    if len(fields) != 14:
        return unseen("ntp_unseen", detail=answer.out.strip()[:200])
    if fields[13] == "Not synchronised":
        return warning("ntp_not_synced", detail=answer.out.strip())
    offset_s = abs(float(fields[4]))
    if offset_s > SLOW_S:
        return warning("ntp_far", f"{offset_s:.1f}")
    return good("ntp_chrony", f"{offset_s * 1000:.1f}")


def _look_at_rtc(at: datetime) -> list[ProbeFinding]:
    return [examine_rtc(read_rtc(), at)] if RTC_DEVICE.exists() else []


def examine_rtc(rtc: datetime | None, at: datetime, device: Path = RTC_DEVICE) -> ProbeFinding:
    """The battery clock as the agent reads it, beside the machine's clock."""
    if not may_service_read(device):
        return warning("rtc_closed", str(device))
    if rtc is None:
        return unseen("rtc_unread", str(device))
    apart_s = abs((rtc - at).total_seconds())
    if apart_s > RTC_APART_S:
        return warning("rtc_apart", _local(rtc), f"{apart_s:.0f}")
    return good("rtc_reads", _local(rtc))


def may_service_ask(socket: Path) -> bool:
    """May the service's user talk to chronyd, whose socket and folder are those of its group?"""
    try:
        user = pwd.getpwnam(USER)
    except KeyError:
        return os.access(socket, os.W_OK)
    folder, end = socket.parent.stat(), socket.stat()
    groups = {user.pw_gid, *(one.gr_gid for one in grp.getgrall() if USER in one.gr_mem)}
    is_open = folder.st_mode & 0o030 == 0o030 and bool(end.st_mode & 0o020)
    return is_open and {folder.st_gid, end.st_gid} <= groups


def may_service_read(device: Path) -> bool:
    """May the service's user open it? Without that user: may this process?"""
    try:
        user = pwd.getpwnam(USER)
    except KeyError:
        return os.access(device, os.R_OK)
    status = device.stat()
    groups = {user.pw_gid, *(one.gr_gid for one in grp.getgrall() if USER in one.gr_mem)}
    if status.st_uid == user.pw_uid:
        return bool(status.st_mode & 0o400)
    return bool(status.st_mode & (0o040 if status.st_gid in groups else 0o004))


def _local(at: datetime) -> str:
    return at.astimezone(LOCAL).strftime("%d/%m/%Y %H:%M:%S")

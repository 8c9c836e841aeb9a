"""The authority as the agent would restore it if it started now, and its age."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path

from agent.authority.restore import restore_authority
from agent.clock import Now
from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, good, unseen
from agent.doctor.state_reader import query_database
from agent.errors import TrustError
from agent.health.check import NotCheckedError
from agent.health.checks.authority import HOUR_S, find_faults, read_state
from agent.store.authority_files import StoredAuthority, read
from agent.trust.current_authority import AuthorityInForce
from agent.trust.trust_anchor import InstalledRoot, load_installed


async def check(case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """The root file, the kept files, their age."""
    if case.settings is None:
        yield unseen("needs_settings")
        return
    root, state = Path(case.settings.root), Path(case.settings.state)
    yield await asyncio.to_thread(examine_box, root, state, case.now(), is_running=case.is_running)


def examine_box(root: Path, state: Path, now: Now, *, is_running: bool) -> ProbeFinding:
    """From the files on the box. An agent that has never run has not fetched any yet."""
    try:
        installed = load_installed(root.read_bytes())
        kept = _read_kept(state)
    except (OSError, sqlite3.Error, TrustError) as error:
        return unseen("authority_unread", detail=str(error)[:200])
    if kept is None and installed.is_tree and not is_running:
        return ProbeFinding("warning", "authority_awaited")
    return examine_authority(installed, kept or StoredAuthority(), now)


def _read_kept(state: Path) -> StoredAuthority | None:
    """None where the agent has never run; empty where only a release without such files ran."""
    try:
        return query_database(state, read)
    except FileNotFoundError:
        return None
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return StoredAuthority()
        raise


def examine_authority(installed: InstalledRoot, kept: StoredAuthority, now: Now) -> ProbeFinding:
    """What the agent's own check finds in what the agent would restore."""
    if not installed.is_tree:
        return good("authority_pinned", str(installed.authority.versions["root"]))
    authority = AuthorityInForce(restore_authority(installed.raw, kept).authority)
    state = read_state(authority, now)
    versions = ", ".join(f"{name} {version}" for name, version in state.versions.items())
    age_s = state.age_s(now)
    hours = "?" if age_s is None else f"{age_s / HOUR_S:.0f}"
    try:
        found = find_faults(state, now)
    except NotCheckedError:
        return unseen("authority_age_unseen", versions)
    if not found:
        return good("authority_good", hours, versions)
    args = (f"{hours} h",) if state.is_known else ()
    return ProbeFinding(ISSUE_KINDS[found[0].kind].severity, found[0].kind, args, versions)

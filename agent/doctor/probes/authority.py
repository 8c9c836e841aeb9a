"""Who may sign, as the agent would know it if it started now, and how old that is."""

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
from agent.health.checks.authority import is_age_unseen
from agent.store.authority_files import StoredAuthority, read
from agent.trust.authority import Authority, Grade
from agent.trust.current_authority import AuthorityInForce
from agent.trust.trust_anchor import InstalledRoot, load_installed

HOUR_S = 3600.0


async def check(case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """The root file, the kept files, their age."""
    if case.settings is None:
        yield unseen("needs_settings")
        return
    root, state = Path(case.settings.root), Path(case.settings.state)
    yield await asyncio.to_thread(judge_box, root, state, case.now(), is_running=case.is_running)


def judge_box(root: Path, state: Path, now: Now, *, is_running: bool) -> ProbeFinding:
    """From the files on the box; an agent that has never run could fetch none yet."""
    try:
        installed = load_installed(root.read_bytes())
        kept = _read_kept(state)
    except (OSError, sqlite3.Error, TrustError) as error:
        return unseen("authority_unread", detail=str(error)[:200])
    if kept is None and installed.is_tree and not is_running:
        return ProbeFinding("warning", "authority_awaited")
    return judge(installed, kept or StoredAuthority(), now)


def _read_kept(state: Path) -> StoredAuthority | None:
    """None where the agent has never run; nothing where a release ran that knew no such files."""
    try:
        return query_database(state, read)
    except FileNotFoundError:
        return None
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return StoredAuthority()
        raise


def judge(installed: InstalledRoot, kept: StoredAuthority, now: Now) -> ProbeFinding:
    """As the agent does at its start."""
    if not installed.is_tree:
        return good("authority_pinned", str(installed.authority.versions["root"]))
    authority = restore_authority(installed.raw, kept).authority
    if not AuthorityInForce(authority).knows_signers(now):
        return _issue("authority_missing", (), authority)
    return _judge_age(authority, now)


def _judge_age(authority: Authority, now: Now) -> ProbeFinding:
    versions = _describe(authority)
    issued = AuthorityInForce(authority).issued
    hours = "?" if issued is None else f"{(now.at - issued).total_seconds() / HOUR_S:.0f}"
    grade = authority.grade(now)
    if is_age_unseen(grade, issued, now):
        return unseen("authority_age_unseen", versions)
    match grade:
        case Grade.EXPIRED:
            return _issue("authority_expired", (f"{hours} h",), authority)
        case Grade.AGED:
            return _issue("authority_aged", (f"{hours} h",), authority)
    return good("authority_good", hours, versions)


def _issue(kind: str, args: tuple[str, ...], authority: Authority) -> ProbeFinding:
    """In the words in which the agent's own check tells it."""
    return ProbeFinding(ISSUE_KINDS[kind].severity, kind, args, _describe(authority))


def _describe(authority: Authority) -> str:
    return ", ".join(f"{name} {version}" for name, version in authority.versions.items())

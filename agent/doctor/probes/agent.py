"""The issues of the running agent: it examines what doctor must not touch."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path
from typing import Any

from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, good, unseen
from agent.doctor.state_reader import read_rows

RECORDS = 5000


async def check(case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """Every issue that began in the agent's present life and has not ended."""
    if case.settings is None:
        yield unseen("needs_settings")
    elif not case.is_running:
        yield unseen("agent_stopped")
    else:
        records = await asyncio.to_thread(_read_life, Path(case.settings.state))
        found = find_lasting(records)
        for finding in found:
            yield finding
        if not found:
            yield good("agent_content", str(case.agent_pid))


def _read_life(state: Path) -> list[dict[str, Any]]:
    """The newest records back to the agent's start, oldest first."""
    rows = read_rows(state, f"SELECT bytes FROM journal ORDER BY seq DESC LIMIT {RECORDS}")  # noqa: S608 - a number of ours
    life: list[dict[str, Any]] = []
    for row in rows:
        life.append(json.loads(row[0]))
        if life[-1]["kind"] == "boot":
            break
    return life[::-1]


def find_lasting(records: Iterable[dict[str, Any]]) -> list[ProbeFinding]:
    """Issues without an end, from journal records of kind `fault` (see `agent.box_state`)."""
    lasting: dict[tuple[str, str], ProbeFinding] = {}
    for record in records:
        detail = record.get("detail") or {}
        kind, subject = str(detail.get("what")), str(detail.get("subject"))
        if record["kind"] != "fault" or kind not in ISSUE_KINDS:
            continue
        if detail.get("state") == "begins":
            hint = str(detail.get("hint", ""))
            lasting[kind, subject] = ProbeFinding(
                ISSUE_KINDS[kind].severity, kind, (subject,), hint
            )
        else:
            lasting.pop((kind, subject), None)
    return list(lasting.values())

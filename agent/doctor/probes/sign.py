"""Asks a sign that stores its pictures what it is, and whether anybody nearby may enter it."""

from __future__ import annotations

import asyncio

from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.doctor.finding import ProbeFinding, good, unseen
from agent.settings.model import Board
from drivers import sign_registry

WEAK = "board_password"


async def examine_sign(name: str, board: Board) -> ProbeFinding:
    """One finding: model, firmware and size, or the network of its own that is open.

    Raises:
        UnsupportedFeature: no such profile, or no address.
        DriverError: the sign does not answer.
    """
    found = await asyncio.to_thread(sign_registry.report_sign, board.profile, board.path)
    if found is None:
        return unseen("sign_mute", name, board.profile)
    if not found.fault:
        return good("sign_good", name, found.shown)
    severity = ISSUE_KINDS[WEAK].severity
    return ProbeFinding(severity, WEAK, (name,), f"{found.fault}; {found.shown}")

"""Asks a sign that stores its pictures what it is, and whether anybody nearby may enter it."""

from __future__ import annotations

import asyncio

from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.doctor.finding import ProbeFinding, fault, good, unseen
from agent.settings.model import Board
from drivers import sign_registry
from drivers.errors import DeviceFault

WEAK = "board_password"


async def examine_sign(name: str, board: Board) -> ProbeFinding:
    """One finding: what it says of itself, that it refuses, or its own network that is open.

    Raises:
        UnsupportedFeature: no such profile, or no address.
        DriverError: the sign does not answer.
    """
    try:
        found = await asyncio.to_thread(
            sign_registry.report_sign, board.profile, board.path, board.options
        )
    except DeviceFault as error:  # an answer, though not the one that was hoped for
        return fault("sign_refuses", name, detail=str(error))
    if found is None:
        return unseen("sign_mute", name, board.profile)
    if not found.fault:
        return good("sign_good", name, found.shown)
    severity = ISSUE_KINDS[WEAK].severity
    return ProbeFinding(severity, WEAK, (name,), f"{found.fault}; {found.shown}")

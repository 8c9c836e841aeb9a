"""Looks at the connectors and interfaces that feed boards, and asks who answers there.

No board is opened: this disturbs nothing, also while the agent runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, good, unseen
from agent.play.board.board_config import list_places
from agent.settings.model import Output
from drivers import registry
from drivers.errors import UnsupportedFeature


async def check(case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """One finding a connector or interface."""
    if case.settings is None:
        yield unseen("needs_settings")
        return
    boards = [output for output in case.settings.outputs if output.board is not None]
    if not boards:
        yield good("boards_none")
    for output in boards:
        for finding in await asyncio.to_thread(_examine, output):
            yield finding


def _examine(output: Output) -> list[ProbeFinding]:
    board = output.board
    if board is None:
        raise ValueError(f"{output.name} has no board")
    try:
        ports = registry.report_board_ports(
            board.profile, board.path, list_places(output), board.options
        )
    except UnsupportedFeature as error:
        return [fault("device_not_loaded", output.name, detail=str(error))]
    if not ports:
        return [good("board_without_port", output.name, board.profile)]
    return [
        fault("board_port_fault", one.port, detail=one.fault)
        if one.fault
        else good("board_port_good", one.port, one.shown)
        for one in ports
    ]

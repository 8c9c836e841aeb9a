"""The page as a service that listens; its failure never stops the agent."""

from __future__ import annotations

import asyncio
import logging

from agent.control.operations import Operations
from agent.page.pin_auth import PinAuth
from agent.page.routes import STICK, StationPage, StatusSource
from agent.page.server import FaultSink, PageServer, listen_addresses
from agent.settings.model import Settings
from agent.stick.visit_server import VisitServer

log = logging.getLogger(__name__)
RETRY_S = 15.0


async def run_page(
    settings: Settings,
    status: StatusSource,
    operations: Operations,
    on_fault: FaultSink,
    visits: VisitServer,
) -> None:
    """Live until cancelled.

    Args:
        settings: of this box.
        status: what the page shows.
        operations: what it offers.
        on_fault: begins and ends the issue `page_down`.
        visits: takes what somebody brings.

    Raises:
        ValueError: the settings name no page.
    """
    page = settings.page
    if page is None:
        raise ValueError("the settings name no page")
    addresses = listen_addresses(page.listen)
    hosts = [host for host, _ in addresses]
    station_page = StationPage(
        settings.station, status, operations, PinAuth(page.pin), hosts, visits
    )
    while True:
        try:
            await PageServer(addresses, station_page.answer, on_fault, (STICK,)).run()
        except Exception as error:
            log.exception("the page failed")
            on_fault("page_down", "page", f"{type(error).__name__}: {error}")
        await asyncio.sleep(RETRY_S)

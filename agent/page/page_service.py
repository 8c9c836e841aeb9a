"""From settings and parts to a page that listens; its failure is never the agent's."""

from __future__ import annotations

import asyncio
import logging

from agent.control.parts import ControlParts
from agent.control.station_control import StationControl
from agent.page.pin_auth import PinAuth
from agent.page.routes import StationPage
from agent.page.server import PageServer, listen_addresses

log = logging.getLogger(__name__)
RETRY_S = 15.0


async def run_page(parts: ControlParts) -> None:
    """Live until cancelled.

    Raises:
        ValueError: the settings name no page.
    """
    page = parts.settings.page
    if page is None:
        raise ValueError("the settings name no page")
    addresses = listen_addresses(page.listen)
    hosts = [host for host, _ in addresses]
    site = StationPage(parts.settings.station, StationControl(parts), PinAuth(page.pin), hosts)
    while True:
        try:
            await PageServer(addresses, site.answer, parts.issues.set_issue).run()
        except Exception as error:
            log.exception("the page failed")
            parts.issues.set_issue("page_down", "page", f"{type(error).__name__}: {error}")
        await asyncio.sleep(RETRY_S)

"""From settings and parts to a page that listens; its failure is never the agent's."""

from __future__ import annotations

import asyncio
import logging

from agent.control.parts import Parts
from agent.control.station_control import FrontDesk
from agent.page.pin_auth import Door
from agent.page.routes import Site
from agent.page.server import PageServer, listen_addresses

log = logging.getLogger(__name__)
RETRY_S = 15.0


async def run_page(parts: Parts) -> None:
    """Live until cancelled.

    Raises:
        ValueError: the settings name no page.
    """
    page = parts.settings.page
    if page is None:
        raise ValueError("the settings name no page")
    addresses = listen_addresses(page.listen)
    hosts = [host for host, _ in addresses]
    site = Site(parts.settings.station, FrontDesk(parts), Door(page.pin), hosts)
    while True:
        try:
            await PageServer(addresses, site.answer, parts.issues.note).run()
        except Exception as error:
            log.exception("the page failed")
            parts.issues.note("page_down", "page", f"{type(error).__name__}: {error}")
        await asyncio.sleep(RETRY_S)

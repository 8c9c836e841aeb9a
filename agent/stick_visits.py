"""What a visit of a stick needs of the box, put together when one begins."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from agent.authority.tracker import AuthorityTracker
from agent.box_state import BoxState, Device
from agent.contract.ids import StationId
from agent.contract.report import Hello
from agent.ingest.pipeline import IngestPipeline
from agent.link.downloads import Downloads
from agent.link.mqtt import MqttLink
from agent.settings.model import Settings
from agent.stick.visit_server import VisitServer, socket_path
from agent.telemetry.hello import HelloSender
from agent.telemetry.uplink import SessionCounter, Uplink

if TYPE_CHECKING:
    from agent.stick.visit import VisitParts


def build_visits(  # noqa: PLR0913 - one keyword a collaborator
    settings: Settings,
    device: Device,
    state: BoxState,
    *,
    pipeline: IngestPipeline,
    authority: AuthorityTracker,
    downloads: Downloads,
    link: MqttLink,
    uplink: Uplink,
    hello: HelloSender,
    session: SessionCounter,
    tidy: Callable[[], Awaitable[None]],
) -> VisitServer:
    """The service that takes what a stick or the page brings."""

    async def build_hello() -> Hello:
        # nobody answers it within the life of a nonce, so it is none of the box's questions
        import secrets

        return hello.build(await session.next(), secrets.token_hex(16))

    def build_parts() -> VisitParts:
        from agent.control.support_bundle import build_bundle
        from agent.stick.visit import VisitParts

        return VisitParts(
            StationId(settings.station), deliver=link.deliver, judged=pipeline.judged,
            authority=authority, attended=pipeline.loss_guard.attended,
            documents=state.documents, media=state.media, arrived=downloads.take_in,
            failed=downloads.failed.emit, journal=state.journal, sign=uplink.sign,
            hello=build_hello, bundle=partial(build_bundle, device.reread.file), tidy=tidy,
        )  # fmt: skip

    return VisitServer(socket_path(Path(settings.state)), build_parts)

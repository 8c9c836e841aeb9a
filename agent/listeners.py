"""What the composition root connects to signals, where one listener needs several parts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from agent.authority.tracker import AuthorityTracker
from agent.background_jobs import BackgroundJobs, run_logged
from agent.contract.document import Ack, StationConfig
from agent.contract.ids import parse_place
from agent.contract.report import Health
from agent.evidence.journal import Journal
from agent.evidence.outbox import JournalSender
from agent.health.open_issues import Issues
from agent.link.downloads import Downloads
from agent.link.mqtt import MqttLink
from agent.playout.schedule import Schedule
from agent.settings.model import Settings
from agent.state.documents_in_force import DocumentsInForce
from agent.state.key_press import KeyPress
from agent.store.media import MediaStore
from agent.telemetry.health_reporter import CentreContact
from agent.telemetry.uplink import Uplink


async def acknowledge(contact: CentreContact, sender: JournalSender, ack: Ack) -> None:
    """The centre has confirmed journal records."""
    contact.record_contact()
    await sender.on_ack(ack)


def fetch_media(downloads: Downloads, documents: DocumentsInForce, press: KeyPress) -> None:
    """Request what documents name and the store lacks; a corrupt file on the card is lacking."""
    downloads.want(documents.with_media, pressed=press.doc_id)


async def send_health(
    media: MediaStore, fetch: Callable[[], None], uplink: Uplink, health: Health
) -> None:
    """Report the health of the box, and look for media that its card has lost."""
    await run_logged(media.refresh())  # files that others removed are fetched again
    fetch()
    await uplink.send("health", health)


async def restore_schedules(restore: Callable[[], Awaitable[None]], schedule: Schedule) -> None:
    """Apply the stored schedules: from now on what passes unheard is recorded."""
    await restore()
    schedule.is_complete = True


def record_refused(jobs: BackgroundJobs, journal: Journal, schedule: Schedule) -> None:
    """Record once what policy or this release refuses to play, with its rule."""
    for refusal in schedule.take_new_refusals():
        jobs.start(run_logged(journal.append("refusal", detail=refusal.detail())))


async def record_refusal(journal: Journal, detail: Mapping[str, Any]) -> None:
    """Record what was refused while a voice was live."""
    await run_logged(journal.append("refusal", detail=dict(detail)))


async def apply_place(
    settings: Settings,
    jobs: BackgroundJobs,
    issues: Issues,
    link: MqttLink,
    authority: AuthorityTracker,
    config: StationConfig | None,
) -> None:
    """A station-config is in force, or none is any more.

    The subscriptions change in a job: a message never waits for the network, because an emergency
    may be behind it.
    """
    jobs.start(link.set_groups(config.groups if config else []))
    authority.set_place(parse_place(config.place) if config else None)
    here = {zone.name for output in settings.outputs for zone in output.zones}
    here |= {face.name for output in settings.outputs for face in output.faces}
    unknown = sorted(set(config.zones) - here) if config else []
    issues.set_issue("zone_unknown", "station-config", ", ".join(unknown) or None)

"""The objects that the parts of a box share: each is written by one part and read by all."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from agent.background_jobs import BackgroundJobs
from agent.clock import Clock
from agent.contract.ids import StationId
from agent.contract.report import Issue
from agent.contract.utc import encode_utc
from agent.control.settings_reload import SettingsReload
from agent.errors import AgentError, StoreError
from agent.evidence.device_key import DeviceKey
from agent.evidence.fault_log import FaultLog
from agent.evidence.journal import Journal
from agent.evidence.recent_plays import read_recent_plays
from agent.health.internal_errors import InternalErrors
from agent.health.open_issues import Issues
from agent.health.sd_notify import fed_watchdog
from agent.link.crash_guard import CrashGuard
from agent.plan.site_work import SiteWorkRules
from agent.play.play_memory import PlayMemory, build_memories
from agent.settings.model import Settings
from agent.state.documents_in_force import DocumentsInForce
from agent.state.key_press import KeyPress
from agent.state.mutes import Mutes
from agent.state.site_contacts import SiteContacts
from agent.state.voice_press import VoicePress
from agent.state.zone_levels import ZoneLevels
from agent.store.database import Store
from agent.store.documents import ReplayFloors, load_floors
from agent.store.local_mute import LocalMute
from agent.store.media import MediaStore
from agent.store.media_status import MediaStatus
from agent.trust.current_authority import AuthorityInForce
from agent.trust.trust_anchor import InstalledRoot

log = logging.getLogger(__name__)
HEALTH_S = 300.0
Run = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Device:
    """What the start has loaded on this machine.

    Args:
        root: the installed root.
        store: the open database; in memory while the card takes no writes.
        clock: starts from the floor on the card and the battery-backed clock.
        key: the box's own.
        boot_id: of this boot.
        reread: reads the settings file again.
        guard: knows which messages crashed the process.
        health_s: between two health reports when nothing changes.
        card_s: between two checks of a card that takes no writes.
        card_is_back: set when the card takes writes again.
    """

    root: InstalledRoot
    store: Store
    clock: Clock
    key: DeviceKey
    boot_id: str
    reread: SettingsReload
    guard: CrashGuard
    health_s: float = HEALTH_S
    card_s: float = 60.0
    card_is_back: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class BoxState:
    """What every part of the box may read.

    Args:
        jobs: short background jobs; they end after all other parts.
        journal: open.
        issues: the open issues.
        internal_errors: connects listeners whose failure begins an issue.
        floors: replay floors of what was accepted before.
        documents: those in force.
        authority: who may sign what.
        media: the media store.
        status: which media are in store, and why the others are not.
        mutes: what mutes the box.
        press: the last press of an emergency key.
        levels: the trim and the mute of each zone.
        voice: who speaks at a microphone of the box now.
        contacts: who works at the station.
        plays: what each output has had, by its name.
    """

    jobs: BackgroundJobs
    journal: Journal
    issues: Issues
    internal_errors: InternalErrors
    floors: ReplayFloors
    documents: DocumentsInForce
    authority: AuthorityInForce
    media: MediaStore
    status: MediaStatus
    mutes: Mutes
    press: KeyPress
    levels: ZoneLevels
    voice: VoicePress
    contacts: SiteContacts
    plays: Mapping[str, PlayMemory] = field(default_factory=dict)


async def open_state(stack: AsyncExitStack, settings: Settings, device: Device) -> BoxState:
    """Leaving the stack closes the journal after the jobs that write to it.

    Raises:
        StoreError: the database cannot be read.
    """
    clock, store = device.clock, device.store
    issues = Issues(lambda: encode_utc(clock.now().at))
    journal = Journal(store, StationId(settings.station), clock, device.boot_id)
    switch = LocalMute(store, clock, device.boot_id)
    await switch.load()
    zones = {zone.name for one in settings.outputs for zone in one.zones}
    faces = {face.name for one in settings.outputs for face in one.faces}
    levels = ZoneLevels(store, zones | faces)
    await levels.load()
    floors = await store.run(load_floors)
    await journal.open()
    stack.push_async_callback(_close_journal, journal)
    jobs = await stack.enter_async_context(BackgroundJobs())
    await stack.enter_async_context(fed_watchdog())
    internal_errors = InternalErrors(issues.set_issue)
    jobs.ended.connect(internal_errors.on_job_end)
    internal_errors.connect(issues.changed, partial(_record_issue, jobs, journal, FaultLog()))
    issues.set_issue("state_damaged", "state", store.damage or None)
    copy = f"a copy in {store.path.parent}" if store.is_volatile else None
    issues.set_issue("state_volatile", "state", copy)
    documents = DocumentsInForce()
    media = await asyncio.to_thread(MediaStore, Path(settings.state) / "media")
    with contextlib.suppress(StoreError):  # the health checks report a card that cannot be read
        await media.refresh()
    return BoxState(
        jobs, journal, issues, internal_errors, floors, documents,
        AuthorityInForce(device.root.authority), media, MediaStatus(media.has),
        Mutes(documents, switch), KeyPress(clock), levels, VoicePress(),
        SiteContacts([one.name for one in settings.inputs if one.kind == "lockout"]),
        build_memories(
            [one.name for one in settings.outputs],
            await store.run(read_recent_plays), journal.alive_at,
        ),
    )  # fmt: skip


def lockout_services(
    state: BoxState, device: Device, rules: Callable[[], SiteWorkRules]
) -> dict[str, Run]:
    """What reports a lockout, by name; its module loads only where the settings have one.

    Args:
        state: of this box; no contact is read yet.
        device: the machine.
        rules: those in force.
    """
    if state.contacts.is_read:
        return {}
    from agent.overrides.lockout_watch import LockoutWatch

    set_issue = state.issues.set_issue
    watch = LockoutWatch(state.contacts, device.store, device.clock, set_issue, rules)
    return {"lockout": partial(state.internal_errors.keep_running, watch.run)}


async def _close_journal(journal: Journal) -> None:
    try:
        await journal.close()
    except AgentError:
        log.exception("the journal could not write its last records")


def _record_issue(
    jobs: BackgroundJobs,
    journal: Journal,
    faults: FaultLog,
    issue: Issue,
    begins: bool,  # noqa: FBT001 - begins or ends
) -> None:
    state = "begins" if begins else "ends"
    log.warning("%s %s: %s %s", state, issue.kind, issue.subject, issue.hint)
    if (detail := faults.detail_of(issue, begins)) is not None:
        jobs.start(journal.append("fault", detail=detail))

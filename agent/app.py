"""Composition root: builds the leaves first, each part whole; leaving it stops all in reverse.

State objects (documents, mutes, authority, media, key press) are written by one part and read by
all. Signals and their listeners are connected here and nowhere else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from agent import __version__
from agent.authority.tracker import AuthorityTracker
from agent.box_state import BoxState, Device, lockout_services, open_state
from agent.clock import Clock
from agent.contract.ids import StationId
from agent.contract.report import SensorReading
from agent.control.command_executor import CommandExecutor
from agent.control.operations import Operations
from agent.control.screenshots import Screenshots
from agent.evidence.outbox import JournalSender
from agent.health.checks.voice import VoiceCheck
from agent.health.sd_notify import notify
from agent.ingest.pipeline import IngestPipeline
from agent.link.downloads import Downloads
from agent.link.media_fetch import URGENT, Fetcher, Patience
from agent.link.mqtt import MqttLink
from agent.link.mqtt_connect import ConnectTiming
from agent.link.tls import CertificateDates
from agent.listeners import (
    acknowledge,
    apply_place,
    fetch_media,
    record_refusal,
    record_refused,
    restore_schedules,
    send_health,
)
from agent.live.reception import LiveReception
from agent.maintenance.card import CardMaintenance, CardWatch
from agent.maintenance.loudness_survey import LoudnessSurvey
from agent.maintenance.missing_media import MissingMedia
from agent.output_set import build_local_voice, build_outputs
from agent.overrides.emergency_keys import EmergencyKeys
from agent.overrides.emergency_monitor import EmergencyMonitor
from agent.overrides.silence_events import SilenceEvents
from agent.overrides.site_inputs import SiteInputs
from agent.play.output_factory import keep_running
from agent.play.speaker_line import close_ports
from agent.play.speech.voice import find_voice
from agent.playout.level_faults import LevelFaults
from agent.playout.schedule import Schedule
from agent.playout.spoken_text import list_read_aloud
from agent.playout.voice_items import VoiceItems
from agent.settings.model import Settings
from agent.settings.zone_kinds import list_faces, list_zone_kinds
from agent.signals import AsyncSignal, Signal
from agent.state.emergency_starts import EmergencyStarts
from agent.state.live_voices import LiveVoices
from agent.stick_visits import build_visits
from agent.telemetry.health_reporter import (
    CentreContact,
    HealthReporter,
    HealthSnapshot,
    build_checks,
)
from agent.telemetry.hello import HelloSender
from agent.telemetry.hello_scheduler import HelloScheduler
from agent.telemetry.uplink import SessionCounter, Uplink
from agent.timesync.time_sync import TimeSync

log = logging.getLogger(__name__)
GREETING_S = 120.0
Run = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Agent:
    """A box whose parts are all built and connected.

    Args:
        services: name → coroutine function that runs as long as the agent.
        restore: applies the stored schedules, once the box can be reached.
    """

    services: Mapping[str, Run]
    restore: Callable[[], Awaitable[None]]

    async def run(self) -> None:
        """Run until cancelled; a service that fails ends all."""
        async with asyncio.TaskGroup() as group:
            for name, run in self.services.items():
                group.create_task(run(), name=name)
            await self.restore()
            notify("READY=1")


async def serve(settings: Settings, device: Device) -> None:
    """Run until cancelled.

    Raises:
        AgentError: a part cannot be built; the parts built before it are closed.
    """
    async with build(settings, device) as agent:
        await agent.run()


@asynccontextmanager
async def build(settings: Settings, device: Device) -> AsyncIterator[Agent]:  # noqa: PLR0915 - a list of parts
    """Build all parts of one box. Whatever ends it, amplifiers are off and the journal is closed.

    Raises:
        ConfigError: a driver does not know one of its settings.
        StoreError: the database cannot be read.
    """
    clock, store, station = device.clock, device.store, StationId(settings.station)
    spread_s = min(GREETING_S, device.health_s)
    async with AsyncExitStack() as stack:
        stack.callback(close_ports)
        state = await open_state(stack, settings, device)
        jobs, journal, issues, documents = state.jobs, state.journal, state.issues, state.documents
        mutes, contacts = state.mutes, state.contacts
        contact = CentreContact()
        uplink = Uplink(station, device.key)
        sender = JournalSender(journal, uplink.sign, uplink.publish)
        pipeline = IngestPipeline(
            station, authority=state.authority, store=store, floors=state.floors, clock=clock,
            journal=journal, acknowledge=partial(acknowledge, contact, sender),
            documents=documents, set_issue=issues.set_issue, province=settings.province,
        )  # fmt: skip
        authority = AuthorityTracker(
            device.root, state.authority, store=store, clock=clock, issues=issues,
            restore=pipeline.restore, spread_s=spread_s,
        )  # fmt: skip
        voices, kinds = LiveVoices(), list_zone_kinds(settings.outputs)
        live = LiveReception(
            clock, documents, settings.policy, voices=voices, set_issue=issues.set_issue,
            record=partial(record_refusal, journal), zone_kinds=kinds,
            sounded=lambda: speakers.list_sounded(schedule.timeline),
            find_work=lambda level: schedule.find_work_before_voice(level),  # noqa: PLW0108 - built later
        )  # fmt: skip
        speakers = VoiceItems(
            settings.voice_inputs, state.voice, documents, settings.policy, clock, kinds, voices,
            lambda: schedule.find_work("programme"),
        )  # fmt: skip
        voice = await asyncio.to_thread(find_voice, settings.speech)
        schedule = Schedule(
            settings.policy, state.status.why_missing, mutes.is_switched_on,
            mutes.is_key_turned, state.press.current, documents, voices, speakers.find, voice.read,
            kinds, EmergencyStarts(clock).find, state.levels.is_muted,
            list_faces(settings.outputs), lambda: contacts.work,
        )  # fmt: skip
        outputs = build_outputs(stack, settings, clock, state, schedule, live)
        local_voice = build_local_voice(settings, clock, state, outputs, speakers)
        downloads = _build_downloads(settings, clock, state, schedule)
        loudness = LoudnessSurvey(
            store, state.media, documents, needed_at=lambda: schedule.needed(clock.now()),
            set_issue=issues.set_issue, is_sounding=lambda: bool(outputs.sounding()),
        )  # fmt: skip
        fetch = partial(fetch_media, downloads, documents, state.press)
        emergency_keys = EmergencyKeys(
            settings, clock=clock, journal=journal, issues=issues, documents=documents,
            why_missing=state.status.why_missing, is_stopped=mutes.is_stopped,
            sounding=outputs.sounding, press=state.press,
        )  # fmt: skip
        silence_events = SilenceEvents(
            store, clock=clock, journal=journal, set_issue=issues.set_issue,
            documents=documents, mutes=mutes,
        )  # fmt: skip
        site_inputs = SiteInputs(
            settings, store=store, journal=journal, set_issue=issues.set_issue,
            lines=outputs.lines, mutes=mutes, contacts=contacts,
        )  # fmt: skip

        def readings() -> dict[str, SensorReading]:
            return {**site_inputs.readings(), **outputs.wall_readings()}

        @cache
        def operations() -> Operations:
            # its modules load only for a page or a command
            from agent.control.operation_set import build_operations

            return build_operations(
                settings, clock=clock, journal=journal, documents=documents, mutes=mutes,
                outputs=outputs.by_name, reload=device.reread, site_work=lambda: contacts.work,
            )  # fmt: skip

        commands = CommandExecutor(
            settings, store=store, clock=clock, journal=journal, documents=documents,
            levels=state.levels, operations=operations,
            screenshots=Screenshots(outputs.boards(), clock),
        )  # fmt: skip
        emergency_monitor = EmergencyMonitor(outputs.list_alarms, issues, journal)
        connected, disconnected = AsyncSignal[[int]](), Signal[[]]()
        centre_seen = AsyncSignal[[str, bytes]]()
        session = SessionCounter(store)
        link = MqttLink(
            settings.broker, station, next_session=session.next, on_message=pipeline.receive,
            on_connect=connected.emit, on_disconnect=disconnected.emit, on_fault=issues.set_issue,
            on_centre=centre_seen.emit, on_authority=authority.on_file, on_live=live.receive,
            guard=device.guard,
            pace=ConnectTiming.scaled(settings.broker.keepalive_s, settings.broker.retry_base_s),
            dates=CertificateDates(clock.now),
        )  # fmt: skip
        hello = HelloSender(
            uplink.send, session=session.current, boot_id=device.boot_id, journal=journal,
            ask=pipeline.nonces.create, place=lambda: pipeline.place, floors=state.floors,
            documents=documents, authority=state.authority, clock=clock, outputs=settings.outputs,
        )  # fmt: skip
        hello_scheduler = HelloScheduler(hello.send, pipeline.nonces, spread_s)
        maintenance = CardMaintenance(
            clock, store, state.floors, state.media, documents.is_named,
            lambda: pipeline.place is not None,
            pipeline.restore, hello.send,
        )  # fmt: skip
        visits = build_visits(
            settings, device, state, pipeline=pipeline, authority=authority, downloads=downloads,
            link=link, uplink=uplink, hello=hello, session=session,
            tidy=maintenance.tidy_on_visit,
        )  # fmt: skip
        time_sync = TimeSync(
            clock, store=store, journal=journal, authority=state.authority,
            boot_id=device.boot_id, state=Path(settings.state), restore=pipeline.restore,
        )  # fmt: skip
        health = HealthReporter(
            build_checks(
                settings, boot_id=device.boot_id, store=store, clock=clock, journal=journal,
                issues=issues, link=link, contact=contact, authority=authority.state,
                documents=documents, floors=state.floors, outputs=outputs.by_name,
                rundowns=outputs.rundowns, voice=VoiceCheck(
                    voice.look, lambda: list_read_aloud(documents.held, settings.speech)
                ),
            ),
            set_issue=issues.set_issue,
            take=HealthSnapshot(
                settings, session=session.current, clock=clock, journal=journal, issues=issues,
                outputs=outputs.by_name, rundowns=outputs.rundowns, lines=outputs.lines,
                inputs=site_inputs.inputs, readings=readings,
                levels=state.levels,
            ).take,
            send=partial(send_health, state.media, fetch, uplink),
            period_s=device.health_s,
        )  # fmt: skip

        connect = state.internal_errors.connect
        # Whatever may change what sounds or shows makes all of these check, the schedule first.
        check = Signal[[]]()
        connect(check, lambda: schedule.refresh(clock.now()))
        connect(check, *(one.changed for one in outputs.by_name.values()))
        connect(outputs.moments.changed, *(one.on_sound_moment for one in outputs.boards()))
        connect(check, local_voice.check, emergency_keys.check, emergency_monitor.changed)
        connect(check, health.report_soon)
        connect(site_inputs.key_pressed, emergency_keys.press)
        connect(site_inputs.voice_key_moved, local_voice.on_key)
        connect(time_sync.stepped, authority.recheck)
        for changed in (
            mutes.changed, state.press.changed, state.voice.changed, state.levels.changed,
            time_sync.stepped, schedule.planned, voices.changed, voice.changed, contacts.changed,
        ):  # fmt: skip
            connect(changed, check.emit)
        # in slices: the broker can bring about many small steps
        connect(time_sync.stepped, lambda: jobs.start(schedule.replan(clock.now())))
        connect(time_sync.time_wanted, hello_scheduler.request_hello)
        # an alarm or a silence does not wait for the plan
        connect(documents.changed, live.update, check.emit, silence_events.changed)
        connect(time_sync.stepped, commands.check, live.update)
        connect(live.time_wanted, hello_scheduler.request_hello)
        connect(documents.changed, lambda: schedule.replan(clock.now()))
        connect(schedule.planned, partial(record_refused, jobs, journal, schedule), fetch)
        connect(state.press.changed, fetch)
        missing = MissingMedia(jobs, maintenance, issues.set_issue)
        for ended in (downloads.arrived, downloads.given_up):
            connect(ended, missing.end)
            connect(ended, lambda _digest: check.emit())
        connect(downloads.arrived, loudness.on_arrival)
        levels = LevelFaults(outputs.volumes.zones.values(), schedule, issues.set_issue)
        connect(schedule.planned, loudness.changed, levels.check)
        connect(downloads.failed, missing.begin)
        connect(pipeline.answered, sender.on_answer)
        connect(pipeline.time_taken, contact.record_contact, time_sync.on_time)
        connect(pipeline.placed, partial(apply_place, settings, jobs, issues, link, authority))
        connect(pipeline.provisionally_placed, authority.set_provisional_place)
        connect(pipeline.verdict_given, lambda result: jobs.start(uplink.send_result(result)))
        # a command's `accepted` goes out before its result
        connect(pipeline.verdict_given, lambda _result: commands.check())
        connect(commands.carried_out, lambda result: jobs.start(uplink.send_result(result)))
        connect(pipeline.hello_due, lambda: jobs.start(hello.send()))
        connect(authority.wanted, link.set_authority_files)
        connect(authority.hello_due, hello.send, sender.resend)
        connect(connected, session.set_current, lambda _session: uplink.set_connection(link))
        connect(connected, lambda _session: sender.connected())
        connect(connected, lambda _session: hello.send(), lambda _session: uplink.send_unsent())
        connect(
            connected,
            lambda _session: hello_scheduler.on_connect(),
            lambda _session: health.report_soon(),
        )
        connect(disconnected, sender.disconnected)
        connect(centre_seen, hello_scheduler.on_centre)
        connect(journal.played, health.on_play)
        connect(issues.changed, lambda _issue, _begins: health.report_soon())

        await loudness.load()
        proving = outputs.connect_verifier(
            site_inputs.sampled, site_inputs.contact_read, site_inputs.inputs, connect
        )
        await silence_events.load()
        await site_inputs.load()
        await commands.load()
        await authority.load()
        await pipeline.begin()
        services: dict[str, Run] = {
            f"output {name}": partial(keep_running, output, issues.set_issue)
            for name, output in outputs.by_name.items()
        }
        services |= {
            "link": link.run, "sender": sender.run, "downloads": downloads.run,
            "authority": authority.run, "health": health.run, "site inputs": site_inputs.run,
            "silence events": silence_events.run, "maintenance": maintenance.run,
            "emergency monitor": emergency_monitor.run,
            "schedule": partial(schedule.run, clock),
            "time sync": time_sync.run, "hello scheduler": hello_scheduler.run,
            "refusals": pipeline.refusals.run, "heartbeat": journal.keep_beating,
        }  # fmt: skip
        kept = state.internal_errors.keep_running
        services |= {
            "live": partial(kept, live.run), "local voice": partial(kept, local_voice.run),
            "emergency keys": partial(kept, emergency_keys.run),
            "commands": partial(kept, commands.run), "loudness": partial(kept, loudness.run),
            "visits": partial(kept, visits.run),
        }  # fmt: skip
        services |= proving
        boards = outputs.wall_services(
            settings.outputs,
            site_inputs.inputs,
            site_inputs.readings,
            health.report_soon,
            lambda: journal.alive_at,
        )
        services |= {name: partial(kept, run) for name, run in boards.items()}
        services |= lockout_services(state, device, lambda: schedule.policy.site_work)
        if store.is_volatile:
            services["card"] = CardWatch(
                Path(settings.state), outputs.may_pause, device.card_is_back, device.card_s
            ).run
        if settings.page is not None:
            # its modules load only where the settings have a page
            from agent.control.face_pictures import FacePictures
            from agent.control.output_status import OutputStatusReader
            from agent.control.readings import ReadingsReader
            from agent.control.station_status_reader import StationStatusReader
            from agent.page.page_service import run_page

            status = StationStatusReader(
                release=__version__, settings=settings, clock=clock, journal=journal,
                issues=issues, documents=documents, mutes=mutes, link=link,
                place=lambda: pipeline.place, why_missing=state.status.why_missing,
                outputs=OutputStatusReader(
                    outputs.by_name, documents, schedule, mutes, state.levels, outputs.volumes,
                    outputs.rundowns, outputs.peak_dbfs,
                ),
                pictures=FacePictures(outputs.by_name),
                readings=ReadingsReader(
                    Path(settings.state), clock, issues, health.watch.statuses, authority.state,
                    site_inputs.inputs, readings,
                ),
                emergency_keys=emergency_keys.key_alarms, emergencies=outputs.list_alarms,
            )  # fmt: skip
            services["page"] = partial(
                run_page, settings, status, operations(), issues.set_issue, visits
            )
        yield Agent(services, partial(restore_schedules, pipeline.restore, schedule))


def _build_downloads(
    settings: Settings, clock: Clock, state: BoxState, schedule: Schedule
) -> Downloads:
    def build_fetcher(patience: Patience) -> Fetcher:
        return Fetcher(
            state.media,
            Path(settings.broker.ca),
            hosts=lambda: schedule.media_hosts,
            allow_private=settings.media.allow_private,
            dates=CertificateDates(clock.now),
            patience=patience,
        )

    return Downloads(
        build_fetcher(Patience()),
        urgent=build_fetcher(URGENT),
        status=state.status,
        is_wanted=state.documents.is_named,
        needed_at=lambda: schedule.needed(clock.now()),
    )

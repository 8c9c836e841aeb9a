"""Composition root: settings → parts → one TaskGroup → stop in reverse order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from agent.alarm import KeyAlarm
from agent.alarm import Parts as AlarmParts
from agent.alarm_state import AlarmState, list_alarms
from agent.alarm_watch import AlarmWatch
from agent.authority import Rights
from agent.background import BackgroundJobs, Lasting
from agent.checkup import Checkup, Parts
from agent.clock import Clock, Outcome
from agent.contract.accepted import HeldDocument
from agent.contract.document import Ack, Emergency, Playlist, StationConfig
from agent.contract.ident import Digest, StationId, parse_place
from agent.contract.moment import encode_utc
from agent.contract.report import Health, Issue, Result
from agent.desk.parts import Reread
from agent.errors import AgentError, StoreError
from agent.evidence.device_key import DeviceKey
from agent.evidence.fault_log import FaultLog
from agent.evidence.journal import Journal
from agent.evidence.sender import Sender
from agent.health.issue import Issues
from agent.health.notify import feed_watchdog, notify
from agent.hello import build_hello
from agent.intake import Effects, Intake
from agent.link.crash_guard import CrashGuard
from agent.link.dial import Pace
from agent.link.fetch import URGENT, Fetcher, Patience
from agent.link.mqtt import MqttLink
from agent.link.supply import Supply
from agent.link.tls import CertificateDates
from agent.play.item import Neighbours
from agent.play.line import Line, close_ports
from agent.play.output import build_picture_output, build_sound_output, keep_running, sounding
from agent.play.picture import PictureOutput
from agent.play.sound import SoundOutput
from agent.programme import PictureRundown, Programme, SoundRundown
from agent.settings.model import Output, Settings
from agent.silence import Parts as SilenceParts
from agent.silence import Silences
from agent.site import Parts as SiteParts
from agent.site import Site
from agent.store import meta
from agent.store.database import Store
from agent.store.documents import load_floors
from agent.store.media import MediaStore
from agent.store.silence import SilenceSwitch
from agent.timekeeper import Parts as TimeParts
from agent.timekeeper import Timekeeper
from agent.trust.installed import InstalledRoot
from agent.upkeep import Greeting, Upkeep, quietly
from agent.uplink import Uplink

log = logging.getLogger(__name__)
HEALTH_S = 300.0
GREETING_S = 120.0
PAUSE = timedelta(minutes=1)


@dataclass
class Agent:
    """The parts, once built. `serve` makes them live."""

    settings: Settings
    root: InstalledRoot
    store: Store
    clock: Clock
    key: DeviceKey
    boot_id: str
    reread: Reread
    session: int = 0
    health_s: float = HEALTH_S
    guard: CrashGuard = field(default_factory=CrashGuard.in_memory)
    outputs: dict[str, SoundOutput | PictureOutput] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    jobs: BackgroundJobs = field(default_factory=BackgroundJobs)

    def __post_init__(self) -> None:
        """Wire the parts; nothing runs yet."""
        self.station = StationId(self.settings.station)
        self.media = MediaStore(Path(self.settings.state) / "media")
        self.journal = Journal(self.store, self.station, self.clock, self.boot_id)
        self.faults = FaultLog()
        self.issues = Issues(lambda: encode_utc(self.clock.now().at), self._on_issue)
        self.silence = SilenceSwitch(self.store, self.clock, self.boot_id)
        self.alarm = KeyAlarm(
            AlarmParts(
                self.settings, self.clock, self.journal, self.issues,
                lambda: self.programme.held, self._why_missing, self._is_stopped,
                lambda: sounding(self.outputs.values()), self._look_again,
            )
        )  # fmt: skip
        self.site = Site(
            SiteParts(
                self.settings, self.store, self.clock, self.journal, self.issues, self.lines,
                self._on_key, self._look_again,
            )
        )  # fmt: skip
        self.programme = Programme(
            self.settings.policy, self._why_missing,
            lambda: self.silence.is_on, lambda: self.site.is_locked, self.alarm.current,
        )  # fmt: skip
        self.silences = Silences(
            SilenceParts(
                self.store, self.clock, self.journal, self.issues,
                lambda: self.programme.held, self._look_again,
            )
        )  # fmt: skip
        self.alarm_watch = AlarmWatch(self._alarms, self.issues, self.journal)
        self.supply = Supply(
            self._build_fetcher(Patience()),
            urgent=self._build_fetcher(URGENT),
            has=self.media.has,
            is_wanted=self.programme.is_named,
            needed_at=lambda: self.programme.needed(self.clock.now()),
            on_arrival=self._on_medium,
            on_failure=self._on_no_medium,
            on_unwanted=self._on_medium,
        )
        self.uplink = Uplink(self.station, self.key)
        self.sender = Sender(self.journal, self.uplink.sign, self.uplink.publish)
        spread_s = min(GREETING_S, self.health_s)
        self.rights = Rights(
            self.root, store=self.store, clock=self.clock, issues=self.issues, spread_s=spread_s
        )

    def _build_fetcher(self, patience: Patience) -> Fetcher:
        ca, private = Path(self.settings.broker.ca), self.settings.media.allow_private
        return Fetcher(
            self.media, ca, hosts=lambda: self.programme.media_hosts, allow_private=private,
            dates=CertificateDates(self.clock.now), patience=patience,
        )  # fmt: skip

    async def _hello(self) -> None:
        hello = build_hello(
            self.session, boot_id=self.boot_id, journal=self.journal,
            nonce=self.intake.nonces.ask(), place=self.intake.place, floors=self.floors,
            in_force=(held.document for held in self.programme.held),
            authority=self.rights.in_force.versions, now=self.clock.now(),
            outputs=self.settings.outputs,
        )  # fmt: skip
        await self.uplink.send("hello", hello)

    async def _send_health(self, health: Health) -> None:
        await quietly(self.media.refresh())  # what went without us is fetched again
        self._want_media()
        await self.uplink.send("health", health)

    def _on_issue(self, issue: Issue, begins: bool) -> None:  # noqa: FBT001 - begins or ends
        state = "begins" if begins else "ends"
        log.warning("%s %s: %s %s", state, issue.kind, issue.subject, issue.hint)
        self.checkup.poke.set()
        if (detail := self.faults.detail_of(issue, begins)) is not None:
            self.jobs.start(self.journal.append("fault", detail=detail))

    # What comes down takes effect

    async def _on_documents(self, held: list[HeldDocument]) -> None:
        self.programme.take(held)
        self._look_again()  # an alarm or a silence does not wait for the plan
        self.silences.changed()
        await self.programme.replan(self.clock.now())
        self._tell_refused()
        self._look_again()
        self._want_media()

    def _want_media(self) -> None:
        """Ask for what is named and not here; a file found rotten on the card is not here."""
        held = (one.document for one in self.programme.held)
        self.supply.want(
            [document for document in held if isinstance(document, Playlist | Emergency)],
            pressed=self.alarm.pressed,
        )

    def _on_key(self, name: str) -> None:
        self.alarm.press(name)
        self._want_media()

    def _tell_refused(self) -> None:
        """What policy or this release refuses to play is journalled once, with its rule."""
        for refusal in self.programme.new_refusals():
            self.jobs.start(quietly(self.journal.append("refusal", detail=refusal.detail())))

    def _alarms(self) -> list[AlarmState]:
        return list_alarms(self.programme, self.rundowns, self.outputs, self.clock.now())

    def _is_stopped(self) -> bool:
        return self.programme.is_stopped(self.clock.now())

    def _look_again(self) -> None:
        for output in self.outputs.values():
            output.changed()
        self.alarm.look()
        self.alarm_watch.changed()
        self.checkup.poke.set()

    def _why_missing(self, digest: str) -> str | None:
        return self.supply.why_missing(digest)

    def _on_medium(self, digest: Digest) -> None:
        self.issues.note("media_missing", digest[:12], None)
        self._look_again()

    def _on_no_medium(self, digest: Digest, error: AgentError) -> None:
        self.issues.note("media_missing", digest[:12], str(error))
        if error.code == "E_DISK":
            self.jobs.start(self.upkeep.make_room())

    async def _on_time(self, outcome: Outcome) -> None:
        self.checkup.centre_heard()
        if outcome.verdict == "taken":
            await self.timekeeper.on_fixed(outcome)

    def _on_step(self) -> None:
        self.rights.look_again()
        self._look_again()
        # in slices: the broker can bring about many small steps
        self.jobs.start(self.programme.replan(self.clock.now()))

    async def _on_ack(self, ack: Ack) -> None:
        self.checkup.centre_heard()
        await self.sender.on_ack(ack)

    async def _on_placed(self, config: StationConfig | None) -> None:
        # Beside: a message must never wait for the network, an emergency may be behind it.
        self.jobs.start(self.link.set_groups(config.groups if config else []))
        self.rights.set_place(parse_place(config.place) if config else None)
        here = {zone.name for output in self.settings.outputs for zone in output.zones}
        here |= {face.name for output in self.settings.outputs for face in output.faces}
        unknown = sorted(set(config.zones) - here) if config else []
        self.issues.note("zone_unknown", "station-config", ", ".join(unknown) or None)

    async def _on_result(self, result: Result) -> None:
        self.jobs.start(self.uplink.send_result(result))

    async def _on_connect(self, session: int) -> None:
        self.session = session
        self.sender.connected()
        await self._hello()
        await self.uplink.send_unsent()
        self.greeting.on_connect()
        self.checkup.poke.set()

    async def _next_session(self) -> int:
        """A full or dead card must not keep the box from telling of it."""
        try:
            return await self.store.run(meta.next_session)
        except StoreError:
            return self.session + 1

    async def _build(self) -> None:
        await quietly(self.media.refresh())
        self.floors = await self.store.run(load_floors)
        await self.silence.load()
        await self.silences.load()
        settings = self.settings
        self.intake = Intake(
            self.station,
            authority=self.rights.in_force,
            store=self.store,
            floors=self.floors,
            clock=self.clock,
            journal=self.journal,
            province=settings.province,
            effects=Effects(
                documents=self._on_documents,
                time_told=self._on_time,
                acknowledged=self._on_ack,
                placed=self._on_placed,
                presumed=self.rights.presume,
                report=self._on_result,
                greet=lambda: self.jobs.start(self._hello()),
                note=self.issues.note,
            ),
        )
        spread_s = min(GREETING_S, self.health_s)
        self.greeting = Greeting(self._hello, self.intake.nonces, spread_s)
        self.link = MqttLink(
            settings.broker,
            self.station,
            next_session=self._next_session,
            on_message=self.intake.receive,
            on_connect=self._on_connect,
            on_disconnect=self.sender.disconnected,
            on_fault=self.issues.note,
            on_centre=self.greeting.on_centre,
            on_authority=self.rights.on_file,
            guard=self.guard,
            pace=Pace.scaled(settings.broker.keepalive_s, settings.broker.retry_base_s),
            dates=CertificateDates(self.clock.now),
        )
        self.uplink.line = self.link
        self.rights.wire(self.link.set_authority_files, self.intake.restore, self._hello)
        self.upkeep = Upkeep(
            self.clock, self.store, self.floors, self.media, self.programme.is_named,
            lambda: self.intake.place is not None, self.intake.restore, self._hello,
        )  # fmt: skip
        self.timekeeper = Timekeeper(
            TimeParts(
                self.clock, self.store, self.journal, self.rights.in_force, self.boot_id,
                Path(settings.state), self._on_step, self.intake.restore,
                self.greeting.say_soon,
            )
        )  # fmt: skip
        self.rundowns = {o.name: self._rundown(o) for o in settings.outputs}
        self.outputs = {o.name: self._output(o) for o in settings.outputs}
        self.checkup = Checkup(
            Parts(
                settings=settings, boot_id=self.boot_id, session=lambda: self.session,
                store=self.store, clock=self.clock, journal=self.journal, issues=self.issues,
                link=self.link, authority=self.rights.state, outputs=self.outputs,
                rundowns=self.rundowns, lines=self.lines, inputs=self.site.inputs,
                readings=self.site.readings, held=lambda: self.programme.held, floors=self.floors,
            ),
            self._send_health,
            self.health_s,
        )  # fmt: skip

    def _rundown(self, output: Output) -> SoundRundown:
        if output.board is not None:
            return PictureRundown(self.programme, [face.name for face in output.faces])
        return SoundRundown(self.programme, [zone.name for zone in output.zones])

    def _output(self, output: Output) -> SoundOutput | PictureOutput:
        near = Neighbours(
            self.rundowns[output.name], self.clock, self.media, self.journal, self.issues.note
        )
        if output.audio is None:
            return build_picture_output(output, self.station, near)
        sound = build_sound_output(output, near)
        self.lines += sound.lines.values()
        return sound

    def _page(self) -> Coroutine[Any, Any, None]:
        """The page, whose modules load only where the settings name one."""
        from agent.desk.parts import Parts
        from agent.desk.serve import run_page

        return run_page(
            Parts(
                settings=self.settings, clock=self.clock, journal=self.journal, issues=self.issues,
                link=self.link, programme=self.programme, outputs=self.outputs,
                silence=self.silence, reread=self.reread,
                standings=self.checkup.watch.standings, look_again=self._look_again,
                place=lambda: self.intake.place, why_missing=self.supply.why_missing,
                inputs=self.site.inputs, sensors=self.site.readings, authority=self.rights.state,
                emergency_keys=self.alarm.standings, alarms=self._alarms,
            )
        )  # fmt: skip

    def may_pause(self) -> bool:
        """Would nobody miss a few seconds?"""
        now = self.clock.now()
        return not any(
            rundown.is_needed(now, PAUSE, self.outputs[name].on_air)
            for name, rundown in self.rundowns.items()
        )

    async def serve(self) -> None:
        """Live until cancelled."""
        await self._build()
        await self.journal.open()
        try:
            async with self.jobs, asyncio.TaskGroup() as group:
                self.issues.note("state_damaged", "state", self.store.damage or None)
                copy = f"a copy in {self.store.path.parent}" if self.store.is_volatile else None
                self.issues.note("state_volatile", "state", copy)
                group.create_task(feed_watchdog(), name="watchdog")
                await self.site.load()
                await self.rights.load()
                await self.intake.begin()
                for name, output in self.outputs.items():
                    group.create_task(keep_running(output, self.issues.note), name=f"output {name}")
                lasting: dict[str, Lasting] = {
                    "link": self.link, "sender": self.sender, "supply": self.supply,
                    "authority": self.rights, "checkup": self.checkup, "site": self.site,
                    "silences": self.silences, "upkeep": self.upkeep, "alarm": self.alarm,
                    "timekeeper": self.timekeeper, "greeting": self.greeting,
                    "alarm watch": self.alarm_watch, "refusals": self.intake.refusals,
                }  # fmt: skip
                for name, part in lasting.items():
                    group.create_task(part.run(), name=name)
                group.create_task(self.journal.keep_beating(), name="heartbeat")
                if self.settings.page is not None:
                    group.create_task(self._page(), name="page")
                await self.intake.restore()
                notify("READY=1")
        finally:
            close_ports()
            await quietly(self.journal.close())

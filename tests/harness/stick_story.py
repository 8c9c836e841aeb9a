"""A centre and a box that never had a link, with a stick between them; both in virtual time."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.authority.tracker import AuthorityTracker
from agent.contract.document import Body, Entry, EntryStart, Medium, Playlist, StationConfig, When
from agent.contract.ids import Digest, StationId, parse_place
from agent.contract.report import Hello
from agent.contract.station_policy import StationPolicy
from agent.contract.topic import build_station_topic
from agent.contract.utc import encode_utc
from agent.errors import LinkError
from agent.evidence.device_key import load_device_key, sign_report
from agent.evidence.journal import Journal
from agent.evidence.outbox import JournalSender
from agent.health.open_issues import Issues
from agent.ingest.pipeline import IngestPipeline
from agent.link.crash_guard import CrashGuard
from agent.link.delivery import Delivery, Readers
from agent.link.lasting_fault import LastingFaults
from agent.maintenance.card import CardMaintenance
from agent.state.documents_in_force import DocumentsInForce
from agent.stick.agent_call import AgentCall
from agent.stick.hand_over import Choice, HandOver, Report
from agent.stick.stick_folder import StickFolder
from agent.stick.visit import VisitParts
from agent.stick.visit_server import VisitServer
from agent.store import clock_state, key_value
from agent.store.database import Store
from agent.store.documents import load_floors
from agent.store.media import MediaStore
from agent.telemetry.hello import build_hello
from agent.trust.current_authority import AuthorityInForce
from agent.trust.trust_anchor import load_installed
from central.authority import authority_store
from central.authority.demo_authority import make_demo_authority
from central.collector import heads, online_signer, report_handler
from central.collector.report_handler import ReportHandler
from central.documents.sign import build_header, encode_document, mark_critical, sign_document
from central.publication import document_outbox
from central.stick import fill, online_answers, station_file
from central.stick.bring_home import BroughtHome, bring_home
from central.stick.fill import Filled, fill_stick
from central.stick.online_answers import OnlineAnswers
from central.store import database as centre_database
from central.store.database import Database
from central.testbed.certificates import make_demo_ca

STATION = StationId("tv-cl-0007")
PLACE = f"84/29266/{STATION}"
BEGIN = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BOOT = "b" * 32


class _Moved(datetime):
    """The centre's own clock."""

    at = BEGIN

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return cls.at.astimezone(tz)


def move_centre(patch: pytest.MonkeyPatch) -> None:
    for module in (
        heads, online_signer, report_handler, document_outbox, fill, online_answers, station_file,
        centre_database,
    ):  # fmt: skip
        patch.setattr(module, "datetime", _Moved)


class StickCentre:
    """Database, authority and keys of a centre; `at` is what its clock reads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = make_demo_authority(folder / "authority", at=BEGIN - DAY)
        self.device = make_demo_ca(folder / "ca").issue_device(STATION)
        self.database = Database.open(folder / "central.db")
        self.database.enrol(STATION, self.device.cert)
        authority_store.put(self.database, self.authority.files())
        self.media = folder / "media"
        self.media.mkdir()
        self._seq = 0

    @property
    def at(self) -> datetime:
        return _Moved.at

    @at.setter
    def at(self, at: datetime) -> None:
        _Moved.at = at

    def signers(self, *roles: str) -> dict[str, Any]:
        return {role: self.authority.signers(f"vn.{role}") for role in roles}

    def publish(self, document: Any, role: str) -> bytes:
        envelope = sign_document(
            encode_document(mark_critical(document)), document.kind, self.authority.signers(role)
        )
        topic = build_station_topic(STATION, document.kind, document.slot)
        document_outbox.keep(self.database, topic, envelope)
        return envelope

    def _header(self, kind: str, issuer: str, days: int, **more: Any) -> dict[str, Any]:
        self._seq += 1
        return build_header(
            kind, issuer=issuer, seq=self._seq, now=self.at, lifetime=days * DAY, **more
        )

    def place(self) -> bytes:
        header = self._header(
            "station-config", "vn.84", 400, class_="config", to=[PLACE], slot="chinh"
        )
        policy = StationPolicy(quiet_hours=["21:00-05:00"])
        return self.publish(
            StationConfig(**header, place=PLACE, groups=[], zones=[], policy=policy), "vn.84"
        )

    def playlist(self, content: bytes, slot: str = "tuan", days: int = 44) -> bytes:
        """A schedule with one medium, which the centre has in its folder."""
        digest = hashlib.sha256(content).hexdigest()
        (self.media / digest).write_bytes(content)
        first, last = self.at.date(), (self.at + days * DAY).date()
        entry = Entry(
            "e1", "Bản tin", "vi", ["*"],
            When(["06:00:00"], [1, 2, 3, 4, 5, 6, 7], str(first), str(last)),
            EntryStart("at"), Body(media=[digest]),
        )  # fmt: skip
        header = self._header(
            "playlist", "vn.84.29266", days, class_="routine", to=["84/29266/*"], slot=slot
        )
        url = f"https://media.example.vn/{digest}"
        medium = Medium(digest, len(content), "audio/mpeg", 30_000, [url])
        return self.publish(Playlist(**header, media=[medium], entries=[entry]), "vn.84.29266")

    def export(self, usb: Path, *roles: str) -> Filled:
        """As `export --usb` with these keys; default: time, receipt and head."""
        authority_store.renew_timestamp(
            self.database, self.authority.signers("timestamp")[0], self.at
        )
        answers = OnlineAnswers(
            self.database, self.signers(*(roles or ("time", "receipt", "head")))
        )
        return fill_stick(
            self.database, usb, [STATION], answers=answers, media_folders=[self.media], days=45,
            progress=lambda *_: None,
        )  # fmt: skip

    def bring_home(self, usb: Path) -> list[BroughtHome]:
        """As `import --usb`."""
        handler = ReportHandler(self.database, self.signers("time", "receipt"))
        return list(bring_home(self.database, handler, usb, self.folder / "bundles"))

    def rows(self) -> list[dict[str, Any]]:
        """The records that it has, in order, as they were signed."""
        with self.database.transaction() as connection:
            found = connection.exec_driver_sql("SELECT bytes FROM records ORDER BY epoch, seq")
            return [json.loads(row[0]) for row in found]


@dataclass
class StickBox:
    """A box with all that a visit needs, and no link; `hand` moves its seconds.

    Args:
        folder: of its state.
        root: bytes of the root that is installed.
        key: its own, PEM.
        rtc: what its battery clock reads at the start; None: it has none.
    """

    folder: Path
    root: bytes
    key: Path
    rtc: datetime | None
    boot_s: float = 1000.0
    issues: dict[tuple[str, str], str] = field(default_factory=dict)
    arrived: list[str] = field(default_factory=list)
    sessions: int = 0

    @property
    def at(self) -> datetime:
        return self.clock.now().at

    def pass_time(self, span: timedelta) -> None:
        self.boot_s += span.total_seconds()

    async def _begin(self) -> None:
        self.store = await asyncio.to_thread(Store.open, self.folder)
        words = await self.store.run(clock_state.load)
        self.clock = clock_state.build_clock(words, self.rtc, BOOT, lambda: self.boot_s)
        root = load_installed(self.root)
        self.in_force = AuthorityInForce(root.authority)
        self.documents = DocumentsInForce()
        self.journal = Journal(self.store, STATION, self.clock, BOOT)
        await self.journal.open()
        key = await asyncio.to_thread(load_device_key, self.key)

        def sign(channel: str, payload: bytes) -> bytes:
            return sign_report(key, channel, payload)

        async def offline(channel: str, _message: bytes) -> None:
            raise LinkError("E_OFFLINE", channel, "never had a link")

        self.sender = JournalSender(self.journal, sign, offline)
        self.floors = await self.store.run(load_floors)
        self.pipeline = IngestPipeline(
            STATION, authority=self.in_force, store=self.store, floors=self.floors,
            clock=self.clock, journal=self.journal, acknowledge=self.sender.on_ack,
            documents=self.documents, set_issue=self._set_issue,
        )  # fmt: skip
        issues = Issues(lambda: encode_utc(self.clock.now().at))
        self.authority = AuthorityTracker(
            root, self.in_force, store=self.store, clock=self.clock, issues=issues,
            restore=self.pipeline.restore, spread_s=0.0, pause_s=0.05,
        )  # fmt: skip
        self.pipeline.placed.connect(self._placed)
        self.pipeline.provisionally_placed.connect(self.authority.set_provisional_place)
        self.media = await asyncio.to_thread(MediaStore, self.folder / "media")
        await self.media.refresh()
        self.maintenance = CardMaintenance(
            self.clock, self.store, self.floors, self.media, self.documents.is_named,
            lambda: self.pipeline.place is not None, self.pipeline.restore, self._nothing,
        )  # fmt: skip
        readers = Readers(self.pipeline.receive, self._nothing, self._nothing)
        self.delivery = Delivery(
            STATION, readers, CrashGuard.in_memory(), LastingFaults(lambda *_: None)
        )
        self.server = VisitServer(self.folder / "s", lambda: self._parts(sign))
        await self.authority.load()
        await self.pipeline.begin()
        await self.pipeline.restore()

    def _parts(self, sign: Any) -> VisitParts:
        async def bundle() -> bytes:
            return b"a bundle"

        return VisitParts(
            STATION, deliver=self.delivery.put, judged=self.pipeline.judged,
            authority=self.authority, attended=self.pipeline.loss_guard.attended,
            documents=self.documents, media=self.media, arrived=self.arrived.append,
            failed=lambda *_: None, journal=self.journal, sign=sign, hello=self._hello,
            bundle=bundle, tidy=self.maintenance.tidy_on_visit,
        )  # fmt: skip

    async def _hello(self) -> Hello:
        session = await self.store.run(key_value.next_session)
        return build_hello(
            session, boot_id=BOOT, journal=self.journal, nonce="f" * 32, place=self.pipeline.place,
            floors=self.floors, in_force=(one.document for one in self.documents.held),
            authority=self.in_force.versions, now=self.clock.now(), outputs=[],
        )  # fmt: skip

    async def _placed(self, config: StationConfig | None) -> None:
        self.authority.set_place(parse_place(config.place) if config else None)

    async def _nothing(self, *_: Any) -> None:
        pass

    def _set_issue(self, kind: str, subject: str, hint: str | None) -> None:
        if hint is None:
            self.issues.pop((kind, subject), None)
        else:
            self.issues[kind, subject] = hint

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[StickBox]:
        """From power-on to power-off."""
        await self._begin()
        runs = (self.delivery.run(), self.authority.run(), self.server.run())
        tasks = [asyncio.create_task(run, name="part of a box") for run in runs]
        try:
            await self.authority.settle()
            await self.server.listening.wait()
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.journal.close()
            described = clock_state.describe(self.clock, BOOT, 0)
            await self.store.run(clock_state.save, described)
            await asyncio.to_thread(self.store.close)

    async def visit(self, usb: Path, **choice: Any) -> Report:
        """A stick is plugged in and read to its end."""
        return await asyncio.to_thread(self._visit, usb, Choice("stick", **choice))

    def _visit(self, usb: Path, choice: Choice) -> Report:
        with AgentCall(self.folder / "s") as agent, StickFolder.open(usb) as stick:
            return HandOver(stick, agent, choice, lambda *_: None).run()

    @property
    def holds(self) -> list[str]:
        """Kind and slot of what is in force."""
        return sorted(f"{one.document.kind} {one.document.slot}" for one in self.documents.held)

    def has(self, content: bytes) -> bool:
        return self.media.has(Digest(hashlib.sha256(content).hexdigest()))

    async def own_rows(self) -> Sequence[dict[str, Any]]:
        def read(connection: Any) -> list[dict[str, Any]]:
            rows = connection.execute("SELECT bytes FROM journal ORDER BY seq")
            return [json.loads(row[0]) for row in rows]

        return await self.store.run(read)

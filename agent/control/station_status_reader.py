"""The status of this box at one moment, put together from the agent's parts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import msgspec

from agent.clock import NTS, Clock, Now, mono_s
from agent.contract.document import Playlist
from agent.contract.ids import Place
from agent.contract.report import Record
from agent.control.face_pictures import FacePictures
from agent.control.journal_events import build_event
from agent.control.output_status import (
    Missing,
    OutputStatusReader,
    list_emergencies,
    list_keys,
    named_media,
)
from agent.control.readings import ReadingsReader
from agent.control.station_status import (
    JournalEvent,
    LinkStatus,
    LocalMuteStatus,
    MediaCount,
    OutboxStatus,
    Problem,
    ReadingStatus,
    SilenceStatus,
    StationStatus,
)
from agent.evidence.journal import Journal
from agent.health.open_issues import Issues
from agent.overrides.emergency_state import EmergencyState
from agent.plan.prepared_alarm import KeyAlarm
from agent.settings.model import Settings
from agent.state.documents_in_force import DocumentsInForce
from agent.state.mutes import Mutes

EVENTS = 10


class LinkConnection(Protocol):
    """See `link.mqtt.MqttLink`."""

    since_mono_s: float

    @property
    def connected(self) -> bool:
        """Do subscriptions stand?"""


@dataclass(frozen=True)
class StationStatusReader:
    """Reads the status of one box.

    Args:
        release: of this software.
        settings: of this box.
        clock: the only source of time.
        journal: what happened, and the outbox.
        issues: those that last.
        documents: those in force.
        mutes: what keeps the box silent.
        link: the connection to the broker.
        place: of this box, once it is known.
        why_missing: None when a medium is in store, else why it is not.
        outputs: the status of each output.
        pictures: what each face shows.
        readings: what health checks, contacts and sensors say.
        emergency_keys: what each emergency key would start now.
        emergencies: every emergency in force, and its state on each output.
    """

    release: str
    settings: Settings
    clock: Clock
    journal: Journal
    issues: Issues
    documents: DocumentsInForce
    mutes: Mutes
    link: LinkConnection
    place: Callable[[], Place | None]
    why_missing: Callable[[str], str | None]
    outputs: OutputStatusReader
    pictures: FacePictures
    readings: ReadingsReader
    emergency_keys: Callable[[], Sequence[KeyAlarm]]
    emergencies: Callable[[], Sequence[EmergencyState]]

    async def read(self) -> StationStatus:
        """All that the page shows.

        Raises:
            StoreError: the journal cannot be read.
        """
        now = self.clock.now()
        events = await self._events()
        rows, oldest_s = await self.journal.outbox()
        await self.pictures.refresh()
        named = named_media(self.documents.held)
        readings, missing = await asyncio.to_thread(self._ask_disk, named)
        place = self.place()
        return StationStatus(
            station=self.settings.station,
            version=self.release,
            at=now.at,
            clock=now.quality,
            clock_error_s=now.error_s,
            clock_source="nts" if self.clock.by == NTS else "centre",
            place=str(place) if place is not None else None,
            link=self._link(),
            media=MediaCount(sum(why is None for why in missing.values()), len(missing)),
            outbox=OutboxStatus(rows, oldest_s),
            outputs=tuple(
                self.outputs.read(want, self.pictures.by_face, missing, now)
                for want in self.settings.outputs
            ),
            readings=readings,
            problems=self._problems(now),
            events=events,
            refused=self.outputs.list_refused(now),
            silence=self._local_mute(now),
            order=self._silence_order(now),
            trials=tuple(self.outputs.list_tests()),
            keys=tuple(list_keys(self.emergency_keys())),
            alarms=tuple(list_emergencies(self.emergencies())),
            is_locked=self.mutes.is_key_turned(),
            work=self.outputs.schedule.find_work("programme"),
        )

    def _link(self) -> LinkStatus:
        broker = self.settings.broker
        since_s = mono_s() - self.link.since_mono_s
        return LinkStatus(f"{broker.host}:{broker.port}", self.link.connected, since_s)

    def _problems(self, now: Now) -> tuple[Problem, ...]:
        age_s = self.issues.age_s
        return tuple(
            Problem(one.kind, one.subject, now.at - timedelta(seconds=age_s(one)), one.hint)
            for one in self.issues.all()
        )

    async def _events(self) -> tuple[JournalEvent, ...]:
        raw = await self.journal.pending(max(0, self.journal.last_seq - EVENTS), EVENTS)
        titles = {
            f"{h.document.doc_id}/{entry.id}": entry.title
            for h in self.documents.held
            if isinstance(h.document, Playlist)
            for entry in h.document.entries
        }
        records = [msgspec.json.decode(one, type=Record) for one in raw]
        return tuple(build_event(record, titles) for record in reversed(records))

    def _local_mute(self, now: Now) -> LocalMuteStatus | None:
        left_s = self.mutes.switch.left_s
        if not left_s:
            return None
        return LocalMuteStatus(is_local=True, until_at=now.at + timedelta(seconds=left_s))

    def _silence_order(self, now: Now) -> SilenceStatus | None:
        active = self.mutes.ordered(now)
        if active is None:
            return None
        document = active.document
        return SilenceStatus(document.issuer, document.why, active.end_at, active.stops_emergency)

    def _ask_disk(self, named: set[str]) -> tuple[tuple[ReadingStatus, ...], Missing]:
        """Blocks as long as the card does, so it runs in a thread."""
        missing = {digest: self.why_missing(digest) for digest in named}
        return self.readings.read(), missing

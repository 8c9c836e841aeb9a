"""Stations' answers to a publication: who accepted it, who refused it and why, who plays it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import sqlalchemy as sa

from agent.contract.document import Command, Document, Emergency
from agent.contract.report import Health, Hello
from central.publication.document_outbox import sha256_of
from central.store.database import Database, utc_now
from central.store.schema import latest, presence, records, results

NOT_SOUNDING = "emergency_not_sounding"
IGNORED = "ignored: "  # begins the detail of a stored verdict; ends at `;`
SENSE_OF = {"audio": "sound", "board": "picture"}  # the digests that a hello reports


@dataclass(frozen=True)
class StationAnswer:
    """The answers of one station so far.

    Args:
        station: its id.
        is_online: by its presence; None: it was never seen.
        verdict: `accepted`, `refused`, of a command also `done`, or nothing yet.
        reason: code and detail of a refusal.
        on_air: output to `sound` or `picture`, for an emergency that it plays now. over: the same
            for one that it has played to its end. awaited: of these two, what the station can and
            should do.
        wordless: languages of which the words are, or were, not heard.
        silent: of these, those that have recorded words.
        troubles: where and why it does not play, as the station itself reports.
        ignored: members of the document that the station does not know and does not apply.
        is_of_command: the document is a command: it is accepted first, and carried out then.
    """

    station: str
    is_online: bool | None = None
    verdict: str = ""
    reason: str = ""
    on_air: Mapping[str, str] = field(default_factory=dict)
    over: Mapping[str, str] = field(default_factory=dict)
    awaited: frozenset[str] = frozenset()
    wordless: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    ignored: str = ""
    is_of_command: bool = False

    @property
    def lacking(self) -> frozenset[str]:
        """Return what should be heard or seen and is not."""
        return self.awaited - {*self.on_air.values(), *self.over.values()}

    @property
    def is_final(self) -> bool:
        """Return whether no further answer is expected.

        A late emergency is refused first and accepted once a head attests it, so that answer is
        still expected.
        """
        is_refused = self.verdict == "refused" and not self.reason.startswith("E_TIME")
        return is_refused or self.is_good or bool(self.troubles)

    @property
    def is_good(self) -> bool:
        """Return whether it is accepted, a command carried out, an emergency plays with all."""
        is_whole = not (self.lacking or self.silent or self.troubles)
        return self.verdict == ("done" if self.is_of_command else "accepted") and is_whole


class StationAnswers:
    """Reads the answers since its creation; create it before the document is stored.

    Args:
        database: the centre's.
        stations: whose answers count.
        document: the one published.
        envelope: its exact bytes.
    """

    def __init__(
        self, database: Database, stations: Iterable[str], document: Document, envelope: bytes
    ) -> None:
        self._database = database
        self._document = document
        self._payload = sha256_of(envelope)
        self._names = {self._payload, hashlib.sha256(envelope).hexdigest(), document.doc_id}
        self._since = utc_now()
        self._seen_latest = ""
        self._seen_result, self._seen_record = 0, 0
        is_command = isinstance(document, Command)
        self._answers = {
            station: StationAnswer(station, is_of_command=is_command) for station in stations
        }
        with database.transaction() as connection:
            for table, name in ((results, "_seen_result"), (records, "_seen_record")):
                newest = connection.execute(sa.select(sa.func.max(table.c.number))).scalar()
                setattr(self, name, newest or 0)

    def read(self) -> list[StationAnswer]:
        """Return each station's answers so far, in the stations' order."""
        with self._database.transaction() as connection:
            self._read_presence(connection)
            self._read_latest(connection)
            self._read_results(connection)
            self._read_plays(connection)
        return list(self._answers.values())

    def _change(self, station: str, **changes: Any) -> None:
        self._answers[station] = replace(self._answers[station], **changes)

    def _read_presence(self, connection: sa.Connection) -> None:
        for row in connection.execute(sa.select(presence.c.station, presence.c.online)):
            if row.station in self._answers:
                self._change(row.station, is_online=row.online)

    def _read_latest(self, connection: sa.Connection) -> None:
        query = sa.select(latest).where(latest.c.at >= self._seen_latest)
        for row in connection.execute(query.order_by(latest.c.at)):
            self._seen_latest = row.at
            if row.station not in self._answers:
                continue
            if row.channel == "hello":
                self._read_hello(row.station, msgspec.json.decode(row.body, type=Hello))
            elif row.channel == "health" and row.at >= self._since:
                self._read_health(row.station, msgspec.json.decode(row.body, type=Health))

    def _read_hello(self, station: str, hello: Hello) -> None:
        document = self._document
        if isinstance(document, Emergency) and document.trigger == "now":
            awaited = {SENSE_OF[one] for one in hello.has if one in SENSE_OF}
            if not any(body.text for body in document.bodies):
                awaited.discard("picture")
            self._change(station, awaited=frozenset(awaited))
        held = hello.holds.get(f"{document.issuer}/{document.kind}/{document.slot}")
        if held is not None and tuple(held) == (document.epoch, document.seq, self._payload):
            self._accept(station)

    def _accept(self, station: str) -> None:
        if self._answers[station].verdict != "done":
            self._change(station, verdict="accepted", reason="")

    def _read_health(self, station: str, health: Health) -> None:
        if not isinstance(self._document, Emergency):
            return
        event_id = self._document.event_id
        told = {
            output: str(item.medium)
            for output, item in health.on_air.items()
            if item is not None and event_id in item.title
        }
        missing = [
            item.words_missing
            for item in health.on_air.values()
            if item is not None and event_id in item.title and item.words_missing is not None
        ]
        if missing:
            self._note_words(station, dict.fromkeys(lang for langs in missing for lang in langs))
        troubles = tuple(
            f"{one.subject}: {one.hint.removeprefix(f'{event_id}: ')}"
            for one in health.issues
            if one.kind == NOT_SOUNDING and event_id in one.hint
        )
        self._change(station, on_air=told, troubles=troubles)

    def _read_results(self, connection: sa.Connection) -> None:
        query = sa.select(results).where(results.c.number > self._seen_result)
        for row in connection.execute(query.order_by(results.c.number)):
            self._seen_result = row.number
            if row.station not in self._answers or not {row.doc_id, row.sha256} & self._names:
                continue
            if row.result in ("refused", "failed"):
                reason = row.detail if str(row.detail).startswith(str(row.code)) else ""
                reason = reason or f"{row.code}: {row.detail}"
                self._change(row.station, verdict="refused", reason=reason)
                continue
            if str(row.detail).startswith(IGNORED):
                ignored = row.detail.removeprefix(IGNORED).partition(";")[0]
                self._change(row.station, ignored=ignored)
            if row.result == "done":
                self._change(row.station, verdict="done", reason="")
            else:
                self._accept(row.station)

    def _read_plays(self, connection: sa.Connection) -> None:
        """Read play records: an emergency may be over before a health report comes."""
        query = sa.select(records).where(
            records.c.number > self._seen_record, records.c.kind == "play"
        )
        for row in connection.execute(query.order_by(records.c.number)):
            self._seen_record = row.number
            play = msgspec.json.decode(row.bytes).get("play") or {}
            mine = play.get("doc_id") == self._document.doc_id and play.get("start")
            if row.station in self._answers and mine:
                over = {**self._answers[row.station].over, play["output"]: str(play.get("medium"))}
                self._change(row.station, over=over)
                if play.get("medium") == "sound":
                    self._note_words(row.station, play.get("words_missing") or ())

    def _note_words(self, station: str, langs: Iterable[str]) -> None:
        """Note the languages that are not heard there; for some no recording was signed."""
        wordless = tuple(langs)
        bodies = self._document.bodies if isinstance(self._document, Emergency) else []
        recorded = {body.lang for body in bodies if body.media}
        silent = tuple(lang for lang in wordless if lang in recorded)
        self._change(station, wordless=wordless, silent=silent)

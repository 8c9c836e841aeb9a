"""Verify reports and build the answers: no network here, one message in, replies out.

A report counts only under the device key pinned at enrolment, on the topic of that very station.
The answer to a log batch is made after its commit, never before.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import UNSET
from securesystemslib.signer import Signer

from agent.contract.document import Ack, TimeReply
from agent.contract.envelope import MAX_SIGNATURES, Envelope, EnvelopeError, decode_base64, pae
from agent.contract.ids import StationId
from agent.contract.report import REPORT_TYPE, Health, Hello, LogBatch, Result, State
from agent.contract.topic import parse_topic
from agent.contract.utc import encode_utc, parse_utc
from agent.errors import TrustError
from central.collector import journal_ingest, report_store
from central.collector.authority_resend import AuthorityResend
from central.collector.heads import Heads
from central.collector.message_queue import StationMessage
from central.collector.online_signer import OnlineSigner
from central.collector.report_rules import (
    ReportError,
    strip_control,
    verify_report_content,
    verify_size,
)
from central.publication.document_outbox import OutgoingMessage, lacking
from central.publication.station_answers import IGNORED
from central.store.database import Database, PinnedKey
from central.store.device_certificates import adopt_successor, find_successor
from central.store.face_pictures import note_pictures

log = logging.getLogger(__name__)
TIME_LIFETIME = timedelta(minutes=10)
ACK_LIFETIME = timedelta(days=30)
FRESH = timedelta(minutes=5)
WINDOW = 4
_TYPE_OF_CHANNEL: dict[str, Any] = {
    "hello": Hello, "log": LogBatch, "health": Health, "res": Result,
}  # fmt: skip


def _row_of(result: Result) -> dict[str, Any]:
    """Build the row of a verdict; its detail lists the members that a box ignored."""
    row = msgspec.structs.asdict(result)
    del row["pictures"]
    ignored = row.pop("ignored")
    if ignored is not UNSET:
        row["detail"] = f"{IGNORED}{', '.join(ignored)}; {row['detail']}".removesuffix("; ")
    return row


class ReportHandler:
    """Verifies reports and answers them.

    Args:
        database: where they are kept.
        signers: keys of the roles `time`, `receipt` and, where heads are sent, `head`.

    Attributes:
        heads: what builds heads; None without their key.
    """

    def __init__(self, database: Database, signers: Mapping[str, Sequence[Signer]]) -> None:
        self.window = WINDOW
        self._database = database
        self._signer = OnlineSigner(database, signers)
        self.heads = Heads(database, self._signer) if self._signer.has_head_key else None
        self._resend = AuthorityResend(database)
        self._hello_of_former_journal: dict[StationId, Hello] = {}

    def receive_group(self, messages: Iterable[StationMessage]) -> list[OutgoingMessage]:
        """Run `receive` for each message in order, with one commit; blocks on the database.

        Raises:
            SQLAlchemyError: nothing of them is kept, and none may be answered.
        """
        with self._database.together():
            return [reply for one in messages for reply in self._receive_one(one)]

    def _receive_one(self, one: StationMessage) -> list[OutgoingMessage]:
        try:
            with self._database.savepoint():
                return self.receive(one.station, one.channel, one.payload)
        except Exception:  # a message's outer edge: one message never blocks the others
            log.exception("%s of %s could not be taken", one.channel, one.station)
            return []

    def receive(self, station: StationId, channel: str, message: bytes) -> list[OutgoingMessage]:
        """Store one message and return the answers; blocks on the database.

        A report that cannot be verified is recorded as a fault and not answered.
        """
        if channel == "state":
            self._handle_state(station, message)
            return []
        try:
            report = self._open(station, channel, message)
        except ReportError as error:
            log.warning("%s of %s refused: %s", channel, station, strip_control(str(error)))
            if error.code != "E_STATION":
                self._flag(station, error.code, f"{channel}: {error.detail}")
            return []
        try:
            return self._handle(station, report)
        except TrustError as error:  # an answer that a box would refuse, as for a malformed nonce
            log.warning("%s of %s cannot be answered: %s", channel, station, error)
            return []

    def _open(self, station: StationId, channel: str, message: bytes) -> Any:
        pinned = self._database.certificate(station)
        if pinned is None or channel not in _TYPE_OF_CHANNEL:
            detail = f"nobody enrolled {station}/{channel}: see tramtin-central enrol"
            raise ReportError("E_STATION", detail)
        if pinned.is_revoked:
            raise ReportError("E_REVOKED", "the box is shut out; whoever reports has it")
        verify_size(channel, message)
        payload = self._verify(station, channel, message, pinned)
        try:
            report = msgspec.json.decode(payload, type=_TYPE_OF_CHANNEL[channel])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise ReportError("E_SCHEMA", str(error)[:200]) from error
        verify_report_content(report)
        return report

    def _verify(self, station: StationId, channel: str, message: bytes, pinned: PinnedKey) -> bytes:
        """Verify a report by the pinned key, or by one that the station was handed since."""
        try:
            return verify_report(message, channel, pinned.keyid, pinned.certificate)
        except ReportError as error:
            if error.code != "E_SIGNATURE":
                raise
            for keyid in read_key_ids(message):
                successor = find_successor(self._database, station, keyid)
                if successor is not None:
                    payload = verify_report(message, channel, keyid, successor.certificate)
                    adopt_successor(self._database, successor, datetime.now(UTC))
                    return payload
            raise

    def _flag(self, station: str, code: str, detail: str, *, epoch: str = "", seq: int = 0) -> None:
        detail = strip_control(detail)
        report_store.note_fault(self._database, station, epoch, seq, code, detail)

    def _handle(self, station: StationId, report: Any) -> list[OutgoingMessage]:
        match report:
            case Hello():
                return self._handle_hello(station, report)
            case LogBatch():
                return self._handle_log(station, report)
            case Health():
                self._handle_health(station, report)
            case Result():
                report_store.note_result(self._database, station, _row_of(report))
                if report.pictures is not UNSET:
                    note_pictures(self._database, station, report.doc_id, report.pictures)
        return []

    def _handle_health(self, station: StationId, health: Health) -> None:
        """Store a health report only if it is newer.

        A replay of yesterday's report by a broker must not show a failed station as healthy.
        A report of a former card, whose session numbers went higher, does not count either. A
        report made just now counts in any case: an implausibly high session must not hide later
        reports.
        """
        known = self._database.health_of(station)
        hello = self._database.hello(station)
        is_former = hello is not None and hello["session"] < health.session
        is_next = known is None or (known["session"], known["at"]) < (health.session, health.at)
        if is_next and not is_former:
            self._note_health(station, health)
        elif known is not None and not is_next and _replaces_false_report(known["at"], health.at):
            detail = f"sessions {known['session']} and {health.session}: two boxes with one key?"
            self._flag(station, "E_SESSION", detail)
            report_store.set_session(self._database, station, health.session)
            self._note_health(station, health)
        else:
            log.warning("stale health of %s: %s", station, strip_control(health.at))

    def _note_health(self, station: StationId, health: Health) -> None:
        body = msgspec.json.encode(health)
        report_store.note_latest(self._database, station, "health", body)

    def _handle_state(self, station: StationId, message: bytes) -> None:
        """Store presence. It is not signed, so it is only shown in a table."""
        try:
            state = msgspec.json.decode(message, type=State)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            log.warning("presence of %s is not understood", station)
            return
        self._note_presence(station, online=state.online, session=state.session)

    def _note_presence(self, station: StationId, *, online: bool, session: int) -> bool:
        """Store presence; return False where its session is implausible."""
        outcome = report_store.note_presence(
            self._database, station, online=online, session=session
        )
        if outcome == "stale":
            log.info("late sign of %s, session %d", station, session)
        elif outcome == "implausible":
            self._flag(station, "E_SESSION", f"no box has come to session {session}")
        return outcome != "implausible"

    def _handle_hello(self, station: StationId, hello: Hello) -> list[OutgoingMessage]:
        """Answer: time first, as nothing else is fresh without it; then place, head, the rest."""
        time_reply = self._time_reply(station, hello.nonce)
        self._resend.consider(station, hello.authority)
        self._note_hello(station, hello)
        cursor = journal_ingest.cursor_of(self._database, station, hello.epoch)
        ack = self._ack(station, hello.epoch, cursor)
        try:
            documents = self._documents_for(station, hello)
        except TrustError as error:  # an unreadable document never blocks the time reply
            log.warning("documents for %s: %s", station, error)
            documents = []
        return [time_reply, *documents, ack]

    def _documents_for(self, station: StationId, hello: Hello) -> list[OutgoingMessage]:
        missing = lacking(self._database, station, hello)
        is_config = [parse_topic(outgoing.topic).kind == "station-config" for outgoing in missing]
        configs = missing[: sum(is_config)]  # they come first
        head = []
        if self.heads is not None and (configs or hello.place is not None):
            head = [self.heads.build(station, hello.nonce)]
        return [*configs, *head, *missing[len(configs) :]]

    def _note_hello(self, station: StationId, hello: Hello) -> None:
        """Store a hello.

        A new card counts its sessions from one, so a hello of a former card is a
        replay. Or the box is back on that card: then records follow, and the hello counts after
        all.
        """
        self._hello_of_former_journal.pop(station, None)
        known = self._database.hello(station)
        if known is not None and known["epoch"] != hello.epoch:
            if not journal_ingest.is_new_journal(
                self._database, station, hello.epoch, known["epoch"]
            ):
                log.warning("hello of a former journal of %s: %s", station, hello.epoch)
                self._hello_of_former_journal[station] = hello
                return
            report_store.reset_session(self._database, station)
            known = None
        is_possible = self._note_presence(station, online=True, session=hello.session)
        if is_possible and (known is None or known["session"] <= hello.session):
            body = msgspec.json.encode(hello)
            report_store.note_latest(self._database, station, "hello", body)

    def _handle_log(self, station: StationId, batch: LogBatch) -> list[OutgoingMessage]:
        try:
            cursor = journal_ingest.commit_batch(self._database, station, batch)
        except journal_ingest.JournalIngestError as error:
            log.error("journal of %s: %s", station, strip_control(str(error)))  # noqa: TRY400 - the fault is the station's
            self._flag(station, error.code, error.detail, epoch=batch.epoch, seq=error.seq)
            if error.code != "E_BUDGET":
                return []
            cursor = journal_ingest.cursor_of(self._database, station, batch.epoch)
            return [self._ack(station, batch.epoch, cursor, window=0)]  # the box pauses
        hello = self._hello_of_former_journal.get(station)
        if hello is not None and hello.epoch == batch.epoch:
            self._note_hello(station, hello)
        return [self._ack(station, batch.epoch, cursor)]

    def _time_reply(self, station: str, nonce: str) -> OutgoingMessage:
        header = self._signer.header("time", "time", station, TIME_LIFETIME)
        utc = encode_utc(datetime.now(UTC))
        return self._signer.sign(station, TimeReply(**header, nonce=nonce, utc=utc), "time")

    def _ack(
        self, station: str, journal: str, cursor: journal_ingest.Cursor, window: int | None = None
    ) -> OutgoingMessage:
        header = self._signer.header("ack", "receipt", station, ACK_LIFETIME)
        window = self.window if window is None else window
        ack = Ack(**header, journal=journal, upto=cursor.upto, hash=cursor.hash, window=window)
        return self._signer.sign(station, ack, "receipt")


def verify_report(message: bytes, channel: str, keyid: str, certificate: str) -> bytes:
    """The payload of a report signed by this device.

    Raises:
        ReportError: E_ENVELOPE or E_SIGNATURE.
    """
    try:
        envelope = msgspec.json.decode(message, type=Envelope)
        payload = envelope.payload_bytes()
        signatures = [decode_base64(s.sig) for s in envelope.signatures if s.keyid == keyid]
    except (msgspec.MsgspecError, UnicodeDecodeError, EnvelopeError) as error:
        raise ReportError("E_ENVELOPE", str(error)[:200]) from error
    if envelope.payloadType != REPORT_TYPE.format(channel=channel):
        raise ReportError("E_ENVELOPE", "of another channel")
    if len(envelope.signatures) > MAX_SIGNATURES or len(signatures) != 1:
        raise ReportError("E_SIGNATURE", "not signed by the device enrolled under this name")
    key = _public_key(certificate)
    if not isinstance(key, EllipticCurvePublicKey):
        raise ReportError("E_SIGNATURE", "the enrolled key is not P-256")
    try:
        key.verify(signatures[0], pae(envelope.payloadType, payload), ECDSA(SHA256()))
    except InvalidSignature as error:
        raise ReportError("E_SIGNATURE", "the signature does not fit") from error
    return payload


def read_key_ids(message: bytes) -> list[str]:
    """The key ids of an envelope's signatures, as it states them; one of another key at most."""
    envelope = msgspec.json.decode(message, type=Envelope)
    ids = {one.keyid for one in envelope.signatures[:MAX_SIGNATURES] if len(one.keyid) == 64}
    return sorted(ids)[:1]


@lru_cache(maxsize=8192)
def _public_key(certificate: str) -> CertificatePublicKeyTypes:
    return x509.load_pem_x509_certificate(certificate.encode()).public_key()


def _replaces_false_report(known_at: str, at: str) -> bool:
    """Return whether it is recent by the centre's clock and newer, or replaces a false one."""
    try:
        now, outcome, known = datetime.now(UTC), parse_utc(at), parse_utc(known_at)
    except ValueError:
        return False
    return abs(now - outcome) <= FRESH and (known < outcome or known > now + FRESH)

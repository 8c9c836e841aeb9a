"""One message in, one verdict out: verify it, commit document and floor, then apply it.

The order is the rule: nothing takes effect before it is verified and, where it has a floor,
durable; only an alarm and its cancel do not wait for a card that takes no writes. A refusal changes
nothing but the journal.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from msgspec import UNSET

from agent.clock import Clock, Outcome
from agent.contract.accepted import Accepted, HeldDocument, Pause
from agent.contract.document import (
    CARRIED,
    Ack,
    Document,
    Head,
    Silence,
    StationConfig,
    TimeReply,
)
from agent.contract.feature import document_parts, refused_parts
from agent.contract.ids import Place, StationId
from agent.contract.report import Result
from agent.contract.topic import Topic
from agent.contract.utc import parse_utc
from agent.errors import StoreError, TrustError
from agent.evidence.ignored_log import IgnoredLog
from agent.evidence.journal import Journal
from agent.evidence.refusal_log import RefusalLog
from agent.ingest.document_admission import DocumentAdmission, commit_accepted, list_pausers
from agent.ingest.out_of_force_report import OutOfForceReport
from agent.ingest.placement import Placement
from agent.ingest.state_loss_guard import StateLossGuard
from agent.plan.silence import next_pause, verify_pause
from agent.signals import AsyncSignal, Signal
from agent.state.documents_in_force import DocumentsInForce
from agent.store.database import Store
from agent.store.documents import ReplayFloors, update_floors
from agent.store.pause_history import last_pauses
from agent.trust.attestation import Attestations, UnprovedEmergencies
from agent.trust.current_authority import AuthorityInForce
from agent.trust.head import is_revoked, list_revoked, select_heads, slot_key
from agent.trust.latched_stop import find_latch_place
from agent.trust.nonces import Nonces
from agent.trust.provisional_place import find_provisional_place
from agent.trust.revalidation import Revalidation
from agent.trust.verify import verify

log = logging.getLogger(__name__)
ACCEPTED, HELD, WAITS = "accepted", "held", "waits"  # outcomes besides the codes of refusals
KINDS_BY_MACHINE = {"head", "time", "ack"}  # signed by online keys, not by people
REFUSED_TIME = {
    "slow": "answered more than 30 s after the question",
    "below_floor": "a moment that is known to be past",
}


class _AwaitsHeadError(Exception):
    """Not verified: this box's state is new and no head has come yet."""


def _check_supported(accepted: Accepted) -> None:
    document = accepted.document
    if refused := refused_parts(document_parts(document)):
        raise TrustError("E_UNSUPPORTED", document.doc_id, ", ".join(refused))


class IngestPipeline:
    """Verifies and applies what the link delivers, one message at a time.

    Args:
        station: of this box.
        authority: in force, read for each message.
        store: keeps documents and floors.
        floors: replay floors of what was accepted before.
        clock: signed times set it.
        journal: records refusals.
        acknowledge: applies the centre's confirmation of records; raises a TrustError when the
            records are not ours.
        documents: gets the documents in force.
        set_issue: begins or ends an issue.
        province: expected by the settings.

    Attributes:
        time_taken: emitted when a signed time was accepted: taken, held or needless.
        placed: emitted with the config that gives the box its place, or None when it is lost.
        provisionally_placed: emitted with a provisional, unverified place: see `authority.updater`.
        verdict_given: emitted with the verdict on each document.
        hello_due: emitted when a hello must ask the centre for what was turned away.
        answered: emitted with the seconds that the centre's signed answer to a hello took.
        judged: emitted with each message and `accepted`, `held`, `waits` or a refusal's code.
    """

    def __init__(  # noqa: PLR0913 - one keyword a collaborator
        self,
        station: StationId,
        *,
        authority: AuthorityInForce,
        store: Store,
        floors: ReplayFloors,
        clock: Clock,
        journal: Journal,
        acknowledge: Callable[[Ack], Awaitable[None]],
        documents: DocumentsInForce,
        set_issue: Callable[[str, str, str | None], None],
        province: str | None = None,
    ) -> None:
        self.time_taken = AsyncSignal[[Outcome]]()
        self._acknowledge = acknowledge
        self.placed = AsyncSignal[[StationConfig | None]]()
        self.provisionally_placed = Signal[[Place]]()
        self.verdict_given = Signal[[Result]]()
        self.hello_due = Signal[[]]()
        self.answered = Signal[[float]]()
        self.judged = Signal[[bytes, str]]()
        self.nonces = Nonces(clock.boot_s)
        self._attested = Attestations(self.nonces)
        self._unproved = UnprovedEmergencies()
        self._station = station
        self._authority = authority
        self._revalidation = Revalidation(authority, station)
        self._store = store
        self._floors = floors
        self._clock = clock
        self._journal = journal
        self._admission = DocumentAdmission(store, floors, clock, set_issue)
        self.loss_guard = StateLossGuard(authority, store, floors, set_issue)
        self._placement = Placement(self._revalidation, store, self.placed.emit, province)
        self._documents = documents
        self._out_of_force = OutOfForceReport(journal, set_issue, self.verdict_given.emit)
        self._latches: dict[tuple[str, str], Place] = {}
        # What was read from the store is applied before it is read again, else an older reading
        # could undo a newer one.
        self._effect_lock = asyncio.Lock()
        self._ignored = IgnoredLog(journal)
        self.refusals = RefusalLog(journal, self._report)

    @property
    def place(self) -> Place | None:
        """The box's place; None without a station-config."""
        return self._placement.place

    async def begin(self) -> None:
        """Apply what a former run accepted, except schedules; call it before the first message.

        `restore` applies schedules, once the box can be reached: see `DocumentAdmission`.

        Raises:
            StoreError: the database cannot be read.
        """
        await self.loss_guard.load()
        await self._placement.load()
        async with self._effect_lock:
            await self._take_effect(await self._admission.read_unplanned())
        last = self._placement.last
        if self.place is None and last is not None:
            self.provisionally_placed.emit(last)

    async def restore(self) -> None:
        """Apply again what was accepted: after a start, a clock step or some hours."""
        async with self._effect_lock:
            await self._take_effect(await self._admission.read())

    async def receive(self, topic: Topic, message: bytes) -> bool:
        """Verify one message and apply it; True if it was new and is kept.

        While the box knows nobody who may sign, it verifies nothing and records nothing: the centre
        sends all again when the authority's files have come and a new `hello` was sent.
        """
        is_new, outcome = await self._judge(topic, message)
        self.judged.emit(message, outcome)
        return is_new

    async def _judge(self, topic: Topic, message: bytes) -> tuple[bool, str]:
        if not self._authority.knows_signers(self._clock.now()):
            self._find_provisional_place(topic, message)
            log.info("E_STALE: nobody who may sign is known yet, %s was not verified", topic)
            return False, WAITS
        try:
            accepted = verify(
                message,
                topic,
                self._authority,
                self.place,
                self._station,
                self._floors,
                self._clock.now(),
                nonces=self.nonces,
                attested=self._attested,
                former=self._placement.former,
                latches=self._latches,
            )
            _check_supported(accepted)
            if accepted.duplicate:
                log.debug("duplicate of %s", accepted.document.doc_id)
                return False, HELD
            self._check_memory(accepted)
            given_up = await self._admission.make_room(accepted)
            pause = await self._pause(accepted)
        except TrustError as error:
            return False, await self._refuse(topic, message, error)
        except _AwaitsHeadError:
            log.info("%s waits for a head", topic)
            return False, WAITS
        is_new, outcome = self._is_new(accepted), ACCEPTED
        if isinstance(accepted.document, TimeReply):
            await self._fix_clock(topic, accepted, accepted.document)
        elif isinstance(accepted.document, Ack):
            refused = await self._confirm(topic, message, accepted.document)
            is_new, outcome = is_new and refused is None, refused or ACCEPTED
        else:
            outcome = await self._apply(accepted, given_up, pause)
            if isinstance(accepted.document, Head):
                await self._receive_again(self._unproved.take(self._attested))
        await self._ignored.record(accepted)
        return is_new, outcome

    async def _refuse(self, topic: Topic, message: bytes, error: TrustError) -> str:
        """Record a refusal, unless the document is held; return the outcome."""
        if error.code == "E_REPLAY" and any(
            one.envelope == message for one in self._documents.held
        ):
            log.debug("duplicate below the floor of its slot, on %s", topic)
            return HELD
        self._find_provisional_place(topic, message)
        if (topic.kind, error.code) == ("emergency", "E_TIME"):
            self._unproved.add(topic, message)
        await self.refusals.add(topic, message, error)
        return error.code

    def _is_new(self, accepted: Accepted) -> bool:
        """Does it raise a floor, or confirm more records than before?"""
        document = accepted.document
        confirms = isinstance(document, Ack) and document.upto > self._journal.acknowledged
        return accepted.floor is not None or confirms

    async def _confirm(self, topic: Topic, message: bytes, ack: Ack) -> str | None:
        """Pass an acknowledgement to the journal; the code when its record is not ours."""
        try:
            await self._acknowledge(ack)
        except TrustError as error:
            await self.refusals.add(topic, message, error)
            return error.code
        return None

    async def _receive_again(self, kept: list[tuple[Topic, bytes]]) -> None:
        """Handle again the emergencies that came before what proves them fresh."""
        for topic, message in kept:
            await self.receive(topic, message)

    def _find_provisional_place(self, topic: Topic, message: bytes) -> None:
        """Set a provisional place: a box without one must know which authority files to fetch."""
        if self.place is None and (topic.kind, topic.station) == ("station-config", self._station):
            place = find_provisional_place(message, self._station)
            if place is not None:
                self.provisionally_placed.emit(place)

    def _check_memory(self, accepted: Accepted) -> None:
        """Refuse what a box with a new state cannot tell from a replay.

        Before its first head the box records no refusal: its next hello asks for the document.
        """
        try:
            self.loss_guard.check(accepted, self._decoded(), self.place, self._clock.now())
        except TrustError as error:
            if self.loss_guard.is_waiting:
                raise _AwaitsHeadError from error
            raise

    async def _pause(self, accepted: Accepted) -> Pause | None:
        """The history entry of a pause; None for every other document.

        Raises:
            TrustError: E_EXPIRED, E_POLICY: it may not pause now.
        """
        if not isinstance(accepted.document, Silence):
            return None
        kept = await self._store.run(last_pauses, list_pausers(accepted))
        now = self._clock.now()
        verify_pause(accepted, kept, now)
        return next_pause(accepted, now.at)

    async def _apply(
        self, accepted: Accepted, given_up: Sequence[Document], pause: Pause | None
    ) -> str:
        document, fault = accepted.document, None
        try:
            await self._admission.write_unsaved()
            await self._store.run(commit_accepted, accepted, given_up, pause, self._clock.now().at)
        except StoreError as error:
            log.exception("cannot store %s", document.doc_id)
            fault = error
            if not self._admission.hold_unsaved(accepted):
                await self._report_result(accepted, "failed", error)
                return error.code
        update_floors(self._floors, accepted)
        if document.kind not in KINDS_BY_MACHINE:
            self._clock.attest(parse_utc(document.issued))
        await self.restore()
        await self._report_result(accepted, "accepted", fault)
        return ACCEPTED

    async def _report_result(
        self,
        accepted: Accepted,
        result: Literal["accepted", "failed"],
        error: StoreError | None = None,
    ) -> None:
        code = error.code if error is not None and result == "failed" else None
        hint = "" if error is None else error.hint[:300]
        document = accepted.document
        self.verdict_given.emit(
            Result(
                document.doc_id, result, code, hint, document.kind, accepted.sha256,
                ignored=list(accepted.ignored) or UNSET,
            )
        )  # fmt: skip

    async def _take_effect(self, documents: list[HeldDocument]) -> None:
        """Apply the place first, then only the documents for this place.

        A document that is no longer authorised is kept but not in force: it may be authorised
        again. What a head revokes is left out.
        """
        now = self._clock.now()
        await self._placement.update(documents, now)
        place = self.place
        here: list[HeldDocument] = []
        for h in documents:
            if self._placement.is_meant(h) and self._revalidation.is_entitled(h, place, now):
                here.append(h)
            await asyncio.sleep(0)  # a long document takes ten milliseconds to verify
        self._latches = {
            (h.document.issuer, h.document.slot): accepted_in
            for h in here
            if (accepted_in := find_latch_place(h)) is not None
        }
        revoked = list_revoked(select_heads(h.document for h in here))
        self._out_of_force.report_withheld(
            {slot_key(h.document) for h in here if is_revoked(h.document, revoked)}
        )
        in_force = [h for h in here if not is_revoked(h.document, revoked)]
        self._attested.update(select_heads(h.document for h in in_force))
        await self._documents.replace(in_force)
        for lost, error in self._revalidation.newly_revoked():
            await self._out_of_force.report_revoked(lost.document, lost.sha256, error)
        if await self.loss_guard.apply(self._decoded(), place, now):
            self.hello_due.emit()

    async def _report(self, result: Result) -> None:
        self.verdict_given.emit(result)

    def _decoded(self) -> list[Document]:
        """The documents in force; a head is never revoked, so all heads are among them."""
        return [h.document for h in self._documents.held]

    async def _fix_clock(self, topic: Topic, accepted: Accepted, reply: TimeReply) -> None:
        """Apply a signed time. The health checks report a held jump; a refusal is recorded."""
        if reply.nonce == CARRIED:
            self._clock.prove_past(parse_utc(reply.utc), ",".join(sorted(accepted.signers)))
            return
        if self.nonces.has_set_clock(reply.nonce):
            why = TrustError("E_TIME", reply.doc_id, "its question was answered before")
            await self.refusals.add(topic, accepted.envelope, why)
            return
        asked_s, by = self.nonces.asked_boot_s(reply.nonce), ",".join(sorted(accepted.signers))
        outcome = self._clock.fix(parse_utc(reply.utc), asked_s, by)
        round_trip_s = self._clock.boot_s() - asked_s
        self.nonces.record_answer(round_trip_s)
        self.answered.emit(round_trip_s)
        if outcome.verdict in REFUSED_TIME:
            why = TrustError("E_TIME", reply.doc_id, REFUSED_TIME[outcome.verdict])
            await self.refusals.add(topic, accepted.envelope, why)
            # It sets no clock, but may be the proof that an attested emergency waited for.
            await self._receive_again(self._unproved.take(self._attested))
            return
        self.nonces.mark_clock_set(reply.nonce)
        await self.time_taken.emit(outcome)
        if outcome.verdict == "taken":
            await self.restore()
            await self._receive_again(self._unproved.take())

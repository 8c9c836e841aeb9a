"""The verification of one message: all steps, in a stated order, without I/O.

 1 size (E_SIZE)                          7 station, the role's chain
 2 strict envelope (E_JSON, E_ENVELOPE)     (E_STATION, E_SCOPE, E_PRIO, E_HOURS)
 3 type and topic (E_TYPE)                8 times (E_EXPIRED, E_NOTYET, E_TTL, E_TIME)
 4 candidate roles (E_ROLE, E_STALE)      9 authority freshness (E_STALE)
 5 threshold over the exact bytes        10 order (E_REPLAY, E_FORK)
   (E_THRESHOLD)                         11 sources (E_URL, E_POLICY)
 6 strict payload, critical members,
   issuer (E_SCHEMA, E_UNSUPPORTED,
   E_ROLE)

The payload is not parsed before step 5 has passed. Broker, topic and retained flag grant nothing:
the topic can only cause a refusal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from agent.clock import Now
from agent.contract.accepted import Accepted, FloorUpdate
from agent.contract.document import Cancel, Document, StationConfig
from agent.contract.ids import Place, StationId, is_match, parse_place
from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.trust.authority import Authority, Grade
from agent.trust.authorization import verify_authorization
from agent.trust.floor_lookup import FloorLookup
from agent.trust.freshness import grade_for, verify_freshness, verify_grade
from agent.trust.latched_stop import Latches, find_lifted_latch_place, find_verification_place
from agent.trust.media_url_rules import verify_sources
from agent.trust.payload import open_payload
from agent.trust.replay import KINDS_WITHOUT_FLOOR, is_held, verify_order
from agent.trust.role import Role
from agent.trust.scope import CLASSES_OF_KIND, right_of
from agent.trust.signed_message import Signatures, SignedMessage, open_message

MAX_CANDIDATES = 8
# A box without a station-config accepts only configs, times and receipts.
KINDS_WITHOUT_PLACE = frozenset({"station-config", "time", "ack"})
_NO_LATCHES: Latches = {}


def _candidates(
    signed: SignedMessage, authority: Authority, places: Collection[Place | None], now: Now
) -> dict[str, Role]:
    """The roles that list a hinted key, by name: first those that could sign this kind for here.

    At most eight are tried, so that a message cannot make a box verify without end. A duty officer
    may sign in more roles than that, and a commune may list the officer's key in roles of its own:
    so roles that reach this place come before others, and those higher in the tree before the rest.
    """
    if not signed.signatures:
        raise TrustError("E_THRESHOLD", signed.kind, "no signature")
    roles = {role.name: role for keyid in signed.signatures for role in authority.roles_for(keyid)}
    if not roles and authority.grade(now) is Grade.EXPIRED:
        raise TrustError(
            "E_STALE", signed.kind, "no known signer, but the authority metadata is outdated"
        )
    if not roles:
        raise TrustError("E_ROLE", signed.kind, "no known signer")
    if len(roles) <= MAX_CANDIDATES:
        return roles
    likely = sorted(
        roles.values(),
        key=lambda role: (not _could_sign(role, signed.kind, places), len(role.name), role.name),
    )
    return {role.name: role for role in likely[:MAX_CANDIDATES]}


def _could_sign(role: Role, kind: str, places: Collection[Place | None]) -> bool:
    return right_of(kind) in role.kinds and any(
        place is None or role.covers(class_, str(place))
        for place in places
        for class_ in CLASSES_OF_KIND[kind]
    )


def _entitled(signed: SignedMessage, roles: dict[str, Role]) -> dict[str, tuple[str, ...]]:
    """Signers by name of each candidate role whose threshold is met."""
    signatures = Signatures(signed)
    found = {name: signatures.signers(role) for name, role in roles.items()}
    entitled = {name: signers for name, signers in found.items() if signers}
    if not entitled:
        raise TrustError("E_THRESHOLD", signed.kind, f"too few signatures for {', '.join(roles)}")
    return entitled


def _issuer(document: Document, roles: dict[str, Role], entitled: Collection[str]) -> Role:
    if document.issuer in entitled:
        return roles[document.issuer]
    code = "E_THRESHOLD" if document.issuer in roles else "E_ROLE"
    raise TrustError(code, document.doc_id, f"not signed as {document.issuer}")


def _verify_station(
    document: Document, topic: Topic, place: Place | None, station: StationId
) -> None:
    def refuse(hint: str) -> TrustError:
        return TrustError("E_STATION", document.doc_id, hint)

    if topic.station not in (None, station):
        raise refuse("arrived on another station's topic")
    if place is None and document.kind not in KINDS_WITHOUT_PLACE:
        raise refuse("this box has no place yet: it needs a station-config first")
    places = [] if place is None else [place]
    if isinstance(document, StationConfig):
        new = parse_place(document.place)
        if new.station != station:
            raise refuse("gives a place to another station")
        places.append(new)
    named = any(pattern.rpartition("/")[2] == station for pattern in document.to)
    meant = any(is_match(pattern, here) for pattern in document.to for here in places)
    # A config that moves a box names its former place, and stays its config at the new one.
    may_be_named = not places or isinstance(document, StationConfig)
    if not (meant or (may_be_named and named)):
        raise refuse("not for this station")


def _targets(
    document: Document, place: Place | None, station: StationId, former: str | None
) -> list[str]:
    """The places, or patterns of places, that the role must cover."""
    targets = [] if place is None else [str(place)]
    if isinstance(document, StationConfig):
        # Both the old and the new place: a province must not capture a box of another province, nor
        # a box that lost its place. In a merger the successor holds the old code beside its own.
        targets.append(document.place)
        if former is not None and not is_match(former, parse_place(document.place)):
            targets.append(former)
    return targets or [pattern for pattern in document.to if pattern.endswith(f"/{station}")]


def _verify_event(document: Document, floors: FloorLookup) -> None:
    is_event = isinstance(document, Cancel) and floors.has_event(document.cancels)
    if is_event and document.class_ != "emergency":
        raise TrustError("E_SCOPE", document.doc_id, "an emergency is ended by its own class only")


def _floor_update(document: Document, sha256: str, floors: FloorLookup) -> FloorUpdate | None:
    if document.kind in KINDS_WITHOUT_FLOOR:
        return None
    slot = (document.issuer, document.kind, document.slot)
    number = (document.epoch, document.seq, sha256)
    known = floors.get(*slot)
    if known is not None and known[:2] > number[:2]:  # in force together with the newer one
        number = known
    return FloorUpdate(*slot, *number)


@dataclass(frozen=True)
class _Verdict:
    """The result of steps 1 to 7: the document, its role, the counted keys, and the place."""

    signed: SignedMessage
    document: Document
    ignored: tuple[str, ...]
    role: Role
    signers: tuple[str, ...]
    place: Place | None


def _verify_steps(  # noqa: PLR0913 - all inputs of a verdict
    envelope: bytes,
    topic: Topic,
    authority: Authority,
    place: Place | None,
    station: StationId,
    now: Now,
    *,
    former: str | None = None,
    latches: Latches = _NO_LATCHES,
) -> _Verdict:
    signed = open_message(envelope, topic)
    places = [place, *latches.values()] if signed.kind == "silence" else [place]
    roles = _candidates(signed, authority, places, now)
    entitled = _entitled(signed, roles)
    document, ignored = open_payload(signed.kind, signed.payload)
    role = _issuer(document, roles, entitled)
    place = find_verification_place(document, role, place, latches)
    _verify_station(document, topic, place, station)
    verify_authorization(document, role, _targets(document, place, station, former))
    return _Verdict(signed, document, ignored, role, entitled[role.name], place)


def verify(  # noqa: PLR0913 - the contract's seam
    envelope: bytes,
    topic: Topic,
    authority: Authority,
    place: Place | None,
    station: StationId,
    floors: FloorLookup,
    now: Now,
    *,
    nonces: Collection[str] = (),
    attested: Collection[str] = (),
    former: str | None = None,
    latches: Latches = _NO_LATCHES,
) -> Accepted:
    """Verify one message. The first failure is raised; nothing is changed.

    Args:
        envelope: the message's exact bytes.
        topic: the topic on which it arrived.
        authority: the authority in force.
        place: the box's place, from its station-config; None while it has none.
        station: the box's own id.
        floors: what was accepted before.
        now: the box's clock.
        nonces: the open nonces of this box.
        attested: digests of the emergencies that heads attest, see `attestation`.
        former: the box's last or expected place, a pattern of places; None: unknown.
        latches: the stops on this box.

    Raises:
        TrustError: with the code of the step that failed.
    """
    verdict = _verify_steps(
        envelope, topic, authority, place, station, now, former=former, latches=latches
    )
    signed, document, role = verdict.signed, verdict.document, verdict.role
    _verify_event(document, floors)
    sha256 = hashlib.sha256(signed.payload).hexdigest()
    held = is_held(document, sha256, floors)
    is_attested = sha256 in attested
    verify_freshness(document, role, now, nonces, is_attested=is_attested, held=held)
    if not held:
        # a lifting passes, or else a stop could outlast every role that may lift it
        if find_lifted_latch_place(document, latches) is None:
            verify_grade(document, grade_for(document, authority, now, nonces))
        if document.kind not in KINDS_WITHOUT_FLOOR:
            verify_order(document, floors)
    verify_sources(document)
    return Accepted(
        document=document,
        payload=signed.payload,
        envelope=envelope,
        sha256=sha256,
        floor=_floor_update(document, sha256, floors),
        duplicate=held,
        signers=verdict.signers,
        standing=role.threshold,
        place=verdict.place,
        ignored=verdict.ignored,
    )


def reverify(
    envelope: bytes,
    kind: str,
    authority: Authority,
    place: Place | None,
    station: StationId,
    now: Now,
) -> None:
    """Verify a held document again: steps 2 to 8, when authority, place or clock changed.

    It was accepted before, so order, freshness and the age of the authority are not verified again:
    a held document plays until it expires. The store states its kind, not the topic.

    Args:
        envelope: the exact bytes that were accepted.
        kind: the kind as which it was accepted.
        authority: the authority in force now.
        place: the box's place now; None while it has none.
        station: the box's own id.
        now: the box's clock.

    Raises:
        TrustError: with the code of the step that failed; it is not in force.
    """
    verdict = _verify_steps(envelope, Topic(kind), authority, place, station, now)
    verify_freshness(verdict.document, verdict.role, now, (), held=True)

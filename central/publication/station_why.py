"""What sounds or shows at a station at a moment, and why, by what the centre has published to it.

The explanation is the box's own (`agent.plan.why`). A box's local settings may be narrower, and
what it has not received yet it does not play.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from agent.contract.accepted import HeldDocument
from agent.contract.document import StationConfig
from agent.contract.utc import encode_utc, parse_utc
from agent.plan.correction import hold
from agent.plan.policy import NO_KINDS, effective_policy
from agent.plan.rehearsal_export import build_why_json
from agent.plan.rehearsal_text import describe_unknown, describe_why
from agent.plan.why import WhyAnswer, explain, find_unknown
from central.documents.sign import open_envelope, read_document
from central.publication.board_faces import read_faces
from central.publication.recipients import is_meant
from central.publication.station_rehearsal import list_lanes, read_media
from central.publication.zone_kinds import has_classes, read_kinds
from central.store.database import Database
from central.store.schema import documents, revocations
from texts.catalogue import Lang

KINDS = ("playlist", "cancel", "calendar", "emergency", "silence")


@dataclass(frozen=True)
class StationWhy:
    """The explanation for one station.

    Args:
        answers: one for each medium and each zone that its entries name.
        not_known: rules of policy of which the centre does not know what they refuse there;
            `newer_documents` where a schedule was signed or withdrawn after the moment.
    """

    answers: tuple[WhyAnswer, ...]
    not_known: tuple[str, ...] = ()


def explain_station(
    database: Database, station: str, config: StationConfig, at: datetime
) -> StationWhy:
    """Explain a moment of a station.

    Args:
        database: the centre's.
        station: its id.
        config: its own, as of `recipients.find_config`.
        at: aware; past or to come.
    """
    configs = {station: config}
    kinds = read_kinds(database, configs).get(station)
    held = _read_held(database, station, config)
    answers = explain(
        [*held, hold(config, at)],
        effective_policy(
            config, None, kinds or NO_KINDS, read_faces(database, configs).get(station, ())
        ),
        at,
        list_lanes(held, read_media(database, configs).get(station, frozenset())),
    )
    is_unknown = kinds is None and has_classes(config)
    unknown = find_unknown(held, at) or _find_withdrawn(database, at)
    return StationWhy(tuple(answers), (*(("zone_classes",) if is_unknown else ()), *unknown))


def _find_withdrawn(database: Database, at: datetime) -> tuple[str, ...]:
    """`newer_documents` where a schedule was withdrawn after a moment."""
    is_later = revocations.c.is_revoked & (revocations.c.at > encode_utc(at))
    with database.transaction() as connection:
        found = connection.execute(sa.select(revocations.c.doc_id).where(is_later)).first()
    return () if found is None else ("newer_documents",)


def write_why(found: StationWhy, format_: str, lang: Lang) -> str:
    """The explanation as text or JSON."""
    if format_ == "json":
        return build_why_json(found.answers, found.not_known)
    lines = [line for one in found.answers for line in describe_why(one, lang)]
    return "\n".join([*lines, *describe_unknown(found.not_known, lang)])


def _read_held(database: Database, station: str, config: StationConfig) -> list[HeldDocument]:
    """What the station holds if it has received everything: the newest of each place.

    Expired documents stay: an expired one keeps an older one of its slot out, as on a box.
    """
    targets = [f"d/{station}", *(f"g/{group}" for group in config.groups)]
    query = sa.select(documents).where(documents.c.target.in_(targets), documents.c.kind.in_(KINDS))
    revoked = sa.select(revocations.c.doc_id).where(revocations.c.is_revoked)
    with database.transaction() as connection:
        rows = connection.execute(query.order_by(documents.c.epoch, documents.c.seq)).all()
        out = set(connection.execute(revoked).scalars())
    found = [(row.place, _hold_row(row)) for row in rows]
    newest = {place: one for place, one in found if is_meant(one.document, config)}
    return [one for one in newest.values() if one.document.doc_id not in out]


def _hold_row(row: sa.Row[tuple[object, ...]]) -> HeldDocument:
    """A published document as a box holds it that received it at once.

    Boxes take the threshold of the issuing role as standing; here its signatures are counted.
    """
    envelope = open_envelope(row.envelope)
    signers = {one.keyid for one in envelope.signatures}
    document, at = read_document(row.envelope), parse_utc(row.published_at)
    return HeldDocument(document, row.sha256, row.envelope, at, len(signers))

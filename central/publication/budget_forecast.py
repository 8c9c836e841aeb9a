"""What stations would refuse because an issuer's share is used up, by the centre's own records.

The numbers and the rule are the boxes' own (`agent.contract.issuer_budget`). A box that had
documents from elsewhere may have less room than the centre computes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from agent.contract.document import Cancel, Document
from agent.contract.issuer_budget import OF_ISSUER, Excess, Usage, Weight, kind_of, weigh
from agent.contract.utc import parse_utc
from agent.trust.freshness import longest_life
from central.documents.sign import read_document
from central.publication.recipients import Recipients
from central.publication.refusal_forecast import Objection
from central.store.database import Database
from central.store.schema import documents

# A box always has room for a cancel, and it holds several emergencies beside each other.
NEVER_FULL = frozenset({"cancel"})
CONCURRENT_KINDS = frozenset({"emergency"})
MARGIN = timedelta(days=2)
_UNIT_BYTES = {"envelope_bytes": 1024, "media_bytes": 1 << 20}


@dataclass(frozen=True)
class _Published:
    """A published document that still takes a slot somewhere; and room, where it `is_on`."""

    sha256: str
    issuer: str
    slot: str
    number: tuple[int, int]
    is_on: bool
    weight: Weight


def find_excesses(
    database: Database, recipients: Recipients, document: Document, length: int, now: datetime
) -> list[Objection]:
    """The limits that a document would exceed at stations among the recipients.

    Args:
        database: the centre's.
        recipients: whom it is published to.
        document: well-formed, by any issuer.
        length: of its envelope, in bytes.
        now: aware UTC.
    """
    if kind_of(document) in NEVER_FULL:
        return []
    weight = weigh(document, length)
    published = _read(database, document.kind, now)
    alike: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    by_sha256: dict[str, _Published] = {}
    for station in recipients.stations:
        given = _given_to(station, recipients, published)
        by_sha256 |= {one.sha256: one for one in given}
        alike[tuple(sorted(one.sha256 for one in given))].append(station)
    found: list[Objection] = []
    for names, stations in alike.items():
        excess = _excess(document, weight, [by_sha256[name] for name in names])
        if excess is not None:
            found.append(Objection("E_BUDGET", _describe(excess), tuple(stations)))
    return found


def _read(database: Database, kind: str, now: datetime) -> dict[str, list[_Published]]:
    """Return by target what was published of a kind and still takes a slot somewhere."""
    query = sa.select(documents).where(documents.c.kind.in_((kind, "cancel")))
    with database.transaction() as connection:
        rows = connection.execute(query.order_by(documents.c.epoch, documents.c.seq)).all()
    given = [(row, read_document(row.envelope)) for row in rows]
    cancelled = {(one.class_, one.cancels) for _, one in given if isinstance(one, Cancel)}
    found: defaultdict[str, list[_Published]] = defaultdict(list)
    for row, one in given:
        expires = parse_utc(row.expires)
        if row.kind == kind and expires + longest_life(kind, row.slot) + MARGIN > now:
            is_on = expires > now and (one.class_, one.doc_id) not in cancelled
            weight, number = weigh(one, len(row.envelope)), (row.epoch, row.seq)
            found[row.target].append(
                _Published(row.sha256, row.issuer, row.slot, number, is_on, weight)
            )
    return found


def _given_to(
    station: str, recipients: Recipients, published: dict[str, list[_Published]]
) -> list[_Published]:
    """Return the newest of each slot, as a box keeps it."""
    config = recipients.configs.get(station)
    groups = config.groups if config is not None else ()
    newest: dict[tuple[str, ...], _Published] = {}
    for target in (f"d/{station}", *(f"g/{group}" for group in groups)):
        for one in published.get(target, ()):
            beside = one.sha256 if one.weight.kind in CONCURRENT_KINDS else ""
            key = (one.issuer, one.weight.kind, one.slot, beside)
            if key not in newest or newest[key].number < one.number:
                newest[key] = one
    return list(newest.values())


def _excess(document: Document, weight: Weight, given: Sequence[_Published]) -> Excess | None:
    """Judge as a box does (`agent.trust.budget_rule`)."""
    former = {id(one) for one in given if _is_of_former_epoch(one, document)}
    here = [one for one in given if id(one) not in former]
    slots = {one.slot for one in here if one.issuer == document.issuer} | {document.slot}
    limit = OF_ISSUER[weight.kind].slots
    if len(slots) > limit:
        return Excess("slots", document.issuer, len(slots), limit)
    usage = Usage()
    for one in here:
        place = (one.issuer, one.weight.kind, one.slot)
        is_replaced = place == (document.issuer, weight.kind, document.slot)
        if one.is_on and not (is_replaced and weight.kind not in CONCURRENT_KINDS):
            usage.add(one.weight)
    return usage.excess(weight)


def _is_of_former_epoch(one: _Published, document: Document) -> bool:
    return one.issuer == document.issuer and one.number[0] < document.epoch


def _describe(excess: Excess) -> str:
    """`<what> <value> <limit>`, bytes as KiB, those of media as MiB."""
    unit_bytes = _UNIT_BYTES.get(excess.what, 1)
    name = excess.what if excess.by is not None else f"{excess.what}_of_all"
    return f"{name} {-(-excess.value // unit_bytes)} {excess.limit // unit_bytes}"

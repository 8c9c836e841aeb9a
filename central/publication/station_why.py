"""What sounds or shows at a station at a moment, and why, by what the centre has published to it.

The explanation is the box's own (`agent.plan.why`). A box's local settings may be narrower, and
what it has not received yet it does not play. Of a moment that is over the documents of then
count (`central.publication.station_past`), and what is on record stands beside the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from agent.contract.document import StationConfig
from agent.contract.utc import parse_utc
from agent.plan.past import Past, PastNote, compare
from agent.plan.past_text import build_past_json, describe_past
from agent.plan.policy import NO_KINDS, effective_policy
from agent.plan.rehearsal_export import build_why_json
from agent.plan.rehearsal_text import describe_unknown, describe_why
from agent.plan.why import WhyAnswer, explain
from central.publication.board_faces import list_listed, read_faces
from central.publication.station_past import StationPast, read_past
from central.publication.station_record import read_record
from central.publication.station_rehearsal import list_lanes, read_media
from central.publication.zone_kinds import has_classes, read_kinds
from central.store.database import Database
from central.store.schema import latest
from texts.catalogue import Lang


@dataclass(frozen=True)
class StationWhy:
    """The explanation for one station.

    Args:
        answers: one for each medium and each zone that its entries name.
        not_known: rules of policy of which the centre does not know what they refuse there.
        past: of a moment that is over: by which documents, what is on record, what is not known;
            None: it is to come.
    """

    answers: tuple[WhyAnswer, ...]
    not_known: tuple[str, ...] = ()
    past: Past | None = None


def explain_station(database: Database, station: str, at: datetime, now: datetime) -> StationWhy:
    """Explain a moment of a station.

    Args:
        database: the centre's.
        station: its id.
        at: aware; past or to come.
        now: aware.
    """
    then = read_past(database, station, at, now)
    configs = {} if then.config is None else {station: then.config}
    kinds = read_kinds(database, configs).get(station)
    answers = explain(
        then.held,
        effective_policy(
            then.config, None, kinds or NO_KINDS, read_faces(database, configs).get(station, ())
        ),
        at,
        list_lanes(then.held, read_media(database, [station]).get(station, frozenset())),
    )
    is_unknown = kinds is None and then.config is not None and has_classes(then.config)
    past = _build_past(database, station, then, answers, at) if at < now else None
    return StationWhy(tuple(answers), ("zone_classes",) if is_unknown else (), past)


def _build_past(
    database: Database,
    station: str,
    then: StationPast,
    answers: Sequence[WhyAnswer],
    at: datetime,
) -> Past:
    record = read_record(database, station, at)
    return Past(
        documents=then.documents,
        notes=(*then.notes, *_note_hello(database, station, then.config, at)),
        records=compare(answers, record.plays, None, record.reached_at),
        reached_at=record.reached_at,
    )


def _note_hello(
    database: Database, station: str, config: StationConfig | None, at: datetime
) -> list[PastNote]:
    """What a policy asks of the station is known since its last hello."""
    query = sa.select(latest.c.at).where(latest.c.station == station, latest.c.channel == "hello")
    with database.transaction() as connection:
        told = connection.execute(query).scalar()
    told_at = None if told is None else parse_utc(told)
    if config is None or told_at is None or told_at <= at:
        return []
    kinds = read_kinds(database, {station: config})
    asked = {"zone_kinds": station in kinds, "faces": bool(list_listed(config))}
    return [PastNote(code=code, at=told_at) for code, is_asked in asked.items() if is_asked]


def write_why(found: StationWhy, format_: str, lang: Lang) -> str:
    """The explanation as text or JSON."""
    if format_ == "json":
        if found.past is None:
            return build_why_json(found.answers, found.not_known)
        return build_past_json(found.answers, found.past, found.not_known)
    if found.past is not None:
        return "\n".join(describe_past(found.answers, found.past, found.not_known, lang))
    lines = [line for one in found.answers for line in describe_why(one, lang)]
    return "\n".join([*lines, *describe_unknown(found.not_known, lang)])

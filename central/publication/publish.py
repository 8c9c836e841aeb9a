"""Publish a signed envelope: judge it as its stations will, store it, report the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import click

from agent.contract.document import Calendar, Document
from agent.contract.utc import encode_utc
from central.documents.calendar_summary import describe_unconfirmed_rows
from central.documents.prepared_alarms import verify_prepared_alarms
from central.messages.catalogue import translate
from central.publication.budget_forecast import find_excesses
from central.publication.document_outbox import keep, sha256_of
from central.publication.left_out_stations import describe_ignoring
from central.publication.numbering import verify_number
from central.publication.objection_summary import describe_objection, notices, verify_acceptable
from central.publication.override import record_override
from central.publication.publish_wait import NONE, wait_for_answers
from central.publication.recipients import Recipients, list_names, verify_known
from central.publication.refusal_forecast import Objection, forecast_refusals
from central.publication.small_letters import describe_small
from central.publication.station_answers import StationAnswers
from central.publication.still_faces import describe_moving
from central.publication.zone_kinds import describe_unknown_kinds
from central.store.database import Database
from central.store.heartbeat import state_of_collector
from texts.catalogue import Lang

NOT_SENT = 75  # EX_TEMPFAIL: stored, and sent once a collector runs


@dataclass(frozen=True)
class Publication:
    """A signed document for its recipients.

    Args:
        document: what the envelope holds.
        envelope: the exact bytes.
        recipients: whom it is published to.
        now: aware UTC.
    """

    document: Document
    envelope: bytes
    recipients: Recipients
    now: datetime


def verify_publishable(
    database: Database,
    one: Publication,
    lang: Lang,
    *,
    stops_now: bool,
    anyway: bool,
    despite: str | None = None,
    foreseen: Sequence[Objection] = (),
) -> list[str]:
    """Judge a publication; return notices for a person who publishes it all the same.

    Args:
        database: the centre's.
        one: the publication.
        lang: of all texts.
        stops_now: a cancel may end before its prepared alarm.
        anyway: unknown stations are accepted.
        despite: why it is published although stations would refuse it; it is recorded.
        foreseen: what its rehearsal found against it.

    Raises:
        AgentError: with the code that stations would give; E_USAGE, no known station.
    """
    document, recipients = one.document, one.recipients
    if not anyway:
        verify_known(database, recipients, document, encode_utc(one.now), lang)
    verify_number(database, recipients, document, sha256_of(one.envelope), lang)
    if not stops_now:
        verify_prepared_alarms(database, document, one.now, lang)
    objections = [*forecast_refusals(database, recipients, document, one.now), *foreseen]
    objections += find_excesses(database, recipients, document, len(one.envelope), one.now)
    if despite is None:
        verify_acceptable(objections, document, recipients, lang)
    else:
        lines = [f"{each.code}: {describe_objection(each, lang)}" for each in objections]
        record_override(database, recipients.target, sha256_of(one.envelope), despite, lines)
    further = describe_ignoring(database, recipients.configs_with(document), document, lang)
    further += describe_moving(database, recipients.configs, document, lang)
    further += describe_small(database, recipients.configs, document, lang)
    if isinstance(document, Calendar):
        further += describe_unconfirmed_rows(document, partial(translate, lang))
    further += describe_unknown_kinds(database, recipients.configs, document, lang)
    return [
        *notices(objections, recipients, document, lang),
        *(translate(lang, "notice", line) for line in further),
    ]


def submit(database: Database, one: Publication, lang: Lang, wait_s: float | None) -> int:
    """Store it for the collector and print whether one runs; with `wait_s` also print the answers.

    Returns:
        The exit code of `publish`.
    """
    # a station's first config is published before the centre knows that station
    alone = () if one.recipients.is_group else (one.recipients.name,)
    reached = one.recipients.stations or alone
    answers = StationAnswers(database, reached, one.document, one.envelope)
    kept = keep(database, one.recipients.topic_of(one.document), one.envelope)
    click.echo(translate(lang, "published.stations", len(reached), list_names(reached) or "–"))
    state = state_of_collector(database, one.now)
    click.echo(translate(lang, f"published.{state}", kept.topic))
    code = 0 if state == "connected" else NOT_SENT
    if wait_s is None:
        return code
    waited = wait_for_answers(answers, lang, limit_s=wait_s, print_line=click.echo)
    return code if waited == NONE and code else waited

"""What a person is shown of a document before it is signed or published, and what stops them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.contract.document import Calendar, Document, Playlist, StationConfig
from agent.contract.envelope import Envelope
from agent.errors import ConfigError
from central.authority.signers import Signers, check_role, describe_missing, read_signers
from central.messages.catalogue import translate
from texts.catalogue import Lang

if TYPE_CHECKING:
    from collections.abc import Mapping

    from central.publication.refusal_forecast import Objection
    from central.publication.station_rehearsal import GroupRehearsal
    from central.store.database import Database


@dataclass(frozen=True)
class RehearsalFindings:
    """What was shown of the days ahead.

    Args:
        week: of a playlist, at stations alike.
        objections: what its rehearsal found against it, beside what stations would refuse of it.
    """

    week: tuple[GroupRehearsal, ...] = ()
    objections: tuple[Objection, ...] = ()


def find_people(document: Document, root: Path | None, lang: Lang) -> Signers | None:
    """Who may and must sign a document; None without a root file.

    Raises:
        AgentError: the file cannot be used, or the issuer has no such right.
    """
    return None if root is None else check_role(document, read_signers(root), lang)


def describe_document(
    document: Document, envelope: Envelope | None, people: Signers | None, lang: Lang
) -> None:
    """Show in plain words what it does, who has signed and who still must."""
    from central.documents.summary import describe

    for line in (*describe(document, lang), "", *describe_missing(envelope, people, lang)):
        click.echo(line)


def warn(document: Document, envelope: bytes, db: Path | None, lang: Lang) -> RehearsalFindings:
    """Warn of what the document needs, who lacks it, and what this machine cannot show.

    Returns:
        What it changes at the stations that it is meant for, which is shown as well.
    """
    from agent.contract.feature import needed_features
    from central.documents.sign import ignored_members

    lines, found = [], RehearsalFindings()
    if unknown := ignored_members(envelope):
        lines.append(translate(lang, "unknown_members", ", ".join(unknown)))
    if needed := needed_features(document):
        lines.append(translate(lang, "needed", ", ".join(sorted(needed))))
    if db is not None:
        from central.publication.left_out_stations import describe_left_out
        from central.publication.station_rehearsal import find_configs
        from central.store.database import Database

        now = datetime.now(UTC)
        with closing(Database.open(db)) as database:
            lines += describe_left_out(database, document, lang)
            found = show_days(database, document, find_configs(database, now, document), now, lang)
    for line in lines:
        click.echo(translate(lang, "notice", line))
    return found


def show_days(
    database: Database,
    document: Document,
    configs: Mapping[str, StationConfig],
    now: datetime,
    lang: Lang,
) -> RehearsalFindings:
    """Show what a document changes in the days ahead of its stations.

    Of a playlist its week, what it drops, and what is lost before it begins; of a calendar and of a
    station-config what changes. Other documents change no plan.
    """
    if isinstance(document, Playlist):
        return _show_week(database, document, configs, now, lang)
    if isinstance(document, Calendar | StationConfig):
        return _show_changes(database, document, configs, now, lang)
    return RehearsalFindings()


def _show_week(
    database: Database,
    document: Playlist,
    configs: Mapping[str, StationConfig],
    now: datetime,
    lang: Lang,
) -> RehearsalFindings:
    from central.publication.early_replacement import (
        describe_lost,
        find_lost,
        list_duty_objections,
    )
    from central.publication.rehearsal_summary import describe_dropped, describe_publication
    from central.publication.station_rehearsal import find_week, rehearse_stations

    found = rehearse_stations(database, configs, *find_week(document, now), document)
    for line in (*describe_publication(found, document, lang), *describe_dropped(found, lang)):
        click.echo(line)
    lost = find_lost(database, document, configs, now)
    for line in describe_lost(lost, document, lang):
        click.echo(translate(lang, "notice", line))
    return RehearsalFindings(tuple(found), tuple(list_duty_objections(lost, document)))


def _show_changes(
    database: Database,
    document: Calendar | StationConfig,
    configs: Mapping[str, StationConfig],
    now: datetime,
    lang: Lang,
) -> RehearsalFindings:
    from central.publication.change_summary import describe_station_changes
    from central.publication.station_change import find_changes, list_calendar_objections

    found = find_changes(database, document, configs, now)
    lines = describe_station_changes(found, lang)
    if not lines and configs:
        lines = [translate(lang, "change.none")]
    for line in lines:
        click.echo(line)
    if isinstance(document, StationConfig):
        return RehearsalFindings()
    return RehearsalFindings(objections=tuple(list_calendar_objections(found)))


def judge(
    document: Document, db: Path | None, reason: str | None, lang: Lang, shown: RehearsalFindings
) -> list[str]:
    """Refuse what stations would refuse; without their policies nothing is known.

    Raises:
        PlanError: with the code that the stations would give.
    """
    if db is None:
        return []
    from central.publication.signing import describe_early, verify_signable
    from central.store.database import Database

    for line in describe_early(shown.objections, lang):
        click.echo(translate(lang, "notice", line))
    with closing(Database.open(db)) as database:
        return verify_signable(
            database, document, datetime.now(UTC), lang,
            despite=reason, foreseen=shown.objections,
        )  # fmt: skip


def read_reason(text: str | None, lang: Lang) -> str | None:
    """Verify that a reason is one.

    Raises:
        ConfigError: E_USAGE, it is empty.
    """
    if text is not None and not text.strip():
        raise ConfigError("E_USAGE", "--despite", translate(lang, "fault.no_reason"))
    return text

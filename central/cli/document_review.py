"""What a person is shown of a document before it is signed or published, and what stops them."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.contract.document import Document, Playlist, StationConfig
from agent.contract.envelope import Envelope
from agent.errors import ConfigError
from central.authority.signers import Signers, check_role, describe_missing, read_signers
from central.messages.catalogue import translate
from texts.catalogue import Lang

if TYPE_CHECKING:
    from collections.abc import Mapping

    from central.publication.station_rehearsal import GroupRehearsal
    from central.store.database import Database


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


def warn(document: Document, envelope: bytes, db: Path | None, lang: Lang) -> list[GroupRehearsal]:
    """Warn of what the document needs, who lacks it, and what this machine cannot show.

    Returns:
        The week of a playlist at the stations that it is meant for, which is shown as well.
    """
    from agent.contract.feature import needed_features
    from central.documents.sign import ignored_members
    from central.publication.left_out_stations import describe_left_out
    from central.publication.station_rehearsal import find_configs
    from central.store.database import Database

    lines, found = [], []
    if unknown := ignored_members(envelope):
        lines.append(translate(lang, "unknown_members", ", ".join(unknown)))
    if needed := needed_features(document):
        lines.append(translate(lang, "needed", ", ".join(sorted(needed))))
    if db is not None:
        now = datetime.now(UTC)
        with closing(Database.open(db)) as database:
            lines += describe_left_out(database, document, lang)
            found = show_week(database, document, find_configs(database, now, document), now, lang)
    for line in lines:
        click.echo(translate(lang, "notice", line))
    return found


def show_week(
    database: Database,
    document: Document,
    configs: Mapping[str, StationConfig],
    now: datetime,
    lang: Lang,
) -> list[GroupRehearsal]:
    """Show the week of a playlist at its stations, and what is lost before it begins.

    Of a station-config what it changes in the week is shown; other documents have none.
    """
    from central.publication.early_replacement import describe_lost
    from central.publication.rehearsal_summary import describe_policy_change, describe_publication
    from central.publication.station_rehearsal import find_week, rehearse_stations

    if isinstance(document, StationConfig):
        for line in describe_policy_change(database, document, configs, now, lang):
            click.echo(line)
    if not isinstance(document, Playlist):
        return []
    found = rehearse_stations(database, configs, *find_week(document, now), document)
    for line in describe_publication(found, document, lang):
        click.echo(line)
    for line in describe_lost(database, document, configs, now, lang):
        click.echo(translate(lang, "notice", line))
    return found


def judge(document: Document, db: Path | None, reason: str | None, lang: Lang) -> list[str]:
    """Refuse what stations would refuse; without their policies nothing is known.

    Raises:
        PlanError: with the code that the stations would give.
    """
    from central.publication.signing import verify_signable
    from central.store.database import Database

    if db is None:
        return []
    with closing(Database.open(db)) as database:
        return verify_signable(database, document, datetime.now(UTC), lang, despite=reason)


def read_reason(text: str | None, lang: Lang) -> str | None:
    """Verify that a reason is one.

    Raises:
        ConfigError: E_USAGE, it is empty.
    """
    if text is not None and not text.strip():
        raise ConfigError("E_USAGE", "--despite", translate(lang, "fault.no_reason"))
    return text

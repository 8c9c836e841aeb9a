"""`tramtin-central withhold | reinstate`."""

from __future__ import annotations

import re
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.contract.document import Playlist
from agent.errors import ConfigError
from central.cli.cli_errors import handle_errors
from central.cli.document_commands import database_option
from central.cli.options import lang_option
from central.messages.catalogue import translate
from texts.catalogue import Lang

if TYPE_CHECKING:
    from central.store.database import Database

_ID = re.compile("[0-9a-f]{32}")
NOT_SENT = 75  # EX_TEMPFAIL: kept, and told to stations once a collector runs


@click.command()
@click.argument("what")
@database_option
@click.option("--why", default="", help="Kept with it.")
@click.option("--yes", is_flag=True, help="Do not ask; for programs.")
@lang_option
@handle_errors
def withhold(what: str, *, db: Path, why: str, yes: bool, lang: Lang) -> None:
    """Take a playlist out of force on every station, by the heads that `collect` signs.

    WHAT is the file that was published, the name of a slot, or the id of a document. Shows first
    what falls silent and what plays instead, then asks. Exit code 75: kept, but no collector is
    running.
    """
    from central.collector.heads import withhold as put
    from central.publication.document_outbox import kind_of
    from central.store.database import Database
    from central.store.heartbeat import state_of_collector

    with closing(Database.open(db)) as database:
        doc_id = _find_doc_id(database, what, lang)
        kind = kind_of(database, doc_id)
        if kind is None:
            raise ConfigError("E_USAGE", what[:64], translate(lang, "fault.unknown_document"))
        if kind not in ("playlist", "stream-grant"):
            named = translate(lang, f"kind.{kind}")
            hint = translate(lang, "fault.not_withheld_kind", named)
            raise ConfigError("E_USAGE", doc_id, hint)
        if kind == "playlist":
            _show_withdrawal(database, doc_id, lang)
        if not yes:
            click.confirm(translate(lang, "withhold.ask"), abort=True)
        put(database, doc_id, why)
        state = state_of_collector(database, datetime.now(UTC))
    click.echo(translate(lang, "withheld", doc_id))
    click.echo(translate(lang, f"withheld.{state}"))
    sys.exit(0 if state == "connected" else NOT_SENT)


def _show_withdrawal(database: Database, doc_id: str, lang: Lang) -> None:
    """Show what falls silent, and what plays instead."""
    from central.publication.published_state import find_published

    document = find_published(database, doc_id)
    if not isinstance(document, Playlist):
        click.echo(translate(lang, "withhold.unseen"))
        return
    lines = _describe_effect(database, document, lang)
    for line in (*lines, translate(lang, "withhold.slot", document.slot)):
        click.echo(line)


def _describe_effect(database: Database, document: Playlist, lang: Lang) -> list[str]:
    """The schedule, and what its withdrawal changes in the days ahead."""
    from agent.contract.utc import encode_utc
    from central.documents.summary_text import format_moment
    from central.publication.change_summary import describe_station_changes
    from central.publication.recipients import list_known_configs
    from central.publication.station_change import find_withdrawal

    now = datetime.now(UTC)
    begin, end = format_moment(document.not_before), format_moment(document.expires)
    head = translate(lang, "withhold.title", document.slot, len(document.entries), begin, end)
    found = find_withdrawal(database, document, list_known_configs(database, encode_utc(now)), now)
    changes = describe_station_changes(found, lang) or [translate(lang, "change.none")]
    return [head, *changes]


@click.command()
@click.argument("what")
@database_option
@lang_option
@handle_errors
def reinstate(what: str, *, db: Path, lang: Lang) -> None:
    """Bring a withheld playlist back into force: WHAT as for `withhold`."""
    from central.collector.heads import reinstate as take
    from central.store.database import Database

    with closing(Database.open(db)) as database:
        doc_id = _find_doc_id(database, what, lang)
        was_there = take(database, doc_id)
    click.echo(translate(lang, "reinstated" if was_there else "not_withheld", doc_id))


def _find_doc_id(database: Database, what: str, lang: Lang) -> str:
    """The id of a document, by itself, by its file or by the slot in which it stands.

    Raises:
        AgentError: E_USAGE, nothing or several are meant; the file holds no envelope.
    """
    from central.documents.sign import read_document
    from central.publication.document_outbox import list_documents

    if _ID.fullmatch(what):
        return what
    if Path(what).is_file():
        return read_document(Path(what).read_bytes()).doc_id
    rows = [one for one in list_documents(database) if one["slot"] == what]
    found = {one["doc_id"]: one["target"] for one in rows if one["kind"] == "playlist"}
    if len(found) > 1:
        each = "".join(f"\n  {doc_id} {target}" for doc_id, target in found.items())
        raise ConfigError("E_USAGE", what[:64], translate(lang, "fault.several_documents", each))
    if not found:
        raise ConfigError("E_USAGE", what[:64], translate(lang, "fault.not_an_id"))
    return str(next(iter(found)))

"""Moves a playlist behind what it clashes with, and shows what that changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from agent.contract.document import Playlist, StationConfig
from central.documents.sign import new_doc_id
from central.documents.start_line import find_lines
from central.messages.catalogue import translate
from central.publication.moved_playlist import MovedPlaylist, describe_moves, move_behind, renew
from central.publication.numbering import default_seq, newest_seq
from central.store.database import Database
from texts.catalogue import Lang

YAML = (".yaml", ".yml")


def move_and_show(
    database: Database,
    payload: bytes,
    configs: Mapping[str, StationConfig],
    now: datetime,
    file: Path,
    lang: Lang,
) -> MovedPlaylist:
    """Move what clashes; print each start and the line of the officer's file that it stands in.

    Args:
        database: the centre's.
        payload: the playlist.
        configs: station → its config, of those that get it.
        now: aware UTC.
        file: that the playlist was read from: schedule.yaml, or what may lie beside it.
        lang: of all texts.

    Raises:
        PlanError: E_MOVE.
    """
    moved = move_behind(database, payload, configs, now, lang)
    click.echo(translate(lang, "move.done"))
    for line in describe_moves(moved.moves, lang):
        click.echo(line)
    source = _find_source(file)
    changed = find_lines(source, moved.document.slot, moved.moves)
    if changed:
        click.echo(translate(lang, "move.lines", source))
    for one in changed:
        click.echo(translate(lang, "move.line", one.number, one.text))
    return moved


def renew_number(database: Database, payload: bytes, document: Playlist, now: datetime) -> bytes:
    """The payload with an id and a number of its own, above all that were published."""
    newest = max(document.seq, newest_seq(database, document.issuer))
    return renew(payload, new_doc_id(), default_seq(now, newest))


def _find_source(file: Path) -> Path:
    """The schedule.yaml of a file, itself or of the same name; it may be missing."""
    if file.suffix in YAML:
        return file
    beside = [file.with_suffix(suffix) for suffix in YAML]
    return next((one for one in beside if one.exists()), beside[0])

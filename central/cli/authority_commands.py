"""`tramtin-central authority`: drafting steps; `authority_signing_commands` has those that sign."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from agent.contract.utc import encode_utc
from agent.trust.tree import TreeAuthority
from central.authority.ceremony import ceremony_log, edits
from central.authority.ceremony.change_summary import describe_changes, describe_needs
from central.authority.ceremony.errors import refusal
from central.authority.ceremony.holder_key import load_pub, parse_holder
from central.authority.ceremony.messages import translate
from central.authority.ceremony.tree_draft import TreeDraft, open_draft
from central.authority.ceremony.workspace import Workspace
from central.cli.authority_options import days_option, parse_span_s, repeat_line, step
from central.cli.options import FILE
from texts.catalogue import LANGS, Lang


@click.group()
def authority() -> None:
    """Who may sign what: drafted here, signed by its holders on their machines, published."""


@authority.command()
@step
@days_option
@click.option("--root", "roots", multiple=True, required=True, help="'Name=file.pub'; repeated.")
@click.option("--root-threshold", type=int, required=True)
@click.option("--targets", "nation", multiple=True, required=True, help="'Name=file.pub'.")
@click.option("--targets-threshold", type=int, required=True)
@click.option("--timestamp", type=FILE, required=True, help=".pub of the centre's hourly key.")
@click.option("--snapshot", type=FILE, required=True, help=".pub of the key used by publish.")
@click.option("--demo", is_flag=True, help="Works only under the demonstration.")
def init(folder: Path, *, at: datetime, days: int | None, lang: Lang, **given: Any) -> None:
    """Begin: who holds the root and the national keys."""
    here = Workspace(folder)
    if here.is_begun:
        raise refusal("begun", str(folder))
    draft = open_draft(here, at, days)
    edits.begin(
        draft,
        root=_keys(given["roots"], given["root_threshold"]),
        targets=_keys(given["nation"], given["targets_threshold"]),
        timestamp=load_pub(given["timestamp"]),
        snapshot=load_pub(given["snapshot"]),
    )
    if given["demo"]:
        edits.mark_demo(draft)
    _keep(here, draft, at, lang)


def _keys(people: Sequence[str], threshold: int) -> edits.Keys:
    return edits.Keys(tuple(map(parse_holder, people)), threshold)


_stations_option = click.option(
    "--db", type=FILE, help="The centre's SQLite file: warns of stations that would be left behind."
)


def _right_options(command: Callable[..., None]) -> Callable[..., None]:
    for decorate in (
        click.option("--threshold", type=click.IntRange(1, 8), help="How many must sign."),
        click.option("--prio-max", type=click.Choice(edits.PRIORITIES)),
        click.option("--hours", multiple=True, help="Local, such as 05:00-21:00; repeated."),
        click.option("--ttl", callback=parse_span_s, help="Longest life of a document: 45d, 12h."),
        click.option("--path", multiple=True, help="class/province/commune/station; repeated."),
        click.option("--kind", multiple=True, help="Of documents it signs itself; repeated."),
    ):
        command = decorate(command)
    return command


def _build_role_spec(given: dict[str, Any]) -> edits.RoleSpec:
    holders = given.get("holder")
    return edits.RoleSpec(
        kinds=() if given.get("only_delegates") else given["kind"] or None,
        paths=given["path"] or None,
        max_ttl_s=given["ttl"],
        hours=given["hours"] or None,
        priority_max=given["prio_max"],
        threshold=given["threshold"],
        holders=tuple(map(parse_holder, holders)) if holders else None,
    )


@authority.command()
@step
@click.argument("role")
@days_option
@_stations_option
@_right_options
@click.option("--only-delegates", is_flag=True, help="Signs no document itself.")
@click.option("--holder", multiple=True, help="'Name=file.pub'; repeated. Replaces all.")
def delegate(folder: Path, role: str, **given: Any) -> None:
    """Set the rights and holders of ROLE, or change them: what is not named stays."""
    with _drafting(folder, given) as draft:
        edits.delegate(draft, role, _build_role_spec(given))


@authority.command()
@step
@click.argument("role")
@days_option
@_stations_option
@_right_options
def narrow(folder: Path, role: str, **given: Any) -> None:
    """Limit ROLE's hours, paths, kinds, priority or lifetime; never widens."""
    with _drafting(folder, given) as draft:
        edits.narrow(draft, role, _build_role_spec(given))


@authority.command()
@step
@click.argument("role")
@days_option
@click.option("--old", help="Whose key goes: name, or beginning of the key id.")
@click.option("--new", required=True, help="'Name=file.pub'.")
@click.option("--lost", is_flag=True, help="The old key is lost or stolen: raises the epoch.")
def rotate(folder: Path, role: str, **given: Any) -> None:
    """Replace a key of ROLE (also root, targets, timestamp, snapshot)."""
    with _drafting(folder, given) as draft:
        edits.replace_key(draft, role, given["old"], parse_holder(given["new"]))
        if given["lost"]:
            edits.raise_epoch(draft, role)


@authority.command()
@step
@click.argument("role")
@days_option
@_stations_option
@click.option("--key", help="Only this key of it: name, or beginning of the key id.")
@click.option("--lost", is_flag=True, help="With --key: it is lost or stolen, raises the epoch.")
def revoke(folder: Path, role: str, **given: Any) -> None:
    """Remove ROLE with every role below it, or remove one of its keys."""
    with _drafting(folder, given) as draft:
        if given["key"] is None:
            edits.remove_role(draft, role)
        else:
            edits.remove_key(draft, role, given["key"])
            if given["lost"]:
                edits.raise_epoch(draft, role)


@authority.command()
@step
@click.argument("role", nargs=-1, required=True)
@days_option
def renew(folder: Path, role: tuple[str, ...], **given: Any) -> None:
    """Renew the lifetime of ROLE's file: root, targets or a role that delegates."""
    with _drafting(folder, given) as draft:
        for name in role:
            edits.renew(draft, name)


@contextmanager
def _drafting(folder: Path, given: dict[str, Any]) -> Iterator[TreeDraft]:
    """Yield the draft for a change; save it when the change succeeds and boxes would accept it."""
    here = open_folder(folder)
    draft = open_draft(here, given["at"], given["days"])
    yield draft
    draft.update_files()
    _keep(here, draft, given["at"], given["lang"], given.get("db"))


def open_folder(folder: Path) -> Workspace:
    """Open the folder of a ceremony that has begun.

    Raises:
        ConfigError: E_CEREMONY, none has.
    """
    here = Workspace(folder)
    if not here.is_begun:
        raise refusal("not_begun", str(folder))
    return here


def _keep(
    here: Workspace, draft: TreeDraft, at: datetime, lang: Lang, stations: Path | None = None
) -> None:
    from central.authority.ceremony.dry_run import dry_run

    authority = dry_run(draft.tree, at)
    warnings = list(_warn(here, authority, stations, lang)) if stations else []
    ceremony_log.read(here.log)
    here.write_draft(draft.changed)
    write_log(here, at, {one: describe_changes(draft, one) for one in LANGS})
    told = [*describe_changes(draft, lang), *warnings, "", *describe_needs(draft, lang)]
    for line in (*told, "", translate(lang, "drafted")):
        click.echo(line)


def _warn(here: Workspace, after: TreeAuthority, stations: Path, lang: Lang) -> Iterator[str]:
    from central.authority.ceremony.orphaned_stations import describe_orphaned, read_places
    from central.authority.ceremony.tree_publication import load_published

    return describe_orphaned(load_published(here), after, read_places(stations), lang)


def write_log(here: Workspace, at: datetime, lines: dict[Lang, list[str]]) -> None:
    """One entry for the running command: how to repeat it, and its effect in both languages."""
    told = [f"[{lang}] {line}" for lang, texts in lines.items() for line in texts]
    name = str(click.get_current_context().info_name)
    ceremony_log.append(here.log, encode_utc(at), name, [f"$ {repeat_line()}", *told])

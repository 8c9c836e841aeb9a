"""`tramtin-central authority sign | publish | show`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click
from securesystemslib.signer import Signer

from central.authority.ceremony import ceremony_log, signature
from central.authority.ceremony.change_summary import describe_changes, describe_needs
from central.authority.ceremony.errors import refusal
from central.authority.ceremony.expiry import list_expiring
from central.authority.ceremony.holder_key import open_signer
from central.authority.ceremony.messages import translate
from central.authority.ceremony.tree import SNAPSHOT, TIMESTAMP, Tree
from central.authority.ceremony.tree_draft import TreeDraft, open_draft
from central.authority.ceremony.tree_view import draw
from central.authority.ceremony.workspace import Workspace
from central.cli.authority_commands import open_folder, write_log
from central.cli.authority_options import passphrase_option, step
from central.cli.cli_errors import handle_errors
from central.cli.options import ANY, FILE, lang_option
from central.documents.summary_text import format_moment
from texts.catalogue import LANGS, Lang

COPY = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command("sign")
@step
@click.option("--key", required=True, help="Key file, or a token: hsm:2?label=NAME.")
@click.option("--root", type=FILE, help="A root that you keep: the folder must follow from it.")
@click.option("--yes", is_flag=True, help="Do not ask; for programs.")
@passphrase_option
def sign_authority(
    folder: Path,
    *,
    key: str,
    root: Path | None,
    yes: bool,
    passphrase: str | None,
    at: datetime,
    lang: Lang,
) -> None:
    """Sign the draft with one holder's key.

    Shows first, in plain words, what the draft changes; requests the key last.
    """
    here = open_folder(folder)
    draft = _waiting(here, at)
    if root is not None:
        signature.verify_roots(here.read(root), here.roots())
    for line in (*describe_changes(draft, lang), "", *describe_needs(draft, lang), ""):
        click.echo(line)
    if not yes:
        click.confirm(translate(lang, "ask"), abort=True)
    signer = open_signer(key, _passphrase_source(lang, key, passphrase))
    names = signature.sign(draft, signer)
    here.write_draft(draft.changed)
    person = signature.holder_of(draft, signer.public_key.keyid)
    number = signature.digest(draft)[:16]
    write_log(here, at, {
        one: [translate(one, "signed", person, ", ".join(names)), translate(one, "digest", number)]
        for one in LANGS
    })  # fmt: skip
    for line in (translate(lang, "signed", person, ", ".join(names)), *describe_needs(draft, lang)):
        click.echo(line)


@click.command("publish")
@step
@click.option("--from", "copies", type=COPY, multiple=True, help="A copy that others signed.")
@click.option("--snapshot-key", required=True, help="Online key: file or token.")
@click.option("--timestamp-key", required=True, help="Online key: file or token.")
@click.option("--db", type=ANY, required=True, help="The centre's SQLite file; made when absent.")
@passphrase_option
def publish_authority(
    folder: Path,
    *,
    copies: tuple[Path, ...],
    db: Path,
    at: datetime,
    lang: Lang,
    **given: str | None,
) -> None:
    """Put the draft in force once every threshold is met; the running `collect` sends it.

    Without a draft only snapshot and timestamp are written anew.
    """
    from central.authority import authority_store
    from central.authority.ceremony import tree_publication
    from central.store.database import Database

    here = open_folder(folder)
    draft = open_draft(here, at)
    _gather(here, draft, copies, at, lang)
    online = tree_publication.OnlineKeys(
        _online(draft.tree, SNAPSHOT, lang, given),
        _online(draft.tree, TIMESTAMP, lang, given),
    )
    database = Database.open(db)
    try:
        last = authority_store.timestamp(database)
        files = tree_publication.publish(here, draft, online, at, last)
        authority_store.put(database, files)
    finally:
        database.close()
    names = ", ".join(sorted(files))
    write_log(here, at, {one: [translate(one, "published", names)] for one in LANGS})
    click.echo(translate(lang, "published", names))


def _gather(
    here: Workspace, draft: TreeDraft, copies: tuple[Path, ...], at: datetime, lang: Lang
) -> None:
    """Merge signatures made on copies and save them at once, even if others are still missing."""
    taken = []
    for copy in copies:
        taken += signature.gather(draft, open_folder(copy).drafted())
    if not taken:
        return
    here.write_draft(draft.changed)
    people = [(signature.holder_of(draft, keyid), name) for name, keyid in taken]
    write_log(
        here, at, {one: [translate(one, "gathered", *pair) for pair in people] for one in LANGS}
    )
    for pair in people:
        click.echo(translate(lang, "gathered", *pair))


@click.command("show")
@click.argument("folder", type=COPY)
@lang_option
@click.option("--log", "with_log", is_flag=True, help="Print the ceremony log too.")
@handle_errors
def show_authority(folder: Path, *, with_log: bool, lang: Lang) -> None:
    """The tree as a picture, what expires, the draft that waits, and whether the log is whole."""
    now = datetime.now().astimezone()
    here = open_folder(folder)
    published = here.published()
    for line in (*_picture(here, published, lang), *_expiring(here, published, now, lang)):
        click.echo(line)
    draft = open_draft(here, now)
    if draft.changed:
        for line in (
            "",
            translate(lang, "waiting"),
            *describe_changes(draft, lang),
            *describe_needs(draft, lang),
        ):
            click.echo(line)
    entries = ceremony_log.read(here.log)
    click.echo(f"\n{translate(lang, 'log.good', len(entries))}")
    if with_log:
        click.echo(f"\n{here.log.read_text(encoding='utf-8')}", nl=False)


@click.command("export")
@click.argument("folder", type=COPY)
@lang_option
@click.option("--out", type=ANY, required=True, help="The file for those who sign documents.")
@handle_errors
def export_authority(folder: Path, *, out: Path, lang: Lang) -> None:
    """Write the tree in force as one file: it is what `sign --root` and `publish --root` take."""
    from central.authority.ceremony.tree_file import export_tree

    out.write_bytes(export_tree(open_folder(folder)))
    click.echo(translate(lang, "exported", str(out)))


def _picture(here: Workspace, published: Tree, lang: Lang) -> list[str]:
    stamp = here.timestamp()
    if stamp is None:
        return [translate(lang, "no_tree")]
    issued = format_moment(stamp.unrecognized_fields["x-issued"])
    return [translate(lang, "tree", issued), "", *draw(published, lang)]


def _expiring(here: Workspace, published: Tree, now: datetime, lang: Lang) -> list[str]:
    files = [(name, file.signed) for name, file in published.in_use().items()]
    if snapshot := here.snapshot():
        files.append((SNAPSHOT, snapshot))
    told = [one.describe(lang) for one in list_expiring(files, now)]
    return ["", *told] if told else []


def _waiting(here: Workspace, at: datetime) -> TreeDraft:
    """Return the draft after verifying it, the log and the former state as a box would.

    Raises:
        ConfigError: E_CEREMONY, there is no draft, or the log was altered.
        TrustError: E_ROLE, what is in force was altered, or the draft was, by hand.
    """
    from central.authority.ceremony.dry_run import dry_run
    from central.authority.ceremony.tree_publication import load_published

    ceremony_log.read(here.log)
    load_published(here)
    draft = open_draft(here, at)
    if not draft.changed:
        raise refusal("nothing", str(here.path))
    dry_run(draft.tree, at)
    return draft


def _online(tree: Tree, role: str, lang: Lang, given: dict[str, str | None]) -> Signer:
    """Open an online key that the root names for this role.

    Raises:
        ConfigError: E_KEY; E_CEREMONY, it is another key.
    """
    key = str(given[f"{role}_key"])
    signer = open_signer(key, _passphrase_source(lang, key, given["passphrase"]))
    if signer.public_key.keyid not in tree.role(role).keyids:
        raise refusal("wrong_key", key, role)
    return signer


def _passphrase_source(lang: Lang, key: str, passphrase: str | None) -> Callable[[], str]:
    """Return the source of a key's passphrase or PIN: the given one, or a prompt."""

    def ask() -> str:
        if passphrase is not None:
            return passphrase
        typed: str = click.prompt(
            translate(lang, "secret", key), hide_input=True, default="", show_default=False
        )
        return typed

    return ask

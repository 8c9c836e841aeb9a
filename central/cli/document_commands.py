"""`tramtin-central sign | combine`."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from agent.contract.document import Document
from agent.contract.envelope import Envelope
from agent.errors import ConfigError, TrustError
from central.authority.signers import (
    Signers,
    check_key,
    check_role,
    describe_missing,
    read_signers,
)
from central.cli.cli_errors import handle_errors
from central.cli.options import ANY, FILE, lang_option
from central.cli.unconfined_notice import warn_unconfined
from central.messages.catalogue import translate
from texts.catalogue import Lang

_NEEDED = ("issuer", "media_dir", "media_url")  # for a file of sound and pictures
database_option = click.option("--db", type=ANY, required=True, help="The centre's SQLite file.")
root_option = click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True),
    help="Pinned root file, or the folder of `authority`: names who may and must sign.",
)


@click.command()
@click.argument("file", type=FILE)
@click.option("--key", "key_file", type=FILE, required=True, help="The signer's private key.")
@click.option("--out", type=ANY, help="Where the envelope goes; default: FILE with .signed.")
@root_option
@click.option("--issuer", help="schedule.yaml: the role that signs, such as vn.84.29266.")
@click.option("--seq", type=int, help="YAML: its number; default: milliseconds since 1970.")
@click.option(
    "--db", type=FILE, help="The centre's file: for a higher number, and who would refuse."
)
@click.option("--epoch", type=int, default=1, show_default=True)
@click.option("--media-dir", type=ANY, help="schedule.yaml: where media are kept by digest.")
@click.option("--media-url", help="schedule.yaml: https address under which stations fetch them.")
@click.option("--editor", default="")
@click.option("--approver", default="")
@click.option("--despite", metavar="REASON", help="Although stations would refuse it; recorded.")
@click.option("--kind", help="A payload as JSON: which kind of document it is.")
@click.option("--yes", is_flag=True, help="Do not ask; for programs.")
@click.option("--passphrase", help="Of the key; asked for when not given.", envvar="TRAMTIN_PASS")
@lang_option
@handle_errors
def sign(
    file: Path,
    *,
    key_file: Path,
    out: Path | None,
    root: Path | None,
    yes: bool,
    passphrase: str | None,
    lang: Lang,
    **options: Any,
) -> None:
    """Sign FILE: schedule.yaml, alarm.yaml, calendar.yaml, a payload (--kind), or an envelope.

    With --db it also rehearses a schedule at the stations that it is meant for, and refuses what
    they would refuse, unless --despite gives a reason.

    An alarm.yaml (class: emergency) is what a local emergency key starts; two people must sign it.
    Shows first, in plain words, what will sound or show, where and when, who has signed and who
    still must; asks for the key last.
    """
    from central.authority.signing_key import load_signer
    from central.documents.sign import add_signature, open_envelope, read_document, sign_document
    from central.documents.unsupported import verify_supported

    payload, kind, envelope = _read_signable(file, options, lang)
    unsigned = envelope or sign_document(payload, kind, [])
    document = read_document(unsigned)
    verify_supported(document, lang)
    people = find_people(document, root, lang)
    _describe(document, open_envelope(envelope) if envelope else None, people, lang)
    _warn(document, unsigned, options["db"], lang)
    refused = _judge(document, options["db"], read_reason(options["despite"], lang), lang)
    _warn_of_sound(document, options["media_dir"], lang)
    if not yes:
        click.confirm(translate(lang, "ask"), abort=True)
    if passphrase is None:
        passphrase = click.prompt(
            translate(lang, "secret"), hide_input=True, default="", show_default=False
        )
    signer = load_signer(key_file, passphrase or None)
    if people is not None:
        check_key(signer.public_key.keyid, people, lang)
    keyid = signer.public_key.keyid
    if envelope and any(one.keyid == keyid for one in open_envelope(envelope).signatures):
        raise TrustError("E_ENVELOPE", keyid[:16], translate(lang, "fault.signed_already"))
    signed = add_signature(envelope, signer) if envelope else sign_document(payload, kind, [signer])
    target = out or file.with_suffix(".signed")
    target.write_bytes(signed)
    if refused:
        _record(options["db"], signed, options["despite"], refused)
    for line in describe_missing(open_envelope(signed), people, lang):
        click.echo(line)
    click.echo(translate(lang, "written", target))


@click.command()
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--out", type=ANY, required=True, help="Where the envelope with all signatures goes.")
@root_option
@lang_option
@handle_errors
def combine(files: tuple[Path, ...], *, out: Path, root: Path | None, lang: Lang) -> None:
    """Join the signatures that several people gave to the same document on their own machines."""
    from central.documents import sign as signing

    joined = files[0].read_bytes()
    document = signing.read_document(joined)
    for file in files[1:]:
        joined = signing.combine(joined, file.read_bytes())
    people = find_people(document, root, lang)
    _describe(document, signing.open_envelope(joined), people, lang)
    _warn(document, joined, None, lang)
    out.write_bytes(joined)
    click.echo(translate(lang, "written", out))


def find_people(document: Document, root: Path | None, lang: Lang) -> Signers | None:
    """Who may and must sign a document; None without a root file.

    Raises:
        AgentError: the file cannot be used, or the issuer has no such right.
    """
    return None if root is None else check_role(document, read_signers(root), lang)


def _describe(
    document: Document, envelope: Envelope | None, people: Signers | None, lang: Lang
) -> None:
    from central.documents.summary import describe

    for line in (*describe(document, lang), "", *describe_missing(envelope, people, lang)):
        click.echo(line)


def _warn(document: Document, envelope: bytes, db: Path | None, lang: Lang) -> None:
    """Warn of what the document needs, who lacks it, and what this machine cannot show."""
    from agent.contract.feature import needed_features
    from central.documents.sign import ignored_members
    from central.publication.left_out_stations import describe_left_out
    from central.publication.rehearsal_summary import rehearse_document
    from central.store.database import Database

    lines = []
    if unknown := ignored_members(envelope):
        lines.append(translate(lang, "unknown_members", ", ".join(unknown)))
    if needed := needed_features(document):
        lines.append(translate(lang, "needed", ", ".join(sorted(needed))))
    if db is not None:
        with closing(Database.open(db)) as database:
            lines += describe_left_out(database, document, lang)
            for line in rehearse_document(database, document, datetime.now(UTC), lang):
                click.echo(line)
    for line in lines:
        click.echo(translate(lang, "notice", line))


def _judge(document: Document, db: Path | None, reason: str | None, lang: Lang) -> list[str]:
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


def _record(db: Path, envelope: bytes, reason: str, refused: list[str]) -> None:
    """Keep why it was signed although stations would refuse it."""
    from central.publication.document_outbox import sha256_of
    from central.publication.override import SIGNED, record_override
    from central.store.database import Database

    with closing(Database.open(db)) as database:
        record_override(database, SIGNED, sha256_of(envelope), reason, refused)


def read_reason(text: str | None, lang: Lang) -> str | None:
    """Verify that a reason is one.

    Raises:
        ConfigError: E_USAGE, it is empty.
    """
    if text is not None and not text.strip():
        raise ConfigError("E_USAGE", "--despite", translate(lang, "fault.no_reason"))
    return text


def _warn_of_sound(document: Document, media_dir: Path | None, lang: Lang) -> None:
    """Warn of recordings that are too faint, too loud, blank or broken."""
    from central.documents.preparation.fitness import describe_unprepared

    if media_dir is None:
        return
    warn_unconfined(lang)
    for line in describe_unprepared(document, media_dir, lang):
        click.echo(translate(lang, "notice", line))


def _read_signable(
    file: Path, options: dict[str, Any], lang: Lang
) -> tuple[bytes, str, bytes | None]:
    """Payload, kind, and the envelope when FILE is one already."""
    from central.documents.calendar_compiler import is_calendar
    from central.documents.critical_members import list_critical
    from central.documents.sign import read_document

    if file.suffix in (".yaml", ".yml"):
        names = ("issuer",) if is_calendar(file.read_text("utf-8")) else _NEEDED
        lacking = [n for n in names if options[n] is None]
        if lacking:
            flags = ", ".join("--" + name.replace("_", "-") for name in lacking)
            raise ConfigError("E_USAGE", str(file), translate(lang, "fault.lacks_options", flags))
        return *_compile(file, options), None
    raw = file.read_bytes()
    if options["kind"] is not None:
        return list_critical(raw, options["kind"]), options["kind"], None
    return b"", read_document(raw).kind, raw


def _compile(file: Path, options: dict[str, Any]) -> tuple[bytes, str]:
    """Payload and kind of an officer's file."""
    from central.documents.alarm_compiler import compile_alarm, is_alarm
    from central.documents.calendar_compiler import compile_calendar, is_calendar
    from central.documents.compiler import SigningParams
    from central.documents.schedule_compiler import compile_schedule

    now = datetime.now(UTC)
    seq = options["seq"]
    names = ("issuer", "epoch", "media_dir", "editor", "approver")
    issue = SigningParams(
        **{name: options[name] for name in names},
        seq=_next_seq(options, now) if seq is None else seq,
        now=now,
        media_base_url=options["media_url"],
    )
    text = file.read_text("utf-8")
    if is_alarm(text):
        return compile_alarm(file, issue), "emergency"
    if is_calendar(text):
        return compile_calendar(file, issue), "calendar"
    fields = {name: getattr(issue, name) for name in SigningParams.__dataclass_fields__}
    return compile_schedule(file, **fields), "playlist"


def _next_seq(options: dict[str, Any], now: datetime) -> int:
    """Return the time in milliseconds, or more if the centre has published a higher number."""
    from central.publication.numbering import default_seq, newest_seq
    from central.store.database import Database

    if options["db"] is None:
        return default_seq(now)
    with closing(Database.open(options["db"])) as database:
        return default_seq(now, newest_seq(database, options["issuer"]))

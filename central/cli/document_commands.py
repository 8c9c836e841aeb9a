"""`tramtin-central sign | combine`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from agent.contract.document import Document, Playlist
from agent.contract.envelope import Envelope
from agent.errors import ConfigError, TrustError
from central.authority.signers import Signers, describe_missing
from central.cli.cli_errors import handle_errors
from central.cli.document_review import (
    RehearsalFindings,
    describe_document,
    find_people,
    judge,
    read_reason,
    warn,
)
from central.cli.options import ANY, FILE, KEY, clash_option, lang_option
from central.cli.signing_key_prompt import open_signer
from central.cli.unconfined_notice import warn_unconfined
from central.messages.catalogue import translate
from texts.catalogue import Lang

_NEEDED = ("issuer", "media_dir")  # for a file of sound and pictures
database_option = click.option("--db", type=ANY, required=True, help="The centre's SQLite file.")
root_option = click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True),
    help="Pinned root file, or the folder of `authority`: names who may and must sign.",
)


@dataclass(frozen=True)
class Signable:
    """What is to be signed.

    Args:
        payload: its exact bytes.
        kind: of the document.
        envelope: with the signatures that it has already; None: it has none.
        is_compiled: from an officer's file, here and now.
    """

    payload: bytes
    kind: str
    envelope: bytes | None = None
    is_compiled: bool = False

    @property
    def opened(self) -> Envelope | None:
        """The envelope, read."""
        from central.documents.sign import open_envelope

        return None if self.envelope is None else open_envelope(self.envelope)


@dataclass(frozen=True)
class Review:
    """What a review found.

    Args:
        document: what was shown.
        people: who may and must sign it; None: not known.
        refused: what stations would refuse, which has a reason.
        shown: of the days ahead, at the stations that it is meant for.
    """

    document: Document
    people: Signers | None
    refused: list[str]
    shown: RehearsalFindings


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--key", "key_file", type=KEY, required=True,
    help="The signer's private key: a file, or a token as hsm:2?label=NAME.",
)  # fmt: skip
@click.option("--out", type=ANY, help="Where the envelope goes; default: FILE with .signed.")
@root_option
@click.option("--issuer", help="schedule.yaml: the role that signs, such as vn.84.29266.")
@click.option("--seq", type=int, help="YAML: its number; default: milliseconds since 1970.")
@click.option(
    "--db", type=FILE, help="The centre's file: for a higher number, and who would refuse."
)
@click.option("--epoch", type=int, default=1, show_default=True)
@click.option("--media-dir", type=ANY, help="Where media are kept by digest.")
@click.option("--media-url", help="schedule.yaml: https address under which stations fetch them.")
@click.option("--editor", default="")
@click.option("--approver", default="")
@click.option("--despite", metavar="REASON", help="Although stations would refuse it; recorded.")
@clash_option
@click.option("--kind", help="A payload as JSON: which kind of document it is.")
@click.option(
    "--box", type=click.Choice(["pi4", "pi5"]), default="pi4", show_default=True,
    help="Payload or envelope: the slowest computer that is to decode its clips.",
)  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask; for programs.")
@click.option("--passphrase", help="Of the key; asked for when not given.", envvar="TRAMTIN_PASS")
@lang_option
@handle_errors
def sign(
    file: Path,
    *,
    key_file: str,
    out: Path | None,
    root: Path | None,
    yes: bool,
    passphrase: str | None,
    lang: Lang,
    **options: Any,
) -> None:
    """Sign FILE: schedule.yaml, alarm.yaml, calendar.yaml, a payload (--kind), or an envelope.

    With --db it also rehearses at the stations that it is meant for: it shows the week of a
    schedule, or what a calendar or a station-config changes, refuses what they would refuse, unless
    --despite gives a reason, and asks when items clash: `after` moves them behind it, shows the
    moved schedule and signs that.

    An alarm.yaml (class: emergency) is what a local emergency key starts; two people must sign it.
    Shows first, in plain words, what will sound or show, where and when, who has signed and who
    still must; asks for the key last.
    """
    from central.documents.sign import add_signature, open_envelope, sign_document

    one = _read_signable(file, options, lang)
    _verify_clips(one, options, lang)
    review = _review(one, root, options, lang)
    moved = _settle(one, review, file, options, lang, is_terminal=sys.stdin.isatty() and not yes)
    if moved is not None:
        one, review = moved, _review(moved, root, options, lang)
    _warn_of_sound(review.document, options["media_dir"], lang)
    if not yes:
        click.confirm(translate(lang, "ask"), abort=True)
    signer = open_signer(key_file, passphrase, review.people, lang)
    keyid = signer.public_key.keyid
    if one.opened and any(each.keyid == keyid for each in one.opened.signatures):
        raise TrustError("E_ENVELOPE", keyid[:16], translate(lang, "fault.signed_already"))
    if one.envelope:
        signed = add_signature(one.envelope, signer)
    else:
        signed = sign_document(one.payload, one.kind, [signer])
    target = out or file.with_suffix(".signed")
    target.write_bytes(signed)
    if review.refused:
        _record(options["db"], signed, options["despite"], review.refused)
    for line in describe_missing(open_envelope(signed), review.people, lang):
        click.echo(line)
    click.echo(translate(lang, "written", target))


def _review(one: Signable, root: Path | None, options: dict[str, Any], lang: Lang) -> Review:
    """Show what will be signed; refuse what may not be.

    Raises:
        AgentError: with the code that stations would give.
    """
    from central.documents.flash_check import verify_steady
    from central.documents.sign import read_document, sign_document
    from central.documents.unsupported import verify_supported

    unsigned = one.envelope or sign_document(one.payload, one.kind, [])
    document = read_document(unsigned)
    verify_supported(document, lang)
    verify_steady(document, lang)
    people = find_people(document, root, lang)
    describe_document(document, one.opened, people, lang)
    shown = warn(document, unsigned, options["db"], lang)
    refused = judge(document, options["db"], read_reason(options["despite"], lang), lang, shown)
    return Review(document, people, refused, shown)


def _settle(
    one: Signable,
    review: Review,
    file: Path,
    options: dict[str, Any],
    lang: Lang,
    *,
    is_terminal: bool,
) -> Signable | None:
    """Ask what is to happen to items that clash; returns the moved schedule for `after`.

    What somebody has signed already gets an id and a number of its own: the two stay apart.

    Raises:
        PlanError: E_CLASH, E_MOVE.
    """
    document = review.document
    if not isinstance(document, Playlist) or not review.shown.week:
        return None
    from central.cli.clash_prompt import settle_clashes

    answer = settle_clashes(
        review.shown.week, document, options["clash"], "sign", lang, is_terminal=is_terminal
    )
    if answer != "after":
        return None
    return _move(one, document, file, options["db"], lang)


def _move(one: Signable, document: Playlist, file: Path, db: Path, lang: Lang) -> Signable:
    from central.cli.clash_moving import move_and_show, renew_number
    from central.publication.station_rehearsal import find_configs
    from central.store.database import Database

    now = datetime.now(UTC)
    with closing(Database.open(db)) as database:
        payload = one.payload
        if one.opened is not None:
            payload = renew_number(database, one.opened.payload_bytes(), document, now)
            if one.opened.signatures:
                click.echo(translate(lang, "move.signed_anew", len(one.opened.signatures)))
        configs = find_configs(database, now, document)
        moved = move_and_show(database, payload, configs, now, file, lang)
    return Signable(moved.payload, one.kind)


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
    describe_document(document, signing.open_envelope(joined), people, lang)
    warn(document, joined, None, lang)
    out.write_bytes(joined)
    click.echo(translate(lang, "written", out))


def _record(db: Path, envelope: bytes, reason: str, refused: list[str]) -> None:
    """Keep why it was signed although stations would refuse it."""
    from central.publication.document_outbox import sha256_of
    from central.publication.override import SIGNED, record_override
    from central.store.database import Database

    with closing(Database.open(db)) as database:
        record_override(database, SIGNED, sha256_of(envelope), reason, refused)


def _warn_of_sound(document: Document, media_dir: Path | None, lang: Lang) -> None:
    """Warn of recordings that are too faint, too loud, blank or broken."""
    from central.documents.preparation.fitness import describe_unprepared

    if media_dir is None:
        return
    warn_unconfined(lang)
    for line in describe_unprepared(document, media_dir, lang):
        click.echo(translate(lang, "notice", line))


def _verify_clips(one: Signable, options: dict[str, Any], lang: Lang) -> None:
    """Verify the clips of what was not compiled here.

    Raises:
        AgentError: a box would not show one in time, or it flashes.
    """
    from central.documents.clip_check import verify_clips
    from central.documents.sign import read_document, sign_document

    if not one.is_compiled:
        document = read_document(one.envelope or sign_document(one.payload, one.kind, []))
        verify_clips(document, options["media_dir"], options["box"], lang)


def _read_signable(file: Path, options: dict[str, Any], lang: Lang) -> Signable:
    """What FILE holds: the source of a document, a payload, or an envelope."""
    from agent.trust.payload import decode_payload
    from central.documents.calendar_compiler import is_calendar
    from central.documents.critical_members import list_critical
    from central.documents.sign import read_document

    if file.suffix in (".yaml", ".yml"):
        names = ("issuer",) if is_calendar(file.read_text("utf-8")) else _NEEDED
        _require(names, file, options, lang)
        payload, kind = _compile(file, options)
        if getattr(decode_payload(kind, payload), "media", ()):
            _require(("media_url",), file, options, lang)
        return Signable(payload, kind, is_compiled=True)
    raw = file.read_bytes()
    if options["kind"] is not None:
        return Signable(list_critical(raw, options["kind"]), options["kind"])
    return Signable(b"", read_document(raw).kind, raw)


def _require(names: Sequence[str], file: Path, options: dict[str, Any], lang: Lang) -> None:
    """Refuse where an option is missing.

    Raises:
        ConfigError: E_USAGE.
    """
    lacking = [name for name in names if options[name] is None]
    if lacking:
        flags = ", ".join("--" + name.replace("_", "-") for name in lacking)
        raise ConfigError("E_USAGE", str(file), translate(lang, "fault.lacks_options", flags))


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
        media_base_url=options["media_url"] or "",
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

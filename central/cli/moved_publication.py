"""`publish` of a schedule that clashes, with the answer `after`: moved, signed anew, published."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from agent.contract.document import Playlist
from agent.errors import PlanError
from central.authority.signers import Signers, check_complete
from central.cli.clash_moving import move_and_show, renew_number
from central.cli.document_review import describe_document, find_people
from central.cli.signing_key_prompt import open_signer
from central.documents.sign import open_envelope, sign_document
from central.messages.catalogue import translate
from central.publication.publish import Publication
from central.store.database import Database
from texts.catalogue import Lang

NAME = ".sau"  # after; between the name of the file and its ending
PROGRAM = "tramtin-central"


@dataclass(frozen=True)
class Moving:
    """Where the moved schedule comes from and who signs it.

    Args:
        file: the signed envelope that clashes.
        db: the centre's file.
        root: names who may and must sign; None: not known.
        key_files: private keys; none: it is signed later.
        passphrase: of the keys; None: it is asked for.
        reason: why it is published although stations would refuse some of it; None: there is none.
        options: what else was given to `publish`, and is given to it again.
    """

    file: Path
    db: Path
    root: Path | None
    key_files: Sequence[Path]
    passphrase: str | None
    reason: str | None = None
    options: Sequence[str] = ()

    def name(self, suffix: str) -> Path:
        """`lich.sau.json` of `lich.signed`."""
        return self.file.with_name(self.file.stem + NAME + suffix)


def publish_moved(
    database: Database,
    former: Publication,
    moving: Moving,
    lang: Lang,
    *,
    asks: bool,
    judge: Callable[[Publication], object],
) -> Publication:
    """Move a schedule, show it, sign it, and return it for publication.

    Args:
        database: the centre's.
        former: the schedule as it was signed.
        moving: its file, and the keys.
        lang: of all texts.
        asks: whether to ask before signing.
        judge: shows its week and refuses what stations would refuse.

    Raises:
        PlanError: E_MOVE, it cannot be moved; E_CLASH, nobody signs it here: the payload is written
            and the next commands are named.
        TrustError: the keys may not sign it, or are too few.
    """
    assert isinstance(former.document, Playlist)  # noqa: S101 - nothing else clashes
    payload = open_envelope(former.envelope).payload_bytes()
    payload = renew_number(database, payload, former.document, former.now)
    configs = dict(former.recipients.configs)
    moved = move_and_show(database, payload, configs, former.now, moving.file, lang)
    unsigned = sign_document(moved.payload, "playlist", [])
    publication = replace(former, document=moved.document, envelope=unsigned)
    people = find_people(moved.document, moving.root, lang)
    judge(publication)
    target = moving.name(".json")
    target.write_bytes(moved.payload)
    click.echo(translate(lang, "written", target))
    if not moving.key_files:
        commands = _list_commands(publication, moving, people, lang)
        hint = translate(lang, "move.next", "".join(f"\n{one}" for one in commands))
        raise PlanError("E_CLASH", moved.document.slot, hint)
    describe_document(moved.document, None, people, lang)
    if asks:
        click.confirm(translate(lang, "ask"), abort=True)
    return replace(publication, envelope=_sign(moved.payload, moving, people, lang))


def _sign(payload: bytes, moving: Moving, people: Signers | None, lang: Lang) -> bytes:
    """The envelope with all signatures, which is also written beside the file.

    Raises:
        ConfigError, TrustError: a key cannot be used, or signatures are lacking.
    """
    signers = [open_signer(one, moving.passphrase, people, lang) for one in moving.key_files]
    envelope = sign_document(payload, "playlist", signers)
    moving.name(".signed").write_bytes(envelope)
    click.echo(translate(lang, "written", moving.name(".signed")))
    if people is not None:
        check_complete(open_envelope(envelope), people, lang)
    return envelope


def _list_commands(
    publication: Publication, moving: Moving, people: Signers | None, lang: Lang
) -> list[str]:
    """What to type next: a signature of each person that is needed, then the publication."""
    common = ["--db", str(moving.db)]
    common += [] if moving.root is None else ["--root", str(moving.root)]
    common += [] if moving.reason is None else ["--despite", moving.reason]
    common += [] if lang == "vi" else ["--lang", lang]
    key = translate(lang, "move.key")
    signed, kind = str(moving.name(".signed")), ["--kind", "playlist"]
    commands = [["sign", str(moving.name(".json")), *kind, "--key", f"{key}.pem", *common]]
    further = range(2, (1 if people is None else people.role.threshold) + 1)
    commands += [["sign", signed, "--key", f"{key}-{n}.pem", *common] for n in further]
    recipients = publication.recipients
    to = "--group" if recipients.is_group else "--station"
    commands.append(["publish", signed, to, recipients.name, *common, *moving.options])
    return [shlex.join([PROGRAM, *command]) for command in commands]

"""`tramtin-central authority receive-key | words`: what centre and officer read to each other."""

from __future__ import annotations

import hashlib
import shlex
import sys
from pathlib import Path

import click

from agent.contract.fingerprint_words import ROOT_WORDS, format_words, has_words, words_of
from agent.errors import ConfigError, TrustError
from central.authority.ceremony.errors import refusal
from central.authority.ceremony.holder_key import encode_public
from central.authority.ceremony.key_card import MAX_CHARS, has_card, parse_card
from central.authority.ceremony.tree import ROOT, file_name
from central.authority.ceremony.workspace import Workspace
from central.cli.cli_errors import handle_errors
from central.cli.options import ANY, lang_option
from central.cli.word_prompt import compare_words
from central.messages.catalogue import translate
from texts.catalogue import Lang


@click.command("receive-key")
@click.argument(
    "file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False
)
@click.option("--out", type=ANY, required=True, help="The .pub file for `authority`.")
@click.option("--words", help="The six words as they were read, instead of being asked.")
@lang_option
@handle_errors
def receive_key(file: Path | None, *, out: Path, words: str | None, lang: Lang) -> None:
    """Take in the public key that `welcome` printed: from FILE, or pasted; compared by six words.

    A mail or a chat may stand around it; the content of the QR code is the same text.
    """
    text = _read_pasted(lang) if file is None else file.read_text("utf-8", errors="replace")
    card = parse_card(text, "TRAMTIN-KEY-1" if file is None else str(file))
    keyid = card.key.keyid
    click.echo(translate(lang, "card.who", card.name, card.place, card.role, keyid[:16]))
    if words is None:
        click.echo(translate(lang, "card.call"))
        is_same = compare_words(keyid, lang)
    else:
        is_same = has_words(words, keyid, ROOT_WORDS)
    if not is_same:
        raise TrustError("E_FINGERPRINT", card.name, translate(lang, "card.wrong"))
    click.echo(translate(lang, "welcome.words_good"))
    raw = encode_public(card.key)
    if out.exists() and out.read_bytes() != raw:
        raise ConfigError("E_USAGE", str(out), translate(lang, "profile.backup_there"))
    out.write_bytes(raw)
    click.echo(translate(lang, "written", out))
    holder = shlex.quote(f"{card.name}={out}")
    role = shlex.quote(card.role or "vn.84.29266")
    click.echo(translate(lang, "card.next", role, holder))


def _read_pasted(lang: Lang) -> str:
    """Lines of the terminal until the text is whole; more never comes than a card can be."""
    click.echo(translate(lang, "card.paste"))
    text = ""
    while not has_card(text) and len(text) < MAX_CHARS:
        line = sys.stdin.readline()
        if not line:
            break
        text += line
    return text


@click.command("words")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@lang_option
@handle_errors
def root_words(folder: Path, *, lang: Lang) -> None:
    """Print the six words of the newest root, to read to whoever received it; its SHA-256 too."""
    root = Workspace(folder)
    versions = root.root_versions()
    if not versions:
        raise refusal("not_begun", str(folder))
    digest = hashlib.sha256(root.raw(file_name(ROOT, versions[-1]))).hexdigest()
    click.echo(translate(lang, "card.root_words", versions[-1]))
    click.echo(f"  {format_words(words_of(digest, ROOT_WORDS))}")
    click.echo(f"  sha256 {digest}")

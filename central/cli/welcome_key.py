"""Steps 1 and 2 of `welcome`: the officer's key, and its public part for the centre."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click
import segno
from msgspec.structs import replace
from securesystemslib.signer import Key

from agent.contract.fingerprint_words import ROOT_WORDS, format_words, words_of
from agent.errors import ConfigError
from agent.trust.scope import ROLE_NAME
from central.authority.ceremony.holder_key import TOKEN, encode_public, load_pub, read_public
from central.authority.ceremony.key_card import KeyCard, encode_card, fold_card
from central.authority.signing_key import make_key
from central.cli.cli_errors import print_error
from central.cli.qr_block import draw_qr
from central.messages.catalogue import translate
from central.officer.profile import KEY_FILE, Profile, write_profile, write_whole
from texts.catalogue import Lang

PUBLIC_FILE = "khoa.pub"
CARD_FILE, QR_PICTURE, QR_DRAWING = "khoa.txt", "khoa-qr.png", "khoa-qr.svg"
MIN_PASSPHRASE, MAX_LINE = 10, 120
QR_SCALE = 6  # pixels a module


def ask_line(code: str, lang: Lang, check: Callable[[str], str | None], default: str = "") -> str:
    """Ask until the answer is one.

    Args:
        code: of the question.
        lang: of all texts.
        check: the code of what is wrong with an answer; None: nothing.
        default: of Enter.
    """
    while True:
        typed = click.prompt(translate(lang, code), default=default, show_default=bool(default))
        line = " ".join(str(typed).split())
        wrong = check(line)
        if wrong is None:
            return line
        click.echo(f"  {translate(lang, wrong)}")


def check_line(line: str) -> str | None:
    """Is it fit for a name or place?"""
    return None if len(line) <= MAX_LINE and line.isprintable() else "welcome.bad_text"


def _check_name(line: str) -> str | None:
    return check_line(line) if line else "welcome.empty"


def _check_role(line: str) -> str | None:
    return None if not line or ROLE_NAME.match(line) else "welcome.bad_role"


def introduce(folder: Path, lang: Lang) -> Profile:
    """Ask who sits here, and keep it."""
    name = ask_line("welcome.name", lang, _check_name)
    place = ask_line("welcome.place", lang, check_line)
    role = ask_line("welcome.role", lang, _check_role)
    approver = ask_line("welcome.approver", lang, check_line)
    profile = Profile(name=name, place=place, role=role or None, lang=lang, approver=approver)
    write_profile(folder, profile)
    return profile


def make_officer_key(folder: Path, profile: Profile, lang: Lang) -> Profile:
    """Make the key, or take the one that an interrupted run has made."""
    if profile.key is None:
        name, public = _find_or_make(folder, lang)
        write_whole(folder / PUBLIC_FILE, encode_public(public))
        profile = replace(profile, key=name, keyid=public.keyid)
        write_profile(folder, profile)
        if sys.platform == "win32" and not name.startswith(TOKEN):
            click.echo(translate(lang, "welcome.windows"))
    click.echo(translate(lang, "welcome.key_made", profile.key, str(profile.keyid)[:16]))
    return profile


def _find_or_make(folder: Path, lang: Lang) -> tuple[str, Key]:
    path = folder / KEY_FILE
    if path.exists():
        click.echo(translate(lang, "welcome.key_there", path))
        return KEY_FILE, _open(str(path), "welcome.passphrase", lang)
    choice = ask_line(
        "welcome.where_key",
        lang,
        lambda typed: None if typed in "12" else "welcome.one_or_two",
        "1",
    )
    if choice == "2":
        return _open_token(lang)
    passphrase = _choose_passphrase(lang)
    return KEY_FILE, make_key(path, passphrase)


def _open(name: str, question: str, lang: Lang) -> Key:
    """The public part, once the passphrase opens the key."""
    while True:
        secret = click.prompt(translate(lang, question), hide_input=True)
        try:
            return read_public(name, lambda: secret)  # noqa: B023 - called at once
        except ConfigError as error:
            click.echo(translate(lang, "welcome.wrong", print_error(error, lang)))


def _open_token(lang: Lang) -> tuple[str, Key]:
    while True:
        name = ask_line(
            "welcome.token",
            lang,
            lambda typed: None if typed.startswith(TOKEN) else "welcome.token",
        )
        secret = click.prompt(translate(lang, "welcome.pin"), hide_input=True)
        try:
            return name, read_public(name, lambda: secret)  # noqa: B023 - called at once
        except ConfigError as error:
            click.echo(translate(lang, "welcome.wrong", print_error(error, lang)))


def _choose_passphrase(lang: Lang) -> str:
    click.echo(translate(lang, "welcome.passphrase_rules"))
    while True:
        first = str(click.prompt(translate(lang, "welcome.passphrase"), hide_input=True))
        wrong = None
        if len(first) < MIN_PASSPHRASE:
            wrong = "welcome.short"
        elif not (first.isascii() and first.isprintable()):
            wrong = "welcome.marks"
        elif first != click.prompt(translate(lang, "welcome.passphrase_again"), hide_input=True):
            wrong = "welcome.differ"
        if wrong is None:
            return first
        click.echo(f"  {translate(lang, wrong)}")


def hand_over(folder: Path, profile: Profile, lang: Lang) -> None:
    """Show the public part as text and QR code, and the words to read on the telephone."""
    public = load_pub(folder / PUBLIC_FILE)
    line = encode_card(KeyCard(profile.name, profile.place, profile.role or "", public))
    text = fold_card(line)
    code = segno.make(line, error="m", micro=False)
    write_whole(folder / CARD_FILE, f"{text}\n".encode())
    code.save(str(folder / QR_PICTURE), scale=QR_SCALE)
    code.save(str(folder / QR_DRAWING), scale=QR_SCALE)
    click.echo(translate(lang, "welcome.card_text", folder / CARD_FILE))
    click.echo(f"\n{text}\n")
    click.echo(translate(lang, "welcome.card_qr", folder / QR_PICTURE, folder / QR_DRAWING))
    for row in draw_qr(code):
        click.echo(row)
    click.echo(translate(lang, "welcome.card_words"))
    click.secho(f"     {format_words(words_of(public.keyid, ROOT_WORDS))}", bold=True)

"""Asks for the passphrase of a signer's key and opens it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from central.authority.signers import Signers, check_key
from central.messages.catalogue import translate
from texts.catalogue import Lang

if TYPE_CHECKING:
    from securesystemslib.signer import Signer


def open_signer(
    key_file: Path | str, passphrase: str | None, people: Signers | None, lang: Lang
) -> Signer:
    """Open a key that may sign.

    Args:
        key_file: the private key, or a token's address.
        passphrase: of the key, or the token's PIN; None: it is asked for.
        people: who may sign; None: not known.
        lang: of the question.

    Raises:
        ConfigError: E_KEY, as `load_signer`.
        TrustError: E_ROLE, the key is none of the role.
    """
    from central.authority.ceremony import holder_key
    from central.authority.signing_key import load_signer

    if passphrase is None:
        passphrase = click.prompt(
            translate(lang, "secret"), hide_input=True, default="", show_default=False
        )
    secret = passphrase or ""
    signer: Signer
    if str(key_file).startswith(holder_key.TOKEN):
        signer = holder_key.open_signer(str(key_file), lambda: secret)
    else:
        signer = load_signer(Path(key_file), secret or None)
    if people is not None:
        check_key(signer.public_key.keyid, people, lang)
    return signer

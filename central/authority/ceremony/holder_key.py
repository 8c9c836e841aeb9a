"""Keys of holders: encrypted PKCS#8 files, or keys that never leave a PKCS#11 token.

A key is named by its file, or as `hsm:<id>?label=<token>`; the environment variable PYKCS11LIB
then names the token's library. `.pub` files hold the public part alone: only they leave the holder.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import msgspec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.exceptions import UnsupportedLibraryError
from securesystemslib.signer import HSMSigner, Key, Signature, Signer

from agent.contract.strict_json import StrictJsonError, parse_strict
from agent.errors import ConfigError
from agent.trust.public_key import parse_public_key
from central.authority.signing_key import load_signer

TOKEN = "hsm:"  # noqa: S105 - the scheme of a token's address, no secret
Ask = Callable[[], str]


def open_signer(name: str, ask: Ask) -> Signer:
    """A holder's key, ready to sign.

    Args:
        name: a key file, or a token's address.
        ask: gives the passphrase or PIN; not called for a key file without one.

    Raises:
        ConfigError: E_KEY.
    """
    if not name.startswith(TOKEN):
        path = Path(name)
        return load_signer(path, ask() or None if _is_locked(path) else None)
    secret = ask()
    signer = _on_token(
        name, lambda uri, key: HSMSigner.from_priv_key_uri(uri, key, lambda _: secret)
    )
    return _TokenSigner(name, signer)


def read_public(name: str, ask: Ask) -> Key:
    """The public part of a holder's key, from its file or token.

    Raises:
        ConfigError: E_KEY.
    """
    return open_signer(name, ask).public_key


class _TokenSigner(Signer):
    """A token whose refusal, such as of a wrong PIN, is a ConfigError E_KEY."""

    def __init__(self, name: str, inner: HSMSigner) -> None:
        self._name = name
        self._inner = inner

    @property
    def public_key(self) -> Key:
        """Its public part."""
        return self._inner.public_key

    @classmethod
    def from_priv_key_uri(cls, *_: object) -> NoReturn:
        """Tokens are opened by `open_signer`."""
        raise NotImplementedError

    def sign(self, payload: bytes) -> Signature:
        """Sign with the token's key."""
        from pkcs11.exceptions import PKCS11Error

        try:
            return self._inner.sign(payload)
        except PKCS11Error as error:
            raise ConfigError("E_KEY", self._name, repr(error)) from error


def _on_token(name: str, make: Callable[[str, Key], HSMSigner]) -> HSMSigner:
    from urllib.parse import parse_qsl, urlparse

    address = urlparse(name)
    label = dict(parse_qsl(address.query)).get("label")
    try:
        number = int(address.path) if address.path else None
        _, public = HSMSigner.import_(number, label)
        return make(name, parse_public_key(public.keyid, public.to_dict()))
    except UnsupportedLibraryError as error:
        raise ConfigError("E_KEY", name, "tokens need: pip install 'tramtin[token]'") from error
    except (ValueError, OSError, RuntimeError) as error:
        raise ConfigError("E_KEY", name, str(error)) from error


def _is_locked(path: Path) -> bool:
    try:
        load_pem_private_key(path.read_bytes(), None)
    except TypeError:
        return True
    except (OSError, ValueError) as error:
        raise ConfigError("E_KEY", str(path), str(error)) from error
    return False


def encode_public(key: Key) -> bytes:
    """The text of a `.pub` file."""
    return json.dumps({"keyid": key.keyid, **key.to_dict()}, indent=1, sort_keys=True).encode()


def load_pub(path: Path) -> Key:
    """Read a `.pub` file; weak and re-encoded keys are refused as a box refuses them.

    Raises:
        ConfigError: E_KEY.
    """
    try:
        fields = parse_strict(path.read_bytes())
        return parse_public_key(str(fields.pop("keyid")), fields)
    except (OSError, ValueError, KeyError, AttributeError, StrictJsonError) as error:
        raise ConfigError("E_KEY", str(path), str(error)) from error


class Holder(msgspec.Struct, frozen=True):
    """The public part of one key and the person who holds it; an online key has no person."""

    name: str
    key: Key


def parse_holder(text: str) -> Holder:
    """Read `Nguyễn Văn An=an.pub`.

    Raises:
        ConfigError: E_KEY.
    """
    name, equals, file = text.rpartition("=")
    person = " ".join(unicodedata.normalize("NFC", name).split())
    if not equals or not person:
        raise ConfigError("E_KEY", text, "expected 'Name=file.pub'")
    return Holder(person, load_pub(Path(file)))

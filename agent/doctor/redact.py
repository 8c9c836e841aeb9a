"""Takes secrets out of text before it leaves the box."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec
from msgspec import inspect

from agent.settings.model import Settings
from strict_yaml.type_messages import is_secret
from strict_yaml.validation_fault import HIDDEN

# RFC 7468: any private key, whole or cut off
_PRIVATE = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?")
SHORTEST = 4  # shorter ones would redact half of every text


def find_secrets(settings: Settings | None, raw: str = "") -> set[str]:
    """All secret values: of the settings, and what looks like a PIN in a file with faults."""
    found = set(re.findall(r"\bpin\s*:\s*[\"']?([^\s\"',}]+)", raw))
    if settings is not None:
        found |= set(_walk(msgspec.to_builtins(settings), inspect.type_info(Settings)))
        found |= _key_lines(Path(settings.broker.key))
    return {secret for secret in found if len(secret) >= SHORTEST}


def redact(content: bytes, secrets: Collection[str]) -> bytes:
    """The text without private keys and without the secrets."""
    content = _PRIVATE.sub(HIDDEN.encode(), content)
    for secret in sorted(secrets, key=len, reverse=True):
        content = content.replace(secret.encode(), HIDDEN.encode())
    return content


def keep_certificates(content: bytes) -> bytes:
    """Of a PEM file the certificates alone: some keep the key in the same file."""
    return b"".join(_CERTIFICATE.findall(content))


def _key_lines(path: Path) -> set[str]:
    """The key's own base64, so that it is found without its frame too."""
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return set()
    return {line.strip() for line in lines if line.strip() and "-----" not in line}


def _walk(value: object, type_: inspect.Type) -> Iterator[str]:
    if value is None:
        return
    if is_secret(type_):
        yield str(value)
    elif isinstance(type_, inspect.Metadata):
        yield from _walk(value, type_.type)
    elif isinstance(type_, inspect.UnionType):
        for inner in type_.types:
            yield from _walk(value, inner)
    elif isinstance(type_, inspect.ListType) and isinstance(value, list):
        for item in value:
            yield from _walk(item, type_.item_type)
    elif isinstance(type_, inspect.StructType) and isinstance(value, dict):
        for field in type_.fields:
            yield from _walk(value[field.encode_name], field.type)

"""enrol.yaml: the settings of the enrolment service; strict, all faults at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta
from securesystemslib.signer import Key

from agent.errors import ConfigError, YamlFaults
from central.authority.ceremony.holder_key import load_pub
from central.messages.catalogue import translate
from strict_yaml.loader import load_yaml
from texts.catalogue import Lang

MAX_OPERATORS = 64


class OperatorEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may approve: a name, and the `.pub` file of `tramtin-central keys new`."""

    name: Annotated[str, Meta(min_length=2, max_length=120)]
    key: str


class BrokerEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The broker, as boxes reach it, and how its revocation list is renewed.

    Args:
        host: for boxes.
        port: for boxes.
        ca: PEM of the authority that issued the broker's certificate.
        crl: the file that Mosquitto reads as `crlfile`; None: none is written.
        reload: a command that makes the broker read it again.
    """

    host: Annotated[str, Meta(min_length=1, max_length=253)]
    port: Annotated[int, Meta(ge=1, le=65535)]
    ca: str
    crl: str | None = None
    reload: list[str] = []


class EnrolmentSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file.

    Args:
        url: `https://host[:port]`, as boxes and people reach the service.
        listen: `host:port` on which it listens.
        certificate: PEM of the service itself.
        key: of that certificate.
        authority: the folder of `enrol ca init`.
        database: the centre's.
        broker: see `BrokerEntry`.
        root: TUF's root.json whose words the province hands out on paper.
        province: code; only its roles may give a box its first place.
        media_hosts: from which media come.
        operators: two of them are needed to replace a box.
        contact: telephone number or address that the page shows.
    """

    url: Annotated[str, Meta(pattern=r"^https://[A-Za-z0-9.\-]+(:[0-9]{1,5})?$")]
    listen: Annotated[str, Meta(pattern=r"^.+:[0-9]{1,5}$")]
    certificate: str
    key: str
    authority: str
    database: str
    broker: BrokerEntry
    root: str
    province: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,32}$")] | None = None
    media_hosts: list[str] = []
    operators: Annotated[list[OperatorEntry], Meta(max_length=MAX_OPERATORS)] = []
    contact: Annotated[str, Meta(max_length=200)] = ""


@dataclass(frozen=True)
class Operator:
    """Who may approve."""

    name: str
    key: Key


def load_enrolment_settings(path: Path) -> EnrolmentSettings:
    """Read enrol.yaml.

    Raises:
        YamlFaults: every fault of the file, with line and column.
        ConfigError: E_UNREADABLE.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("E_UNREADABLE", str(path), str(error)) from error
    settings, _, faults = load_yaml(text, EnrolmentSettings, str(path))
    if settings is None or faults:
        raise YamlFaults(faults)
    return settings


def load_operators(settings: EnrolmentSettings, lang: Lang) -> list[Operator]:
    """The operators with their keys; nobody twice, by name or key.

    Raises:
        ConfigError: E_KEY, a file cannot be read; E_USAGE, one name or one key stands twice.
    """
    operators = [Operator(one.name, load_pub(Path(one.key))) for one in settings.operators]
    names = {one.name.casefold() for one in operators}
    if len(names) < len(operators) or len({one.key.keyid for one in operators}) < len(operators):
        raise ConfigError("E_USAGE", "operators", translate(lang, "enrol.operator_twice"))
    return operators

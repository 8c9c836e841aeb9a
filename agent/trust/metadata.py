"""TUF metadata, read more strictly than the library does (guards G5, G8, G11).

The library accepts duplicate members, floats as versions and unknown fields. Here each file is
first read as strict JSON into our own types; only then does the library get the same value, to
verify signatures over its canonical form.

Two objects may have members that this box does not know: the signed part of a file, and a
delegation in it. Unknown members are ignored and reported, unless `x-crit` of that object names
them: such a file is refused, and such a delegation gives no right (`agent.contract.extension`). All
other objects are closed.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType
from tuf.api.metadata import Metadata

from agent.contract.extension import (
    UnknownCriticalError,
    shape_of,
    unknown_members,
    verify_critical,
)
from agent.contract.strict_json import StrictJsonError, parse_strict
from agent.errors import TrustError
from agent.trust.document_rules import MAX_NUMBER
from agent.trust.role import Priority

KIB = 1024
MAX_BYTES = {"root": 64 * KIB, "timestamp": 16 * KIB, "snapshot": 64 * KIB, "targets": 256 * KIB}
MAX_METADATA_SIGNATURES = 32  # a rotation is signed by the old keys and by the new


class KeyFields(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public key in securesystemslib's form."""

    keytype: str
    scheme: str
    keyval: dict[str, str]


class RoleKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A top-level role in root."""

    keyids: list[str]
    threshold: int


class _Signed(msgspec.Struct, frozen=True, kw_only=True):
    spec_version: str
    version: int
    expires: str
    crit: list[str] | UnsetType = msgspec.field(name="x-crit", default=UNSET)


class RootFile(_Signed, frozen=True, kw_only=True):
    """`holders` names the person behind each key of the roles root and targets."""

    type_: Literal["root"] = msgspec.field(name="_type")
    consistent_snapshot: bool
    keys: dict[str, KeyFields]
    roles: dict[Literal["root", "timestamp", "snapshot", "targets"], RoleKeys]
    holders: dict[str, str] = msgspec.field(name="x-holders")
    demo: bool = msgspec.field(name="x-demo", default=False)


class MetaRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The listing of one file: its version, and where given its length in bytes and its hashes."""

    version: int
    length: int | None = None
    hashes: dict[Literal["sha256", "sha512"], str] | None = None


class TimestampFile(_Signed, frozen=True, kw_only=True):
    """`issued`: when it was signed, from which the age of all authority counts."""

    type_: Literal["timestamp"] = msgspec.field(name="_type")
    meta: dict[Literal["snapshot.json"], MetaRow]
    issued: str = msgspec.field(name="x-issued")


class SnapshotFile(_Signed, frozen=True, kw_only=True):
    """The version of targets and of each role that has a file."""

    type_: Literal["snapshot"] = msgspec.field(name="_type")
    meta: dict[str, MetaRow]


class Delegation(msgspec.Struct, frozen=True, kw_only=True):
    """One role as its parent signed it."""

    name: str
    keyids: list[str]
    threshold: int
    terminating: bool
    paths: list[str]
    kinds: list[str] = msgspec.field(name="x-kinds")
    max_ttl_s: int = msgspec.field(name="x-max-ttl-s")
    epoch: int = msgspec.field(name="x-epoch")
    holders: dict[str, str] = msgspec.field(name="x-holders")
    hours: list[str] | UnsetType = msgspec.field(name="x-hours", default=UNSET)
    priority_max: Priority = msgspec.field(name="x-prio-max", default="emergency")
    crit: list[str] | UnsetType = msgspec.field(name="x-crit", default=UNSET)


class Delegations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys and roles; hash-prefix and succinct delegations are unknown fields, hence refused."""

    keys: dict[str, KeyFields]
    roles: list[Delegation]


class TargetsFile(_Signed, frozen=True, kw_only=True):
    """The role `targets`, or any role with a file; there are delegations and no target files."""

    type_: Literal["targets"] = msgspec.field(name="_type")
    targets: dict[str, None]
    delegations: Delegations | None = None


File = TypeVar("File", RootFile, TimestampFile, SnapshotFile, TargetsFile)


@dataclass(frozen=True)
class Opened(Generic[File]):
    """A file of valid form, signatures not yet verified: our types, the library's, the raw text.

    `ignored` lists its members that this box does not know.
    """

    file: File
    metadata: Metadata[Any]
    raw: bytes
    ignored: tuple[str, ...] = ()


def open_metadata(raw: bytes, type_: type[File], name: str) -> Opened[File]:
    """Read one metadata file.

    Args:
        raw: its exact bytes.
        type_: its expected type.
        name: of the role, for the error.

    Raises:
        TrustError: E_ROLE: too large, not strict JSON, or another type; E_UNSUPPORTED: `x-crit`
            names a member of the file that this box does not know.
    """
    limit = MAX_BYTES.get(name, MAX_BYTES["targets"])
    if len(raw) > limit:
        raise TrustError("E_ROLE", name, f"{len(raw)} bytes, at most {limit}")
    try:
        value = parse_strict(raw)
        if not isinstance(value, dict) or value.keys() != {"signatures", "signed"}:
            raise TrustError("E_ROLE", name, "not exactly `signatures` and `signed`")
        _verify_file_critical(value["signed"], type_, name)
        file = msgspec.convert(value["signed"], type_)
        if len(value["signatures"]) > MAX_METADATA_SIGNATURES:
            raise TrustError("E_ROLE", name, f"more than {MAX_METADATA_SIGNATURES} signatures")
        metadata = Metadata.from_dict(copy.deepcopy(value))
    except (StrictJsonError, msgspec.ValidationError) as error:
        raise TrustError("E_ROLE", name, str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # whatever the library raises while it deserialises the value
        raise TrustError("E_ROLE", name, f"{type(error).__name__}: {error}") from error
    if not 1 <= file.version <= MAX_NUMBER:
        raise TrustError("E_ROLE", name, "version must be 1 to 2^63-1")
    return Opened(file, metadata, raw, unknown_members(value["signed"], type_))


def _verify_file_critical(signed: Any, type_: type[File], name: str) -> None:
    if not isinstance(signed, dict) or "x-crit" not in signed:
        return
    if unknown := unknown_critical(signed["x-crit"], type_, name):
        raise TrustError("E_UNSUPPORTED", name, f"unknown critical member: {', '.join(unknown)}")


def unknown_critical(critical: Any, type_: Any, name: str) -> tuple[str, ...]:
    """The names in `x-crit` that are no members of the type.

    Raises:
        TrustError: E_ROLE: `x-crit` is not a list of names.
    """
    try:
        verify_critical(critical, shape_of(type_).members or ())
    except UnknownCriticalError as error:
        return error.names
    except ValueError as error:
        raise TrustError("E_ROLE", name, f"x-crit: must be {error}") from error
    return ()

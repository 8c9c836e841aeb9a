"""The accepted files of the authority, and the highest accepted version of each role.

Roots are stored one by one, so that the chain from the installed root can be verified again. All
other files are stored as one set, which replaces the former set whole. A role's floor outlives its
file: no older file is accepted again, unless the keys of that role have changed since. That is how
a fast-forwarded version number is recovered from (TUF specification 5.3.11). All functions run
inside a transaction of `Store.run`.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.errors import TrustError

# They describe the repository as a whole: new keys for one of them reset the floors of both.
ONLINE = ("timestamp", "snapshot")


@dataclass(frozen=True)
class RoleFile:
    """One accepted file.

    Args:
        raw: its exact bytes.
        version: as signed in it.
        keys: identifies the set of keys with which its parent requires it to be signed.
    """

    raw: bytes
    version: int
    keys: str


@dataclass(frozen=True)
class Floor:
    """The highest accepted version of a role, and the keys that had signed it."""

    version: int
    keys: str


@dataclass(frozen=True)
class StoredAuthority:
    """All stored files and floors.

    Args:
        roots: by version, the installed one and its successors.
        files: by role, all but root.
        floors: by role, root among them.
    """

    roots: Mapping[int, bytes] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    floors: Mapping[str, Floor] = field(default_factory=dict)


def read(connection: sqlite3.Connection) -> StoredAuthority:
    """All that is stored, not verified: the card may have corrupted any of it."""
    roots = connection.execute(
        "SELECT version, ifnull(CAST(bytes AS BLOB), x'') FROM authority_roots ORDER BY version"
    )
    files = connection.execute(
        "SELECT ifnull(CAST(role AS BLOB), x''), ifnull(CAST(bytes AS BLOB), x'')"
        " FROM authority_files"
    )
    return StoredAuthority(
        roots=dict(roots),
        files={_text(role): raw for role, raw in files},
        floors=_floors(connection),
    )


def retain(connection: sqlite3.Connection, kept: StoredAuthority) -> None:
    """Delete all roots and files but these; the floors stay as they are."""
    connection.execute("DELETE FROM authority_roots")
    connection.executemany("INSERT INTO authority_roots VALUES (?, ?)", kept.roots.items())
    marks = ", ".join("?" * len(kept.files))
    connection.execute(
        f"DELETE FROM authority_files WHERE CAST(role AS BLOB) NOT IN ({marks})",  # noqa: S608 - marks
        [role.encode() for role in kept.files],
    )


def delete_all(connection: sqlite3.Connection) -> None:
    """Delete everything: the installed root is of another tree."""
    for table in ("authority_roots", "authority_files", "authority_floors"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the line above


def store_roots(connection: sqlite3.Connection, roots: Mapping[int, bytes]) -> Mapping[str, Floor]:
    """Store verified successors of the installed root; returns the floors after that.

    They may be older than one accepted before, when that one was lost and the box catches up.
    """
    connection.executemany("INSERT OR REPLACE INTO authority_roots VALUES (?, ?)", roots.items())
    floors = _floors(connection)
    newest = max(roots)
    if "root" not in floors or newest > floors["root"].version:
        _raise_floor(connection, "root", Floor(newest, ""))
    return _floors(connection)


def accept(
    connection: sqlite3.Connection, root_version: int, files: Mapping[str, RoleFile]
) -> Mapping[str, Floor]:
    """Store files and floors in one transaction; returns the floors after that.

    Args:
        connection: of the store.
        root_version: of the root under which the files are valid; it is stored, or installed.
        files: the whole set by role, without root.

    Raises:
        TrustError: E_ROLE: a file is older than one accepted before; nothing changed.
    """
    floors = _floors(connection)
    _require_not_below("root", root_version, floors.get("root"))
    is_renewed = any(
        role in floors and floors[role].keys != files[role].keys for role in ONLINE if role in files
    )
    for role, file in files.items():
        floor = floors.get(role)
        is_anew = is_renewed if role in ONLINE else floor and floor.keys != file.keys
        if not is_anew:
            _require_not_below(role, file.version, floor)
    connection.execute("DELETE FROM authority_files")
    _raise_floor(connection, "root", Floor(root_version, ""))
    for role, file in files.items():
        connection.execute(
            "INSERT INTO authority_files VALUES (?, ?, ?)", (role, file.version, file.raw)
        )
        _raise_floor(connection, role, Floor(file.version, file.keys))
    return _floors(connection)


def _floors(connection: sqlite3.Connection) -> dict[str, Floor]:
    """The floors that are not corrupt.

    A number that corruption has raised would lock the box out for ever; without the row the stored
    files still carry their versions.
    """
    rows = connection.execute(
        "SELECT ifnull(CAST(role AS BLOB), x''), version, ifnull(CAST(keys AS BLOB), x''), crc"
        " FROM authority_floors WHERE typeof(version) = 'integer'"
    )
    found = ((_text(role), Floor(version, _text(keys)), crc) for role, version, keys, crc in rows)
    return {
        role: floor
        for role, floor, crc in found
        if is_sound_floor(role, floor.version, floor.keys, crc)
    }


def is_sound_floor(role: str, version: int, keys: str, crc: int | None) -> bool:
    """Is the row not corrupt? A row without a CRC was written by an older release."""
    return crc in (None, _crc(role, Floor(version, keys)))


def _crc(role: str, floor: Floor) -> int:
    return zlib.crc32(f"{role} {floor.version} {floor.keys}".encode())


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")


def _require_not_below(role: str, version: int, floor: Floor | None) -> None:
    if floor is not None and version < floor.version:
        raise TrustError("E_ROLE", role, f"version {version} after {floor.version}")


def _raise_floor(connection: sqlite3.Connection, role: str, floor: Floor) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO authority_floors VALUES (?, ?, ?, ?)",
        (role, floor.version, floor.keys, _crc(role, floor)),
    )

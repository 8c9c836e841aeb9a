"""The authority's files as the collector keeps them retained on `tramtin/1/auth/<file>`.

Another process stores here what it published; the collector sends what is unsent, timestamp last,
and takes from the broker what two publications have made old.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa
from securesystemslib.signer import Signer
from tuf.api.metadata import Metadata, Root, Signed, Targets, Timestamp

from agent.contract.topic import build_authority_topic, parse_authority_topic
from agent.errors import ConfigError
from central.authority.ceremony import tree
from central.authority.timestamp import next_timestamp, seal
from central.publication.document_outbox import OutgoingMessage
from central.store.database import Database, upsert
from central.store.schema import authority

TIMESTAMP = "timestamp.json"
# The file that a box requests last must not be present before the files that it names.
_ORDER = ("root", "role", "targets", "snapshot", "timestamp")

# Run with every hello and every answer: building a statement costs more than running it.
_TARGETS = sa.select(authority.c.bytes).where(
    authority.c.role == Targets.type, authority.c.generation == 0
)
_VERSIONS = sa.select(authority.c.file, authority.c.role, authority.c.version).where(
    authority.c.generation == 0
)


def put(database: Database, files: Mapping[str, bytes]) -> None:
    """Store a published set: all of its files; of older sets only the last one stays.

    Args:
        database: the centre's.
        files: every root, and the present version of each other file, by name on the wire.
    """
    with database.transaction() as connection:
        known = {row.file: row for row in connection.execute(sa.select(authority))}
        for name, raw in files.items():
            if name not in known or (known[name].bytes, known[name].generation) != (raw, 0):
                _upsert(connection, name, raw, generation=0)
        for name in known.keys() - files.keys():
            _age(connection, known[name])


def unsent(database: Database) -> list[OutgoingMessage]:
    """Return what the broker does not hold yet, in the order in which boxes may rely on it."""
    with database.transaction() as connection:
        rows = list(connection.execute(sa.select(authority).where(~authority.c.is_sent)))
    rows.sort(key=lambda row: (_rank(row.file), row.file))
    return [
        OutgoingMessage(build_authority_topic(row.file), row.bytes, retain=True) for row in rows
    ]


def mark_sent(database: Database, outgoing_messages: Sequence[OutgoingMessage]) -> None:
    """Note that the broker has them; rows of files that were cleared there are deleted here."""
    with database.transaction() as connection:
        for outgoing in outgoing_messages:
            name = parse_authority_topic(outgoing.topic)
            here = (authority.c.file == name) & (authority.c.bytes == outgoing.envelope)
            if outgoing.envelope:
                connection.execute(sa.update(authority).where(here).values(is_sent=True))
            else:
                connection.execute(sa.delete(authority).where(here))


def send_again(database: Database, files: Collection[str]) -> None:
    """Mark these files to be published once more."""
    with database.transaction() as connection:
        again = sa.update(authority).where(authority.c.file.in_(files))
        connection.execute(again.values(is_sent=False))


def present(database: Database) -> dict[str, Signed]:
    """The files in force by role, the newest root only."""
    with database.transaction() as connection:
        rows = connection.execute(
            sa.select(authority).where(authority.c.generation == 0)
        ).all()  # fmt: skip
    found: dict[str, Signed] = {}
    for row in rows:
        if row.role not in found or found[row.role].version < row.version:
            found[row.role] = Metadata.from_bytes(row.bytes).signed
    return found


def lacking(database: Database, told: Mapping[str, int]) -> list[str]:
    """The files in force that a box is not known to have; none while it is not behind.

    It need not know every role's file, and an older timestamp alone says nothing: the next one
    comes within the hour. Once it is behind, it may need any role's file next.
    """
    with database.transaction() as connection:
        rows = connection.execute(_VERSIONS).all()
    least = dict.fromkeys(("root", "snapshot", "targets"), 0)
    is_behind = any(
        told.get(row.role, least.get(row.role, row.version)) < row.version
        for row in rows
        if row.file != TIMESTAMP
    )
    return [row.file for row in rows if is_behind and told.get(row.role, 0) < row.version]


def epoch_of(database: Database, role: str) -> int:
    """The epoch of a role right below `targets`, as the set in force says; 1 where there is none.

    Meant for the centre's own roles; it runs with every signature, so it reads only one row.
    """
    with database.transaction() as connection:
        raw = connection.execute(_TARGETS).scalar()
    return 1 if raw is None else _epochs(raw).get(role, 1)


def timestamp(database: Database) -> Timestamp | None:
    """The newest timestamp; None while nothing is published."""
    with database.transaction() as connection:
        query = sa.select(authority.c.bytes).where(authority.c.file == TIMESTAMP)
        raw = connection.execute(query).scalar()
    return None if raw is None else Metadata[Timestamp].from_bytes(raw).signed


def renew_timestamp(database: Database, signer: Signer, at: datetime) -> bool:
    """Sign the timestamp again; False while nothing is published.

    Raises:
        ConfigError: E_KEY, the root in force names another key for timestamps: no box would accept
        the result.
    """
    last, root = timestamp(database), present(database).get("root")
    if last is None or not isinstance(root, Root):
        return False
    keyid = signer.public_key.keyid
    if keyid not in root.roles[Timestamp.type].keyids:
        raise ConfigError("E_KEY", keyid, "is not the timestamp's key in the root in force")
    raw = seal(next_timestamp(last, last.snapshot_meta, at), signer)
    with database.transaction() as connection:
        _upsert(connection, TIMESTAMP, raw, generation=0)
    return True


@lru_cache(maxsize=1)
def _epochs(targets: bytes) -> dict[str, int]:
    delegations = Metadata[Targets].from_bytes(targets).signed.delegations
    roles = (delegations.roles if delegations else None) or {}
    return {name: tree.epoch_of(entry) for name, entry in roles.items()}


def _upsert(connection: sa.Connection, name: str, raw: bytes, *, generation: int) -> None:
    values = {
        "file": name, "role": _role_of(name), "version": _version_of(name, raw), "bytes": raw,
        "generation": generation, "is_sent": False,
    }  # fmt: skip
    upsert(connection, authority, values, ("file",))


def _age(connection: sa.Connection, row: sa.Row[Any]) -> None:
    """Keep a file for one more publication, for a box in the middle of a refresh; then clear it."""
    if row.generation == 0:
        here = sa.update(authority).where(authority.c.file == row.file)
        connection.execute(here.values(generation=1))
    else:
        _upsert(connection, row.file, b"", generation=2)


def _role_of(name: str) -> str:
    stem = name.removesuffix(".json")
    return stem if stem == "timestamp" else stem.partition(".")[2]


def _version_of(name: str, raw: bytes) -> int:
    if name == TIMESTAMP:
        return int(msgspec.json.decode(raw)["signed"]["version"])
    return int(name.partition(".")[0])


def _rank(name: str) -> int:
    role = _role_of(name)
    return _ORDER.index(role if role in _ORDER else "role")

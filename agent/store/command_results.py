"""What became of the signed commands: none is carried out twice, each result is reported."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from typing import Literal

import msgspec

from agent.store import key_value

KEEP = 16  # results of commands that are not held any more
Outcome = Literal["begun", "done", "refused", "failed"]


class CommandResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """The result of one command, by the sha256 of its payload.

    Args:
        doc_id: of the command.
        outcome: `begun`: the power may have failed before its end was stored.
        record: the journal record of it, without `result` and `code`.
        code: why it was refused or failed.
        hint: the same in English.
        ignored: members of it that this release does not know.
        is_reported: it is in the journal and was handed to the link.
    """

    doc_id: str
    outcome: Outcome
    record: dict[str, str | int | None]
    code: str | None = None
    hint: str = ""
    ignored: tuple[str, ...] = ()
    is_reported: bool = False


Results = dict[str, CommandResult]
RESULTS = msgspec.json.Decoder(Results)


def load_results(connection: sqlite3.Connection) -> Results:
    """The results of all commands that are held, and of some that were held before."""
    text = key_value.get(connection, key_value.COMMAND_RESULTS)
    return RESULTS.decode(text) if text else {}


def save_results(connection: sqlite3.Connection, results: Mapping[str, CommandResult]) -> None:
    """Store all results, inside the caller's transaction."""
    text = msgspec.json.encode(results).decode()
    key_value.put(connection, key_value.COMMAND_RESULTS, text)


def drop_old(results: Mapping[str, CommandResult], held: Collection[str]) -> Results:
    """The results of commands that are held, that are not reported yet, and the newest others."""
    others = [name for name, one in results.items() if name not in held and one.is_reported]
    dropped = set(others[:-KEEP])
    return {name: one for name, one in results.items() if name not in dropped}

"""The ceremony log: readable text, Vietnamese and English, each entry chained to the one before.

An entry reaches from its line `#<number>` to its line `previous:`; the line `hash:` under it is the
sha256 of exactly these lines. An auditor needs no program of ours:
`sed -n '/^#3 /,/^previous: /p' log.txt | sha256sum`.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from central.authority.ceremony.errors import refusal

GENESIS = "0" * 64
_HASH = "hash: "
_HEAD = re.compile(r"^#(\d+) (\S+) (\S+)$")


@dataclass(frozen=True)
class LogEntry:
    """One step of a ceremony.

    Args:
        number: from 1.
        at: UTC text.
        step: the command, such as `delegate`.
        lines: what happened, Vietnamese and English.
        previous: hash of the entry before.
    """

    number: int
    at: str
    step: str
    lines: tuple[str, ...]
    previous: str

    @property
    def text(self) -> str:
        """The lines that are hashed."""
        body = "".join(f"   {line}\n" for line in self.lines)
        return f"#{self.number} {self.at} {self.step}\n{body}previous: {self.previous}\n"

    @property
    def hash(self) -> str:
        """Of the lines above it, hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def append(path: Path, at: str, step: str, lines: Sequence[str]) -> LogEntry:
    """Write one more entry, durably.

    Raises:
        ConfigError: E_CEREMONY, the existing log is damaged.
    """
    entries = read(path)
    previous = entries[-1].hash if entries else GENESIS
    # A line break inside a line would let its writer forge the lines of an entry.
    flat = tuple(" ".join(line.splitlines()) for line in lines)
    entry = LogEntry(len(entries) + 1, at, step, flat, previous)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{entry.text}{_HASH}{entry.hash}\n\n")
        file.flush()
        os.fsync(file.fileno())
    return entry


def read(path: Path) -> list[LogEntry]:
    """All entries, each checked against the one before.

    Raises:
        ConfigError: E_CEREMONY with the number of the first entry whose hash or form is wrong.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    entries: list[LogEntry] = []
    for block in text.split("\n\n"):
        if block:
            entries.append(_parse(block, entries, str(path)))
    return entries


def _parse(block: str, before: list[LogEntry], name: str) -> LogEntry:
    number = len(before) + 1
    head, *body = block.split("\n")
    match = _HEAD.match(head)
    previous = before[-1].hash if before else GENESIS
    if match is None or len(body) < 2:
        raise refusal("log", name, number)
    lines = tuple(line.removeprefix("   ") for line in body[:-2])
    entry = LogEntry(int(match[1]), match[2], match[3], lines, previous)
    if entry.number != number or f"{entry.text}{_HASH}{entry.hash}" != block:
        raise refusal("log", name, number)
    return entry

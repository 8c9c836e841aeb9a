"""The lines of a schedule.yaml that hold starts, as they have to read once those are moved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from central.documents.day_words import parse_sun
from central.documents.schedule_model import ScheduleFile
from central.documents.start_term import StartMove, Term, show_term
from strict_yaml.loader import load_yaml
from strict_yaml.node import Node, find_mark


@dataclass(frozen=True)
class ChangedLine:
    """A line of the file as it has to read; `number` is from 1."""

    number: int
    text: str


@dataclass(frozen=True, order=True)
class _Edit:
    line: int
    column: int
    old: str
    new: str


def find_lines(file: Path, slot: str, moves: Sequence[StartMove]) -> list[ChangedLine]:
    """The lines to change; none where the file is not the one that the document comes from.

    Args:
        file: a schedule.yaml, which may be missing, or another one.
        slot: of the document.
        moves: of its starts.
    """
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    schedule, tree, faults = load_yaml(text, ScheduleFile, str(file))
    if schedule is None or tree is None or faults or schedule.slot != slot:
        return []
    lines = text.splitlines()
    edits = sorted(edit for move in moves for edit in _find_edits(schedule, tree, move))
    for edit in reversed(edits):  # from the right, so that columns stay where they are
        line, start = lines[edit.line - 1], edit.column - 1
        lines[edit.line - 1] = line[:start] + line[start:].replace(edit.old, edit.new, 1)
    return [ChangedLine(n, lines[n - 1].strip()) for n in sorted({edit.line for edit in edits})]


def _find_edits(schedule: ScheduleFile, tree: Node, move: StartMove) -> Iterator[_Edit]:
    for index, item in enumerate(schedule.items):
        if (item.id or f"e{index + 1}", item.title) != (move.entry_id, move.title):
            continue
        is_one = isinstance(item.at, str)
        for place, written in enumerate([item.at] if isinstance(item.at, str) else item.at):
            if _read_term(written) == move.old:
                path = ("items", index, "at") if is_one else ("items", index, "at", place)
                mark = find_mark(tree, path)
                new = show_term(move.new, re.split(r"[+-]\d", written)[0])
                yield _Edit(mark.line, mark.column, written, new)


def _read_term(written: str) -> Term:
    by_sun = parse_sun(written)
    if by_sun is not None:
        return by_sun
    return written if len(written) == len("HH:MM:SS") else f"{written}:00"

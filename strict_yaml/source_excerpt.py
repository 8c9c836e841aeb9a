"""The line of a fault with a caret below the place; a secret is never shown."""

from __future__ import annotations

import unicodedata

from strict_yaml.secret import hide_secrets
from strict_yaml.validation_fault import HIDDEN, ValidationFault

WIDTH = 96


def build_excerpt(text: str, fault: ValidationFault) -> list[str]:
    """Two lines: the source with its number, and a caret; none if the fault has no place."""
    lines = text.splitlines()
    if not 1 <= fault.line <= len(lines) or not lines[fault.line - 1]:
        return []
    if fault.got == HIDDEN or fault.what == "missing_key":
        return []
    column = fault.column - 1
    # a Tab may be the fault itself: it is shown, one column wide
    line = hide_secrets(lines[fault.line - 1]).replace("\t", "→")
    cut = max(0, column - WIDTH * 3 // 4) if len(line) > WIDTH else 0
    shown = ("…" if cut else "") + line[cut : cut + WIDTH].rstrip()
    pad = _width(line[cut:column]) + (1 if cut else 0)
    margin = f"{fault.line:5} | "
    caret = "^" * _length(line[column:], fault)
    return [margin + shown, " " * (len(margin) - 2) + "| " + " " * pad + caret]


def _length(rest: str, fault: ValidationFault) -> int:
    """The length of the faulty text, else one."""
    if fault.what == "tab":
        return max(1, len(rest) - len(rest.lstrip("→ ")))
    quoted = f'"{fault.got}"'
    for written in (fault.got, quoted):
        if written and "\n" not in written and rest.startswith(written):
            return _width(written)
    return 1


def _width(text: str) -> int:
    """Columns on a terminal: marks stand above a letter, East Asian letters are wide."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )

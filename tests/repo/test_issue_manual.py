"""The technician's manual lists every kind of issue with the words of the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

from agent.contract.issues.catalogue import ISSUE_KINDS, IssueKind

ROOT = Path(__file__).resolve().parents[2]
MANUAL = ROOT / "docs" / "manual-ky-thuat-vien.md"
ROW = re.compile(r"^\| `([a-z][a-z0-9_]+)` \| (?:HỎNG|nhắc) \|.*$", re.MULTILINE)


def build_row(code: str, kind: IssueKind) -> str:
    severity = "HỎNG" if kind.severity == "fault" else "nhắc"
    return f"| `{code}` | {severity} | {kind.text.vi} | {kind.repair.vi} |"


def test_the_manual_has_the_rows_of_the_catalogue_and_no_others() -> None:
    wanted = [build_row(code, kind) for code, kind in ISSUE_KINDS.items()]
    found = [match[0] for match in ROW.finditer(MANUAL.read_text(encoding="utf-8"))]
    assert found == wanted, "copy these rows into the manual:\n" + "\n".join(wanted)

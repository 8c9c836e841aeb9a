"""The issue catalogue is complete, in two languages, and covers every reported issue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.contract.issues.catalogue import ISSUE_KINDS

ROOT = Path(__file__).resolve().parents[4]
MODULES = sorted((ROOT / "agent").rglob("*.py"))
# a call that reports an issue → the place of the kind among its arguments
TELLERS = {
    "note": 0,
    "set_issue": 0,
    "_note": 0,
    "begin": 0,
    "end": 0,
    "_on_fault": 0,
    "on_fault": 0,
    "Supervisor": 1,
}
VIETNAMESE = re.compile(r"[ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]")


def told_kinds(path: Path) -> Iterator[tuple[int, str]]:
    """Line and kind of every call that begins or ends an issue by a literal kind."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else None
        name = node.func.id if isinstance(node.func, ast.Name) else name
        # a finding of a health check, not one of `doctor`'s
        place = 0 if name == "Finding" and "health" in path.parts else TELLERS.get(name or "")
        if place is None or len(node.args) <= place:
            continue
        kind = node.args[place]
        branches = [kind.body, kind.orelse] if isinstance(kind, ast.IfExp) else [kind]
        for branch in branches:
            if isinstance(branch, ast.Constant) and isinstance(branch.value, str):
                yield node.lineno, branch.value


def test_the_search_finds_the_issues_that_are_reported_today() -> None:
    found = {kind for path in MODULES for _, kind in told_kinds(path)}
    assert {"link_down", "switch_stuck", "engine_lost", "board_lost", "media_missing"} <= found


def test_every_reported_issue_is_in_the_catalogue() -> None:
    unknown = [
        f"{path.relative_to(ROOT)}:{line}: {kind}"
        for path in MODULES
        for line, kind in told_kinds(path)
        if kind not in ISSUE_KINDS
    ]
    assert not unknown


@pytest.mark.parametrize("code", ISSUE_KINDS)
def test_every_kind_has_meaning_and_repair_in_both_languages(code: str) -> None:
    kind = ISSUE_KINDS[code]
    assert re.fullmatch(r"[a-z][a-z0-9_]{2,31}", code)
    assert kind.severity in ("fault", "warning")
    assert VIETNAMESE.search(kind.text.vi)
    assert VIETNAMESE.search(kind.repair.vi)
    for english in (kind.text.en, kind.repair.en):
        assert english.isascii()
        assert len(english) > 10


def test_every_kind_of_the_catalogue_is_reported_somewhere() -> None:
    """By any text of the code: tables of kinds count, the catalogue's own files do not."""
    texts = "".join(
        path.read_text(encoding="utf-8") for path in MODULES if not path.name.startswith("issue_")
    )
    assert [code for code in ISSUE_KINDS if f'"{code}"' not in texts] == []

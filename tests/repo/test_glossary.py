"""Each code name of docs/glossary.md stands in the file or folder that the page names beside it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\|([^|]+)\|([^|]+)\| `([^`|]+)` \| `([^`|]+)` \|([^|]+)\|$", re.MULTILINE)
TERMS = [(match[3], match[4]) for match in ROW.finditer(PAGE)]


def list_names(path: Path) -> set[str]:
    """What a module defines, and the words that it has as whole strings, such as codes."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                names.add(node.name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.Constant(value=str() as word):
                names.add(word)
    return names


def test_each_row_of_five_columns_is_a_term() -> None:
    rows = [line for line in PAGE.splitlines() if line.count("|") == 6]
    headings = [line for line in rows if line.startswith(("| Vietnamese |", "|---"))]
    assert len(TERMS) > 50
    assert len(TERMS) == len(rows) - len(headings)


@pytest.mark.parametrize(("name", "where"), TERMS, ids=[name for name, _ in TERMS])
def test_a_code_name_stands_where_the_page_says(name: str, where: str) -> None:
    place = ROOT / where
    assert place.exists()
    if "/" in name:
        assert (ROOT / name).is_relative_to(place)
        assert (ROOT / name).exists()
        return
    modules = [place] if place.is_file() else list(place.rglob("*.py"))
    assert any(name in list_names(path) for path in modules)


def test_a_term_has_one_row() -> None:
    assert len({name for name, _ in TERMS}) == len(TERMS)

"""What tests share is in `tests/harness`, `tests/fakes` or a conftest, never in a test module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


def imported_modules(source: str) -> Iterator[str]:
    """Every module that the source imports, as a dotted name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_test_module(name: str) -> bool:
    path = TESTS.parent.joinpath(*name.split(".")).with_suffix(".py")
    return path.name.startswith("test_") and path.is_relative_to(TESTS) and path.is_file()


def test_no_test_module_serves_as_a_library() -> None:
    found = [
        f"{path.relative_to(TESTS)} imports {name}"
        for path in sorted(TESTS.rglob("*.py"))
        for name in imported_modules(path.read_text(encoding="utf-8"))
        if is_test_module(name)
    ]
    assert found == []


def test_an_import_of_a_test_module_is_found() -> None:
    source = "from tests.repo.test_test_libraries import TESTS\nfrom tests.repo import test_rooms"
    assert list(filter(is_test_module, imported_modules(source))) == [
        "tests.repo.test_test_libraries",
        "tests.repo.test_rooms",
    ]

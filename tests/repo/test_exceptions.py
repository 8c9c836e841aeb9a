"""Every exception to a rule names the rule and its reason."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("agent", "drivers", "central", "speech", "strict_yaml", "texts", "tests")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
EXCEPTION = re.compile(r"#\s*(?:ruff:\s*)?(noqa|type:\s*ignore|pragma:\s*no cover)")
# A code, then a dash or a second mark, then the reason.
REASONED = re.compile(
    r"#\s*(?:(?:ruff:\s*)?noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|type:\s*ignore\[[a-z0-9-]+(?:,\s*[a-z0-9-]+)*\])"
    r"\s*(?:#|-|:)\s*\S.{3,}"
)


def comments(path: Path) -> list[tuple[int, str]]:
    source = path.read_text(encoding="utf-8")
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_silenced_finding_has_a_code_and_a_reason(path: Path) -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for line, text in comments(path)
        if EXCEPTION.search(text) and not REASONED.search(text)
    ]
    assert not bare


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("# noqa", False),
        ("# noqa: S101", False),
        ("# noqa: N815 - DSSE's field name", True),
        ("# noqa: S101, N815 - both, because", True),
        ("# type: ignore", False),
        ("# type: ignore[misc]", False),
        ("# type: ignore[misc]  # the class is a value here", True),
        ("# type: ignore[misc] - the class is a value here", True),
    ],
)
def test_the_rule_itself_tells_bare_from_reasoned(text: str, good: bool) -> None:  # noqa: FBT001 - a table's column
    assert bool(EXCEPTION.search(text))
    assert bool(REASONED.search(text)) is good

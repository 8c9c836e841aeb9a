"""What a release must not forget."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEADING = re.compile(r"^## (?P<version>\d+\.\d+\.\d+), (?P<day>.+)$", re.MULTILINE)
OPEN = "## Unreleased\n"  # the next release: at most once, above the others


def released(changelog: str) -> list[datetime]:
    """The days of all releases, newest first; a heading of another form is a ValueError."""
    before, _, after = changelog.rpartition(OPEN)
    days = [match["day"] for match in HEADING.finditer(after)]
    if len(days) != after.count("\n## ") or "\n## " in before:
        raise ValueError("a heading is not `## 1.2.3, 24 November 2026`")
    return [datetime.strptime(day, "%d %B %Y").replace(tzinfo=UTC) for day in days]


def build_at() -> datetime:
    """As it stands in the program: tests have another one (conftest)."""
    tree = ast.parse((ROOT / "agent" / "clock.py").read_text(encoding="utf-8"))
    (value,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "BUILD_AT"
    )
    assert isinstance(value, ast.Call)
    year, month, day = (ast.literal_eval(argument) for argument in value.args)
    return datetime(year, month, day, tzinfo=UTC)


def test_the_build_time_is_not_before_the_newest_release() -> None:
    """`agent.clock.BUILD_AT`: the floor of a box that knows nothing else."""
    days = released((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert build_at() >= max(days, default=datetime(2026, 11, 1, tzinfo=UTC))


def test_the_build_time_is_no_day_to_come() -> None:
    assert build_at() <= datetime.now(UTC)


def test_the_days_of_releases_are_read_as_written() -> None:
    headings = ["Unreleased", "0.2.0, 1 March 2027", "0.1.0, 24 December 2026"]
    text = "".join(f"\n## {heading}\n" for heading in headings)
    assert released(text) == [
        datetime(2027, 3, 1, tzinfo=UTC),
        datetime(2026, 12, 24, tzinfo=UTC),
    ]
    with pytest.raises(ValueError, match="heading"):
        released(text.replace(", 1 March 2027", " (spring)"))
    with pytest.raises(ValueError, match="heading"):
        released(text + f"\n{OPEN}")

"""Each check is one file, has its label, and stands in docs/health.md with its period."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from agent.health import checks
from agent.health.check_labels import LABELS, label

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "health.md").read_text(encoding="utf-8")
FILES = [module.name for module in pkgutil.iter_modules(checks.__path__)]


@pytest.mark.parametrize("file", FILES)
def test_a_file_holds_one_check_named_after_it_labelled_and_described(file: str) -> None:
    module = importlib.import_module(f"agent.health.checks.{file}")
    found = [
        one for name, one in vars(module).items() if name.endswith("Check") and name != "Check"
    ]
    assert [one.name for one in found] == [file]
    assert label(file, "vi") != label(file, "en")
    period_s = found[0].period_s
    period = (
        f"{period_s / 3600:.0f} h" if period_s >= 3600
        else f"{period_s / 60:.0f} min" if period_s > 60
        else f"{period_s:.0f} s"
    )  # fmt: skip
    assert re.search(rf"^\| `{file}` \| {period}[ ;]", PAGE, re.MULTILINE), period


def test_no_label_is_without_its_check() -> None:
    assert set(LABELS) == set(FILES)

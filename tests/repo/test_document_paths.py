"""Files, folders and modules that a document names in code type exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = "agent|central|drivers|speech|strict_yaml|texts"
FOLDERS = f"{PACKAGES}|tests|docs|config|systemd|firmware-profiles"
PAGES = sorted(
    [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "config").glob("*.md")]
)
CODE = re.compile(r"`([^`\n]+)`")
NAMED_PATH = re.compile(rf"(?<![\w./-])(?:{FOLDERS})/[\w./<>*…-]*")
NAMED_MODULE = re.compile(rf"(?<![\w./-])(?:{PACKAGES})(?:\.[a-z_]+)+(?![\w.(/])")
TO_COME = {"central/api", "central/console", "drivers.codec"}  # rooms that do not exist yet
KERNEL = {"drivers/hwmon/raspberrypi-hwmon.c"}


def is_there(path: str) -> bool:
    return (ROOT / path).exists() or (ROOT / f"{path}.py").exists()


def find_paths(code: str) -> list[str]:
    found = (match.rstrip("/.") for match in NAMED_PATH.findall(code))
    return [path for path in found if not re.search(r"[<>*…]", path)]


def is_module(name: str) -> bool:
    """A module, or a name in one."""
    path = name.replace(".", "/")
    return is_there(path) or is_there(path.rpartition("/")[0])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_only_files_and_modules_that_exist(page: Path) -> None:
    codes = CODE.findall(page.read_text(encoding="utf-8"))
    paths = {path for code in codes for path in find_paths(code) if not is_there(path)}
    modules = {name for code in codes for name in NAMED_MODULE.findall(code) if not is_module(name)}
    assert (paths | modules) - TO_COME - KERNEL == set()

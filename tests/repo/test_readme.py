"""What a stranger meets first: README, Makefile, documents."""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "config").glob("*.md")]
DOCUMENTS = sorted(PAGES)
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|(?:src|href)=\"([^\"#]+)\"")


def targets() -> set[str]:
    return set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_command_in_the_documents_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z][a-z-]*)", text))
    named |= set(re.findall(r"^\$? *make ([a-z][a-z-]*)", text, re.MULTILINE))
    assert named <= targets()


def test_the_readme_shows_the_two_commands_and_a_picture() -> None:
    assert "make demo" in README
    assert "make test" in README
    assert "docs/flow.svg" in README


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_inside_the_project_leads_somewhere(path: Path) -> None:
    for pair in LINK.findall(path.read_text(encoding="utf-8")):
        link = pair[0] or pair[1]
        if "://" not in link and not link.startswith("mailto:"):
            assert (path.parent / link).exists(), link


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_no_page_holds_both_sides_of_a_merge(path: Path) -> None:
    assert not re.search(r"^(?:<{7}|={7}|>{7})(?: |$)", path.read_text("utf-8"), re.MULTILINE)


def test_the_picture_is_well_formed_and_carries_its_own_words() -> None:
    picture = ET.parse(ROOT / "docs" / "flow.svg").getroot()  # noqa: S314 - our own file
    assert picture.tag.endswith("svg")
    assert picture.find("{http://www.w3.org/2000/svg}title") is not None


def test_the_script_of_the_build_machine_can_be_run_and_runs_the_tests() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "exec make test" in script.read_text(encoding="utf-8")


def test_every_error_code_has_its_line_in_the_technicians_manual() -> None:
    codes = set(re.findall(r"`(E_[A-Z]+)`", (ROOT / "docs" / "contract.md").read_text("utf-8")))
    manual = (ROOT / "docs" / "manual-ky-thuat-vien.md").read_text(encoding="utf-8")
    assert len(codes) >= 20
    assert codes <= set(re.findall(r"`(E_[A-Z]+)`", manual))

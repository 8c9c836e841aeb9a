"""What a stranger meets first: README, Makefile, documents, units."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
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


def unit_for_this_machine(folder: Path) -> Path:
    """`verify` insists that ExecStart's program exists; here it is /bin/true."""
    text = (ROOT / "systemd" / "tramtin.service").read_text(encoding="utf-8")
    unit = folder / "tramtin.service"
    unit.write_text(re.sub(r"(?m)^(Exec\w+=[-+!]*)\S+", r"\1/bin/true", text), encoding="utf-8")
    return unit


needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine"
)


@needs_systemd
def test_systemd_reads_the_unit_without_a_remark(tmp_path: Path) -> None:
    # verify exits 0 on unknown keys: any word on stderr is a finding.
    run = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit_for_this_machine(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    remarks = [line for line in run.stderr.splitlines() if "tramtin" in line]
    assert (run.returncode, remarks) == (0, [])


@needs_systemd
def test_the_unit_is_exposed_at_most_two_of_ten(tmp_path: Path) -> None:
    run = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20",
         unit_for_this_machine(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-400:] + run.stderr


def test_the_unit_tells_systemd_what_the_agent_does() -> None:
    unit = (ROOT / "systemd" / "tramtin.service").read_text(encoding="utf-8")
    for line in ("Type=notify", "RestartPreventExitStatus=78"):
        assert line in unit.splitlines()
    assert re.search(r"^WatchdogSec=\d+", unit, re.MULTILINE)

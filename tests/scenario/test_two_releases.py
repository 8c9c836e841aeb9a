"""A box of an earlier release under this centre, and this box under an earlier centre.

The commit of a release stands in `tests/golden/<release>/COMMIT`, put there by the first commit
after it. What a release ran is taken from git, with this virtual environment's libraries.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMITS = sorted((ROOT / "tests" / "golden").glob("*/COMMIT"))
LIMIT_S = 240

pytestmark = [pytest.mark.long, pytest.mark.timeout(2 * LIMIT_S)]


def git(*words: str) -> bytes:
    command = ["git", "-C", str(ROOT), *words]
    return subprocess.run(command, capture_output=True, check=True).stdout


def find_commit(release: str) -> str:
    """Or the reason why there is nothing to compare with."""
    path = ROOT / "tests" / "golden" / release / "COMMIT"
    if not path.exists():
        pytest.skip(f"{release} is not released: {path.relative_to(ROOT)} is not there")
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git here to take an earlier release from")
    commit = path.read_text(encoding="ascii").strip()
    if commit == git("rev-parse", "HEAD").decode().strip():
        pytest.skip(f"this is {release} itself")
    known = ["git", "-C", str(ROOT), "cat-file", "-e", f"{commit}^{{commit}}"]
    if subprocess.run(known, capture_output=True, check=False).returncode:
        pytest.skip(f"this clone has no commit {commit[:12]}, as a shallow one has not")
    return commit


def interpreter(tree: Path, folder: Path) -> Path:
    """One that finds our packages in a tree, whatever is installed."""
    path = folder / f"python-{tree.name}"
    path.write_text(
        f'#!/bin/sh\ncd "{tree}" || exit 1\nPYTHONPATH="{tree}:{tree}/tests/fakes"'
        f' exec "{sys.executable}" "$@"\n'
    )
    path.chmod(0o755)
    return path


@pytest.fixture(params=sorted({path.parent.name for path in COMMITS} | {"0.1.0"}))
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The interpreter of an earlier release."""
    tree = tmp_path / "earlier"
    tree.mkdir()
    archive = git("archive", find_commit(request.param))
    subprocess.run(["tar", "-x", "-C", str(tree)], input=archive, check=True)
    return interpreter(tree, tmp_path)


def run_chain(centre: Path, box: Path, folder: Path) -> dict[str, list]:
    done = subprocess.run(
        [centre, "-m", "tests.harness.mixed_chain", folder, box],
        capture_output=True, text=True, timeout=LIMIT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    return json.loads(done.stdout.splitlines()[-1])


def assert_whole(summary: dict[str, list]) -> None:
    assert ["Nước sạch", "full"] in summary["plays"]
    assert summary["refusals"] == []
    assert all("entries.advert" in features for features in summary["features"])


def test_an_earlier_box_is_served_by_this_centre(earlier: Path, tmp_path: Path) -> None:
    ours = interpreter(ROOT, tmp_path)
    folder = tmp_path / "out"
    folder.mkdir()
    assert_whole(run_chain(ours, earlier, folder))


def test_this_box_is_served_by_an_earlier_centre(earlier: Path, tmp_path: Path) -> None:
    ours = interpreter(ROOT, tmp_path)
    folder = tmp_path / "out"
    folder.mkdir()
    assert_whole(run_chain(earlier, ours, folder))

"""`make demo ONLY=board`, as root would run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LIMIT_S = 480  # a busy machine is slow to start


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0, reason="makes network interfaces")
def test_the_demonstration_of_a_board_passes(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "central", "demo", "--only", "board", "--out", str(tmp_path / "o")],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "COLUMNS": "120"},
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]

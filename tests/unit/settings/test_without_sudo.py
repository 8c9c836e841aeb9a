"""The messages for a technician who forgot `sudo`: the one thing to do, in both languages."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import agent.doctor.command  # noqa: F401 - here: the technician may not read our files
from agent.__main__ import main
from agent.bootstrap import validate
from tests.harness.settings_yaml import SOUND

NOBODY = 65534


@pytest.fixture
def box() -> Iterator[Path]:
    """A box's settings in a folder that everybody may enter, as /etc/tramtin is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for file in ("ca.pem", "dev.pem", "dev.key", "root.json", "open.yaml", "station.yaml"):
            (folder / file).write_text(SOUND.format(folder), encoding="utf-8")
        (folder / "station.yaml").chmod(0o000)  # as the manual wants it once it holds a PIN
        (folder / "dev.key").chmod(0o000)
        yield folder


@pytest.fixture
def technician(box: Path) -> Iterator[Path]:
    """The same box, used without root's rights, whoever runs the tests."""
    if os.geteuid():
        yield box
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield box
    finally:
        os.setresuid(0, 0, 0)


@pytest.mark.parametrize("command", ["check", "doctor", "run"])
def test_unreadable_settings_get_a_message_of_ours(technician: Path, command: str) -> None:
    told = CliRunner().invoke(main, [command, str(technician / "station.yaml")])
    # systemd restarts it for any code but 78, which a technician must handle
    assert told.exit_code == (78 if command == "run" else 2)
    assert ("Permission denied" if command == "run" else "sudo") in told.output


def test_a_file_that_only_root_may_read_is_not_a_fault(technician: Path) -> None:
    told = {fault.key: fault.text("vi") for fault in validate(technician / "open.yaml").faults}
    assert "cần chạy lệnh này với sudo" in told["broker.key"]
    assert "cần chạy lệnh này với sudo" in told["state"]

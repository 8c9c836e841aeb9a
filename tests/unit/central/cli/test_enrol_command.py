"""The operator's commands, on the files that a centre has; no service runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.contract.enrolment import OpenRequest
from central.__main__ import main
from central.enrolment.box_requests import open_request
from tests.harness.enrolment_centre import BoxKey, EnrolmentCentre

Run = Callable[..., Result]


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EnrolmentCentre:
    monkeypatch.setattr("tests.harness.enrolment_centre.find_free_port", lambda: 8443)
    monkeypatch.setattr("central.testbed.broker.find_free_port", lambda: 8883)
    return EnrolmentCentre(tmp_path / "centre")


@pytest.fixture
def run(centre: EnrolmentCentre) -> Run:
    def run_(*words: str) -> Result:
        options = ["--settings", str(centre.settings_file)]
        return CliRunner().invoke(main, ["enrol", *words, *options])

    return run_


def test_an_operator_lets_a_box_in_and_shuts_it_out(centre: EnrolmentCentre, run: Run) -> None:
    asked = OpenRequest("RPI-7", "Pi 4", "0.2.0", BoxKey().csr, place="xã An Bình\x1b[31m")
    now = datetime.now(UTC)
    code = open_request(centre.database, asked, "192.0.2.7", "https://x", now).user_code
    listed = run("list")
    assert "RPI-7" in listed.stdout
    assert "\x1b" not in listed.stdout
    assert code not in listed.stdout  # the technician reads it out
    wrong = run("approve", "BBBB-BBBB", "--station", "tv-cl-0007", "--by", "An", "--yes")
    assert wrong.exit_code == 1
    assert wrong.stderr.startswith("enrol-unknown-code")
    done = run("approve", code, "--station", "tv-cl-0007", "--by", "An", "--yes")
    assert done.exit_code == 0, done.stderr
    assert "tv-cl-0007" in done.stdout
    unknown = run("revoke", "tv-cl-0099", "--reason", "x", "--by", "An", "--yes")
    assert unknown.stderr.startswith("enrol-unknown-station")
    steps = run("log").stdout
    assert [line.split()[1] for line in steps.splitlines()] == ["opened", "wrong-code", "approved"]
    centre.database.close()


def test_faults_of_enrol_yaml_are_all_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "enrol.yaml"
    path.write_text("url: http://example.vn\nlisten: 8443\nmore: 1\n")
    result = CliRunner().invoke(main, ["enrol", "list", "--settings", str(path)])
    assert result.exit_code == 78
    for key in ("url", "listen", "more", "broker"):
        assert key in result.stderr


def test_an_authority_is_never_overwritten(tmp_path: Path) -> None:
    words = ["enrol", "ca", "init", str(tmp_path / "ca"), "--host", "mqtt.example.vn"]
    assert CliRunner().invoke(main, words).exit_code == 0
    key = (tmp_path / "ca" / "device-ca.key").read_bytes()
    again = CliRunner().invoke(main, words)
    assert again.exit_code == 78
    assert (tmp_path / "ca" / "device-ca.key").read_bytes() == key

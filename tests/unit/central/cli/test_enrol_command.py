"""The operator's commands, on the files that a centre has; no service runs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.contract.enrolment import OpenRequest
from central.__main__ import main
from central.enrolment.box_requests import acknowledge, open_request, poll_request
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


def test_two_operators_replace_a_box_each_with_a_key(centre: EnrolmentCentre, run: Run) -> None:
    lines = ["operators:"]
    for name in ("an", "binh"):
        key = centre.folder / f"{name}.key"
        made = CliRunner().invoke(main, ["keys", "new", str(key), "--passphrase", "mật khẩu"])
        assert made.exit_code == 0, made.stderr
        lines.append(f"  - {{name: {name}, key: {centre.folder}/{name}.pub}}")
    with centre.settings_file.open("a") as settings:
        settings.write("\n".join(lines) + "\n")
    now = datetime.now(UTC)
    for serial in ("RPI-1", "RPI-2"):
        asked = OpenRequest(serial, "Pi 4", "0.2.0", BoxKey().csr)
        opened = open_request(centre.database, asked, "192.0.2.7", "https://x", now)
        if serial == "RPI-1":
            approve = ("approve", opened.user_code, "--station", "tv-cl-0007", "--yes")
            assert run(*approve).exit_code == 0
            poll_request(centre.database, opened.request, opened.poll_token, centre.source, now)
            acknowledge(centre.database, opened.request, opened.poll_token, now)
    words = ["replace", "tv-cl-0007", opened.user_code, "--reason", "cháy", "--yes"]
    for name, code, said in (("an", 0, "1"), ("an", 1, "enrol-same-person"), ("binh", 0, "0007")):
        key = str(centre.folder / f"{name}.key")
        result = run(*words, "--key", key, "--passphrase", "mật khẩu")
        assert result.exit_code == code, result.stderr
        assert said in result.stdout + result.stderr
    status = poll_request(centre.database, opened.request, opened.poll_token, centre.source, now)
    assert status.granted is not None
    centre.database.close()


def test_the_centre_certifies_its_own_servers_and_clients(tmp_path: Path) -> None:
    folder, host = str(tmp_path / "ca"), "mqtt.example.vn"
    steps = [
        ["init", folder, "--host", host],
        ["server", folder, host, "--out", str(tmp_path / "broker")],
        ["client", folder, "centre", "--out", str(tmp_path / "centre")],
    ]
    for step in steps:
        result = CliRunner().invoke(main, ["enrol", "ca", *step], env={"TRAMTIN_CA_PASS": "khoá"})
        assert result.exit_code == 0, result.stderr
    for stem, authority, purpose in (
        ("broker", "server-ca", "sslserver"), ("centre", "device-ca", "sslclient"),
    ):  # fmt: skip
        verify = ["openssl", "verify", "-purpose", purpose, "-CAfile"]
        files = [str(tmp_path / "ca" / f"{authority}.pem"), str(tmp_path / f"{stem}.pem")]
        assert subprocess.run([*verify, *files], check=False, capture_output=True).returncode == 0

"""The agent as systemd sees it: READY, the watchdog's food, and which exit codes it ends with."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from central.authority.demo_authority import make_demo_authority
from central.testbed.certificates import make_demo_ca

STATION = "tv-cl-0021"
PATIENCE_S = 60
WATCHDOG_S = 1.0


class Service:
    """An agent process and the notify socket it was given."""

    def __init__(self, process: subprocess.Popen[bytes], channel: socket.socket) -> None:
        self.process = process
        self._channel = channel

    def hear(self) -> str:
        return self._channel.recv(4096).decode()

    def silence(self) -> None:
        """Forget what it has said so far."""
        self._channel.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            while True:
                self._channel.recv(4096)
        self._channel.settimeout(PATIENCE_S)


Start = Callable[..., Service]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A board station whose broker is not there: it must be ready all the same."""
    authority = make_demo_authority(tmp_path / "authority")
    ca = make_demo_ca(tmp_path / "ca")
    identity = ca.issue_device(STATION)
    path = tmp_path / "station.yaml"
    path.write_text(
        f"station: {STATION}\n"
        f"broker: {{host: 127.0.0.1, port: 1, ca: {ca.ca}, cert: {identity.cert},"
        f" key: {identity.key}}}\n"
        f"root: {authority.root}\nstate: {tmp_path}/state\n"
        "outputs:\n"
        "  - name: bang-tin\n"
        f"    board: {{profile: png, path: {tmp_path}/board}}\n"
        "    faces: [{name: mat-truoc, width_px: 64, height_px: 32}]\n"
    )
    return path


@pytest.fixture
def start(settings: Path) -> Iterator[Start]:
    """Start the agent with an abstract notify socket, as systemd gives it."""
    with contextlib.ExitStack() as stack:

        def start_it(**environment: str) -> Service:
            name = f"tramtin-test-{uuid4().hex}"
            channel = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            channel.bind("\0" + name)
            channel.settimeout(PATIENCE_S)
            process = subprocess.Popen(
                [sys.executable, "-m", "agent", "run", settings, "--demo"],
                env=os.environ
                | {"NOTIFY_SOCKET": "@" + name, "WATCHDOG_USEC": str(int(WATCHDOG_S * 1e6))}
                | environment,
                stderr=subprocess.PIPE,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return Service(process, channel)

        yield start_it


def test_ready_is_told_first_then_the_watchdog_is_fed_then_stopping(start: Start) -> None:
    service = start()
    # systemd counts from READY; food before it does no harm
    output = iter(service.hear, "READY=1")
    assert set(output) <= {"WATCHDOG=1"}
    assert [service.hear(), service.hear()] == ["WATCHDOG=1", "WATCHDOG=1"]
    service.process.send_signal(signal.SIGTERM)
    assert set(iter(service.hear, "STOPPING=1")) <= {"WATCHDOG=1"}
    service.process.communicate(timeout=PATIENCE_S)
    assert service.process.returncode == 0


def test_a_stuck_agent_feeds_no_watchdog_and_says_where_it_was_stuck(start: Start) -> None:
    service = start(PYTHONFAULTHANDLER="1")
    list(iter(service.hear, "READY=1"))
    service.process.send_signal(signal.SIGSTOP)
    service.silence()
    service._channel.settimeout(2 * WATCHDOG_S)
    with pytest.raises(TimeoutError):
        service.hear()
    # what systemd sends when the food stays away
    service.process.send_signal(signal.SIGABRT)
    service.process.send_signal(signal.SIGCONT)
    output = service.process.communicate(timeout=PATIENCE_S)[1].decode()
    assert service.process.returncode == -signal.SIGABRT
    assert "Current thread" in output


def test_a_fault_of_the_settings_ends_with_78_and_without_ready(
    start: Start, settings: Path
) -> None:
    settings.write_text(settings.read_text().replace("station:", "staton:"))
    service = start()
    output = service.process.communicate(timeout=PATIENCE_S)[1].decode()
    assert service.process.returncode == 78  # sysexits.h: EX_CONFIG
    assert "staton" in output
    assert "Traceback" not in output


def test_the_key_that_systemd_hands_over_is_the_one_that_is_used(
    start: Start, settings: Path, tmp_path: Path
) -> None:
    key = tmp_path / "ca" / f"{STATION}.key"
    handed = tmp_path / "credentials"
    handed.mkdir()
    key.rename(handed / key.name)
    assert str(key) in settings.read_text()
    service = start(CREDENTIALS_DIRECTORY=str(handed))
    assert set(iter(service.hear, "READY=1")) <= {"WATCHDOG=1"}

"""chronyc as a child, and the real chronyd with a server under NTS.

Nothing touches the machine's clock (`chronyd -x`). Where chrony is not installed, Debian's package
is unpacked into the environment: installing it would replace what keeps the machine's clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from agent.clock import MAX_ERROR_S, Clock, system_time
from agent.errors import LinkError, TrustError
from agent.timesync.chrony import ChronyReport, query_chrony
from agent.trust.nts import verify_chrony
from central.testbed.certificates import make_demo_ca
from tests.harness.faketime_library import find_faketime_library

PROJECT = Path(__file__).resolve().parents[2]
UNPACKED = PROJECT / ".venv" / "chrony"  # goes with `make clean`
AHEAD_S = 3600


@pytest.fixture(scope="module")
def chrony() -> Iterator[None]:
    """chronyd and chronyc are on the path."""
    if os.geteuid() != 0:
        pytest.skip("not root: chronyd refuses a folder that is not root's")
    with pytest.MonkeyPatch.context() as patch:
        if not (shutil.which("chronyd") and shutil.which("chronyc")):
            done = subprocess.run([PROJECT / ".ci" / "unpack", "chrony", UNPACKED], check=False)
            if done.returncode:
                pytest.skip("chrony is not installed and cannot be had from Debian's archive")
            places = [UNPACKED / "usr" / "sbin", UNPACKED / "usr" / "bin"]
            patch.setenv("PATH", ":".join([*map(str, places), os.environ["PATH"]]))
            libraries = UNPACKED.glob("usr/lib/*-linux-*")
            patch.setenv("LD_LIBRARY_PATH", ":".join(map(str, libraries)))
        yield


def program(folder: Path, script: str) -> str:
    path = folder / "chronyc"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def end(tmp_path: Path) -> Path:
    """A socket's place; what answers is the program."""
    (tmp_path / "chronyd.sock").touch()
    return tmp_path / "chronyd.sock"


async def test_where_no_chronyd_runs_no_child_is_started(tmp_path: Path) -> None:
    trap = program(tmp_path, f"touch {tmp_path}/started")
    assert await query_chrony(tmp_path / "chronyd.sock", trap) is None
    assert not (tmp_path / "started").exists()


async def test_without_chronyc_there_is_nothing_to_ask(end: Path) -> None:
    assert await query_chrony(end, str(end.parent / "nothing")) is None


async def test_it_is_asked_without_a_shell_and_over_this_socket_only(
    end: Path, tmp_path: Path
) -> None:
    report = await query_chrony(end, program(tmp_path, 'printf "%s\\n" "$@"'))
    assert report is not None
    assert report.text.split() == [
        "-h", str(end), "-n", "-c", "-m", "tracking", "sources", "authdata",
    ]  # fmt: skip
    assert abs(report.system_at - system_time()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("script", "limit_s", "why"),
    [
        ("exec sleep 600", 1.0, "no answer"),
        ("echo '501 Not authorised'; exit 1", 60.0, "501 Not authorised"),
        ("exec yes 127.0.0.1,NTS", 60.0, "too long"),
    ],
)
async def test_a_child_that_does_not_behave_is_ended(
    end: Path, tmp_path: Path, script: str, limit_s: float, why: str
) -> None:
    with pytest.raises(LinkError, match="E_CHRONY") as caught:
        await query_chrony(end, program(tmp_path, script), limit_s=limit_s)
    assert why in str(caught.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
async def test_a_folder_of_another_user_is_told(end: Path) -> None:
    end.parent.chmod(0o700)
    os.seteuid(65534)
    try:
        with pytest.raises(LinkError, match="may not ask chronyd"):
            await query_chrony(end)
    finally:
        os.seteuid(0)


# the real one


@dataclass
class Chrony:
    """A server that is an hour ahead, and a client of it that leaves the machine's clock alone."""

    folder: Path
    port: int
    nts_port: int

    @property
    def socket(self) -> Path:
        return self.folder / "client" / "chronyd.sock"

    async def until_answered(self, is_wanted: Callable[[str], bool]) -> ChronyReport:
        """Until chronyd answers with such a report."""
        async with asyncio.timeout(60):
            while True:
                with contextlib.suppress(LinkError):
                    report = await query_chrony(self.socket)
                    if report is not None and is_wanted(report.text):
                        return report
                await asyncio.sleep(0.3)

    async def until_selected(self) -> ChronyReport:
        """Until it has chosen its server, and keeps the clock by it."""
        return await self.until_answered(
            lambda text: "^,*," in text and "Not synchronised" not in text
        )


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _conf(folder: Path, *lines: str) -> Path:
    folder.mkdir(mode=0o750)
    own = [f"pidfile {folder}/pid", f"bindcmdaddress {folder}/chronyd.sock", "cmdport 0"]
    path = folder / "chrony.conf"
    path.write_text("\n".join(["user root", *own, *lines]) + "\n")
    return path


@contextlib.asynccontextmanager
async def _chronyd(conf: Path, **env: str) -> AsyncIterator[None]:
    child = await asyncio.create_subprocess_exec(
        "chronyd", "-x", "-d", "-f", str(conf),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **env},
    )  # fmt: skip
    try:
        yield
    finally:
        child.terminate()
        await child.wait()


@pytest_asyncio.fixture
async def server(tmp_path: Path, chrony: None) -> AsyncIterator[Chrony]:
    ca = make_demo_ca(tmp_path / "ca")
    identity = ca.issue_server("localhost")
    here = Chrony(tmp_path, _free_port(socket.SOCK_DGRAM), _free_port(socket.SOCK_STREAM))
    conf = _conf(
        tmp_path / "server",
        f"port {here.port}", f"ntsport {here.nts_port}", "bindaddress 127.0.0.1",
        f"ntsservercert {identity.cert}", f"ntsserverkey {identity.key}",
        "local stratum 3", "allow 127.0.0.1",
    )  # fmt: skip
    ahead = {
        "LD_PRELOAD": find_faketime_library(),
        "FAKETIME": f"+{AHEAD_S}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    async with _chronyd(conf, **ahead):
        yield here


def _client(server: Chrony, how: str) -> Path:
    return _conf(
        server.folder / "client",
        "port 0", f"ntstrustedcerts {server.folder / 'ca' / 'ca.pem'}",
        f"server localhost port {server.port} {how} iburst minpoll -2 maxpoll 0",
    )  # fmt: skip


@pytest.mark.xdist_group("chrony")
@pytest.mark.usefixtures("chrony")
async def test_a_clock_kept_under_nts_makes_the_box_synced_whatever_the_machine_says(
    server: Chrony,
) -> None:
    async with _chronyd(_client(server, f"nts ntsport {server.nts_port}")):
        report = await server.until_selected()
    kept = verify_chrony(report.text, report.system_at)
    assert kept.offset_s == pytest.approx(AHEAD_S, abs=0.5)
    assert kept.error_s < MAX_ERROR_S  # of one sample; it shrinks with the next ones
    clock = Clock()
    at = report.system_at + timedelta(seconds=kept.offset_s)
    assert clock.follow(at, report.boot_s, kept.error_s).verdict == "taken"
    ahead = (clock.now().at - system_time()).total_seconds()
    assert ahead == pytest.approx(AHEAD_S, abs=0.5)


@pytest.mark.xdist_group("chrony")
@pytest.mark.usefixtures("chrony")
async def test_attack_064_the_same_server_by_plain_ntp_is_not_believed(server: Chrony) -> None:
    async with _chronyd(_client(server, "")):
        report = await server.until_selected()
    with pytest.raises(TrustError, match="not authenticated by NTS"):
        verify_chrony(report.text, report.system_at)


@pytest.mark.xdist_group("chrony")
@pytest.mark.usefixtures("chrony")
async def test_a_server_with_a_certificate_of_somebody_else_is_never_selected(
    server: Chrony,
) -> None:
    other = await asyncio.to_thread(make_demo_ca, server.folder / "other")
    conf = _client(server, f"nts ntsport {server.nts_port}")
    text = conf.read_text().replace(str(server.folder / "ca"), str(server.folder / "other"))
    conf.write_text(text)
    assert other.ca.exists()
    async with _chronyd(conf):
        await asyncio.sleep(4)  # the one above takes 1
        report = await server.until_answered(bool)
    with pytest.raises(TrustError):
        verify_chrony(report.text, report.system_at)

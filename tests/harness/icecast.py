"""A real Icecast with a TLS port, and a radio that sends a tone to it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from central.testbed.certificates import CertificateAuthority

MOUNT = "/vov1.mp3"
CONFIG = """<icecast>
 <limits><clients>20</clients><sources>2</sources><source-timeout>10</source-timeout>
  <burst-on-connect>1</burst-on-connect><burst-size>16384</burst-size></limits>
 <authentication><source-password>nguon</source-password><admin-user>admin</admin-user>
  <admin-password>nguon</admin-password></authentication>
 <hostname>localhost</hostname>
 <listen-socket><port>{plain}</port><bind-address>127.0.0.1</bind-address></listen-socket>
 <listen-socket><port>{tls}</port><bind-address>127.0.0.1</bind-address><ssl>1</ssl>
 </listen-socket>
 <paths><logdir>{folder}</logdir><webroot>{folder}</webroot><adminroot>{folder}</adminroot>
  <ssl-certificate>{pem}</ssl-certificate></paths>
 <logging><accesslog>a.log</accesslog><errorlog>e.log</errorlog><loglevel>2</loglevel></logging>
 <security><chroot>0</chroot>{owner}</security>
</icecast>
"""
# it refuses to run as root
OWNER = "<changeowner><user>nobody</user><group>nogroup</group></changeowner>"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass
class Icecast:
    """A running server.

    Args:
        plain: its port for the radio.
        tls: its port for listeners.
    """

    plain: int
    tls: int
    radio: Process | None = None
    _radios: list[Process] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.tls}{MOUNT}"

    async def send_tone(self, hz: int) -> None:
        """A radio begins to send."""
        self.radio = await asyncio.create_subprocess_exec(
            "ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-f", "lavfi", "-i",
            f"sine=frequency={hz}:sample_rate=44100", "-c:a", "libmp3lame", "-b:a", "64k",
            "-content_type", "audio/mpeg", "-f", "mp3", f"icecast://source:nguon@127.0.0.1:{self.plain}{MOUNT}",
            stdout=DEVNULL, stderr=DEVNULL,
        )  # fmt: skip
        self._radios.append(self.radio)

    async def end_radio(self) -> None:
        for radio in self._radios:
            if radio.returncode is None:
                radio.kill()
            await radio.wait()
        self._radios.clear()


@contextlib.asynccontextmanager
async def run_icecast(authority: CertificateAuthority) -> AsyncIterator[Icecast]:
    """Icecast until the end of the block."""
    server = Icecast(free_port(), free_port())
    # Not below pytest's folders: another user cannot reach into them.
    with tempfile.TemporaryDirectory(prefix="icecast-") as name:
        folder = Path(name)
        process = await asyncio.create_subprocess_exec(
            "icecast2", "-c", str(_configure(folder, server, authority)),
            stdout=DEVNULL, stderr=DEVNULL,
        )  # fmt: skip
        try:
            await _until_listening(server.tls, process, folder)
            yield server
        finally:
            await server.end_radio()
            if process.returncode is None:
                process.kill()
            await process.wait()


def _configure(folder: Path, server: Icecast, authority: CertificateAuthority) -> Path:
    identity = authority.issue_server("localhost")
    pem, config = folder / "icecast.pem", folder / "icecast.xml"
    pem.write_bytes(identity.cert.read_bytes() + identity.key.read_bytes())
    owner = "" if os.geteuid() else OWNER
    config.write_text(
        CONFIG.format(plain=server.plain, tls=server.tls, folder=folder, pem=pem, owner=owner)
    )
    if owner:
        folder.chmod(0o777)
        pem.chmod(0o644)
    return config


async def _until_listening(port: int, process: Process, folder: Path) -> None:
    while process.returncode is None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    log = folder / "e.log"
    raise RuntimeError(log.read_text() if log.exists() else "icecast2 ended")

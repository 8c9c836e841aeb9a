"""A real Icecast with a TLS port, and a radio that sends to it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from central.testbed.broker import find_free_port
from central.testbed.certificates import CertificateAuthority

MOUNT = "/vov1.mp3"
ATTEMPTS, START_S = 3, 20.0
REFUSED_S = 0.2
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


@dataclass
class Icecast:
    """A running server.

    Args:
        plain: its port for the radio.
        tls: its port for listeners.
        server: its process.

    Attributes:
        radio: the process that sends at present.
    """

    plain: int
    tls: int
    server: Process
    radio: Process | None = None
    _radios: list[Process] = field(default_factory=list)
    _keeping: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where the radio is heard."""
        return f"https://localhost:{self.tls}{MOUNT}"

    async def send_tone(self, hz: int) -> None:
        """A radio begins to send a tone."""
        await self._send("-f", "lavfi", "-i", f"sine=frequency={hz}:sample_rate=44100")

    async def send_file(self, sound: Path) -> None:
        """A radio begins to send a file, again and again."""
        await self._send("-stream_loop", "-1", "-i", f"file:{sound}")

    async def _send(self, *source: str) -> None:
        self.radio = await self._start_radio(source)
        self._keeping = asyncio.create_task(self._keep(self.radio, source), name="icecast radio")

    async def _keep(self, radio: Process, source: tuple[str, ...]) -> None:
        """Start it anew: Icecast refuses a radio until it has seen the end of the former one."""
        while True:
            await radio.wait()
            await asyncio.sleep(REFUSED_S)
            self.radio = radio = await self._start_radio(source)

    async def _start_radio(self, source: tuple[str, ...]) -> Process:
        mount = f"icecast://source:nguon@127.0.0.1:{self.plain}{MOUNT}"
        radio = await asyncio.create_subprocess_exec(
            "ffmpeg", "-nostdin", "-loglevel", "error", "-re", *source, "-c:a", "libmp3lame",
            "-b:a", "64k", "-content_type", "audio/mpeg", "-f", "mp3", mount,
            stdout=DEVNULL, stderr=DEVNULL,
        )  # fmt: skip
        self._radios.append(radio)
        return radio

    async def end_radio(self) -> None:
        """Whatever sends ends at once, as if its line were cut."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
            self._keeping = None
        for radio in self._radios:
            if radio.returncode is None:
                radio.kill()
            await radio.wait()
        self._radios.clear()


@contextlib.asynccontextmanager
async def run_icecast(
    authority: CertificateAuthority, plain: int | None = None, tls: int | None = None
) -> AsyncIterator[Icecast]:
    """Icecast until the end of the block.

    Args:
        authority: of its certificate.
        plain: its port for the radio; None: a free one.
        tls: its port for listeners; None: a free one.

    Raises:
        RuntimeError: it does not start.
    """
    # Its own user must reach the folder.
    with tempfile.TemporaryDirectory(prefix="icecast-") as name:
        server = await _start(Path(name), authority, plain, tls)
        try:
            yield server
        finally:
            await server.end_radio()
            await _kill(server.server)


async def _start(
    folder: Path, authority: CertificateAuthority, plain: int | None, tls: int | None
) -> Icecast:
    """Start it; a port that was free a moment ago may have been taken meanwhile."""
    for _ in range(ATTEMPTS):
        ports = (plain or find_free_port(), tls or find_free_port())
        config = _configure(folder, *ports, authority)
        process = await asyncio.create_subprocess_exec(
            "icecast2", "-c", str(config), stdout=DEVNULL, stderr=DEVNULL
        )
        try:
            async with asyncio.timeout(START_S):
                await _wait_listening(ports[1], authority, process)
                await _check_plain(ports[0])
        except (OSError, TimeoutError):  # ssl.SSLError: another program listens there
            await _kill(process)
        except BaseException:
            await _kill(process)
            raise
        else:
            return Icecast(*ports, process)
    log = folder / "e.log"
    raise RuntimeError(log.read_text() if log.exists() else "icecast2 ended")


async def _kill(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()


def _configure(folder: Path, plain: int, tls: int, authority: CertificateAuthority) -> Path:
    identity = authority.issue_server("localhost")
    pem, config = folder / "icecast.pem", folder / "icecast.xml"
    pem.write_bytes(identity.cert.read_bytes() + identity.key.read_bytes())
    owner = "" if os.geteuid() else OWNER
    config.write_text(CONFIG.format(plain=plain, tls=tls, folder=folder, pem=pem, owner=owner))
    if owner:
        folder.chmod(0o777)
        pem.chmod(0o644)
    return config


async def _wait_listening(port: int, authority: CertificateAuthority, process: Process) -> None:
    """Return when it answers on its TLS port.

    Raises:
        OSError: it has ended, or another program answers there.
    """
    context = ssl.create_default_context(cafile=authority.ca)
    while process.returncode is None:
        try:
            _, writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=context, server_hostname="localhost"
            )
        except ConnectionRefusedError:
            await asyncio.sleep(0.05)
        else:
            writer.transport.abort()
            return
    raise ConnectionError("icecast2 has ended")


async def _check_plain(port: int) -> None:
    """Icecast goes on without a port that another program has.

    Raises:
        OSError: no Icecast answers there.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        answer = await reader.read(1024)
    finally:
        writer.transport.abort()
    if b"Icecast" not in answer:
        raise ConnectionError(f"another program listens on port {port}")

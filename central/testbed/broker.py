"""A private Mosquitto on loopback: mutual TLS, names from certificates, access rules per station.

The access rules bind the topic to the certificate: a station writes under its own name only, and
reads its own documents, its groups' and the authority's files. Whoever speaks live may write live
segments and nothing else. Mosquitto grants a SUBSCRIBE that it
will not serve, so a granted subscription proves nothing; a refused PUBLISH answers 0x87 on MQTT 5.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from pathlib import Path

from agent.contract.topic import AUTHORITY, ROOT
from central.collector.identity import CENTRE, Identity
from central.live.live_line import LIVE

MAX_PACKET_BYTES = 360 * 1024  # the largest envelope, its topic and the packet's head
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 15.0
MAX_QUEUED = 20_000
_POLL_S = 0.02

ACCESS_RULES = f"""\
user {CENTRE}
topic readwrite {ROOT}/#

user {LIVE}
topic write {ROOT}/g/+/live/+
topic write {ROOT}/d/+/live/+

pattern write {ROOT}/u/+/%u/#
pattern read {ROOT}/d/%u/#
pattern read {ROOT}/g/+/#
pattern read {ROOT}/c/#
pattern read {AUTHORITY}/#
"""


class BrokerError(Exception):
    """Mosquitto did not start, or ended by itself; the text holds the end of its log."""


def find_free_port() -> int:
    """A TCP port on 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_broker_config(
    folder: Path, port: int, ca: Path, server: Identity, crl: Path | None = None
) -> Path:
    """Write `mosquitto.conf` and its access rules into `folder`; returns the configuration's path.

    Args:
        folder: also takes the broker's database and log.
        port: listened on at 127.0.0.1 only.
        ca: the authority whose certificates may connect.
        server: the broker's own certificate and key.
        crl: PEM of revoked certificates, read again at SIGHUP.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rules = folder / "acl"
    rules.write_text(ACCESS_RULES)
    rules.chmod(0o600)
    lines = [
        f"listener {port} 127.0.0.1",
        f"cafile {ca}",
        f"certfile {server.cert}",
        f"keyfile {server.key}",
        *([f"crlfile {crl}"] if crl is not None else []),
        "require_certificate true",
        "use_identity_as_username true",
        "use_username_as_clientid true",
        "allow_anonymous false",
        f"acl_file {rules}",
        f"max_packet_size {MAX_PACKET_BYTES}",
        # When a province sends its hellos at once, all of them are in the centre's queue; above
        # this limit Mosquitto drops them.
        f"max_queued_messages {MAX_QUEUED}",
        "set_tcp_nodelay true",
        "persistence true",
        f"persistence_location {folder}/",
        "persistent_client_expiration 1h",
        "log_dest stderr",
        "log_type error",
        "log_type warning",
        "log_type notice",
    ]
    if os.geteuid() == 0:
        # Started as root, Mosquitto drops to user `mosquitto` and can neither read keys of mode
        # 0600 nor write its database here.
        lines.append("user root")
    path = folder / "mosquitto.conf"
    path.write_text("\n".join(lines) + "\n")
    return path


class MosquittoBroker:
    """One Mosquitto child process; started again, it keeps its port and its database.

    Args:
        folder: see `write_broker_config`.
        ca: the authority whose certificates may connect.
        server: the broker's own certificate and key.
        port: on 127.0.0.1; 0 takes a free one.
        crl: PEM of revoked certificates.
    """

    def __init__(
        self, folder: Path, ca: Path, server: Identity, port: int = 0, crl: Path | None = None
    ) -> None:
        self.host = "127.0.0.1"
        self.port = port or find_free_port()
        self._log = folder / "mosquitto.log"
        self._config = write_broker_config(folder, self.port, ca, server, crl)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Start, and return once it listens.

        Raises:
            BrokerError: it ended, or did not listen within ten seconds.
        """
        if self._process is not None:
            raise RuntimeError("the broker runs already")
        log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._process = await asyncio.create_subprocess_exec(
                "mosquitto", "-c", str(self._config), stdin=asyncio.subprocess.DEVNULL,
                stdout=log, stderr=log,
            )  # fmt: skip
        finally:
            os.close(log)
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                await self._until_listening(self._process)
        except TimeoutError as error:
            await self.kill()
            raise BrokerError(f"not listening on {self.port}: {self._tail()}") from error

    async def stop(self) -> None:
        """Stop by SIGTERM: retained messages and sessions are saved. Does nothing when stopped."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self._process.wait()
        except TimeoutError:
            await self.kill()
        self._process = None

    async def kill(self) -> None:
        """End it by SIGKILL, as a power cut would: what was not saved is lost."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        self._process = None

    async def _until_listening(self, process: asyncio.subprocess.Process) -> None:
        while True:
            if process.returncode is not None:
                self._process = None
                raise BrokerError(f"ended with {process.returncode}: {self._tail()}")
            try:
                _, writer = await asyncio.open_connection(self.host, self.port)
            except OSError:
                await asyncio.sleep(_POLL_S)
            else:
                writer.close()
                await writer.wait_closed()
                return

    def _tail(self) -> str:
        return self._log.read_text(errors="replace")[-500:]

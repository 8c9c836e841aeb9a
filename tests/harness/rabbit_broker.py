"""RabbitMQ with its MQTT plug-in and mutual TLS: 3.1.1 only, dots rewritten.

Debian's packages are unpacked into a folder (`.ci/rabbitmq`) and never installed, so no service
starts on the machine. The Erlang node listens on 127.0.0.1 alone.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path

from central.collector.identity import CENTRE, Identity
from central.testbed.broker import find_free_port
from tests.harness.broker_rules import rabbit_definitions
from tests.harness.child_broker import ChildBroker

PROJECT = Path(__file__).resolve().parents[2]
IS_INSTALLED = Path("/usr/lib/rabbitmq/lib").is_dir()
START_LIMIT_S = 120.0


async def unpack_rabbitmq() -> Path:
    """The folder below which its packages lie: the machine's own, or unpacked once.

    Raises:
        RuntimeError: they cannot be had from Debian's archive.
    """
    if IS_INSTALLED:
        return Path("/")
    root = PROJECT / ".venv" / "rabbitmq"  # goes with `make clean`
    unpack = await asyncio.create_subprocess_exec(
        PROJECT / ".ci" / "unpack", "rabbitmq-server", root
    )
    if await unpack.wait() != 0:
        raise RuntimeError("RabbitMQ cannot be had from Debian's archive")
    return root


class RabbitBroker(ChildBroker):
    """One node on 127.0.0.1.

    Args:
        folder: for its configuration, its database and its log.
        ca: PEM of the authority whose certificates may connect.
        server: its own certificate and key.
        root: where the packages were unpacked.
        stations: those that have rights on it.
    """

    def __init__(
        self, folder: Path, ca: Path, server: Identity, root: Path, stations: Sequence[str]
    ) -> None:
        folder.mkdir(parents=True)
        super().__init__(find_free_port(), folder / "rabbit.log")
        self._folder = folder
        self._erlang = root / "usr/lib/erlang"
        (self._home,) = (root / "usr/lib/rabbitmq/lib").glob("rabbitmq_server-*")
        (self._programs,) = self._erlang.glob("erts-*/bin")
        (folder / "enabled_plugins").write_text("[rabbitmq_mqtt].\n")
        definitions = json.dumps(rabbit_definitions(stations, CENTRE))
        (folder / "definitions.json").write_text(definitions)
        (folder / "rabbitmq.conf").write_text(
            f"""\
listeners.tcp = none
mqtt.listeners.tcp = none
mqtt.listeners.ssl.1 = 127.0.0.1:{self.port}
mqtt.allow_anonymous = false
mqtt.ssl_cert_login = true
ssl_cert_login_from = common_name
load_definitions = {folder}/definitions.json
ssl_options.cacertfile = {ca}
ssl_options.certfile = {server.cert}
ssl_options.keyfile = {server.key}
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = true
log.console = true
log.file = false
"""
        )

    async def start(self) -> None:
        """Start, and return once it listens."""
        names = str(find_free_port())
        env = self._environment(names)
        await self.spawn(
            str(self._programs / "epmd"), "-address", "127.0.0.1", "-port", names, env=env
        )
        await self.spawn(
            str(self._programs / "erlexec"), "-noinput", "-s", "rabbit", "boot",
            "-boot", "start_sasl", "+W", "w", "+sbwt", "none",
            "-kernel", "inet_dist_use_interface", "{127,0,0,1}",
            "-kernel", "prevent_overlapping_partitions", "false",
            "-syslog", "logger", "[]", "-syslog", "syslog_error_logger", "false",
            env=env,
        )  # fmt: skip
        await self.until_listening(START_LIMIT_S)

    def _environment(self, names_port: str) -> dict[str, str]:
        folder = self._folder
        erlang = {
            "ROOTDIR": str(self._erlang), "BINDIR": str(self._programs), "EMU": "beam",
            "PROGNAME": "erl", "ERL_LIBS": str(self._home / "plugins"), "HOME": str(folder),
            "PATH": f"{self._programs}:{os.environ['PATH']}", "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": names_port, "ERL_CRASH_DUMP": str(folder / "crash.dump"),
        }  # fmt: skip
        rabbit = {
            "HOME": str(self._home), "NODENAME": "tramtin@localhost",
            "MNESIA_BASE": str(folder / "mnesia"), "LOG_BASE": str(folder / "log"),
            "ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "CONFIG_FILE": str(folder / "rabbitmq.conf"), "CONF_ENV_FILE": str(folder / "none"),
            "PLUGINS_DIR": str(self._home / "plugins"), "DIST_PORT": str(find_free_port()),
            "PID_FILE": str(folder / "pid"),
        }  # fmt: skip
        return {**erlang, **{f"RABBITMQ_{name}": value for name, value in rabbit.items()}}

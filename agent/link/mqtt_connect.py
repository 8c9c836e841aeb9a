"""Builds the client of one connection: TLS files, protocol version, session, limits, will."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from agent.contract.envelope import MAX_ENVELOPE_BYTES
from agent.contract.ids import StationId
from agent.link.bounded_mqtt import PACKET_HEAD_BYTES, BoundedClient
from agent.link.inbox import MAX_BYTES
from agent.link.tls import CertificateDates, load_context

SESSION_EXPIRY_S = 3600
# As many of the longest messages as one lane of the inbox holds: no honest broker overflows it.
# A dropped message stays unacknowledged, and after so many the broker sends no more.
RECEIVE_MAXIMUM = MAX_BYTES // 2 // MAX_ENVELOPE_BYTES
MAX_PENDING_CALLS = 8


class BrokerSettings(Protocol):
    """Address of the broker, and the PEM files of mutual TLS."""

    @property
    def host(self) -> str: ...  # noqa: D102 - the names say it
    @property
    def port(self) -> int: ...  # noqa: D102 - as above
    @property
    def ca(self) -> str: ...  # noqa: D102 - as above
    @property
    def cert(self) -> str: ...  # noqa: D102 - as above
    @property
    def key(self) -> str: ...  # noqa: D102 - as above


@dataclass(frozen=True)
class ConnectTiming:
    """Seconds: keep-alive, time-out of a connection attempt, waits of the back-off."""

    keepalive_s: int = 120
    connect_timeout_s: float = 15.0
    base_s: float = 1.0
    cap_s: float = 300.0
    spread_s: float = 60.0
    duplicate_wait_s: float = 600.0

    @classmethod
    def scaled(cls, keepalive_s: int, base_s: float) -> ConnectTiming:
        """The usual proportions for a first wait of `base_s`."""
        return cls(keepalive_s, base_s=base_s, cap_s=300 * base_s, spread_s=60 * base_s)


async def build_client(
    broker: BrokerSettings,
    station: StationId,
    *,
    protocol: aiomqtt.ProtocolVersion,
    keepalive_s: int,
    will: aiomqtt.Will | None,
    on_refused: Callable[[str], None],
    dates: CertificateDates,
) -> BoundedClient:
    """Build a client that is not connected; the caller sets its `take`.

    Raises:
        OSError: a PEM file is missing or is none (ssl.SSLError is one).
    """
    modern = protocol is aiomqtt.ProtocolVersion.V5
    return BoundedClient(
        max_bytes=MAX_ENVELOPE_BYTES,
        on_refused=on_refused,
        hostname=broker.host,
        port=broker.port,
        identifier=station,
        protocol=protocol,
        clean_session=None if modern else True,
        clean_start=False if modern else paho.MQTT_CLEAN_START_FIRST_ONLY,
        properties=_connect_properties() if modern else None,
        keepalive=keepalive_s,
        tls_context=await asyncio.to_thread(load_tls, broker, dates),
        will=will,
        max_concurrent_outgoing_calls=MAX_PENDING_CALLS,
    )


def _connect_properties() -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho's lack
    properties.SessionExpiryInterval = SESSION_EXPIRY_S
    properties.ReceiveMaximum = RECEIVE_MAXIMUM
    properties.MaximumPacketSize = MAX_ENVELOPE_BYTES + PACKET_HEAD_BYTES
    return properties


def load_tls(broker: BrokerSettings, dates: CertificateDates) -> ssl.SSLContext:
    """Load the PEM files; blocks. Only the broker's own authority is trusted, not the system's.

    Raises:
        OSError: a file is missing or no PEM (ssl.SSLError is one).
    """
    context = load_context(broker.ca, dates, with_public=False)
    # with an explicit passphrase OpenSSL does not ask the terminal for one
    context.load_cert_chain(broker.cert, broker.key, password="")
    return context

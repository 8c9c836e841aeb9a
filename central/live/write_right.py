"""Does the broker let a voice through? Asked once, before anybody speaks.

Segments go by MQTT 3.1.1 at QoS 0, so that every broker has them at once; one whose access rules
lack the name `live` drops them without a word, and somebody speaks to nobody. MQTT 5 has an answer
for that (OASIS MQTT 5.0 §3.4.2.1: PUBACK with a reason code of failure). A broker that does not
speak MQTT 5 tells nothing, and is not asked further.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from central.live.live_line import LiveBroker

LIMIT_S = 5.0
NO_STREAM = "0" * 32  # no grant has this id: stations pass it by


class _Asking(aiomqtt.Client):
    """Keeps the reason code of the confirmation, which aiomqtt drops."""

    refused = False

    def _on_publish(
        self, client: Any, userdata: Any, mid: int, reason_code: ReasonCode, properties: Any
    ) -> None:
        self.refused = self.refused or reason_code.is_failure
        super()._on_publish(client, userdata, mid, reason_code, properties)


async def is_write_refused(broker: LiveBroker, context: ssl.SSLContext, topic: str) -> bool:
    """Does the broker say that nothing may be written here? False also where it says nothing.

    Args:
        broker: where.
        context: with the certificates.
        topic: of a stream that nobody hears, see `NO_STREAM`.
    """
    client = _Asking(
        broker.host,
        broker.port,
        identifier=broker.name,
        protocol=aiomqtt.ProtocolVersion.V5,
        tls_context=context,
    )
    try:
        async with asyncio.timeout(LIMIT_S), client:
            await client.publish(topic, b"", qos=1)
    except (aiomqtt.MqttError, OSError, TimeoutError):
        return False  # whoever cannot connect at all is told so by the line
    return client.refused

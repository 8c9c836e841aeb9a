"""The way to the broker, step by step: name, port, TLS, access, subscriptions, time to answer.

What a broker calls by our certificate's name it can also throw out by that name: a second CONNECT
would end the running agent's connection. So with a running agent the probe ends after TLS. Without
one it connects as the agent would (same name, same kept session, no will) and acknowledges nothing,
so whatever waits at the broker still waits when the agent comes.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from functools import partial

import aiomqtt
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from agent.contract.ids import StationId
from agent.contract.topic import AUTHORITY, CENTRE_STATE, ROOT
from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, good, unseen, warning
from agent.doctor.probes.handshake import load_context, reach, shake_hands
from agent.link.bounded_mqtt import BoundedClient, ClosedEarlyError
from agent.link.mqtt_connect import build_client
from agent.link.subscription import REFUSED
from agent.link.tls import CertificateDates
from agent.settings.model import Settings

DNS_S = 5.0
CONNECT_S = 8.0
KEEPALIVE_S = 30
SLOW_MS = 2000.0
DAYS_LOW = 30.0
DAY_S = 86_400.0


async def check(case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """One finding a step; the first step that fails is the last."""
    if case.settings is None:
        yield unseen("needs_settings")
        return
    broker = case.settings.broker
    for step in (
        partial(_resolve, broker.host, broker.port),
        partial(_reach, broker.host, broker.port),
        partial(_shake_hands, case, case.settings),
        partial(_enter, case),
    ):
        findings = await step()
        for finding in findings:
            yield finding
        if any(finding.state in ("fault", "not_checked") for finding in findings):
            return


async def _resolve(host: str, port: int) -> list[ProbeFinding]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(DNS_S):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError:
        return [fault("dns_silent", host)]
    except OSError as error:
        return [fault("dns_unknown", host, detail=str(error))]
    addresses = sorted({str(one[4][0]) for one in found})
    if addresses == [host]:
        return []  # the settings name an address
    return [good("dns_good", host, ", ".join(addresses), _ms((loop.time() - began) * 1000))]


async def _reach(host: str, port: int) -> list[ProbeFinding]:
    answer = await reach(host, port)
    if isinstance(answer, ProbeFinding):
        return [answer]
    return [good("tcp_good", host, str(port), _ms(answer))]


async def _shake_hands(case: DoctorContext, settings: Settings) -> list[ProbeFinding]:
    dates = CertificateDates(case.now)
    context = await asyncio.to_thread(load_context, settings.broker, dates)
    if isinstance(context, ProbeFinding):
        return [context]
    shaken = await shake_hands(settings.broker, context)
    if shaken.wrong is not None:
        return [shaken.wrong]
    found = [good("tls_good", shaken.version, _ms(shaken.took_ms))]
    return found + await asyncio.to_thread(_examine_days, shaken.certificate, case.today())


def _examine_days(certificate: bytes, today: datetime) -> list[ProbeFinding]:
    from cryptography import x509

    ends: datetime = x509.load_der_x509_certificate(certificate).not_valid_after_utc
    days = (ends - today).total_seconds() / DAY_S
    args = (f"{ends:%d/%m/%Y}", f"{days:.0f}")
    return [warning("broker_days_low", *args) if days < DAYS_LOW else good("broker_days", *args)]


async def _enter(case: DoctorContext) -> list[ProbeFinding]:
    if case.settings is None or case.is_running:
        return [unseen("mqtt_busy", str(case.agent_pid))]
    try:
        return await _connect(case, case.settings, aiomqtt.ProtocolVersion.V5)
    except (MqttConnectError, ClosedEarlyError) as first:
        # As the agent does: a broker without MQTT 5 refuses, or hangs up.
        try:
            found = await _connect(case, case.settings, aiomqtt.ProtocolVersion.V311)
        except (aiomqtt.MqttError, TimeoutError) as error:
            return [fault("mqtt_refused", case.settings.station, detail=f"{first}; {error}")]
        return [warning("mqtt_old"), *found]
    except TimeoutError:
        return [fault("mqtt_silent", f"{CONNECT_S:.0f}")]
    except (aiomqtt.MqttError, OSError) as error:
        return [fault("mqtt_refused", case.settings.station, detail=str(error))]


async def _connect(
    case: DoctorContext, settings: Settings, protocol: aiomqtt.ProtocolVersion
) -> list[ProbeFinding]:
    """CONNECT and SUBSCRIBE as the agent does.

    Raises:
        TimeoutError: no answer.
        aiomqtt.MqttError: the broker refuses us.
    """
    loop = asyncio.get_running_loop()
    client = await build_client(
        settings.broker,
        StationId(settings.station),
        protocol=protocol,
        keepalive_s=KEEPALIVE_S,
        will=None,
        on_refused=lambda _why: None,
        dates=CertificateDates(case.now),
    )
    try:
        began = loop.time()
        async with asyncio.timeout(CONNECT_S):
            await client.__aenter__()
            entered_ms = (loop.time() - began) * 1000
            began = loop.time()
            refused = await _subscribe(client, settings.station)
        answered_ms = (loop.time() - began) * 1000
        await client.__aexit__(None, None, None)
    finally:
        client.drop()
    if refused:
        return [fault("suback_refused", topic, f"{code:#04x}") for topic, code in refused]
    args = (_ms(entered_ms), _ms(answered_ms))
    return [warning("mqtt_slow", *args) if answered_ms > SLOW_MS else good("mqtt_good", *args)]


async def _subscribe(client: BoundedClient, station: str) -> list[tuple[str, int]]:
    """The topics that the broker refuses us, with its code."""
    topics = [f"{ROOT}/d/{station}/#", CENTRE_STATE, f"{AUTHORITY}/#"]
    is_new = client.protocol is aiomqtt.ProtocolVersion.V5
    wanted = [(topic, SubscribeOptions(qos=1) if is_new else 1) for topic in topics]
    codes: Sequence[int | ReasonCode] = await client.subscribe(wanted)  # type: ignore[arg-type] # paho takes both pairs
    values = [code.value if isinstance(code, ReasonCode) else code for code in codes]
    return [pair for pair in zip(topics, values, strict=False) if pair[1] >= REFUSED]


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:.0f}"

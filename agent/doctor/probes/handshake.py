"""One TLS handshake with the broker, and what its end means; a running agent is not disturbed.

With TLS 1.3 a broker that refuses our certificate says so only after the handshake: so the line is
listened to for a moment. A broker that accepts us keeps quiet until CONNECT (MQTT 5, section 3.1).
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass

from agent.doctor.finding import ProbeFinding, fault, unseen, warning
from agent.link.mqtt_connect import BrokerSettings
from agent.link.tls import EXPIRED, NOT_YET_VALID, CertificateDates

CONNECT_S = 6.0
LISTEN_S = 1.0
# openssl/x509_vfy.h: X509_V_ERR_…
WRONG_NAME, WRONG_ADDRESS = 62, 64
UNKNOWN_AUTHORITY = {2, 18, 19, 20, 21}


@dataclass(frozen=True)
class Handshake:
    """The result: a finding, or what was negotiated. Times in milliseconds."""

    wrong: ProbeFinding | None = None
    took_ms: float = 0.0
    version: str = ""
    certificate: bytes = b""


async def reach(host: str, port: int) -> ProbeFinding | float:
    """Open a TCP connection and close it; returns how long that took (ms), or what is wrong."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        return fault("tcp_silent", host, str(port), f"{CONNECT_S:.0f}")
    except ConnectionRefusedError:
        return fault("tcp_refused", host, str(port))
    except OSError as error:
        return fault("tcp_unreachable", host, str(port), detail=str(error))
    took_ms = (loop.time() - began) * 1000
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return took_ms


async def shake_hands(broker: BrokerSettings, context: ssl.SSLContext) -> Handshake:
    """A whole handshake with our certificate, then a short wait for an alert."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(broker.host, broker.port, ssl=context)
    except TimeoutError:
        return Handshake(fault("tls_silent", f"{CONNECT_S:.0f}"))
    except ssl.SSLCertVerificationError as error:
        return Handshake(examine_refusal_by_us(error, broker))
    except ssl.SSLError as error:
        return Handshake(examine_refusal_by_broker(error))
    except OSError as error:
        return Handshake(fault("tls_hung_up", detail=str(error)))
    took_ms = (loop.time() - began) * 1000
    session = writer.get_extra_info("ssl_object")
    # Before listening: an alert takes both away.
    version, certificate = session.version(), session.getpeercert(binary_form=True)
    try:
        return Handshake(await _listen(reader), took_ms, version, certificate)
    finally:
        writer.transport.abort()


async def _listen(reader: asyncio.StreamReader) -> ProbeFinding | None:
    try:
        async with asyncio.timeout(LISTEN_S):
            said = await reader.read(1)
    except TimeoutError:
        return None
    except ssl.SSLError as error:
        return examine_refusal_by_broker(error)
    except OSError as error:
        return fault("tls_refused_us", detail=str(error))
    return warning("tls_speaks_first") if said else fault("tls_refused_us", detail="it hung up")


def examine_refusal_by_us(
    error: ssl.SSLCertVerificationError, broker: BrokerSettings
) -> ProbeFinding:
    """Why we do not trust the broker."""
    detail = f"{error.verify_message} ({error.verify_code})"
    if error.verify_code == EXPIRED:
        return fault("broker_expired", detail=detail)
    if error.verify_code == NOT_YET_VALID:
        return fault("broker_not_yet", detail=detail)
    if error.verify_code in (WRONG_NAME, WRONG_ADDRESS):
        return fault("broker_wrong_name", broker.host, detail=detail)
    if error.verify_code in UNKNOWN_AUTHORITY:
        return fault("broker_other_authority", broker.ca, detail=detail)
    return fault("broker_not_trusted", detail=detail)


def examine_refusal_by_broker(error: ssl.SSLError) -> ProbeFinding:
    """Why the broker does not trust us, by its alert (RFC 8446, section 6.2)."""
    reason = error.reason or str(error)
    for text, code in (
        ("EXPIRED", "tls_our_expired"),
        ("UNKNOWN_CA", "tls_our_authority"),
        ("REVOKED", "tls_our_revoked"),
        ("WRONG_VERSION_NUMBER", "tls_not_tls"),
        ("HTTP_REQUEST", "tls_not_tls"),
    ):
        if text in reason:
            return fault(code, detail=reason)
    if "ALERT" in reason or "CERTIFICATE" in reason:
        return fault("tls_refused_us", detail=reason)
    return fault("tls_hung_up", detail=reason)


def load_context(broker: BrokerSettings, dates: CertificateDates) -> ssl.SSLContext | ProbeFinding:
    """As the agent makes it; blocks."""
    from agent.link.mqtt_connect import load_tls

    try:
        return load_tls(broker, dates)
    except PermissionError as error:
        return unseen("key_closed", broker.key, detail=str(error))
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        return fault("tls_files", broker.cert, broker.key, broker.ca, detail=str(error))

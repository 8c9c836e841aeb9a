"""End a running session at the broker: connect under the same name, for a moment.

A broker reads its revocation list when a client connects; who is connected stays. The broker of
docs/enrolment.md takes the client id from the certificate, so a second connection of that name ends
the first, and the revoked box cannot connect again.
"""

from __future__ import annotations

import ssl
import tempfile
import threading
from datetime import datetime
from pathlib import Path

import paho.mqtt.client as paho
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from paho.mqtt.enums import CallbackAPIVersion

from central.enrolment.certificate_authority import IssuingAuthority
from central.enrolment.private_file import write_new_file, write_private_key

LIMIT_S = 10.0
_LIFE_DAYS = 0.01


def cut_session(
    authority: IssuingAuthority, station: str, host: str, port: int, ca: Path, now: datetime
) -> bool:
    """End the session of a station; return whether the broker took the connection; blocks.

    Args:
        authority: of boxes; it certifies a key of a quarter of an hour for this.
        station: whose session ends, with what is queued for it.
        host: of the broker.
        port: of the broker.
        ca: of the broker's certificate.
        now: aware UTC.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    made = authority.issue_client(station, key.public_key(), now, _LIFE_DAYS)
    with tempfile.TemporaryDirectory(prefix="tramtin-enrol-") as name:
        folder = Path(name)
        write_new_file(folder / "cert.pem", made.public_bytes(Encoding.PEM), 0o600)
        write_private_key(folder / "key.pem", key, None)
        context = ssl.create_default_context(cafile=ca)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return _connect_once(context, station, host, port)


def _connect_once(context: ssl.SSLContext, station: str, host: str, port: int) -> bool:
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=station, clean_session=True)
    client.tls_set_context(context)
    connected = threading.Event()
    client.on_connect = lambda *arguments: None if arguments[3].is_failure else connected.set()
    try:
        client.connect(host, port, keepalive=30)
        client.loop_start()
        return connected.wait(LIMIT_S)
    except OSError:
        return False
    finally:
        client.disconnect()
        client.loop_stop()

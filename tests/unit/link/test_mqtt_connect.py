"""How a box connects: no person is there to answer a prompt."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from agent.link.mqtt_connect import load_tls
from agent.link.tls import CertificateDates
from agent.settings.model import Broker
from central.testbed.certificates import make_demo_ca


def test_a_key_with_a_passphrase_is_refused_and_the_passphrase_not_asked_for(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ca = make_demo_ca(tmp_path / "ca")
    identity = ca.issue_device("tv-cl-0007")
    key = load_pem_private_key(identity.key.read_bytes(), None)
    locked = tmp_path / "locked.key"
    locked.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"abc"))
    )
    broker = Broker(host="h", ca=str(ca.ca), cert=str(identity.cert), key=str(locked))
    with pytest.raises(ssl.SSLError):
        load_tls(broker, CertificateDates())
    assert "pass phrase" not in "".join(capfd.readouterr())

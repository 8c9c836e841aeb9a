"""TLS to a radio's host: the box's own dates, and the key that the signed item may name."""

from __future__ import annotations

import hashlib
import ssl
from typing import Any
from urllib.parse import urlsplit

from agent.link.tls import CertificateDates, DatedContext, load_context
from agent.live.relay.relay_config import RelayConfig


def load_radio_context(config: RelayConfig) -> DatedContext:
    """The trusted authorities, and the key that the item names; blocks.

    Raises:
        OSError: the file of the authority is missing or no PEM.
    """
    context = load_context(config.ca, CertificateDates(config.read_now), with_public=True)
    if config.host_key is not None:
        pin_key(context, urlsplit(config.url).hostname or "", config.host_key)
    return context


def pin_key(context: DatedContext, host: str, host_key: str) -> None:
    """Accept from one host the key with this hash alone; all else is verified as before."""
    usual: Any = context.sslobject_class

    class PinnedObject(usual):  # type: ignore[misc] # asyncio's TLS objects of this context
        def do_handshake(self) -> None:
            super().do_handshake()
            if self.server_hostname == host:
                _verify_key(self.getpeercert(binary_form=True), host_key)

    context.sslobject_class = PinnedObject


def _verify_key(certificate: bytes, host_key: str) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import load_der_x509_certificate

    key = load_der_x509_certificate(certificate).public_key()
    found = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if hashlib.sha256(found).hexdigest() != host_key:
        raise ssl.SSLCertVerificationError("the host has not the key that the item names")

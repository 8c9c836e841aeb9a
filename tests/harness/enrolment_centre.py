"""A centre that enrols boxes: both authorities, a real Mosquitto, the real service over TLS."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from central.authority.demo_authority import make_demo_authority
from central.authority.demo_model import DemoAuthority
from central.collector.identity import Identity
from central.enrolment.certificate_authority import (
    IssuingAuthority,
    make_device_authority,
    make_server_authority,
)
from central.enrolment.grant import load_grant_source
from central.enrolment.issued_pair import write_pair
from central.enrolment.revocation import due_list, publish_list
from central.enrolment.service import EnrolmentService
from central.enrolment.settings import BrokerEntry, EnrolmentSettings, load_enrolment_settings
from central.store.database import Database
from central.testbed.broker import MosquittoBroker, find_free_port

SETTINGS = """\
url: https://127.0.0.1:{port}
listen: 127.0.0.1:{port}
certificate: {folder}/enrol.pem
key: {folder}/enrol.key
authority: {folder}/ca
database: {folder}/central.db
broker:
  host: 127.0.0.1
  port: {broker}
  ca: {folder}/ca/server-ca.pem
  crl: {folder}/crl.pem
  reload: [sh, -c, 'kill -HUP "$(cat {folder}/broker.pid)"']
root: {root}
province: "84"
"""
START_LIMIT_S = 30.0


@dataclass
class BoxKey:
    """A box's key, its signing request, and what it was given."""

    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def csr(self) -> str:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "box")])
        made = x509.CertificateSigningRequestBuilder().subject_name(name)
        pem = made.sign(self.private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        return pem.decode()

    def write(self, folder: Path, name: str, certificate: str) -> Identity:
        folder.mkdir(parents=True, exist_ok=True)
        identity = Identity(folder / f"{name}.pem", folder / f"{name}.key")
        identity.cert.write_text(certificate)
        identity.key.write_bytes(
            self.private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        identity.key.chmod(0o600)
        return identity


class EnrolmentCentre:
    """Everything in one folder; nothing runs yet.

    Args:
        folder: for all files.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        now = datetime.now(UTC)
        self.authority: IssuingAuthority = make_device_authority(
            folder / "ca", "x-demo device CA", now, None
        )
        servers = make_server_authority(
            folder / "ca", "x-demo server CA", ["127.0.0.1", "localhost"], now, None
        )
        hosts = ["localhost", "127.0.0.1"]
        for name in ("enrol", "broker"):
            write_pair(folder / name, lambda key: servers.issue_server(hosts, key, now))
        self.signers: DemoAuthority = make_demo_authority(folder / "authority")
        self.port = find_free_port()
        self.database = Database.open(folder / "central.db")
        path = folder / "enrol.yaml"
        self.broker = MosquittoBroker(
            folder / "mosquitto", folder / "ca" / "device-ca.pem",
            Identity(folder / "broker.pem", folder / "broker.key"), crl=folder / "crl.pem",
        )  # fmt: skip
        path.write_text(
            SETTINGS.format(
                port=self.port, broker=self.broker.port, folder=folder, root=self.signers.root
            )
        )
        self.settings_file = path
        self.settings: EnrolmentSettings = load_enrolment_settings(path)
        self.source = load_grant_source(self.settings, self.authority)
        self._begun = now  # the service's clock stands still, but for `ahead`
        self.ahead = timedelta()
        self.service = EnrolmentService(self.database, self.source, self.now)
        first = due_list(self.database, self.authority, now)
        assert first is not None
        publish_list(folder / "crl.pem", first, [])

    def now(self) -> datetime:
        return self._begun + self.ahead

    @property
    def broker_entry(self) -> BrokerEntry:
        return self.settings.broker

    def ask(
        self, method: str, path: str, body: object = None, token: str | None = None
    ) -> tuple[int, Any]:
        """One question over TLS, with the authority of the service's certificate; blocks."""
        context = ssl.create_default_context(cafile=self.folder / "ca" / "server-ca.pem")
        line = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=context)
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            line.request(method, path, raw, headers)
            answer = line.getresponse()
            content = answer.read()
        finally:
            line.close()
        is_json = answer.headers.get_content_type() == "application/json"
        return answer.status, json.loads(content) if is_json else content


@contextlib.asynccontextmanager
async def running_enrolment_centre(folder: Path) -> AsyncIterator[EnrolmentCentre]:
    """Broker and service run; both end with the block."""
    centre = await asyncio.to_thread(EnrolmentCentre, folder)
    await centre.broker.start()
    try:
        (folder / "broker.pid").write_text(str(centre.broker.pid))
        with running_service(centre):
            yield centre
    finally:
        await centre.broker.stop()
        centre.database.close()


@contextlib.contextmanager
def running_service(centre: EnrolmentCentre) -> Iterator[None]:
    """The service alone, in a thread with a loop of its own."""
    server = centre.service.build_server()
    thread = threading.Thread(target=server.run, name="enrolment service")
    thread.start()
    try:
        limit = time.monotonic() + START_LIMIT_S
        while not server.started and thread.is_alive() and time.monotonic() < limit:
            time.sleep(0.02)
        assert server.started
        yield
    finally:
        server.should_exit = True
        thread.join()

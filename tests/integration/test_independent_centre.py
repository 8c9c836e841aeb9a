"""A centre that is written from docs/contract.md alone leads a real agent through its first day.

Neither this file nor the centre imports anything of the project: see the first test.
"""

from __future__ import annotations

import ast
import asyncio
import ipaddress
import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiomqtt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.harness import independent_centre
from tests.harness.independent_centre import (
    PLACE,
    SLOT,
    STATION,
    Centre,
    Tree,
    encode,
    group_topic,
    now,
    pinned_root,
    with_token,
)

LIMIT_S = 60.0
LEADS_S = (1.5, 12, 22, 32)  # of the starts; a busy machine misses the first
LIBRARIES = {"aiomqtt", "cryptography"}


class Certificates:
    """An authority of our own; the name in a certificate is the name at the broker."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ca")])
        self.ca = self._write("ca", self._build("ca", self._key, is_ca=True), self._key)

    def issue(self, name: str) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        return self._write(name, self._build(name, key, is_ca=False), key)

    def _build(
        self, name: str, key: ec.EllipticCurvePrivateKey, *, is_ca: bool
    ) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2049, 1, 1, tzinfo=UTC))
            .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
            .add_extension(own, critical=False)
            .add_extension(authority, critical=False)
            .add_extension(names, critical=False)
            .sign(self._key, SHA256())
        )

    def _write(
        self, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
    ) -> Path:
        path = self._folder / f"{name}.pem"
        path.write_bytes(certificate.public_bytes(Encoding.PEM))
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.with_suffix(".key").write_bytes(secret)
        path.with_suffix(".key").chmod(0o600)
        return path


@dataclass
class Site:
    """Broker and box as child processes, in one folder."""

    folder: Path
    certificates: Certificates
    port: int

    def configure_broker(self) -> Path:
        server = self.certificates.issue("broker")
        rules = self.folder / "acl"
        rules.write_text(
            "user centre\ntopic readwrite tramtin/1/#\n\npattern write tramtin/1/u/+/%u/#\n"
            "pattern read tramtin/1/d/%u/#\npattern read tramtin/1/g/+/#\n"
            "pattern read tramtin/1/c/#\npattern read tramtin/1/auth/#\n"
        )
        rules.chmod(0o600)
        user = "user root\n" if os.geteuid() == 0 else ""
        path = self.folder / "mosquitto.conf"
        path.write_text(
            f"listener {self.port} 127.0.0.1\ncafile {self.certificates.ca}\n"
            f"certfile {server}\nkeyfile {server.with_suffix('.key')}\nrequire_certificate true\n"
            "use_identity_as_username true\nuse_username_as_clientid true\n"
            f"acl_file {rules}\n{user}"
        )
        return path

    def configure_box(self, root: bytes) -> Path:
        (self.folder / "root.json").write_bytes(root)
        device = self.certificates.issue(STATION)
        path = self.folder / "station.yaml"
        path.write_text(
            f"station: {STATION}\n"
            f"broker: {{host: 127.0.0.1, port: {self.port}, ca: {self.certificates.ca},"
            f" cert: {device}, key: {device.with_suffix('.key')}, retry_base_s: 0.1}}\n"
            f"root: {self.folder}/root.json\n"
            f"state: {self.folder}/state\n"
            "outputs:\n"
            f"  - {{name: bang-tin, board: {{profile: png, path: {self.folder}/board}},"
            " faces: [{name: mat-truoc, width_px: 64, height_px: 32}]}\n"
        )
        return path

    async def check_box(self, root: bytes) -> int:
        """The exit code of `tramtin check` with this root."""
        command = (sys.executable, "-m", "agent", "check", str(self.configure_box(root)))
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        return await process.wait()

    @asynccontextmanager
    async def running(self, *command: str) -> AsyncIterator[None]:
        log = self.folder / f"{Path(command[0]).name}.log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output
            )
        try:
            yield
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[aiomqtt.Client]:
        """As the centre, with its birth and its will."""
        identity = self.certificates.issue("centre")
        context = ssl.create_default_context(cafile=self.certificates.ca)
        context.load_cert_chain(identity, identity.with_suffix(".key"))
        state, session = "tramtin/1/c/state", int(now().timestamp())
        gone = encode({"online": False, "session": session})
        async with aiomqtt.Client(
            "127.0.0.1", self.port, identifier="centre", protocol=aiomqtt.ProtocolVersion.V311,
            tls_context=context, will=aiomqtt.Will(state, gone, qos=1, retain=True),
        ) as client:  # fmt: skip
            await client.subscribe("tramtin/1/u/+/+/#", qos=1)
            here = {"online": True, "session": session, "spread_s": 2}
            await client.publish(state, encode(here), qos=1, retain=True)
            yield client


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(is_so: Callable[[], object], what: str) -> None:
    try:
        async with asyncio.timeout(LIMIT_S):
            while not is_so():  # noqa: ASYNC110 - other processes set no event
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"not in time: {what}") from None


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@asynccontextmanager
async def centre_and_box(folder: Path) -> AsyncIterator[Centre]:
    """A centre that hears, and a box that has just been switched on for the first time."""
    site, tree = Site(folder, Certificates(folder), find_free_port()), Tree()
    box = site.configure_box(tree.root_file)
    device = x509.load_pem_x509_certificate((folder / f"{STATION}.pem").read_bytes())
    agent = (sys.executable, "-m", "agent", "run", str(box), "--health-s", "1")
    async with site.running("mosquitto", "-c", str(site.configure_broker())):
        await until(lambda: is_listening(site.port), "the broker")
        async with site.connected() as client, asyncio.TaskGroup() as group:
            centre = Centre(tree, device, client)
            hearing = group.create_task(centre.hear(), name="centre")
            async with site.running(*agent):
                yield centre
            hearing.cancel()


def test_the_centre_and_its_test_import_nothing_of_the_project() -> None:
    imported = {
        name
        for file in (__file__, str(independent_centre.__file__))
        for node in ast.walk(ast.parse(Path(file).read_text(encoding="utf-8")))
        for name in _imported(node)
    }
    centre = independent_centre.__name__
    own = {centre, centre.rpartition(".")[0]}
    others = {one.partition(".")[0] for one in imported - own} - sys.stdlib_module_names
    assert others == LIBRARIES


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or "."] if isinstance(node, ast.ImportFrom) else []


async def test_a_pinned_root_made_from_the_page_is_one_that_a_box_starts_with(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path, Certificates(tmp_path), find_free_port())
    assert await site.check_box(encode(pinned_root(with_token("Lan")))) == 0


async def test_a_box_lives_its_first_day_under_a_centre_built_from_the_page(tmp_path: Path) -> None:
    async with centre_and_box(tmp_path) as centre:
        tree = centre.tree
        await until(lambda: centre.hellos, "a hello of a box that knows its root alone")
        assert centre.hellos[0]["place"] is None
        assert centre.hellos[0]["authority"] == {"root": 1}
        await centre.publish_authority()
        await until(lambda: "targets" in centre.hellos[-1]["authority"], "the tree has come")
        config, early = centre.station_config(), centre.playlist([now() + timedelta(days=1)])
        centre.keep(config, tree.province)
        centre.keep(early, tree.commune)
        await centre.send(list(centre.documents.values()))
        await until(centre.has_accepted(early), "the playlist is accepted")
        assert centre.verdicts_on(config) == [("accepted", None)]
        # sent at once, before the box had the file that names the commune's role
        assert centre.verdicts_on(early) == [("refused", "E_ROLE"), ("accepted", None)]
        assert centre.hellos[-1]["place"] == PLACE
        assert centre.hellos[-1]["authority"]["vn.84"] == 1
        playlist = centre.playlist([now() + timedelta(seconds=s) for s in LEADS_S])
        envelope = centre.keep(playlist, tree.commune)
        await centre.publish(group_topic("playlist", SLOT), envelope, retain=True)
        await until(centre.has_accepted(playlist), "the playlist by the group's topic is accepted")
        await until(lambda: plays(centre), "a play in the journal")
        play = plays(centre)[0]
        assert (play["doc_id"], play["entry"], play["result"]) == (playlist["doc_id"], "e1", "full")
        await until(lambda: is_all_acknowledged(centre), "the receipt is accepted")
        await until(lambda: "E_URL" in why_missing(centre), "the medium's host is refused")


def plays(centre: Centre) -> list[dict[str, object]]:
    """Those that were shown; one whose moment had passed before the playlist came is none."""
    plays = [record["play"] for record in centre.records if record["kind"] == "play"]
    return [play for play in plays if play["start"] is not None]


def is_all_acknowledged(centre: Centre) -> bool:
    return bool(centre.records) and centre.healths[-1]["outbox"]["rows"] == 0


def why_missing(centre: Centre) -> str:
    issues = centre.healths[-1]["issues"] if centre.healths else []
    return " ".join(one["hint"] for one in issues if one["kind"] == "media_missing")

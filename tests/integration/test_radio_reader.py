"""What a box reads from a radio's host: SHOUTcast's status line, the key that the item names."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate

from agent.clock import Now
from agent.contract.utc import parse_utc
from agent.live.relay.radio_tls import load_radio_context
from agent.live.relay.relay_config import RelayConfig
from agent.radio.radio_error import RadioError
from agent.radio.radio_feed import RadioFeed
from agent.radio.radio_reader import RadioReader
from central.testbed.certificates import CertificateAuthority, make_demo_ca
from tests.harness.hostile_radio import OK, HostileRadio, run_radio, say

SOUND = bytes(range(256)) * 8
TITLED = b"ICY 200 OK\r\nicy-metaint:1024\r\n\r\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return make_demo_ca(tmp_path_factory.mktemp("ca"))


async def read(reader: RadioReader) -> bytes:
    """All that comes, until the host ends the stream."""
    got = b""
    try:
        async for chunk in RadioFeed(reader).read():
            got += chunk or b""
    except RadioError as error:
        assert str(error) == "the host ended the stream"  # noqa: PT017 - how a stream ends
    return got


@pytest.mark.parametrize(
    "blocks",
    [
        (b"ICY 200 OK\r\nicy-name: VOV1\r\ncontent-type: audio/mpeg\r\n\r\n" + SOUND,),
        (b"I", b"CY 200 OK\r\nicy-br: 64\r\n\r\n", SOUND),
        (b"HTTP/1.0 200 OK\r\n\r\n" + SOUND,),
        (OK + SOUND,),
        # titles that nobody has asked for
        (
            b"ICY 200 OK\r\nicy-metaint:1024\r\n\r\n" + SOUND[:1024] + b"\x01" + b"VOV1" * 4,
            SOUND[1024:],
        ),
    ],
)
async def test_each_status_line_of_radios_is_read(
    blocks: tuple[bytes, ...], authority: CertificateAuthority
) -> None:
    async with run_radio(authority, say(*blocks)) as radio:
        assert await read(radio.reader()) == SOUND


async def test_what_begins_like_a_status_line_and_is_none_is_refused(
    authority: CertificateAuthority,
) -> None:
    async with run_radio(authority, say(b"ICE 200 OK\r\n\r\n")) as radio:
        with pytest.raises(OSError, match="illegal status line"):
            async for _ in RadioFeed(radio.reader()).read():
                pass


async def test_a_redirect_to_another_host_that_policy_names_is_followed(
    authority: CertificateAuthority,
) -> None:
    async with run_radio(authority, say(OK + SOUND)) as target:
        moved = f"HTTP/1.1 302 Found\r\nlocation: {target.url}\r\n\r\n"
        async with run_radio(authority, say(moved.encode())) as radio:
            hosts = [f"localhost:{one.port}" for one in (radio, target)]
            assert await read(radio.reader(*hosts)) == SOUND


def _right(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()


def _wrong(key: bytes) -> str:
    return hashlib.sha256(key + b"x").hexdigest()


async def _read_pinned(
    radio: HostileRadio, authority: CertificateAuthority, of: Callable[[bytes], str]
) -> bytes:
    key = load_pem_x509_certificate(radio.cert.read_bytes()).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    now = Now(parse_utc("2026-12-01T00:00:00Z"), "FLOOR", None)
    config = RelayConfig(
        radio.url, (f"localhost:{radio.port}",), allow_private=True, ca=str(authority.ca),
        now=now, at_mono_s=0.0, host_key=of(der),
    )  # fmt: skip
    return await read(radio.reader(tls=load_radio_context(config)))


async def test_the_key_that_the_item_names_is_the_only_one_that_is_taken(
    authority: CertificateAuthority,
) -> None:
    async with run_radio(authority, say(OK + SOUND)) as radio:
        assert await _read_pinned(radio, authority, _right) == SOUND
        with pytest.raises(ssl.SSLCertVerificationError):
            await _read_pinned(radio, authority, _wrong)

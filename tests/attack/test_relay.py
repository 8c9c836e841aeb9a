"""Attacks 136 to 141: hostile radios, hostile names, and code in the process that pulls them."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import socket
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from agent.link import http_get as http_get_module
from agent.link.url_policy import PrivateAddressError
from agent.radio import radio_reader
from agent.radio.radio_error import RadioError
from agent.radio.radio_feed import RadioFeed
from agent.radio.radio_reader import BOX_LIMITS, ByteBudget
from agent.sandbox import enforce
from agent.sandbox.profile import find_missing
from central.testbed.certificates import CertificateAuthority, make_demo_ca
from tests.harness.hostile_radio import OK, run_radio, say
from tests.harness.pulled_radio import FillerFiles, pull

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return make_demo_ca(tmp_path_factory.mktemp("ca"))


async def fault_of(reader: radio_reader.RadioReader, url: str = "") -> OSError:
    """What ends the reading of the radio."""
    reader.url = url or reader.url
    try:
        async for _ in RadioFeed(reader).read():
            pass
    except OSError as error:
        return error
    raise AssertionError("it ended without a fault")


async def test_attack_136_a_signed_name_that_leads_into_the_local_network(
    authority: CertificateAuthority,
) -> None:
    async with run_radio(authority, say(OK)) as radio:
        error = await fault_of(radio.reader(allow_private=False))
        assert isinstance(error, PrivateAddressError)
        assert radio.requests == []


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "192.168.1.1", "100.64.0.1", "0.0.0.1"]
)
async def test_attack_136_a_private_address_that_policy_names(
    address: str, authority: CertificateAuthority
) -> None:
    async with run_radio(authority, say(OK)) as radio:
        reader = radio.reader(f"{address}:{radio.port}", allow_private=False)
        error = await fault_of(reader, f"https://{address}:{radio.port}/")
        assert isinstance(error, RadioError)
        assert radio.requests == []


class _TwoFaced:
    """A name server that answers a public address first, then a private one."""

    def __init__(self) -> None:
        self.asked = count(1)

    async def resolve(self, _host: str, port: int) -> list[Any]:
        address = "203.0.114.7" if next(self.asked) == 1 else "127.0.0.1"
        return [(2, 1, 6, "", (address, port))]


async def test_attack_137_a_name_that_changes_its_address_after_it_was_judged(
    authority: CertificateAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[str] = []

    async def connect(found: list[Any], **_: Any) -> Any:
        connected.extend(one[4][0] for one in found)
        raise ConnectionRefusedError

    monkeypatch.setattr(http_get_module, "start_connection", connect)
    async with run_radio(authority, say(OK)) as radio:
        two_faced: Any = _TwoFaced()
        reader = radio.reader(allow_private=False, resolver=two_faced)
        first, second = await fault_of(reader), await fault_of(reader)
    assert (type(first), type(second)) == (ConnectionRefusedError, PrivateAddressError)
    assert connected == ["203.0.114.7"]  # one question for one connection, to what was judged


REDIRECTS = (
    "http://localhost:{port}/vov1",
    "https://127.0.0.1:{port}/vov1",
    "https://evil.example:{port}/vov1",
    "https://localhost/vov1",
    "https://u:p@localhost:{port}/vov1",
    "https://localhost:{port}\\@evil.example/",
    "file:///etc/tramtin/device.key",
    "//evil.example/vov1",
)


@pytest.mark.parametrize("to", REDIRECTS)
async def test_attack_138_a_redirect_to_what_nobody_signed(
    to: str, authority: CertificateAuthority
) -> None:
    places = []

    async def speak(writer: asyncio.StreamWriter) -> None:
        place = to.format(port=places[0]).encode()
        writer.write(b"HTTP/1.1 302 Found\r\nlocation: " + place + b"\r\n\r\n")

    async with run_radio(authority, speak) as radio:
        places.append(radio.port)
        error = await fault_of(radio.reader())
        assert "E_URL" in str(error)
        assert len(radio.requests) == 1


async def test_attack_138_redirects_without_end(authority: CertificateAuthority) -> None:
    async with run_radio(authority, say(b"HTTP/1.1 302 Found\r\nlocation: /vov1\r\n\r\n")) as radio:
        assert str(await fault_of(radio.reader())) == "too many redirects"
        assert len(radio.requests) == radio_reader.MAX_REDIRECTS + 1


async def test_attack_138_a_playlist_of_segments_that_names_another_host(
    authority: CertificateAuthority,
) -> None:
    playlist = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttps://evil.example/1.ts\n"
    async with run_radio(authority, say(OK + playlist)) as radio:
        error = await fault_of(radio.reader(), radio.url + ".m3u8")
        assert "E_URL" in str(error)
        assert set(radio.requests) == {"GET /vov1.m3u8 HTTP/1.1"}


async def test_attack_139_a_head_without_end(authority: CertificateAuthority) -> None:
    long = b"HTTP/1.1 200 OK\r\nx: " + b"a" * (64 << 10)
    async with run_radio(authority, say(long)) as radio:
        assert isinstance(await fault_of(radio.reader()), http_get_module.HttpError)


async def test_attack_139_a_head_that_comes_byte_by_byte_for_ever(
    authority: CertificateAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radio_reader, "HEAD_S", 0.3)

    async def speak(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with run_radio(authority, speak) as radio:
        assert isinstance(await fault_of(radio.reader()), TimeoutError)


async def test_attack_139_a_host_that_sends_gigabytes_is_read_as_fast_as_a_radio(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(radio_reader, "mono_s", lambda: now[0])
    monkeypatch.setattr(asyncio, "sleep", sleep)
    budget = ByteBudget(BOX_LIMITS)
    for _ in range(1 << 14):  # a gigabyte, as fast as it can be taken
        await budget.spend(1 << 16)
    assert now[0] >= ((1 << 30) - (2 << 20)) / (64 << 10)  # two MiB at once, then 64 KiB a second


async def test_attack_139_a_playlist_or_a_segment_that_is_too_long(
    authority: CertificateAuthority,
) -> None:
    head = b"#EXTM3U\n" + b"#EXTINF:1,\nx.ts\n" * (1 << 15)
    async with run_radio(authority, say(OK + head)) as radio:
        error = await fault_of(radio.reader(), radio.url + ".m3u8")
        assert str(error) == "longer than 262144 bytes"


async def test_attack_140_a_packed_body_is_not_unpacked(authority: CertificateAuthority) -> None:
    bomb = gzip.compress(bytes(1 << 20))
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n"
    async with run_radio(authority, say(head + bomb)) as radio:
        assert str(await fault_of(radio.reader())) == "the host packs the sound"


GARBAGE = {
    "a page": b"<html>khong co dai</html>" * 4000,
    "a bomb": gzip.compress(bytes(1 << 22)),
    "a script": b"ffconcat version 1.0\nfile '/etc/passwd'\n" * 1000,
    "a broken frame": b"\xff\xfb\x90\x64" + bytes(range(256)) * 400,
    "nothing": b"",
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.long] * (name != "a bomb")) for name in GARBAGE],
)
async def test_attack_140_what_is_no_sound_is_filled_and_counted(
    name: str, authority: CertificateAuthority, tmp_path: Path
) -> None:
    async with run_radio(authority, say(OK + GARBAGE[name])) as radio:
        hosts = {f"localhost:{radio.port}"}
        filler = FillerFiles(tmp_path)
        async with pull(radio.url, authority.ca, hosts=hosts, filler=filler) as relay:
            await relay.until_relayed("filler_ms", 200)
            assert set(relay.open_issues) == {"radio_lost"}
            assert relay.source.relayed["radio_ms"] == 0


# what code in the puller tries, once it is confined; prints a name and an errno
PULLER = """
import errno, json, os, socket, sys
from agent.sandbox.profile import confine_puller
control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
key, fresh, parent, bus, port = *sys.argv[1:3], int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
def attempt(work):
    try:
        work()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done"
def serve():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.bind(("127.0.0.1", 0))
def connect():
    client = socket.create_connection(("127.0.0.1", port))
    client.close()
confine_puller([])
tried = {
    "key": attempt(lambda: os.open(key, os.O_RDONLY)),
    "agent": attempt(lambda: os.open(f"/proc/{parent}/environ", os.O_RDONLY)),
    "memory": attempt(lambda: os.open(f"/proc/{parent}/mem", os.O_RDONLY)),
    "fresh": attempt(lambda: os.open(fresh, os.O_CREAT | os.O_WRONLY)),
    "bus": attempt(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)),
    "packet": attempt(lambda: socket.socket(17, socket.SOCK_RAW)),
    "server": attempt(serve),
    "fork": attempt(os.fork),
    "program": attempt(lambda: os.execv("/bin/true", ["true"])),
    "signal": attempt(lambda: os.kill(parent, 0)),
    "control": attempt(lambda: control.send(b"beat")),
    "connect": attempt(connect),
    "names": attempt(lambda: socket.getaddrinfo("localhost", 443)),
}
print(json.dumps(tried))
"""


@pytest.mark.skipif("seccomp" in find_missing(), reason="the kernel has no seccomp")
def test_attack_141_code_in_the_puller_sees_no_secret_and_reaches_no_process(
    tmp_path: Path,
) -> None:
    key, fresh = tmp_path / "device.key", tmp_path / "fresh"
    key.write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        run = subprocess.run(
            [sys.executable, "-c", PULLER, str(key), str(fresh), str(os.getpid()), "x", str(port)],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
    tried = json.loads(run.stdout)
    for name in ("control", "connect", "names"):  # what it is for
        assert tried.pop(name) == "done", name
    files = {name: tried.pop(name) for name in ("key", "agent", "memory")}
    if enforce.query_landlock_abi():
        assert set(files.values()) == {"EACCES"}
    assert tried == dict.fromkeys(tried, "EPERM")
    assert not fresh.exists()

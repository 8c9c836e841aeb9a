"""A relay of a real Icecast behind TLS, and of HLS, up to the signed segments of the archive."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
import ssl
import subprocess
from array import array
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from central.live.archive import ArchiveWriter, export_ogg, read_archive
from central.live.broadcast import Broadcast, LiveTarget
from central.live.grant import LiveOrder
from central.live.relay.https_source import open_source
from central.live.relay.programme import Programme, loop_filler
from central.live.relay.relay import Relay, relay_packets
from central.testbed.certificates import CertificateAuthority, make_demo_ca
from tests.harness.icecast import run_icecast
from tests.harness.signed_documents import FIRST

RADIO_HZ, FILLER_HZ, LATER_HZ = 1000, 400, 2000


def sine(hz: int, seconds: float) -> bytes:
    argv = ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", f"sine=frequency={hz}:d={seconds}"]
    argv += ["-ar", "48000", "-f", "s16le", "pipe:1"]
    return subprocess.run(argv, check=True, capture_output=True).stdout


def tones_of(samples: array[int]) -> list[int]:
    """The tones one after the other: rising zero crossings of each tenth of a second."""
    found: list[int] = []
    for at in range(0, len(samples) - 4800, 4800):
        part = samples[at : at + 4800]
        crossings = sum(a < 0 <= b for a, b in itertools.pairwise(part))
        near = [hz for hz in (RADIO_HZ, FILLER_HZ, LATER_HZ) if abs(crossings * 10 - hz) <= 20]
        if near and max(part) > 1000 and (not found or found[-1] != near[0]):
            found.append(near[0])
    return found


@dataclass
class Gateway:
    """A relay that speaks into an archive."""

    url: str
    authority: CertificateAuthority
    folder: Path
    reports: list[tuple[str, str]] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def on_air(self) -> AsyncIterator[Relay]:
        async with open_source(self.url, self.authority.ca) as source:
            programme = Programme(loop_filler(sine(FILLER_HZ, 2)))
            relay = Relay(source, programme, lambda *what: self.reports.append(what))
            pulling = asyncio.create_task(relay.pull(), name="pull")
            stop = asyncio.Event()
            speaking = asyncio.create_task(self._speak(relay, stop), name="speak")
            try:
                yield relay
                stop.set()
                if self.sent:
                    await speaking
            finally:
                for task in (pulling, speaking):
                    task.cancel()
                await asyncio.gather(pulling, speaking, return_exceptions=True)

    async def _speak(self, relay: Relay, stop: asyncio.Event) -> None:
        await relay.wait_ready()
        stream_id = Broadcast.new_stream_id()
        with ArchiveWriter(self.folder, stream_id, datetime.now(UTC)) as archive:
            broadcast = Broadcast(
                LiveOrder("vn.84.29266", ["84/29266/*"]), LiveTarget("xa-29266", is_group=True),
                [FIRST], self._publish, self._send, archive, stream_id,
            )  # fmt: skip
            await broadcast.begin()
            await broadcast.speak(relay_packets(relay, stop, lambda _dbfs: None))
            await broadcast.end()

    async def _publish(self, _envelope: bytes) -> None:
        pass

    async def _send(self, _topic: str, message: bytes) -> bool:
        self.sent.append(message)
        return True

    async def until_sent(self, seconds: float) -> None:
        """Wait until so much more was sent."""
        count = len(self.sent) + round(seconds * 5)
        await until(lambda: len(self.sent) >= count)

    def heard(self) -> list[int]:
        """The tones of the archive, whose signatures and chain are verified by its reader."""
        (stream,) = read_archive(self.folder)
        assert stream.bad == 0
        assert stream.is_ended
        argv = [
            "ffmpeg",
            "-loglevel",
            "error",
            "-f",
            "ogg",
            "-i",
            "pipe:0",
            "-f",
            "s16le",
            "pipe:1",
        ]
        done = subprocess.run(argv, input=export_ogg(stream), check=True, capture_output=True)
        return tones_of(array("h", done.stdout))


async def until(is_true: Callable[[], bool]) -> None:
    while not is_true():  # noqa: ASYNC110 - another task fills a list
        await asyncio.sleep(0.05)


@pytest.fixture
def gateway_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "giong"
    folder.mkdir()
    return folder


async def test_a_radio_behind_tls_is_relayed_filled_and_heard_again(
    tmp_path: Path, gateway_folder: Path
) -> None:
    authority = make_demo_ca(tmp_path)
    async with run_icecast(authority) as icecast:
        await icecast.send_tone(RADIO_HZ)
        gateway = Gateway(icecast.url, authority, gateway_folder)
        async with gateway.on_air() as relay:
            await relay.wait_ready()
            await gateway.until_sent(0.6)
            await icecast.end_radio()
            await until(lambda: ("stalled", "") in gateway.reports)
            await icecast.send_tone(LATER_HZ)
            await until(lambda: ("programme", "") in gateway.reports)
            await gateway.until_sent(1.6)
    heard = gateway.heard()
    assert (heard[0], FILLER_HZ in heard, heard[-1]) == (RADIO_HZ, True, LATER_HZ)


@pytest.mark.long
async def test_a_radio_that_sends_nothing_has_stalled_though_it_is_connected(
    tmp_path: Path, gateway_folder: Path
) -> None:
    authority = make_demo_ca(tmp_path)
    async with run_icecast(authority) as icecast:
        await icecast.send_tone(RADIO_HZ)
        gateway = Gateway(icecast.url, authority, gateway_folder)
        async with gateway.on_air() as relay:
            await relay.wait_ready()
            assert icecast.radio is not None
            icecast.radio.send_signal(signal.SIGSTOP)
            await until(lambda: ("stalled", "") in gateway.reports)
            await gateway.until_sent(1)
            icecast.radio.send_signal(signal.SIGCONT)
            await until(lambda: ("programme", "") in gateway.reports)
            await gateway.until_sent(1)
    assert ("failed", "no sound for 3 s") in gateway.reports
    heard = gateway.heard()
    assert (heard[0], FILLER_HZ in heard, heard[-1]) == (RADIO_HZ, True, RADIO_HZ)


@pytest.mark.long
async def test_hls_is_relayed_from_its_live_edge(tmp_path: Path, gateway_folder: Path) -> None:
    authority = make_demo_ca(tmp_path)
    radio = tmp_path / "radio"
    radio.mkdir()
    argv = ["ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-f", "lavfi"]
    argv += ["-i", f"sine=frequency={RADIO_HZ}:sample_rate=48000", "-c:a", "aac", "-f", "hls"]
    argv += ["-hls_time", "1", "-hls_flags", "delete_segments", str(radio / "vov.m3u8")]
    master = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="mp4a.40.2"\nvov.m3u8\n'
    (radio / "chinh.m3u8").write_text(master)
    sender = await asyncio.create_subprocess_exec(*argv)
    try:
        async with _serve(radio, authority) as address:
            gateway = Gateway(f"{address}/chinh.m3u8", authority, gateway_folder)
            async with gateway.on_air() as relay:
                await relay.wait_ready()
                await gateway.until_sent(2)
    finally:
        sender.kill()
        await sender.wait()
    assert gateway.heard()[0] == RADIO_HZ


async def test_what_is_no_radio_is_tried_again_and_never_begins(
    tmp_path: Path, gateway_folder: Path
) -> None:
    authority = make_demo_ca(tmp_path)
    page = tmp_path / "trang"
    page.mkdir()
    (page / "vov1").write_bytes(b"<html>khong co dai</html>" * 2000)
    async with _serve(page, authority) as address:
        gateway = Gateway(f"{address}/vov1", authority, gateway_folder)
        async with gateway.on_air() as relay:
            await until(lambda: len(gateway.reports) >= 2)
            assert relay.attempts >= 2
    assert gateway.sent == []


@contextlib.asynccontextmanager
async def _serve(folder: Path, authority: CertificateAuthority) -> AsyncIterator[str]:
    identity = authority.issue_server("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.cert, identity.key)
    application = web.Application()
    application.router.add_static("/", folder)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        yield f"https://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()

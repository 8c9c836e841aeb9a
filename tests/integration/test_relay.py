"""A relay of a real Icecast behind TLS, and of HLS, up to the signed segments of the archive."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from functools import partial
from pathlib import Path

import pytest

from agent.radio.radio_error import RadioError
from agent.radio.radio_feed import RadioFeed
from central.live.relay.named_radio import open_reader
from central.testbed.certificates import make_demo_ca
from central.testbed.icecast import run_icecast
from tests.harness.hostile_radio import run_radio, say
from tests.harness.https_folder import serve_folder
from tests.harness.relay_gateway import (
    FILLER_HZ,
    LATER_HZ,
    RADIO_HZ,
    Gateway,
    until,
)
from tests.harness.shoutcast import run_shoutcast, send_radio, send_recording


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
            await until(lambda: "lost" in gateway.states)
            await icecast.send_tone(LATER_HZ)
            await until(lambda: "radio" in gateway.states)
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
            await until(lambda: "lost" in gateway.states)
            await gateway.until_sent(1)
            icecast.radio.send_signal(signal.SIGCONT)
            await until(lambda: "radio" in gateway.states)
            await gateway.until_sent(1)
    assert ("stalled", "no sound for 3 s") in gateway.troubles
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
        async with serve_folder(radio, authority) as address:
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
    async with serve_folder(page, authority) as address:
        gateway = Gateway(f"{address}/vov1", authority, gateway_folder)
        async with gateway.on_air() as relay:
            await until(lambda: len(gateway.troubles) >= 2)
            assert relay.attempts >= 2
    assert gateway.sent == []


async def test_an_answer_of_shoutcast_1_is_read_and_its_titles_are_left_out(tmp_path: Path) -> None:
    authority, sound = make_demo_ca(tmp_path), bytes(range(256)) * 64
    got = b""
    async with run_shoutcast(authority, partial(send_recording, sound)) as address:
        feed = RadioFeed(open_reader(address, authority.ca))
        with contextlib.suppress(RadioError):  # it ends
            async for chunk in feed.read():
                got += chunk or b""
    assert (feed.content_type, got) == ("audio/mpeg", sound)


@pytest.mark.long
async def test_a_radio_of_shoutcast_1_is_relayed_without_its_titles(
    tmp_path: Path, gateway_folder: Path
) -> None:
    authority = make_demo_ca(tmp_path)
    async with run_shoutcast(authority, partial(send_radio, RADIO_HZ)) as address:
        gateway = Gateway(address, authority, gateway_folder)
        async with gateway.on_air() as relay:
            await relay.wait_ready()
            await gateway.until_sent(1)
    assert gateway.heard()[0] == RADIO_HZ


async def test_a_redirect_into_the_local_network_is_not_followed(tmp_path: Path) -> None:
    authority = make_demo_ca(tmp_path)
    moved = b"HTTP/1.1 302 Found\r\nlocation: https://127.0.0.1/vov1\r\n\r\n"
    async with run_radio(authority, say(moved)) as host:
        with pytest.raises(RadioError, match="the address is private"):
            async for _ in RadioFeed(open_reader(host.url, authority.ca)).read():
                pass
        assert len(host.requests) == 1

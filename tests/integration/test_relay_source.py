"""A box pulls a real Icecast behind TLS itself: heard, filled, heard again, ended by plan."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import psutil
import pytest

from central.testbed.certificates import make_demo_ca
from central.testbed.icecast import run_icecast
from tests.harness.pulled_radio import FillerFiles, pull
from tests.harness.relay_gateway import FILLER_HZ, LATER_HZ, RADIO_HZ, until


async def test_a_radio_behind_tls_is_heard_and_slot_base_fills_in_when_it_ends(
    tmp_path: Path,
) -> None:
    authority = make_demo_ca(tmp_path)
    async with run_icecast(authority) as icecast:
        await icecast.send_tone(RADIO_HZ)
        hosts = {f"localhost:{icecast.tls}"}
        async with pull(
            icecast.url, authority.ca, hosts=hosts, filler=FillerFiles(tmp_path)
        ) as radio:
            await radio.until_relayed("radio_ms", 300)
            assert radio.open_issues == {}
            await icecast.end_radio()
            await radio.until_relayed("filler_ms", 300)
            assert set(radio.open_issues) == {"radio_lost"}
    assert radio.heard()[-2:] == [RADIO_HZ, FILLER_HZ]  # on a starved machine filler is first
    assert radio.open_issues == {}
    shortfall = radio.find_shortfall()
    assert shortfall is None or shortfall.startswith("E_STALLED: ")


@pytest.mark.long
async def test_a_radio_that_stops_in_mid_air_is_filled_and_joined_again_where_it_is(
    tmp_path: Path,
) -> None:
    authority = make_demo_ca(tmp_path)
    async with run_icecast(authority) as icecast:
        await icecast.send_tone(RADIO_HZ)
        hosts = {f"localhost:{icecast.tls}"}
        async with pull(
            icecast.url, authority.ca, hosts=hosts, filler=FillerFiles(tmp_path)
        ) as radio:
            await radio.until_relayed("radio_ms", 1000)
            assert icecast.radio is not None
            icecast.radio.send_signal(signal.SIGSTOP)
            await radio.until_relayed("filler_ms", 3000)
            assert set(radio.open_issues) == {"radio_lost"}
            await icecast.end_radio()
            await icecast.send_tone(LATER_HZ)
            await radio.until_relayed("radio_ms", 2000)
            assert radio.open_issues == {}
            assert radio.source.relayed["connections"] >= 2
            shortfall = radio.find_shortfall()
    heard = radio.heard()
    assert (RADIO_HZ in heard, FILLER_HZ in heard, heard[-1]) == (True, True, LATER_HZ)
    assert shortfall is not None
    assert "s were the radio; " in shortfall


@pytest.mark.long
async def test_a_relay_process_that_dies_ends_the_slot_and_may_be_tried_again(
    tmp_path: Path,
) -> None:
    authority = make_demo_ca(tmp_path)
    async with run_icecast(authority) as icecast:
        await icecast.send_tone(RADIO_HZ)
        hosts = {f"localhost:{icecast.tls}"}
        async with pull(icecast.url, authority.ca, hosts=hosts) as radio:
            await radio.until_relayed("radio_ms", 500)
            for child in psutil.Process().children():
                if "agent.live.relay.relay_process" in child.cmdline():
                    child.kill()
            end = await radio.source.wait_end()
    assert (end.reason, end.may_retry) == ("E_RELAY: it ended by signal SIGKILL", True)


@pytest.mark.long
async def test_hls_is_heard_from_its_live_edge(tmp_path: Path) -> None:
    from tests.harness.https_folder import serve_folder

    authority = make_demo_ca(tmp_path)
    folder = tmp_path / "radio"
    folder.mkdir()
    argv = ["ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-f", "lavfi"]
    argv += ["-i", f"sine=frequency={RADIO_HZ}:sample_rate=48000", "-c:a", "aac", "-f", "hls"]
    argv += ["-hls_time", "1", "-hls_flags", "delete_segments", str(folder / "vov.m3u8")]
    master = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="mp4a.40.2"\nvov.m3u8\n'
    (folder / "chinh.m3u8").write_text(master)
    sender = await asyncio.create_subprocess_exec(*argv)
    try:
        async with serve_folder(folder, authority) as address:
            hosts = {address.removeprefix("https://")}
            url = f"{address}/chinh.m3u8"
            async with pull(url, authority.ca, hosts=hosts) as radio:
                await radio.until_relayed("radio_ms", 3000)
    finally:
        sender.kill()
        await sender.wait()
    assert radio.heard()[0] == RADIO_HZ


async def test_the_process_gets_nothing_of_the_agent(tmp_path: Path) -> None:
    """Its environment has no socket of systemd's, and it holds no file of the agent's."""
    authority = make_demo_ca(tmp_path)
    hosts = {"localhost:9"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOTIFY_SOCKET", "/run/systemd/notify")
        patch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials")
        async with pull("https://localhost:9/vov1", authority.ca, hosts=hosts) as radio:
            (child,) = [
                one
                for one in psutil.Process().children()
                if "agent.live.relay.relay_process" in one.cmdline()
            ]
            environment, files = child.environ(), child.open_files()
            await until(lambda: radio.source.relayed["connections"] > 0)
    assert not {"NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY"} & environment.keys()
    assert [one.path for one in files if Path(one.path).is_relative_to(tmp_path)] == []

"""Which addresses a relay asks."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.errors import ConfigError
from central.__main__ import main
from central.live.relay.https_source import SourceError, SourceResolver, verify_address


def test_an_address_is_https_without_a_password() -> None:
    verify_address("https://radio.example.vn/vov1")
    verify_address("https://10.0.0.5:8443/vov1.m3u8")
    for bad in (
        "http://radio.example.vn/vov1",
        "https://a:b@radio.example.vn/",
        "vov1",
        "https://",
    ):
        with pytest.raises(ConfigError, match="E_USAGE"):
            verify_address(bad)


async def test_a_host_that_a_playlist_names_may_not_be_in_the_local_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolver = SourceResolver("radio.example.vn")

    async def answer(host: str, _port: int, _family: int) -> list[dict[str, object]]:
        address = "203.162.0.1" if host == "cdn.example.vn" else "192.168.1.9"
        return [{"hostname": host, "host": address, "port": 443, "family": socket.AF_INET}]

    monkeypatch.setattr(resolver._resolver, "resolve", answer)
    assert (await resolver.resolve("radio.example.vn"))[0]["host"] == "192.168.1.9"
    assert (await resolver.resolve("cdn.example.vn"))[0]["host"] == "203.162.0.1"
    with pytest.raises(SourceError, match="private"):
        await resolver.resolve("camera.example.vn")


def test_the_command_refuses_another_scheme_before_it_asks_anything(tmp_path: Path) -> None:
    words = ["relay", "http://radio.example.vn/vov1", "--minutes", "30", "--group", "xa-29266"]
    words += ["--broker", "localhost:8883", "--issuer", "vn.84", "--to", "*/*/*"]
    for name in ("db", "ca", "cert", "cert-key", "key"):
        (tmp_path / name).touch()
        words += [f"--{name}", str(tmp_path / name)]
    result = CliRunner().invoke(main, [*words, "--archive", str(tmp_path), "--lang", "en"])
    assert result.exit_code == 78
    assert "https" in result.output

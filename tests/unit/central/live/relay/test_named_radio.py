"""Which addresses the gateway of a relay asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.errors import ConfigError, TrustError
from central.__main__ import main
from central.live.relay.named_radio import judge_address, verify_address

NAMED = "https://radio.example.vn/vov1"


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


@pytest.mark.parametrize(
    ("url", "may_be_private"),
    [
        ("https://radio.example.vn/vov2", True),
        ("https://radio.example.vn:8443/1.ts", True),
        ("https://cdn.example.vn/1.ts", False),
        ("https://203.162.0.1/1.ts", False),
    ],
)
def test_only_the_host_that_the_officer_names_may_be_in_the_local_network(
    url: str,
    may_be_private: bool,  # noqa: FBT001 - a case
) -> None:
    assert judge_address(NAMED, url) is may_be_private


@pytest.mark.parametrize(
    "url",
    ["https://192.168.1.9/", "http://radio.example.vn/", "file:///etc/passwd", "https://u:p@a.vn/"],
)
def test_a_radio_leads_the_gateway_to_no_other_place(url: str) -> None:
    with pytest.raises(TrustError, match="E_URL"):
        judge_address(NAMED, url)


def test_the_command_refuses_another_scheme_before_it_asks_anything(tmp_path: Path) -> None:
    words = ["relay", "http://radio.example.vn/vov1", "--minutes", "30", "--group", "xa-29266"]
    words += ["--broker", "localhost:8883", "--issuer", "vn.84", "--to", "*/*/*"]
    for name in ("db", "ca", "cert", "cert-key", "key"):
        (tmp_path / name).touch()
        words += [f"--{name}", str(tmp_path / name)]
    result = CliRunner().invoke(main, [*words, "--archive", str(tmp_path), "--lang", "en"])
    assert result.exit_code == 78
    assert "https" in result.output

"""Which addresses are public: examples of the RFCs that reserve them."""

from __future__ import annotations

import pytest

from agent.link.address import is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",  # RFC 1122
        "10.1.2.3",  # RFC 1918
        "172.16.0.1",
        "192.168.10.1",
        "100.64.0.1",  # RFC 6598
        "169.254.169.254",  # RFC 3927
        "224.0.0.1",  # RFC 5771
        "0.0.0.0",  # noqa: S104 - it is judged, not bound
        "::1",
        "fe80::1%eth0",
        "fd00::1",  # RFC 4193
        "fec0::1",  # RFC 3879
        "::ffff:192.168.10.1",
        "64:ff9b::c0a8:a01",  # RFC 6052: 192.168.10.1
        "2002:c0a8:a01::1",  # RFC 3056: 192.168.10.1
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # RFC 4380
    ],
)
def test_what_leads_into_a_local_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["203.113.131.1", "2405:4800::1", "64:ff9b::cb71:8301", "::ffff:203.113.131.1"],
)
def test_what_everybody_reaches_is_public(address: str) -> None:
    assert is_public(address)

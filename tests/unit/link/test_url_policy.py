"""Which addresses are public: examples of the RFCs that reserve them."""

from __future__ import annotations

import pytest

from agent.link.url_policy import is_public


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
        "0.0.0.0",  # noqa: S104 - it is checked, not bound
        "::1",
        "fe80::1%eth0",
        "fd00::1",  # RFC 4193
        "fec0::1",  # RFC 3879
        "::ffff:192.168.10.1",
        "64:ff9b::c0a8:a01",  # RFC 6052: 192.168.10.1
        "2002:c0a8:a01::1",  # RFC 3056: 192.168.10.1
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # RFC 4380
        "64:ff9b:1::c0a8:a01",  # RFC 8215
        "64:ff9b:1:2::1",
        "::10.0.0.1",  # RFC 4291 2.5.5.1
        "::203.113.131.1",
        "::ffff:0:10.0.0.1",  # RFC 2765
        "::ffff:0:203.113.131.1",
        "::ffff:100.64.0.1",
        "2002:cb71:8301::1",  # RFC 3056, a public one: the relay is anybody's
        "2001:db8::1",  # RFC 3849
        "3fff::1",  # RFC 9637
        "2001:20::1",  # RFC 7343
        "2001:2::1",  # RFC 5180
        "100::1",  # RFC 6666
        "5f00::1",  # RFC 9602
        "ff02::1",
        "ff0e::1",
        "2405:4800::5efe:c0a8:a01",  # RFC 5214
        "2405:4800::200:5efe:203.113.131.1",
        "4000::1",  # not given out
        "192.0.0.9",  # RFC 7723
        "192.0.2.1",  # RFC 5737
        "198.51.100.1",
        "203.0.113.1",
        "198.18.0.1",  # RFC 2544
        "198.19.255.254",
        "192.88.99.1",  # RFC 7526
        "240.0.0.1",  # RFC 1112
        "255.255.255.255",
    ],
)
def test_attack_114_an_address_of_a_local_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "203.113.131.1",
        "2405:4800::1",
        "64:ff9b::cb71:8301",
        "::ffff:203.113.131.1",
        "172.32.0.1",
        "100.128.0.1",
        "198.20.0.1",
        "1.1.1.1",
        "223.255.255.254",
        "2a00:1450:4001::1",
        "2600::1",
        "2001:200::1",
        "2620:fe::fe",
    ],
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)

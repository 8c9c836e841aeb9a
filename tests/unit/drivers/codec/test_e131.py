"""E1.31 byte by byte, as the tables of ANSI E1.31-2018 lay the packets out.

Table 4-1 (data): preamble 0x0010, postamble 0, "ASC-E1.17"; 16 root length with flags 7, vector 4,
CID; 38 framing length, vector 2, source name of 64, priority, synchronization address, sequence,
options, universe; 115 DMP length, vector 2, type 0xA1, first address 0, increment 1, count, start
code. Table 4-2 (synchronization): root vector 8, framing vector 1, sequence at 44, address at 45.
"""

from __future__ import annotations

import pytest

from drivers.codec import e131

CID = bytes(range(16))
PREAMBLE = "0010 0000 4153432D45312E3137000000"


def test_a_full_universe_is_the_packet_of_the_standard() -> None:
    head = e131.build_head(0x0102, 512, cid=CID, source="trạm", priority=100, sync=7962)
    name = "7472E1BAA16D" + "00" * 58
    want = (
        f"{PREAMBLE} 726E 00000004 {CID.hex()}"
        f"7258 00000002 {name} 64 1F1A 00 00 0102"
        "720B 02 A1 0000 0001 0201 00"
    )
    assert head == bytes.fromhex(want)
    assert len(head) + 512 == 638


def test_the_synchronization_packet_is_49_bytes() -> None:
    packet = e131.build_sync(7962, CID)
    assert packet == bytes.fromhex(
        f"{PREAMBLE} 7021 00000008 {CID.hex()} 700B 00000001 00 1F1A 0000"
    )
    assert len(packet) == 49


def test_groups_have_the_universe_in_their_last_two_bytes() -> None:
    assert e131.find_group(1) == "239.255.0.1"
    assert e131.find_group(63_999) == "239.255.249.255"


@pytest.mark.parametrize(("universe", "slots"), [(0, 1), (64_000, 1), (1, 0), (1, 513)])
def test_a_universe_that_the_standard_has_not_is_refused(universe: int, slots: int) -> None:
    with pytest.raises(ValueError, match="63999"):
        e131.build_head(universe, slots, cid=CID, source="", priority=100, sync=0)


def test_what_is_sent_is_read_alike_and_half_of_it_is_not() -> None:
    datagram = e131.build_head(5, 3, cid=CID, source="", priority=100, sync=9) + b"abc"
    assert e131.parse_data(datagram) == (5, 9, 0, b"abc")
    assert e131.parse_sync(e131.build_sync(9, CID)) == 9
    for other in (datagram[:-1], datagram[:40], b"", e131.build_sync(9, CID)):
        assert e131.parse_data(other) is None
    for other in (datagram, e131.build_sync(9, CID)[:-1], b""):
        assert e131.parse_sync(other) is None

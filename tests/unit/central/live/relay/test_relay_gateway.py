"""What fills in for a relayed radio at the gateway."""

from __future__ import annotations

from central.live.relay.relay_gateway import LoopedFiller


def test_a_filler_begins_again_without_a_gap() -> None:
    filler = LoopedFiller(bytes(range(10)) + b"x")  # half a sample is left out
    assert [list(filler.take(4)) for _ in range(4)] == [
        [0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 1], [2, 3, 4, 5],
    ]  # fmt: skip
    assert filler.take(25)[:6] == bytes([6, 7, 8, 9, 0, 1])
    assert LoopedFiller(b"x").take(4) == b""

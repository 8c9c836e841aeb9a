"""A picture as datagrams of a pixel network: which bytes of it go where, in which head.

What differs between DDP, E1.31 and Art-Net is all here: heads, addresses, the sequence number's
place, the packet that shows all universes at once, the packets that end a stream.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from drivers.codec import artnet, ddp, e131
from drivers.profile.model import PixelNetSpec

SOURCE = "Tramtin"
# E1.31 section 5.6: always the same for a sender, at each of its starts
CID = uuid.uuid5(uuid.NAMESPACE_DNS, "tramtin.pixel-net").bytes
PIXEL_BYTES = 3
Piece = tuple[bytes, int, int]


@dataclass(frozen=True, kw_only=True)
class PixelStream:
    """What goes out for each picture.

    Args:
        port: the protocol's UDP port.
        pieces: of each datagram: its head, where its bytes begin in the picture, how many.
        universes: of each datagram; empty where the protocol has none.
        head_bytes: length of each head.
        sequence_at: place of the sequence number in a head.
        sequence: its first and last value.
        is_counted: does it count datagrams? Else pictures.
        show: the datagram that shows all; empty where the last piece does.
        show_universe: the multicast group of `show`.
        show_sequence_at: place of its sequence number, if it has one.
        options_at: place of the byte that ends the stream when it is `end`, if there is one.
        ask: the datagram that asks the display whether it is there; empty for none.
        is_reply: is a datagram its answer?
        is_bound: must the answer come to the protocol's own port?
        tail_bytes: zeros behind the picture, which the last piece reaches into.
    """

    port: int
    pieces: list[Piece]
    head_bytes: int
    sequence_at: int
    sequence: tuple[int, int]
    universes: tuple[int, ...] = ()
    is_counted: bool = False
    show: bytes = b""
    show_universe: int = 0
    show_sequence_at: int | None = None
    options_at: int | None = None
    end: int = 0
    ask: bytes = b""
    is_reply: Callable[[bytes], bool] = lambda _: False
    is_bound: bool = False
    tail_bytes: int = 0


def build_ddp(size: tuple[int, int], spec: PixelNetSpec) -> PixelStream:
    """The picture as one array of bytes, the last datagram shows it."""
    most = ddp.MOST_BYTES
    end = size[0] * size[1] * PIXEL_BYTES
    pieces: list[Piece] = []
    for begin in range(0, end, most):
        length = min(most, end - begin)
        head = ddp.build_head(begin, length, spec.data_type, is_last=begin + length == end)
        pieces.append((head, begin, length))
    return PixelStream(
        port=ddp.PORT,
        pieces=pieces,
        head_bytes=ddp.HEAD_BYTES,
        sequence_at=ddp.SEQUENCE_AT,
        sequence=(1, ddp.LAST_SEQUENCE),
        is_counted=True,
        ask=ddp.build_status_query() if spec.answers else b"",
        is_reply=ddp.is_reply,
    )


def build_e131(size: tuple[int, int], spec: PixelNetSpec) -> PixelStream:
    """Universes, and a synchronization packet unless the profile has no address for it."""
    cuts = list(_cut(size, spec))
    sync = spec.sync_universe
    heads = [
        e131.build_head(universe, length, cid=CID, source=SOURCE, priority=spec.priority, sync=sync)
        for universe, _, length in cuts
    ]
    return PixelStream(
        port=e131.PORT,
        pieces=[(head, cut[1], cut[2]) for head, cut in zip(heads, cuts, strict=True)],
        universes=tuple(universe for universe, _, _ in cuts),
        head_bytes=e131.HEAD_BYTES,
        sequence_at=e131.SEQUENCE_AT,
        sequence=(0, 255),
        show=e131.build_sync(sync, CID) if sync else b"",
        show_universe=sync,
        show_sequence_at=e131.SYNC_SEQUENCE_AT,
        options_at=e131.OPTIONS_AT,
        end=e131.TERMINATED,
    )


def build_artnet(size: tuple[int, int], spec: PixelNetSpec) -> PixelStream:
    """Universes of an even number of channels, then ArtSync unless the profile leaves it out."""
    cuts = list(_cut(size, spec))
    pieces: list[Piece] = []
    for universe, begin, length in cuts:
        even = length + length % 2  # takes a byte of the next pixel, which the node ignores
        pieces.append((artnet.build_head(universe, even), begin, even))
    return PixelStream(
        port=artnet.PORT,
        pieces=pieces,
        universes=tuple(universe for universe, _, _ in cuts),
        head_bytes=artnet.HEAD_BYTES,
        sequence_at=artnet.SEQUENCE_AT,
        sequence=(1, 255),
        show=artnet.build_sync() if spec.sync_universe else b"",
        ask=artnet.build_poll() if spec.answers else b"",
        is_reply=lambda datagram: artnet.parse_name(datagram) is not None,
        is_bound=spec.answers,
        tail_bytes=1,
    )


BUILDERS: Mapping[str, Callable[[tuple[int, int], PixelNetSpec], PixelStream]] = {
    "ddp": build_ddp,
    "e131": build_e131,
    "artnet": build_artnet,
}


def _cut(size: tuple[int, int], spec: PixelNetSpec) -> Iterator[tuple[int, int, int]]:
    """Universe, first byte and length of each piece."""
    width_px, height_px = size
    rows = [width_px] * height_px if spec.row_begins_universe else [width_px * height_px]
    universe, begin = spec.first_universe, 0
    for row_px in rows:
        for at in range(0, row_px, spec.pixels_per_universe):
            length = min(spec.pixels_per_universe, row_px - at) * PIXEL_BYTES
            yield universe, begin, length
            universe, begin = universe + 1, begin + length

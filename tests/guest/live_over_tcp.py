"""Run in the guest: a voice of signed segments over a TCP connection, and what a box makes of it.

`live_over_tcp.py DELAY_S SECONDS` prints `speaking` at the beginning, at the end one JSON line:
the counts of the timeline, the packets that it had to replace, the longest way of a segment.
"""

import asyncio
import json
import socket
import sys
import time
from collections import deque
from types import SimpleNamespace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.contract.live_segment import (
    FIRST_PREV,
    PACKET_US,
    LiveSegment,
    encode_body,
    segment_hash,
    signing_input,
)
from agent.live.stream_timeline import SILENCE, StreamTimeline
from agent.trust.live_stream import LiveStreamVerifier

TCP_THIN_LINEAR_TIMEOUTS = 16  # linux/tcp.h
STREAM = "56af4bde70a47ae7d0f1ebb30e45ed33"
KEY = Ed25519PrivateKey.generate()
PACKETS = 10
VOICE = SILENCE + bytes(57)  # 24 kbit/s
SEGMENT_S = PACKETS * PACKET_US / 1_000_000


async def speak(writer: asyncio.StreamWriter, seconds: float) -> None:
    """Send a segment each 200 ms, when its last sample was captured."""
    begun_us, prev = time.time_ns() // 1000, FIRST_PREV
    print("speaking", flush=True)
    for seq in range(round(seconds / SEGMENT_S)):
        at_us = begun_us + seq * PACKETS * PACKET_US
        body = encode_body(LiveSegment(seq, at_us, (VOICE,) * PACKETS, prev, is_end=False))
        message = body + KEY.sign(signing_input(STREAM, body))
        prev = segment_hash(message)
        await asyncio.sleep(at_us / 1e6 + SEGMENT_S - time.time())
        writer.write(
            len(message).to_bytes(4, "big") + message
        )  # as the studio: it waits for nobody
    await writer.drain()
    writer.close()


async def hear(reader: asyncio.StreamReader, delay_s: float) -> dict[str, float]:
    """Verify what comes and put it into its place in time, until the speaker has ended."""
    key = KEY.public_key().public_bytes_raw().hex()
    grant = SimpleNamespace(stream_id=STREAM, stream_key=key, first_seq=0, max_segment_bytes=16_384)
    verifier, segments, replaced, longest_s = LiveStreamVerifier(grant), deque(), 0, 0.0
    timeline = None

    async def take() -> None:
        nonlocal replaced
        while True:
            if timeline is not None:
                replaced += timeline.take(segments, time.monotonic()).count(SILENCE)
            await asyncio.sleep(0.02)

    taking = asyncio.create_task(take())
    try:
        while True:
            length = int.from_bytes(await reader.readexactly(4), "big")
            message = await reader.readexactly(length)
            segment = verifier.verify(message, time.time_ns() // 1000)
            segments.append(segment)
            longest_s = max(longest_s, time.time() - segment.end_us / 1e6)
            if timeline is None:
                age_s = time.time() - segment.captured_us / 1e6
                at_s = time.monotonic() + delay_s - age_s
                first_us = segment.captured_us
                timeline = StreamTimeline(first_us, at_s, first_us)
                timeline.take(segments, time.monotonic())  # the preroll is silence
    except asyncio.IncompleteReadError:
        pass
    replaced += timeline.take(segments, time.monotonic()).count(SILENCE)
    taking.cancel()
    counts = timeline.counts
    return {
        "heard": counts.heard, "late": counts.late, "lost": counts.lost,
        "replaced": replaced, "longest_s": longest_s,
    }  # fmt: skip


async def main(delay_s: float, seconds: float) -> None:
    heard = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        heard.set_result(await hear(reader, delay_s))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    _reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1)
    await speak(writer, seconds)
    print("heard " + json.dumps(await heard), flush=True)


asyncio.run(main(float(sys.argv[1]), float(sys.argv[2])))

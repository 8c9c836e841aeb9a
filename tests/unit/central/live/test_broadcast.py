"""A broadcast from its first grant to its end, over a line that is a list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.contract.document import StreamGrant
from agent.contract.live_segment import PACKET_US
from agent.errors import ConfigError
from agent.trust.live_stream import LiveStreamVerifier
from agent.trust.payload import decode_payload
from central.documents.sign import open_envelope
from central.live.archive import list_folders, read_stream
from central.live.archive_writer import ArchiveWriter
from central.live.broadcast import ENDS, Broadcast, LiveTarget
from central.live.grant import LiveOrder
from central.live.live_line import LiveBroker, open_line
from central.live.voice_source import VoicePacket
from tests.harness.live_documents import SILENCE
from tests.harness.signed_documents import COMMUNE, FIRST, SECOND

ORDER = LiveOrder("vn.84.29266", ["84/29266/*"], zones=["nga-ba"], title="Họp dân")


class Line:
    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.grants: list[StreamGrant] = []
        self.signatures: list[int] = []
        self.renewed = asyncio.Event()

    async def publish(self, envelope: bytes) -> None:
        opened = open_envelope(envelope)
        grant = decode_payload("stream-grant", opened.payload_bytes())
        assert isinstance(grant, StreamGrant)
        self.grants.append(grant)
        self.signatures.append(len(opened.signatures))
        if len(self.grants) == 3:
            self.renewed.set()

    async def send(self, topic: str, message: bytes) -> None:
        self.sent.append((topic, message))


async def packets(count: int, pause: asyncio.Event | None = None) -> AsyncIterator[VoicePacket]:
    begun_us = round(datetime.now(UTC).timestamp() * 1_000_000)
    for n in range(count):
        yield VoicePacket(begun_us + n * PACKET_US, SILENCE)
        if pause is not None and n == count // 2:
            await pause.wait()


async def test_what_is_sent_is_what_the_grant_allows_and_the_archive_keeps(tmp_path: Path) -> None:
    line = Line()
    with ArchiveWriter(tmp_path, "56" * 16, datetime.now(UTC)) as archive:
        target = LiveTarget("84.29266", is_group=True)
        one = Broadcast(ORDER, target, [COMMUNE], line.publish, line.send, archive, "56" * 16)
        await one.begin()
        await one.speak(packets(35))
        await one.end()
    (grant,) = line.grants
    assert (grant.class_, grant.zones, grant.title) == ("routine", ["nga-ba"], "Họp dân")
    assert {topic for topic, _ in line.sent} == {f"tramtin/1/g/84_2e29266/live/{'56' * 16}"}
    stream = LiveStreamVerifier(grant)
    told = [stream.verify(message, None) for _, message in line.sent[:4]]
    assert [len(segment.packets) for segment in told] == [10, 10, 10, 5]
    assert [message for _, message in line.sent[3:]] == [line.sent[3][1]] * ENDS
    assert one.counts.segments == 4
    (kept,) = map(read_stream, list_folders(tmp_path))
    assert (kept.is_ended, kept.length_ms, kept.bad) == (True, 700, 0)


async def test_an_archive_that_takes_nothing_ends_no_voice(tmp_path: Path) -> None:
    line, failures = Line(), list[OSError]()
    nowhere = tmp_path / "no-folder"
    nowhere.touch()
    with ArchiveWriter(nowhere, "56" * 16, datetime.now(UTC), failures.append) as archive:
        target = LiveTarget("84.29266", is_group=True)
        one = Broadcast(ORDER, target, [COMMUNE], line.publish, line.send, archive, "56" * 16)
        await one.begin()
        await one.speak(packets(35))
        await one.end()
    assert (len(line.grants), len(line.sent)) == (1, 3 + ENDS)
    assert len(failures) == 1
    assert archive.missing == 1 + 4  # the grant and each segment, the end once


async def test_a_grant_is_renewed_before_it_ends_and_names_the_same_beginning(
    tmp_path: Path,
) -> None:
    line, pause = Line(), asyncio.Event()
    order = LiveOrder("vn.84.em", ["84/*/*"], "emergency", life=timedelta(milliseconds=20))
    with ArchiveWriter(tmp_path, "56" * 16, datetime.now(UTC)) as archive:
        target = LiveTarget("tv-cl-0007", is_group=False)
        one = Broadcast(order, target, [FIRST, SECOND], line.publish, line.send, archive, "56" * 16)
        await one.begin()
        speaking = asyncio.create_task(one.speak(packets(10, pause)))
        await line.renewed.wait()
        pause.set()
        await speaking
        await one.end()
    assert len({grant.not_before for grant in line.grants}) == 1
    assert len({grant.stream_key for grant in line.grants}) == 1
    numbers = [grant.seq for grant in line.grants]
    assert numbers == sorted(set(numbers))
    assert set(line.signatures) == {2}
    assert line.sent[0][0] == f"tramtin/1/d/tv-cl-0007/live/{'56' * 16}"


async def test_a_line_without_its_certificates_is_a_clear_error(tmp_path: Path) -> None:
    missing = tmp_path / "live.pem"
    broker = LiveBroker("localhost", 8883, missing, missing, missing)
    with pytest.raises(ConfigError, match=r"E_UNREADABLE.*live\.pem"):
        async with open_line(broker):
            pass

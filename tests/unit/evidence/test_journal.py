"""The journal: chained, complete after a crash, pruned only with a receipt."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.clock import Clock
from agent.contract.document import Ack
from agent.errors import LinkError, TrustError
from agent.evidence import journal, journal_rows
from agent.evidence.journal import Journal
from agent.evidence.outbox import EpochSender, JournalSender, fit_batch
from agent.signals import Signal
from tests.harness.journal_box import START, STATION, Box, play


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    one = await Box.start(tmp_path)
    yield one
    await one.stop()


def ack(journal: Journal, upto: int, hash_: str, seq: int = 1, window: int = 4) -> Ack:
    return Ack(
        kind="ack", issuer="vn.receipt", class_="config", to=["*/*/tv-cl-0007"], doc_id="0" * 32,
        slot="", epoch=1, seq=seq, issued="2026-11-22T22:00:00Z",
        not_before="2026-11-22T22:00:00Z", expires="2026-11-23T22:00:00Z",
        journal=journal.epoch, upto=upto, hash=hash_, window=window,
    )  # fmt: skip


async def test_the_chain_is_sha256_of_the_hash_before_and_the_exact_bytes(box: Box) -> None:
    for number in range(5):
        await box.journal.append("config", detail={"number": number, "what": "Rơ-le dính"})
    expected = bytes(32)
    for seq, raw in enumerate(await box.journal.pending(0, 100), start=1):
        record = json.loads(raw)
        assert record["prev"] == expected.hex()
        assert record["seq"] == seq
        expected = hashlib.sha256(expected + raw).digest()
    assert box.journal.head_hash == expected.hex()
    assert box.journal.last_seq == 6


async def test_a_record_has_source_time_and_clock_quality(box: Box) -> None:
    await box.journal.append("silence", detail={"state": "on"})
    boot, silence = await box.records()
    assert boot["kind"] == "boot"
    assert silence["station"] == "tv-cl-0007"
    assert silence["epoch"] == box.journal.epoch
    assert silence["at"] == "2026-11-22T22:00:00.000Z"
    assert silence["offset_min"] == 420
    assert silence["clock"] == {"quality": "FLOOR", "error_s": None}
    assert silence["detail"] == {"state": "on"}
    assert "play" not in silence


async def test_the_chain_continues_after_a_restart(tmp_path: Path) -> None:
    first = await Box.start(tmp_path)
    await first.journal.append("config", detail={})
    await first.stop()
    second = await Box.start(tmp_path)
    assert second.journal.epoch == first.journal.epoch
    records = await second.records()
    assert [record["seq"] for record in records] == [1, 2, 3]
    assert records[2]["prev"] == first.journal.head_hash
    await second.stop()


async def test_a_crash_turns_an_open_play_into_one_cut_at_the_last_heartbeat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mono = 500.0
    monkeypatch.setattr("agent.evidence.journal.mono_s", lambda: mono)
    first = await Box.start(tmp_path)
    await first.journal.open_play(play("finished-before"))
    key = await first.journal.open_play(play("e1"))
    mono = 512.5
    await first.journal.beat()
    mono = 530.0  # alive, but nobody wrote it down
    assert key == 2
    await first.stop()
    second = await Box.start(tmp_path, boot_id="b" * 32)
    _, one, two, boot = await second.records()
    assert [one["kind"], two["kind"], boot["kind"]] == ["play", "play", "boot"]
    cut = two["play"]
    assert isinstance(cut, dict)
    assert (cut["entry"], cut["result"], cut["reason"]) == ("e1", "cut", "restart")
    # 12.5 s after 22:00:00.016
    assert (cut["end"], cut["duration_ms"]) == ("2026-11-22T22:00:12.516Z", 12500)
    assert boot["detail"] == {
        "last_beat_at": "2026-11-22T22:00:00.000Z", "same_boot": False, "cut": 2,
        "database": "ok",
    }  # fmt: skip
    await second.stop()
    third = await Box.start(tmp_path)
    assert [record["kind"] for record in await third.records()][3:] == ["boot", "boot"]
    await third.stop()


async def test_listeners_are_notified_when_a_play_begins_and_when_it_has_ended(box: Box) -> None:
    entries: list[str] = []
    box.journal.played.connect(lambda one: entries.append(one.entry))
    key = await box.journal.open_play(play("e1"))
    assert entries == ["e1"]
    await box.journal.close_play(key, play("e1"))
    assert entries == ["e1", "e1"]


async def test_a_closed_play_is_one_record_and_no_longer_open(tmp_path: Path) -> None:
    first = await Box.start(tmp_path)
    key = await first.journal.open_play(play())
    record = await first.journal.close_play(key, play(end="2026-11-22T22:00:30.028Z"))
    assert record is not None
    assert record.seq == 2
    await first.stop()
    second = await Box.start(tmp_path)
    assert [r["kind"] for r in await second.records()] == ["boot", "play", "boot"]
    await second.stop()


async def test_records_wait_in_memory_while_the_disk_is_full(box: Box) -> None:
    await box.store.run(lambda db: db.execute("PRAGMA max_page_count=16").fetchone())
    written = 0
    while await box.journal.append("config", detail={"text": "x" * 2000, "number": written}):
        written += 1
    await box.journal.append("config", detail={"number": written + 1})
    assert await box.journal.open_play(play()) >= 0
    assert box.journal.fault is not None
    await box.store.run(lambda db: db.execute("PRAGMA max_page_count=100000").fetchone())
    await box.journal.beat()
    assert box.journal.fault is None
    numbers = [r["detail"]["number"] for r in (await box.records())[1:]]  # type: ignore[index]  # plain JSON
    assert numbers == list(range(written + 2))


async def test_a_receipt_reads_the_whole_journal_once_an_hour_at_the_most(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outbox of a month comes back as five hundred receipts; an alarm waits for none of them."""
    pruned: list[object] = []
    monkeypatch.setattr(journal_rows, "prune", lambda *_: pruned.append(None))
    box.clock.fix(START, box.boot_s)
    for _ in range(5):
        await box.journal.append("config", detail={})
        assert await box.journal.acknowledge(box.journal.last_seq, box.journal.head_hash)
    assert len(pruned) == 1


async def test_acknowledged_rows_stay_thirty_days_and_the_last_one_for_ever(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "PRUNE_S", 0.0)
    await box.journal.append("config", detail={})
    await box.journal.append("config", detail={})
    assert await box.journal.outbox() == (3, 0.0)
    box.clock.fix(START, box.boot_s)
    assert await box.journal.acknowledge(3, box.journal.head_hash)
    assert await box.journal.outbox() == (0, 0.0)
    box.boot_s += timedelta(days=29).total_seconds()
    box.clock.fix(START + timedelta(days=29), box.boot_s)
    await box.journal.acknowledge(3, box.journal.head_hash)
    assert len(await box.records()) == 3
    box.boot_s += timedelta(days=2).total_seconds()
    box.clock.fix(START + timedelta(days=31), box.boot_s)
    await box.journal.acknowledge(3, box.journal.head_hash)
    assert [record["seq"] for record in await box.records()] == [3]
    await box.journal.append("config", detail={})
    assert box.journal.last_seq == 4


async def test_a_battery_clock_that_is_far_ahead_ends_no_row(box: Box) -> None:
    await box.journal.append("config", detail={})
    assert await box.journal.acknowledge(2, box.journal.head_hash)
    doubtful = Clock(START, START + timedelta(days=300), lambda: box.boot_s)
    assert doubtful.now().quality == "RTC"
    again = Journal(box.store, STATION, doubtful, "b" * 32)
    await again.open()
    await again.acknowledge(again.last_seq, again.head_hash)
    assert len(await again.pending(0, 10)) == 3


async def test_a_receipt_for_another_chain_is_refused(box: Box) -> None:
    assert not await box.journal.acknowledge(1, "ab" * 32)
    assert await box.journal.outbox() == (1, 0.0)
    assert not await box.journal.acknowledge(99, "ab" * 32)


class FakeLine:
    """Receives what the sender publishes; `got` signals each message."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[list[int]] = asyncio.Queue()
        self.is_down = False

    async def publish(self, channel: str, message: bytes) -> None:
        if self.is_down:
            raise LinkError("E_LINK")
        assert channel == "log"
        body = json.loads(message)
        self.queue.put_nowait([json.loads(text)["seq"] for text in body["records"]])

    async def take(self) -> list[int]:
        async with asyncio.timeout(60):
            return await self.queue.get()


@pytest.fixture
async def line(box: Box) -> AsyncIterator[tuple[JournalSender, FakeLine]]:
    line = FakeLine()
    sender = JournalSender(box.journal, lambda _, payload: payload, line.publish, resend_s=0.1)
    task = asyncio.create_task(sender.run(), name="sender")
    yield sender, line
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_sender_wakes_on_a_new_record_and_sends_again_without_a_receipt(
    box: Box, line: tuple[JournalSender, FakeLine]
) -> None:
    sender, wire = line
    sender.connected()
    assert await wire.take() == [1]
    await box.journal.append("config", detail={})
    while (seqs := await wire.take()) != [2]:
        assert seqs in ([1], [1, 2])
        if seqs == [1, 2]:
            break
    while await wire.take() != [1, 2]:
        pass
    await sender.on_ack(ack(box.journal, 2, box.journal.head_hash))
    await box.journal.append("config", detail={})
    while await wire.take() != [3]:
        pass


async def test_what_was_acknowledged_before_the_signers_were_known_is_sent_again_at_once(
    box: Box,
) -> None:
    wire = FakeLine()
    sender = JournalSender(box.journal, lambda _, payload: payload, wire.publish, resend_s=3600)
    task = asyncio.create_task(sender.run(), name="sender")
    sender.resend()  # without a link it does nothing
    sender.connected()
    assert await wire.take() == [1]
    sender.resend()
    assert await wire.take() == [1]
    assert wire.queue.empty()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_was_sent_while_the_centre_was_away_is_sent_again_when_it_answers_a_hello(
    box: Box,
) -> None:
    wire = FakeLine()
    sender = JournalSender(box.journal, lambda _, payload: payload, wire.publish, resend_s=3600)
    task = asyncio.create_task(sender.run(), name="sender")
    sender.on_answer(0.0)  # without a link it does nothing
    asked_mono_s = time.monotonic()
    sender.connected()
    assert await wire.take() == [1]
    sender.on_answer(time.monotonic() - asked_mono_s)  # to the hello before it: it is on its way
    await box.journal.append("config", detail={})
    assert await wire.take() == [2]
    sender.on_answer(0.0)  # to a later one
    assert await wire.take() == [1, 2]
    await sender.on_ack(ack(box.journal, 2, box.journal.head_hash))
    sender.on_answer(0.0)
    await box.journal.append("config", detail={})
    assert await wire.take() == [3]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class SlowRecords:
    """Four records on a card that is slow: `read` lets one reading end, with two of them."""

    epoch = "slow"
    acknowledged = 0

    def __init__(self) -> None:
        self.changed = Signal[[]]()
        self.asked: asyncio.Queue[int] = asyncio.Queue()
        self.read = asyncio.Event()

    async def pending(self, after_seq: int, limit: int) -> list[bytes]:
        self.asked.put_nowait(after_seq)
        await self.read.wait()
        self.read.clear()
        return [b'{"seq":%d}' % seq for seq in range(after_seq + 1, min(after_seq + 3, 5))]

    async def acknowledge(self, upto: int, hash_: str) -> bool:
        return True


async def test_no_record_is_left_out_where_the_link_is_new_while_the_journal_is_read() -> None:
    records, wire = SlowRecords(), FakeLine()
    sender = EpochSender(
        records, sign=lambda _, payload: payload, publish=wire.publish, resend_s=3600
    )
    task = asyncio.create_task(sender.run(), name="sender")
    sender.connected()
    assert await records.asked.get() == 0
    records.read.set()
    assert await wire.take() == [1, 2]
    assert await records.asked.get() == 2
    sender.disconnected()
    sender.connected()  # what was sent is lost, and the reading behind it ends now
    records.read.set()
    assert await records.asked.get() == 0
    records.read.set()
    assert await wire.take() == [1, 2]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_window_of_zero_pauses_and_a_newer_receipt_resumes(
    box: Box, line: tuple[JournalSender, FakeLine]
) -> None:
    sender, wire = line
    sender.connected()
    await wire.take()
    await sender.on_ack(ack(box.journal, 1, box.journal.head_hash, seq=5, window=0))
    hash_ = box.journal.head_hash
    while not wire.queue.empty():
        wire.queue.get_nowait()
    await box.journal.append("config", detail={})
    await sender.on_ack(ack(box.journal, 1, hash_, seq=4, window=4))  # older: ignored
    await box.journal.append("config", detail={})
    assert wire.queue.empty()
    await sender.on_ack(ack(box.journal, 1, hash_, seq=6, window=4))
    assert await wire.take() == [2, 3]


async def test_an_acknowledgement_of_another_record_is_refused_and_moves_nothing(
    box: Box, line: tuple[JournalSender, FakeLine]
) -> None:
    sender, wire = line
    with pytest.raises(TrustError, match="E_FORK") as refused:
        await sender.on_ack(ack(box.journal, 1, "ab" * 32))
    assert refused.value.subject == "0" * 32
    assert "record 1" in refused.value.hint
    sender.connected()
    assert await wire.take() == [1]
    with pytest.raises(TrustError, match="E_FORK"):  # of a record that was never written
        await sender.on_ack(ack(box.journal, 99, "ab" * 32))
    assert box.journal.acknowledged == 0


async def test_a_centre_that_lost_its_database_gets_everything_again(
    box: Box, line: tuple[JournalSender, FakeLine]
) -> None:
    sender, wire = line
    await box.journal.append("config", detail={})
    await sender.on_ack(ack(box.journal, 2, box.journal.head_hash, seq=1))
    sender.connected()
    await sender.on_ack(ack(box.journal, 0, "0" * 64, seq=2))
    assert await wire.take() == [1, 2]


def test_a_batch_holds_at_most_a_hundred_records_or_32_kib() -> None:
    assert len(fit_batch([b'{"seq":1}'] * 250)) == 100
    thousand = b'"' + b"x" * 998 + b'"'  # 1,002 bytes once its two quotes are escaped, and wrapped
    assert len(fit_batch([thousand] * 100)) == 32 * 1024 // 1005
    assert len(fit_batch([b'"' + b"x" * 40_000 + b'"', thousand])) == 1

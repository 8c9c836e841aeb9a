"""Records of former epochs are sent under their own epoch; a chain with a corrupt end restarts."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.evidence.outbox import JournalSender
from agent.store.database import FILE
from agent.store.ram_fallback import carry_back, open_volatile
from tests.harness.full_state import play
from tests.harness.journal_box import Box


def turn(folder: Path, statement: str) -> None:
    """Change a row as a dying card does, without an error."""
    with closing(sqlite3.connect(folder / FILE)) as raw, raw:
        raw.execute(statement)


class Line:
    """Takes what is published: (epoch, seqs)."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[tuple[str, list[int]]] = asyncio.Queue()

    async def publish(self, channel: str, message: bytes) -> None:
        body = json.loads(message)
        seqs = [json.loads(text)["seq"] for text in body["records"]]
        self.queue.put_nowait((body["epoch"], seqs))

    async def take(self, count: int) -> dict[str, list[int]]:
        async with asyncio.timeout(60):
            return dict([await self.queue.get() for _ in range(count)])


async def drain(box: Box, count: int) -> dict[str, list[int]]:
    line = Line()
    sender = JournalSender(box.journal, lambda _, payload: payload, line.publish)
    sender.connected()
    task = asyncio.create_task(sender.run(), name="sender")
    try:
        return await line.take(count)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_journal_of_a_memory_in_ram_is_sent_after_it_came_back_to_the_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run").mkdir()
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path / "run"))
    first = await Box.start(tmp_path / "card")
    await first.stop()
    in_ram = Box(await asyncio.to_thread(open_volatile, tmp_path / "card"))
    await in_ram.journal.open()
    await in_ram.journal.append("silence", detail={"state": "on"})
    await in_ram.journal.open_play(play())
    await in_ram.stop()
    await asyncio.to_thread(carry_back, in_ram.store.path, tmp_path / "card")
    again = await Box.start(tmp_path / "card")
    sent = await drain(again, 2)
    assert again.journal.epoch == first.journal.epoch
    # the play that was open in RAM became a record of the card's own chain
    assert sent == {first.journal.epoch: [1, 2, 3], in_ram.journal.epoch: [1, 2]}
    records = [json.loads(raw) for raw in await again.journal.pending(0, 9)]
    assert [one["kind"] for one in records] == ["boot", "play", "boot"]
    (past,) = again.journal.past
    assert await past.acknowledge(2, in_ram.journal.head_hash)
    assert not await past.acknowledge(2, "0" * 64)
    await again.stop()
    last = await Box.start(tmp_path / "card")
    assert last.journal.past == []
    await last.stop()


async def test_a_last_record_that_rotted_after_it_was_sent_keeps_no_lane_busy_for_ever(
    tmp_path: Path,
) -> None:
    box = await Box.start(tmp_path)
    for number in range(2):
        await box.journal.append("config", detail={"number": number})
    head = box.journal.head_hash
    await box.stop()
    await asyncio.to_thread(turn, tmp_path, "UPDATE journal SET bytes=x'00' WHERE seq=3")
    again = await Box.start(tmp_path)  # its chain goes on under another epoch
    (past,) = again.journal.past
    assert await past.acknowledge(3, head)  # the centre had got all three
    await again.stop()
    last = await Box.start(tmp_path)
    assert last.journal.past == []
    await last.stop()


async def test_the_oldest_former_epochs_are_dropped_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A card whose last record rots again and again, while there is no link."""
    epochs = []
    for _ in range(4):
        box = await Box.start(tmp_path)
        for _ in range(6):
            await box.journal.append("config", detail={"why": "x" * 1000})
        epochs.append(box.journal.epoch)
        await box.stop()
        last = "UPDATE journal SET bytes=x'00' WHERE seq=(SELECT max(seq) FROM journal)"
        await asyncio.to_thread(turn, tmp_path, last)
    monkeypatch.setattr("agent.evidence.journal.UNSENT_BYTES", 2 * 18_000)  # room for two
    again = await Box.start(tmp_path)
    kept = [one.epoch for one in again.journal.past]
    assert len(kept) == 2
    gaps = [one["detail"] for one in await again.records() if one["kind"] == "gap"]
    gone = {one["epoch"]: one["count"] for one in gaps}  # type: ignore[index]  # plain JSON
    assert gone == dict.fromkeys(set(epochs) - set(kept), 6)
    await again.stop()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal SET bytes=CAST(bytes || ' ' AS BLOB) WHERE seq=3",
        "UPDATE journal SET bytes=x'00' WHERE seq=3",
        "UPDATE journal SET bytes='text' WHERE seq=3",
        "UPDATE journal SET hash='00' WHERE seq=3",
        "UPDATE journal SET seq=1099511627779 WHERE seq=3",
    ],
)
async def test_a_chain_with_a_corrupt_end_continues_under_a_new_epoch(
    tmp_path: Path, change: str
) -> None:
    box = await Box.start(tmp_path)
    for number in range(2):
        await box.journal.append("config", detail={"number": number})
    await box.stop()
    await asyncio.to_thread(turn, tmp_path, change)
    again = await Box.start(tmp_path)
    assert again.journal.epoch != box.journal.epoch
    sent = await drain(again, 2)
    assert sent == {box.journal.epoch: [1, 2], again.journal.epoch: [1]}
    (boot,) = await again.records()
    assert boot["detail"]["database"] == "the last record had changed: a new epoch"  # type: ignore[index]  # plain JSON
    await again.stop()


async def test_a_corrupt_record_leaves_a_gap_and_a_gap_record(tmp_path: Path) -> None:
    box = await Box.start(tmp_path)
    for number in range(3):
        await box.journal.append("config", detail={"number": number})
    await box.stop()
    await asyncio.to_thread(turn, tmp_path, "UPDATE journal SET bytes=x'00' WHERE seq=2")
    again = await Box.start(tmp_path)
    assert again.journal.epoch == box.journal.epoch
    seqs = [json.loads(raw)["seq"] for raw in await again.journal.pending(0, 9)]
    assert seqs == [1]
    after = [json.loads(raw) for raw in await again.journal.pending(1, 9)]
    assert [one["seq"] for one in after] == [3, 4, 5, 6]
    assert after[-1]["detail"] == {
        "reason": "changed on the disk", "count": 1, "first": 2, "last": 2,
    }  # fmt: skip
    await again.stop()


async def test_an_epoch_that_was_lost_is_read_from_the_records(tmp_path: Path) -> None:
    box = await Box.start(tmp_path)
    await box.stop()
    await asyncio.to_thread(turn, tmp_path, "DELETE FROM meta WHERE key='journal_epoch'")
    again = await Box.start(tmp_path)
    assert again.journal.epoch == box.journal.epoch
    assert again.journal.last_seq == 2
    await again.stop()

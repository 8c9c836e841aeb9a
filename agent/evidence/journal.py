"""The hash-chained journal of this box: append-only, pruned only after the centre's receipt.

The theory. Each record contains the hash before it, so nobody can remove or change one without the
centre noticing it. A play that has begun is an *open play*, durable before sound is reported,
outside the chain; it becomes a record when it ends, or, after a crash, at the next start: cut,
with its end at the last heartbeat. A full disk stops nothing: records wait in memory, in order,
until the disk accepts them; those beyond the limit are counted in a `gap` record.

Each sync wears the card. So heartbeats are as rare as possible: every 10 s at the start of a play,
later at intervals of a twentieth of its length so far, once a minute while nothing plays. Refusals
and faults, which anybody can cause, have a budget (`evidence.journal_budget`) and are synced
together with the next heartbeat when they come in sequence.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from agent.clock import Clock, mono_s
from agent.contract.hash_chain import GENESIS
from agent.contract.ids import StationId
from agent.contract.report import ClockState, Play, Record, RecordKind
from agent.contract.utc import encode_utc, is_utc, parse_utc
from agent.errors import StoreError
from agent.evidence import former_journals, journal_rows
from agent.evidence.former_journals import FormerJournal
from agent.evidence.journal_budget import SHARES, UNSENT_BYTES, UNSENT_SHARE, JournalBudget
from agent.evidence.journal_rows import ChainHead, Detail, JournalStart, RecordDraft
from agent.signals import Signal
from agent.store.database import Store
from agent.store.key_value_types import LastBeat
from agent.store.open_play import OpenPlay

log = logging.getLogger(__name__)
MAX_WAITING = 10_000
DEFER_S = 5.0  # for refusals and faults in sequence
BEAT_S, REST_S = 10.0, 60.0
BEAT_SHARE = 0.05  # of a play's length
CHECK_BYTES = 4 << 20  # written between two checks of how much waits for the centre
PRUNE_S = 3600.0
FRAME_BYTES = 450  # of a record, around its detail


@dataclass(eq=False)
class _Waiting:
    draft: RecordDraft
    record: Record | None = None


class Journal:
    """The box's journal. `open` it once before anything else.

    Attributes:
        fault: the last write error while records wait in memory, else None.
        changed: emitted (on the loop) after records were written.
        played: emitted (on the loop) when a play begins to be heard or seen, and when it has ended.
        past: former epochs of which the centre lacks records.
        alive_at: when a former run was last alive, by the clock of that time; None: there was none.
    """

    def __init__(self, store: Store, station: StationId, clock: Clock, boot_id: str) -> None:
        self.epoch = ""
        self.fault: StoreError | None = None
        self.changed = Signal[[]]()
        self.played = Signal[[Play]]()
        self.past: list[FormerJournal] = []
        self.alive_at: datetime | None = None
        self._store = store
        self._station = station
        self._clock = clock
        self._boot_id = boot_id
        self._head = ChainHead(0, GENESIS)
        self._acknowledged = 0
        self._waiting: list[_Waiting] = []
        self._lost = 0
        self._budget = JournalBudget(mono_s)
        self._open_mono_s: dict[int, float] = {}
        self._beat_mono_s = self._flushed_mono_s = self._pruned_mono_s = float("-inf")
        self._room_bytes = UNSENT_BYTES
        self._unchecked_bytes = 0
        self._wake = asyncio.Event()
        self._lock = asyncio.Lock()

    @property
    def last_seq(self) -> int:
        """Seq of the last record; 0 before the first."""
        return self._head.seq

    @property
    def head_hash(self) -> str:
        """The chain hash after the last record."""
        return self._head.hash

    @property
    def acknowledged(self) -> int:
        """The last seq up to which the centre has every record."""
        return self._acknowledged

    async def open(self) -> None:
        """Find the chain's end, close plays that a former run left open, write a `boot` record.

        Raises:
            StoreError: the database cannot be read.
        """
        beginning = await self._store.run(journal_rows.begin)
        self.epoch, self._head = beginning.epoch, beginning.head
        dropped_epochs = await self._store.run(former_journals.drop_oldest, UNSENT_BYTES // 2)
        self.past = [
            FormerJournal(self._store, epoch, acknowledged, self._clock)
            for epoch, acknowledged in await self._store.run(former_journals.read_unsent)
        ]
        self._acknowledged = await self._store.run(journal_rows.read_acknowledged)
        former = await self._store.run(journal_rows.read_beat)
        self.alive_at = parse_utc(former.at) if former is not None and is_utc(former.at) else None
        cut = await self._store.run(journal_rows.read_cut_plays)
        for key, play in cut:
            self._wait(self._draft("play", play=play, closes=key))
        self._wait(self._draft("boot", detail=self._boot_detail(former, len(cut), beginning)))
        for one in dropped_epochs:
            gap: Detail = {"reason": "no room", "epoch": one.epoch, "count": one.count}
            self._wait(self._draft("gap", detail=gap))
        await self._measure()
        await self._flush()

    async def append(
        self, kind: RecordKind, *, play: Play | None = None, detail: Detail | None = None
    ) -> Record | None:
        """Write one record; None when it waits in memory, or the budget has no room for it."""
        if kind not in SHARES:
            return await self._write(self._draft(kind, play=play, detail=detail))
        size_bytes = FRAME_BYTES + len(msgspec.json.encode(detail))
        if not self._budget.admits(kind, _sort_of(detail), size_bytes):
            return None
        waiting = self._wait(self._draft(kind, detail=detail))
        if mono_s() - self._flushed_mono_s < DEFER_S:
            self._wake.set()
            return None
        self._flushed_mono_s = mono_s()
        await self._flush()
        return waiting.record

    async def close(self) -> None:
        """Write the waiting records; nothing is appended after that."""
        if self._budget.has_left_out:
            self._wait(self._build_gap())
        await self._flush()

    async def open_play(self, play: Play) -> int:
        """Store that sound begins; returns the key for `close_play`.

        On a full disk the key is 0: the play continues and is recorded only when it is closed.
        """
        self._report(play)
        beat = self._beat()
        try:
            key = await self._store.run(journal_rows.insert_open_play, OpenPlay(play, beat.mono_ns))
        except StoreError as error:
            self._failed(error)
            return 0
        self._open_mono_s[key] = mono_s()
        self._wake.set()
        return key

    async def close_play(self, key: int, play: Play) -> Record | None:
        """Turn an open play into its record, in one transaction."""
        self._report(play)
        self._open_mono_s.pop(key, None)
        return await self._write(self._draft("play", play=play, closes=key))

    def _report(self, play: Play) -> None:
        self.played.emit(play)

    async def beat(self) -> None:
        """Store that the agent is alive; write the records that wait for the disk."""
        self._beat_mono_s = mono_s()
        if self._budget.is_gap_due:
            self._wait(self._build_gap())
        if self._waiting:
            self._flushed_mono_s = self._beat_mono_s
            await self._flush()  # a record proves as much as a heartbeat
            return
        try:
            await self._store.run(journal_rows.put_beat, self._beat())
        except StoreError as error:
            self._failed(error)

    async def keep_beating(self) -> None:
        """Live until cancelled: after a crash the last heartbeat bounds an open play's length."""
        while True:
            await self.beat()
            while (left_s := self._due_mono_s() - mono_s()) > 0:
                self._wake.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(left_s):
                        await self._wake.wait()

    def _due_mono_s(self) -> float:
        """When the next heartbeat is due."""
        pause_s = DEFER_S if self._waiting else REST_S
        if self._open_mono_s:
            age_s = mono_s() - max(self._open_mono_s.values())
            pause_s = min(pause_s, max(BEAT_S, BEAT_SHARE * age_s))
        return self._beat_mono_s + pause_s

    async def pending(self, after_seq: int, limit: int) -> list[bytes]:
        """Up to `limit` exact records after a seq, without a gap between them.

        Raises:
            StoreError: the database cannot be read.
        """
        kept = await self._store.run(journal_rows.read_after, after_seq, limit)
        if kept.lost:
            detail: Detail = {"reason": "changed on the disk", "count": len(kept.lost)}
            detail |= {"first": min(kept.lost), "last": max(kept.lost)}
            await self.append("gap", detail=detail)
        return kept.run()

    async def outbox(self) -> tuple[int, float]:
        """How many records the centre lacks, and the age of the oldest in seconds.

        Raises:
            StoreError: the database cannot be read.
        """
        rows, oldest = await self._store.run(journal_rows.read_outbox)
        if oldest is None:
            return rows, 0.0
        age = self._clock.now().at - oldest
        return rows, max(0.0, age.total_seconds())

    async def acknowledge(self, upto: int, hash_: str) -> bool:
        """Mark records up to `upto` as received; False when `hash_` is not that of our chain.

        Raises:
            StoreError: the database cannot be written.
        """
        if upto <= 0:
            return upto == 0 and hash_ == GENESIS
        now = self._clock.now()
        is_ours = await self._store.run(journal_rows.acknowledge, upto, hash_, now.at)
        if is_ours:
            self._acknowledged = max(self._acknowledged, upto)
            is_due = mono_s() - self._pruned_mono_s >= PRUNE_S  # pruning reads the whole journal
            if is_due and now.quality in ("SYNCED", "HOLDOVER"):  # never by an untrusted clock
                self._pruned_mono_s = mono_s()
                await self._store.run(journal_rows.prune, now.at)
                await self._store.run(former_journals.prune, now.at)
        return is_ours

    def _beat(self) -> LastBeat:
        return LastBeat(self._boot_id, encode_utc(self._clock.now().at), int(mono_s() * 1e9))

    def _draft(
        self,
        kind: RecordKind,
        *,
        play: Play | None = None,
        detail: Detail | None = None,
        closes: int | None = None,
    ) -> RecordDraft:
        now = self._clock.now()
        error_s = None if now.error_s is None else round(now.error_s, 6)
        clock = ClockState(now.quality, error_s)
        return RecordDraft(kind, self._beat(), clock, play=play, detail=detail, closes=closes)

    def _boot_detail(self, former: LastBeat | None, cut: int, beginning: JournalStart) -> Detail:
        aside = self._store.moved_aside
        database = f"moved aside: {aside.name}" if aside else "ok"
        if beginning.is_new:
            database = "the last record had changed: a new epoch"
        return {
            "last_beat_at": former.at if former else None,
            "same_boot": former is not None and former.boot_id == self._boot_id,
            "cut": cut,
            "database": database,
        }

    def _wait(self, draft: RecordDraft) -> _Waiting:
        waiting = _Waiting(draft)
        if len(self._waiting) >= MAX_WAITING:
            self._lost += 1
            return waiting
        if self._lost:
            gap: Detail = {"count": self._lost, "reason": "the disk was full"}
            self._waiting.append(_Waiting(self._draft("gap", detail=gap)))
            self._lost = 0
        self._waiting.append(waiting)
        return waiting

    def _build_gap(self) -> RecordDraft:
        count, counts = self._budget.take_left_out()
        return self._draft("gap", detail={"reason": "budget", "count": count, "counts": counts})

    async def _measure(self) -> None:
        """Read how much of the budget is used, and the free space of the card."""
        since = encode_utc(self._clock.now().at - timedelta(days=1))
        spent = await self._store.run(journal_rows.read_spent, since, tuple(SHARES))
        for kind, (records, size_bytes) in spent.items():
            self._budget.spend(kind, records, size_bytes)
        folder = self._store.path.parent
        self._room_bytes = await self._store.run(
            journal_rows.room_bytes, folder, UNSENT_BYTES, UNSENT_SHARE
        )
        await self._drop_oldest()

    async def _drop_oldest(self) -> None:
        """Drop the oldest unacknowledged records beyond the limit, and record their number."""
        self._unchecked_bytes = 0
        dropped = await self._store.run(journal_rows.drop_oldest, self._room_bytes)
        if dropped is not None:
            detail: Detail = {"reason": "no room", "count": dropped.count}
            detail |= {"first": dropped.first, "last": dropped.last}
            self._wait(self._draft("gap", detail=detail))

    async def _write(self, draft: RecordDraft) -> Record | None:
        waiting = self._wait(draft)
        await self._flush()
        return waiting.record

    async def _flush(self) -> None:
        """Write all waiting records, one writer at a time."""
        async with self._lock:
            batch = list(self._waiting)
            if not batch:
                return
            drafts = [one.draft for one in batch]
            try:
                records = await self._store.run(
                    journal_rows.write, self._station, self._head.seq, drafts
                )
                self._head = await self._store.run(journal_rows.read_head)
            except StoreError as error:
                self._failed(error)
                return
            del self._waiting[: len(batch)]
            for one, record in zip(batch, records, strict=True):
                one.record = record
                self._unchecked_bytes += FRAME_BYTES + len(msgspec.json.encode(record))
        self._recovered()
        if self._unchecked_bytes >= CHECK_BYTES:
            with contextlib.suppress(StoreError):
                await self._drop_oldest()
        self.changed.emit()

    def _failed(self, error: StoreError) -> None:
        if self.fault is None:
            log.error("the journal waits in memory: %s", error)
        self.fault = error

    def _recovered(self) -> None:
        if self.fault is not None:
            log.warning("the journal is on the disk again")
        self.fault = None


def _sort_of(detail: Detail | None) -> str:
    """The key of the budget: of a fault its kind, of a refusal its code."""
    detail = detail or {}
    return str(detail.get("what") or detail.get("code") or "other")

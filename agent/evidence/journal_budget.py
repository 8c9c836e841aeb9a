"""Limits how much of the journal refusals and faults may fill in a day, so that plays have room.

The theory. Strangers can cause any number of refusals, and a broken device any number of faults;
every record is synced and kept until the centre has it, and 30 days longer. So each of these kinds
has a daily budget, which refills evenly. In addition each sort (a code, a kind of issue) has a few
records of its own, whatever the others use: a flood hides nothing. Records left out are counted in
a `gap` record.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agent.clock import mono_s
from agent.contract.report import RecordKind

DAY_S = 86_400.0
OWN_RECORDS = 12  # a day
MAX_SORTS = 128
MAX_NAMED = 32  # sorts that one `gap` record names
GAP_SOON_S, GAP_AGAIN_S = 60.0, 3600.0


@dataclass(frozen=True)
class DailyBudget:
    """A daily budget.

    Args:
        records: their number.
        size_bytes: total size of their exact text.
    """

    records: int
    size_bytes: int


SHARES: Mapping[RecordKind, DailyBudget] = {
    "refusal": DailyBudget(1000, 600 << 10),
    "fault": DailyBudget(1000, 400 << 10),
}
# Limit of unacknowledged records; 30 days without a link are 50,000 plays of 1.4 KiB.
UNSENT_BYTES = 256 << 20
UNSENT_SHARE = 0.25  # of the card's space, if that is less


class _Bucket:
    """A token bucket that refills evenly to one share within a day."""

    def __init__(self, share: DailyBudget, now_mono_s: float) -> None:
        self._share = share
        self._records, self._bytes = float(share.records), float(share.size_bytes)
        self._at_mono_s = now_mono_s

    def take(self, size_bytes: int, now_mono_s: float) -> bool:
        """Take one record from the bucket, if there is room for it."""
        passed = (now_mono_s - self._at_mono_s) / DAY_S
        self._at_mono_s = now_mono_s
        share = self._share
        self._records = min(share.records, self._records + passed * share.records)
        self._bytes = min(share.size_bytes, self._bytes + passed * share.size_bytes)
        if self._records < 1 or self._bytes < size_bytes:
            return False
        self.spend(1, size_bytes)
        return True

    def spend(self, records: int, size_bytes: int) -> None:
        """Subtract records that were written before."""
        self._records = max(0.0, self._records - records)
        self._bytes = max(0.0, self._bytes - size_bytes)


class JournalBudget:
    """Decides which records are written.

    Args:
        now_mono_s: replaced in tests.
    """

    def __init__(self, now_mono_s: Callable[[], float] = mono_s) -> None:
        self._now_mono_s = now_mono_s
        now = now_mono_s()
        self._shares = {kind: _Bucket(share, now) for kind, share in SHARES.items()}
        self._own: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()
        self._left_out: Counter[str] = Counter()
        self._gap_at_mono_s = now
        self._reported_mono_s = float("-inf")

    def spend(self, kind: RecordKind, records: int, size_bytes: int) -> None:
        """Subtract what a former run wrote within the last day."""
        if kind in self._shares:
            self._shares[kind].spend(records, size_bytes)

    def admits(self, kind: RecordKind, sort: str, size_bytes: int) -> bool:
        """Is the record written? One that is not is counted as left out."""
        if kind not in self._shares:
            return True
        now = self._now_mono_s()
        if self._shares[kind].take(size_bytes, now):
            return True
        if self._own_of(kind, sort, now).take(size_bytes, now):
            return True
        self.leave_out(kind, sort)
        return False

    def leave_out(self, kind: RecordKind, sort: str) -> None:
        """Count a record that is not written."""
        if not self._left_out:
            soon = self._now_mono_s() + GAP_SOON_S
            self._gap_at_mono_s = max(soon, self._reported_mono_s + GAP_AGAIN_S)
        name = f"{kind}/{sort}"[:80]
        is_known = name in self._left_out or len(self._left_out) < MAX_NAMED
        self._left_out[name if is_known else f"{kind}/other"] += 1

    @property
    def is_gap_due(self) -> bool:
        """Is it time to record what was left out?"""
        return bool(self._left_out) and self._now_mono_s() >= self._gap_at_mono_s

    @property
    def has_left_out(self) -> bool:
        """Is anything left out that is not recorded yet?"""
        return bool(self._left_out)

    def take_left_out(self) -> tuple[int, list[str]]:
        """The number left out since the last call, in all and of each sort; resets the counters."""
        left_out, self._left_out = self._left_out, Counter()
        self._reported_mono_s = self._now_mono_s()
        return left_out.total(), [f"{name} {count}" for name, count in left_out.most_common()]

    def _own_of(self, kind: str, sort: str, now: float) -> _Bucket:
        key = kind, sort
        if key not in self._own:
            share = DailyBudget(OWN_RECORDS, OWN_RECORDS << 10)
            self._own[key] = _Bucket(share, now)
            if len(self._own) > MAX_SORTS:
                self._own.popitem(last=False)
        return self._own[key]

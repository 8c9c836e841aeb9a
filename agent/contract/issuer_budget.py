"""The resources of one box that one issuer's documents may take. Box and centre share the numbers.

A signer may sign any number of documents, and a key may be stolen. So the resources that a document
takes are counted before it is stored: a slot, RAM for its bytes, planned starts (each is an object
in the timeline), files on the card. Each issuer has a budget for each of them. For planned items
the box also has a total that two issuers cannot use up. One kind of document never takes resources
from another: emergencies, cancels, silences and configurations have their own budgets.

The numbers come from RAM measurements (decision 26): playlists at the box's limit take about 50 MiB
of the process. A commune needs a tenth of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from msgspec import UNSET

from agent.contract.document import Document, Emergency, Playlist
from agent.contract.envelope import MAX_ENVELOPE_BYTES
from agent.contract.local_time import LOCAL
from agent.contract.utc import parse_utc

GIB = 1 << 30
DAY_S = 86_400.0
PREPARED_ALARM = "held-alarm"  # a prepared alarm, which waits for a key
_LONGEST_LIFE_DAYS = 401


@dataclass(frozen=True)
class IssuerBudget:
    """The largest amounts that may be held at one time.

    Args:
        slots: slot names, including empty slots whose floors are kept.
        documents: documents that have not expired.
        envelope_bytes: of all documents.
        starts: planned on one local date.
        media: different files.
        media_bytes: of all files.
        a_day: documents accepted in 24 hours, as each is written to the card; None: no limit.
    """

    slots: int
    documents: int
    envelope_bytes: int
    starts: int = 0
    media: int = 0
    media_bytes: int = 0
    a_day: int | None = None


def _keep_few(documents: int, envelopes: int, a_day: int = 1000) -> IssuerBudget:
    """The budget of kinds without media: small documents, of which a box needs one or two."""
    return IssuerBudget(16, documents, envelopes * MAX_ENVELOPE_BYTES, a_day=a_day)


# Budgets of one issuer, by kind.
OF_ISSUER: dict[str, IssuerBudget] = {
    # A new slot each day for eleven weeks; a board that changes its page every 15 s for 16 hours.
    "playlist": IssuerBudget(128, 128, 4 * MAX_ENVELOPE_BYTES, 4000, 512, 4 * GIB, 400),
    "emergency": IssuerBudget(32, 32, 4 * MAX_ENVELOPE_BYTES, 0, 128, GIB),
    PREPARED_ALARM: IssuerBudget(32, 16, 4 * MAX_ENVELOPE_BYTES, 0, 128, GIB),
    "cancel": _keep_few(64, 1),
    "silence": _keep_few(16, 1),
    "station-config": _keep_few(16, 2),
    "head": _keep_few(4, 4, 5000),  # one for each hello; a box without the time sends many
    "command": _keep_few(16, 1),
    "stream-grant": _keep_few(16, 1),
    "calendar": _keep_few(16, 2),
}
# Budgets of all issuers together, by kind: three issuers may use their whole budget. The other
# kinds are bounded by the number of roles that the tree authorises for them.
OF_BOX: Mapping[str, IssuerBudget] = {
    "playlist": IssuerBudget(384, 384, 12 * MAX_ENVELOPE_BYTES, 10_000, 1536, 12 * GIB),
}


@dataclass(frozen=True)
class Weight:
    """The resources that one document takes.

    Args:
        issuer: whose budget it uses.
        kind: which budget it uses; see `kind_of`.
        envelope_bytes: its length.
        starts: ordinal of a local date → starts planned on it.
        media: digest → length in bytes.
    """

    issuer: str
    kind: str
    envelope_bytes: int
    starts: Mapping[int, int]
    media: Mapping[str, int]


@dataclass(frozen=True)
class Excess:
    """A limit that would be exceeded.

    Args:
        what: `slots`, `documents`, `envelope_bytes`, `starts`, `media`, `media_bytes`, `a_day`.
        by: the issuer; None: all issuers together.
        value: the amount with the new document.
        limit: the largest allowed amount.
    """

    what: str
    by: str | None
    value: int
    limit: int

    def __str__(self) -> str:
        return f"{self.what}: {self.value} of {self.by or 'all issuers'}, at most {self.limit}"


def kind_of(document: Document) -> str:
    """The budget that a document uses: its kind, but prepared alarms have their own."""
    if isinstance(document, Emergency) and document.trigger == "key":
        return PREPARED_ALARM
    return document.kind


def weigh(document: Document, envelope_bytes: int) -> Weight:
    """The resources that a document takes.

    Args:
        document: its schema is valid.
        envelope_bytes: length of its envelope.
    """
    media = document.media if isinstance(document, Playlist | Emergency) else ()
    return Weight(
        issuer=document.issuer,
        kind=kind_of(document),
        envelope_bytes=envelope_bytes,
        starts=_starts(document) if isinstance(document, Playlist) else {},
        media={medium.sha256: medium.bytes for medium in media},
    )


def _starts(playlist: Playlist) -> dict[int, int]:
    """Ordinal of each local date in the playlist's lifetime → starts; exceptions are ignored."""
    first, last = map(_local_ordinal, (playlist.not_before, playlist.expires))
    last = min(last, first + _LONGEST_LIFE_DAYS)
    counts: Counter[tuple[str, str, int]] = Counter()
    for entry in playlist.entries:
        when = entry.when
        by_sun = 0 if when.sun is UNSET else len(when.sun)
        for weekday in when.weekdays:
            counts[when.from_, when.until, weekday] += len(when.at) + by_sun
    changes: defaultdict[int, Counter[int]] = defaultdict(Counter)  # of the number on a weekday
    for (from_, until, weekday), count in counts.items():
        if _ordinal(until) >= first:
            changes[max(first, _ordinal(from_))][weekday] += count
            changes[_ordinal(until) + 1][weekday] -= count
    starts: dict[int, int] = {}
    on: Counter[int] = Counter()
    for day in range(first, last + 1):
        if day in changes:
            on.update(changes[day])
        if on[day % 7 or 7]:  # ordinal 1 is a Monday
            starts[day] = on[day % 7 or 7]
    return starts


def _ordinal(iso: str) -> int:
    return date.fromisoformat(iso).toordinal()


def _local_ordinal(utc: str) -> int:
    return parse_utc(utc).astimezone(LOCAL).toordinal()


@dataclass
class _Sum:
    documents: int = 0
    envelope_bytes: int = 0
    starts: Counter[int] = field(default_factory=Counter)
    media: dict[str, int] = field(default_factory=dict)
    media_bytes: int = 0

    def add(self, weight: Weight) -> None:
        self.documents += 1
        self.envelope_bytes += weight.envelope_bytes
        self.starts.update(weight.starts)
        for digest, length in weight.media.items():
            self.media_bytes += max(0, length - self.media.get(digest, 0))
            self.media[digest] = max(length, self.media.get(digest, 0))

    def excess(self, weight: Weight, budget: IssuerBudget, by: str | None) -> Excess | None:
        # an earlier document may state a smaller length for the file, not verified yet
        more = [max(0, length - self.media.get(one, 0)) for one, length in weight.media.items()]
        busiest = max((n + self.starts[day] for day, n in weight.starts.items()), default=0)
        sums = {
            "documents": self.documents + 1,
            "envelope_bytes": self.envelope_bytes + weight.envelope_bytes,
            "starts": busiest,
            "media": len(self.media.keys() | weight.media.keys()),
            "media_bytes": self.media_bytes + sum(more),
        }
        for what, value in sums.items():
            if value > getattr(budget, what):
                return Excess(what, by, value, getattr(budget, what))
        return None


class Arrivals:
    """Counts each issuer's accepted documents of the last 24 hours, while the process runs."""

    def __init__(self) -> None:
        self._at_mono_s: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def excess(self, document: Document, now_mono_s: float) -> Excess | None:
        """The daily limit that one more would exceed; class emergency has none."""
        kind = kind_of(document)
        limit = OF_ISSUER[kind].a_day
        if limit is None or document.class_ == "emergency":
            return None
        times = self._at_mono_s[document.issuer, kind]
        while times and times[0] <= now_mono_s - DAY_S:
            times.popleft()
        return Excess("a_day", document.issuer, limit + 1, limit) if len(times) >= limit else None

    def add(self, document: Document, now_mono_s: float) -> None:
        """Count a document in."""
        self._at_mono_s[document.issuer, kind_of(document)].append(now_mono_s)


class Usage:
    """The resources that documents take together; call `excess` before `add`."""

    def __init__(self) -> None:
        self._of_issuer: defaultdict[tuple[str, str], _Sum] = defaultdict(_Sum)
        self._of_box: defaultdict[str, _Sum] = defaultdict(_Sum)

    def add(self, weight: Weight) -> None:
        """Count a document in."""
        self._of_issuer[weight.issuer, weight.kind].add(weight)
        if weight.kind in OF_BOX:
            self._of_box[weight.kind].add(weight)

    def excess(self, weight: Weight) -> Excess | None:
        """The first limit that a further document would exceed; None when it fits."""
        of_issuer = self._of_issuer[weight.issuer, weight.kind]
        excess = of_issuer.excess(weight, OF_ISSUER[weight.kind], weight.issuer)
        if excess is None and weight.kind in OF_BOX:
            excess = self._of_box[weight.kind].excess(weight, OF_BOX[weight.kind], None)
        return excess

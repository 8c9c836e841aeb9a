"""Playlists of a few entries, planned for days that a test names, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from agent.contract.document import Document, Playlist
from agent.plan.policy import EffectivePolicy
from agent.plan.timeline import Timeline, build_timeline

FREE = EffectivePolicy(quiet=())
A, B = "a" * 64, "b" * 64


@dataclass(frozen=True)
class FakeHeld:
    document: Document
    sha256: str = "0" * 64


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str) -> datetime:
    return utc(text) - timedelta(hours=7)


def entry(id_: str = "e1", at: Any = "05:00:00", **changes: Any) -> dict[str, Any]:
    when = {
        "at": [at] if isinstance(at, str) else at,
        "weekdays": changes.pop("weekdays", [1, 2, 3, 4, 5, 6, 7]),
        "from": changes.pop("from_", "2026-01-01"),
        "until": changes.pop("until", "2027-12-31"),
        "except": changes.pop("except_", []),
    }
    return {
        "id": id_,
        "title": "Bản tin",
        "lang": "vi",
        "zones": ["*"],
        "when": when,
        "start": {"kind": "at"},
        "body": {"media": [A]},
        **changes,
    }


HEADER = {
    "issuer": "vn.84.29266",
    "class": "routine",
    "to": ["84/29266/*"],
    "doc_id": "1" * 32,
    "slot": "tuan",
    "epoch": 1,
    "seq": 1,
    "issued": "2026-01-01T00:00:00Z",
    "not_before": "2026-01-01T00:00:00Z",
    "expires": "2028-01-01T00:00:00Z",
}


def playlist(*entries: dict[str, Any], minutes: float = 1, **header: Any) -> FakeHeld:
    media = [
        {"sha256": A, "bytes": 1, "mime": "audio/mpeg", "duration_ms": int(minutes * 60_000),
         "urls": []},
        {"sha256": B, "bytes": 1, "mime": "audio/mpeg", "duration_ms": 10_000, "urls": []},
    ]  # fmt: skip
    document = {**HEADER, "kind": "playlist", "media": media, "entries": list(entries), **header}
    return FakeHeld(msgspec.convert(document, Playlist))


def plan(
    *held: FakeHeld,
    policy: EffectivePolicy = FREE,
    first: str = "2026-11-23",
    last: str = "2026-11-29",
) -> Timeline:
    """The local days `first` to `last`, both whole."""
    until_at = local(last) + timedelta(days=1)
    return build_timeline(held, policy, local(first), until_at)


def starts(timeline: Timeline) -> list[datetime]:
    return [occurrence.start_at for occurrence in timeline.occurrences]


def refusals(timeline: Timeline) -> list[tuple[datetime, str, str]]:
    return [(refusal.at, refusal.code, refusal.rule) for refusal in timeline.refusals]

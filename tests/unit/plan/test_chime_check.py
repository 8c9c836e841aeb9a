"""The chime of the check sounds when signed policy says, below all else, never in quiet hours.

2026-11-29 is a Sunday, local = UTC+7.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.document import Playlist, StationConfig
from agent.contract.priority import Level
from agent.plan.policy import config_in_force, effective_policy
from agent.plan.timeline import Timeline, build_timeline

HEADER = {
    "issuer": "vn.84", "class": "config", "to": ["84/29266/tv-cl-0007"], "doc_id": "5" * 32,
    "slot": "station", "epoch": 1, "seq": 5, "issued": "2026-01-01T00:00:00Z",
    "not_before": "2026-01-01T00:00:00Z", "expires": "2028-01-01T00:00:00Z",
}  # fmt: skip
SATURDAY = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)
SUNDAY_17 = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
CHECK = {"weekdays": [7], "at": "17:00"}
MEDIUM = "a" * 64


def hold(document: Any) -> HeldDocument:
    return HeldDocument(document, "0" * 64, b"", SATURDAY)


def config(**policy: Any) -> HeldDocument:
    body = {
        **HEADER, "kind": "station-config", "place": "84/29266/tv-cl-0007", "groups": [],
        "zones": [], "policy": {"quiet_hours": ["21:00-05:00"], **policy},
    }  # fmt: skip
    return hold(msgspec.convert(body, StationConfig))


def programme(at: str) -> HeldDocument:
    """A minute of programme every day."""
    media = [{"sha256": MEDIUM, "bytes": 1, "mime": "a/b", "duration_ms": 60_000, "urls": []}]
    when = {"at": [at], "weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "2026-01-01",
            "until": "2027-12-31"}  # fmt: skip
    entry = {"id": "e1", "title": "Bản tin", "lang": "vi", "zones": ["*"], "when": when,
             "start": {"kind": "at"}, "body": {"media": [MEDIUM]}}  # fmt: skip
    more = {"class": "routine", "doc_id": "1" * 32, "media": media, "entries": [entry]}
    return hold(msgspec.convert({**HEADER, "kind": "playlist", **more}, Playlist))


def plan(*held: HeldDocument) -> Timeline:
    now = Now(SATURDAY, "SYNCED", 0.01)
    policy = effective_policy(config_in_force(held, now), None)
    return build_timeline(held, policy, SATURDAY, SATURDAY + timedelta(days=3))


def test_it_is_planned_on_its_day_from_the_config_that_orders_it() -> None:
    (one,) = plan(config(chime_check=CHECK | {"zones": ["nga-ba"]})).occurrences
    assert (one.start_at, one.level) == (SUNDAY_17, Level.FILLER)
    assert one.end_at - one.start_at == timedelta(seconds=8)
    assert one.entry.zones == ["nga-ba"]
    assert one.document.sha256 == "0" * 64
    assert one.playlist.doc_id == "5" * 32
    assert one.playlist.class_ == "routine"


@pytest.mark.parametrize(
    ("policy", "code", "rule"),
    [
        ({"chime_check": CHECK | {"at": "04:59"}}, "E_HOURS", "quiet_hours 21:00-05:00"),
        ({"chime_check": CHECK, "weekdays": [1, 2, 3]}, "E_POLICY", "weekdays [1, 2, 3]"),
    ],
)
def test_the_other_rules_of_the_policy_hold_for_it_too(
    policy: dict[str, Any], code: str, rule: str
) -> None:
    timeline = plan(config(**policy))
    assert timeline.occurrences == []
    assert [(one.code, one.rule) for one in timeline.refusals] == [(code, rule)]


@pytest.mark.parametrize("at", ["16:59:58", "17:00:00", "19:00:00"])
def test_it_gives_way_to_any_programme_and_takes_no_session_of_it(at: str) -> None:
    timeline = plan(config(chime_check=CHECK, sessions_per_day=1), programme(at))
    assert not timeline.refusals
    winner = timeline.playing(SUNDAY_17, "sound")
    assert winner is not None
    assert winner.entry.id == ("chime-check" if at == "19:00:00" else "e1")


def test_without_it_nothing_is_planned_and_a_newer_config_takes_it_away() -> None:
    assert plan(config()).occurrences == []
    former = config(chime_check=CHECK)
    newer = msgspec.structs.replace(config().document, doc_id="6" * 32, seq=6)
    assert plan(former, replace(former, document=newer)).occurrences == []

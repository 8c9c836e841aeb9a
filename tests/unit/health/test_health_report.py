"""The health report stays small, whatever is the matter."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from agent.clock import Now
from agent.contract.report import Issue, Outbox
from agent.health.health_report import MOST_OF_ONE_KIND, build_health_report
from central.testbed.broker import MAX_PACKET_BYTES


def test_attack_106_a_thousand_missing_files_leave_a_report_that_every_broker_takes(
    tmp_path: Path,
) -> None:
    since = "2026-11-22T08:00:00.000Z"
    many = [
        Issue("media_missing", f"{n:012x}", since, "E_FETCH " + "x" * 5000) for n in range(1536)
    ]
    fault = Issue("sound_device_gone", "loa", since, "no card")
    health = build_health_report(
        tmp_path, session=1, now=Now(datetime(2026, 11, 22, tzinfo=UTC), "SYNCED", 0.1),
        issues=[*many, fault], on_air={}, upcoming={}, switches={}, outbox=Outbox(0, 0.0),
    )  # fmt: skip
    assert fault in health.issues
    assert [one.subject for one in health.issues[:-1]] == [
        one.subject for one in many[:MOST_OF_ONE_KIND]
    ]
    assert len(msgspec.json.encode(health)) * 4 // 3 < MAX_PACKET_BYTES // 8

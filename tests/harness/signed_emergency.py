"""An emergency with a recording, signed as of an earlier time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from central.documents.emergency_order import (
    EmergencyMessage,
    OrderParams,
    draft_emergency,
)
from tests.harness.melody import make_melody

MINUTE = timedelta(minutes=1)


def build_order(ago: timedelta, seq: int) -> OrderParams:
    issued = datetime.now(UTC) - ago
    return OrderParams("vn.84.em", ["84/29266/*"], issued, 60 * MINUTE, seq)


def make_alarm(site: Any, ago: timedelta, seq: int) -> bytes:
    make_melody(site.studio / "loi.opus", 8_000)
    message = EmergencyMessage([site.studio / "loi.opus"], "LŨ VỀ")
    payload = draft_emergency(
        build_order(ago, seq), message, site.folder / "media", site.testbed.media.base_url
    )
    return bytes(site.testbed.sign(payload, "emergency", "vn.84.em"))

"""What `tramtin check` says of the policy in force."""

from __future__ import annotations

import msgspec

from agent.contract.document import StationConfig
from agent.plan.policy import effective_policy
from agent.plan.policy_text import describe_policy
from agent.settings.model import LocalAdverts, LocalZoneClasses, Policy

CONFIG = msgspec.convert(
    {
        "issuer": "vn.84", "to": ["84/*/*"], "epoch": 1, "seq": 1, "doc_id": "1" * 32,
        "issued": "2026-01-01T00:00:00Z", "not_before": "2026-01-01T00:00:00Z",
        "expires": "2027-01-01T00:00:00Z", "kind": "station-config", "class": "config",
        "slot": "station", "place": "84/29266/tv-cl-0007", "groups": [], "zones": [],
        "policy": {
            "quiet_hours": ["21:00-05:00"], "sessions_per_day": 3, "minutes_per_session": 45,
            "weekdays": [1, 2, 3], "maintenance": ["10:00-11:00"],
            "adverts": {"windows": ["08:00-10:00"], "day_pct": 5},
            "zone_classes": [{"zone_kind": "special", "classes": ["priority"]}],
            "language_duties": [{"lang": "km", "week_pct": 30}],
        },
    },
    StationConfig,
)  # fmt: skip


def test_what_is_signed_and_what_the_file_narrows_stand_together() -> None:
    local = Policy(
        quiet_hours=["11:30-13:00"], sessions_per_day=2, minutes_per_session=60, weekdays=[3, 4],
        adverts=LocalAdverts(windows=["09:00-10:00"], day_pct=20, session_pct=10),
    )  # fmt: skip
    assert describe_policy(effective_policy(CONFIG, local), "en") == [
        "In force (the signed station-config, narrowed by this file):",
        "  quiet hours: 21:00-05:00, 11:30-13:00",
        "  maintenance: 10:00-11:00",
        "  at most 2 sessions a day",
        "  at most 45 minutes a session",
        "  on days 3 alone (1 is Monday)",
        "  clusters of kind special play only: priority",
        "  adverts within 08:00-10:00; 09:00-10:00",
        "  adverts at most 5 % of a day",
        "  adverts at most 10 % of a session",
        "  km: at least 30 % of a week",
    ]


def test_without_a_signed_config_the_built_in_limits_are_told() -> None:
    assert describe_policy(effective_policy(None, None), "vi") == [
        "Chưa có cấu hình đã ký. Đang áp dụng:",
        "  giờ yên lặng: 21:00-05:00",
        "  loa không phát quảng cáo",
    ]


def test_classes_that_the_file_alone_narrows_are_shown_too() -> None:
    closed = [
        LocalZoneClasses(zone_kind="ordinary", classes=["priority"]),
        LocalZoneClasses(zone_kind="special", classes=["routine"]),
    ]
    lines = describe_policy(effective_policy(CONFIG, Policy(zone_classes=closed)), "en")
    assert "  clusters of kind ordinary play only: priority" in lines
    assert "  clusters of kind special play only: none" in lines
    without = describe_policy(effective_policy(None, Policy(zone_classes=closed)), "en")
    assert "  clusters of kind special play only: routine" in without

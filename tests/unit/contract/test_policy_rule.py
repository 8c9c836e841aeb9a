"""A refusal's rule as people read it; 2026-12-01T16:00Z is 23:00 in Vietnam."""

from __future__ import annotations

import pytest

from agent.contract.policy_rule import describe_rule

SAID = {
    "quiet_hours 21:00-05:00": (
        "trong giờ yên lặng 21:00-05:00",
        "in quiet hours 21:00-05:00",
    ),
    "weekdays [1, 7]": (
        "ngày không được phát; chỉ thứ Hai, Chủ Nhật",
        "not a day with sound; only Monday, Sunday",
    ),
    "weekdays []": (
        "ngày không được phát; chỉ không ngày nào",
        "not a day with sound; only no day",
    ),
    "expires 2026-12-01T16:00:00.000Z": (
        "chưa phát xong thì lịch hết hạn (23:00 01/12/2026)",
        "the schedule expires before it ends (23:00 01/12/2026)",
    ),
    "mourning music: Quốc tang": (
        "ngày tang, không nhạc (Quốc tang)",
        "a day of mourning, no music (Quốc tang)",
    ),
    "next waits at most 6:00:00": (
        "đợi quá 6:00:00 mà loa chưa rảnh",
        "has waited 6:00:00 and nothing became free",
    ),
    "after chuong: nothing begins the chain": (
        "nối sau “chuong” mà chuỗi ấy không có mục đầu",
        "follows “chuong”, which never begins",
    ),
    "no duration": ("không có độ dài", "it has no duration"),
    "12 further entries, such as e9: quiet_hours 21:00-05:00": (
        "và 12 mục khác, như e9: trong giờ yên lặng 21:00-05:00",
        "and 12 further items, such as e9: in quiet hours 21:00-05:00",
    ),
}


@pytest.mark.parametrize(("rule", "said"), SAID.items(), ids=SAID)
def test_a_rule_is_a_sentence_in_both_languages(rule: str, said: tuple[str, str]) -> None:
    assert (describe_rule(rule, "vi"), describe_rule(rule, "en")) == said


@pytest.mark.parametrize("rule", ["tomorrow 3", "", "7"])
def test_a_rule_of_a_newer_box_is_given_as_it_is(rule: str) -> None:
    assert describe_rule(rule, "vi") == rule

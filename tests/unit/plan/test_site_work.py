"""What a lockout and an open door keep off, by docs/decisions/0086: a table, row by row."""

from __future__ import annotations

import pytest

from agent.plan.site_work import (
    SiteWork,
    SiteWorkRules,
    find_work,
    find_work_before_emergency,
    find_work_before_voice,
)

LOCKED, OPEN, BOTH = SiteWork(is_locked_out=True), SiteWork(is_door_open=True), SiteWork(True, True)  # noqa: FBT003 - lockout, door
STRICT = SiteWorkRules(door="programme", boards="show")
COMMUNE = "vn.84.29266"


@pytest.mark.parametrize(
    ("work", "test", "voice", "programme", "picture"),
    [
        (SiteWork(), None, None, None, None),
        (OPEN, "door_open", "door_open", None, None),
        (LOCKED, "lockout", "lockout", "lockout", "lockout"),
        (BOTH, "lockout", "lockout", "lockout", "lockout"),
    ],
)
def test_without_a_signed_rule_a_door_stops_tests_and_voices_and_a_lockout_everything(
    work: SiteWork, test: str, voice: str, programme: str, picture: str
) -> None:
    kept = [find_work(SiteWorkRules(), work, one) for one in ("test", "voice", "programme")]
    assert kept == [test, voice, programme]
    assert find_work(SiteWorkRules(), work, "picture") == picture


def test_a_signed_rule_stops_all_programme_at_an_open_door_and_lets_boards_go_on() -> None:
    assert find_work(STRICT, OPEN, "programme") == "door_open"
    assert find_work(STRICT, OPEN, "picture") is None
    assert find_work(STRICT, LOCKED, "picture") is None
    assert find_work(STRICT, LOCKED, "programme") == "lockout"


@pytest.mark.parametrize(
    ("issuers", "issuer", "is_exercise", "found"),
    [
        (None, COMMUNE, False, None),
        (None, COMMUNE, True, "lockout"),
        (("vn.84",), COMMUNE, False, None),
        (("vn.84",), "vn.845.1", False, "lockout"),
        (("vn.84.29266",), "vn.84", False, "lockout"),
        ((), "vn.84", False, "lockout"),
    ],
)
def test_of_emergencies_those_of_the_named_roles_pass_a_lockout_and_no_exercise(
    issuers: tuple[str, ...] | None,
    issuer: str,
    is_exercise: bool,  # noqa: FBT001 - a row of the table
    found: str | None,
) -> None:
    rules = SiteWorkRules(issuers=issuers)
    assert find_work_before_emergency(rules, LOCKED, issuer, is_exercise=is_exercise) == found
    assert find_work_before_emergency(rules, OPEN, issuer, is_exercise=is_exercise) is None


def test_no_live_voice_passes_a_lockout_and_one_of_class_emergency_passes_an_open_door() -> None:
    rules = SiteWorkRules()
    assert find_work_before_voice(rules, LOCKED, is_emergency=True) == "lockout"
    assert find_work_before_voice(rules, OPEN, is_emergency=True) is None
    assert find_work_before_voice(rules, OPEN, is_emergency=False) == "door_open"

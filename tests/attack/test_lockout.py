"""Attacks 180 and 181 of the catalogue: the lockout of a station where somebody works.

Attack 182, a lockout that is held for ever, is in `tests/unit/overrides/test_lockout_watch.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from agent.clock import Now
from agent.contract.document import StationConfig
from agent.contract.report import Issue
from agent.control.operations import Requester
from agent.evidence.fault_log import FaultLog
from agent.overrides import site_inputs
from agent.overrides.site_inputs import SiteInputs
from agent.plan.site_work import SiteWork
from agent.playout.output_schedule import BoardSchedule, SoundSchedule
from agent.playout.schedule import Schedule
from agent.state.documents_in_force import DocumentsInForce
from agent.state.mutes import Mutes
from agent.state.site_contacts import SiteContacts
from tests.harness.command_box import CommandBox, command
from tests.harness.signed_documents import AT, PROVINCE, code_of, judge, seal, station_config
from tests.harness.silent_schedule import HEAD, START, FakeHeld, playlist
from tests.harness.station_box import build_box

LOCKED = SiteWork(is_locked_out=True)
NOW = Now(START, "SYNCED", 0.01)
MOST = {"door": "tests", "warning_s": 10, "lockout_boards": "black", "left_on_h": 168}


@pytest_asyncio.fixture
async def box(tmp_path: Path) -> AsyncIterator[CommandBox]:
    """In its place, its clock right."""
    box = await (await CommandBox(tmp_path).start()).place()
    yield box
    await box.stop()


@pytest.mark.parametrize(
    ("do", "args"),
    [
        ("unmute", {"zones": ["nga-ba"]}),
        ("volume", {"zones": ["nga-ba"], "gain_db": 0}),
        ("unblank", {}),
        ("dim", {"pct": 100}),
        ("restart", {}),
    ],
)
async def test_attack_180_no_command_lifts_a_lockout(
    box: CommandBox, do: str, args: dict[str, Any]
) -> None:
    schedule = Schedule(
        None, lambda _digest: None, site_work=lambda: LOCKED,
        is_blank=box.levels.is_muted,
    )  # fmt: skip
    schedule.update([playlist()], NOW)
    await box.receive(command(do, args=args))
    assert SoundSchedule(schedule, ["nga-ba"]).wanted(NOW) is None
    assert BoardSchedule(schedule, ["mat-truoc"]).wanted(NOW) is None


async def test_attack_180_no_tone_is_ordered_beside_whoever_works_there() -> None:
    box = build_box()
    box.work[0] = LOCKED
    result = await box.operations.run("tone", "nga-ba", Requester("vn.84", ""))
    assert (result.outcome, result.code) == ("refused", "E_LOCKOUT")


def test_attack_180_no_signed_policy_lets_programme_pass_a_lockout() -> None:
    dates = {name: HEAD[name] for name in ("issued", "not_before", "expires")}
    raw = station_config(policy={"quiet_hours": [], "site_work": MOST}, **dates)
    config = msgspec.convert(raw, StationConfig)
    schedule = Schedule(None, lambda _digest: None, site_work=lambda: LOCKED)
    schedule.update([playlist(), FakeHeld(config)], NOW)
    assert schedule.policy.site_work.left_on_h == 168
    assert SoundSchedule(schedule, ["nga-ba"]).wanted(NOW) is None


@pytest.mark.parametrize(
    ("crit", "changes", "code"),
    [
        ({}, {}, "E_SCHEMA"),  # a box without the member would sound beside whoever works
        ({"crit": ["policy.site_work"]}, {"warning_s": 0}, "E_SCHEMA"),
        ({"crit": ["policy.site_work"]}, {"left_on_h": 8760}, "E_SCHEMA"),
        ({"crit": ["policy.site_work"]}, {"lockout_issuers": ["vn.84", "vn.84"]}, "E_SCHEMA"),
    ],
)
def test_attack_180_a_policy_without_a_warning_or_unlisted_is_refused(
    crit: dict[str, Any], changes: dict[str, Any], code: str
) -> None:
    policy = {"quiet_hours": [], "site_work": {**MOST, **changes}}
    config = station_config(policy=policy, **crit)
    assert code_of(lambda: judge(seal(config, PROVINCE), "station-config")) == code


def test_attack_180_a_restart_does_not_lift_a_lockout_whose_wire_was_cut_meanwhile() -> None:
    assert SiteContacts(["khoa"]).work == LOCKED


async def test_attack_181_a_flood_of_door_events_fills_neither_journal_nor_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(site_inputs, "build_inputs", lambda *_: None)
    any_: Any = None
    settings: Any = SimpleNamespace(inputs=[], sensors=[])
    contacts, changes = SiteContacts(), []
    contacts.changed.connect(lambda: changes.append(contacts.work))
    site = SiteInputs(
        settings, store=any_, journal=any_, set_issue=lambda *_: None, lines=[],
        mutes=Mutes(DocumentsInForce(), any_), contacts=contacts,
    )  # fmt: skip
    for n in range(20_000):
        site._on_input("cua", "door", bool(n % 2))
    assert changes == [SiteWork(is_door_open=True)]
    assert site._events.empty()


def test_attack_181_of_a_day_of_door_events_the_journal_has_some_dozen() -> None:
    now_s = [0.0]
    faults = FaultLog(lambda: now_s[0])
    issue = Issue("door_open", "cua", AT.isoformat(), "the contact says open")
    recorded = 0
    for _ in range(86_400 // 5):
        now_s[0] += 5
        recorded += faults.detail_of(issue, True) is not None  # noqa: FBT003 - it begins
        recorded += faults.detail_of(issue, False) is not None  # noqa: FBT003 - it ends
    assert recorded < 100

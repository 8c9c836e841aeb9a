"""What `tramtin doctor` finds of the authority, from the files on the box alone."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.clock import Now
from agent.doctor.probes.authority import examine_authority, examine_box
from agent.doctor.state_reader import query_database
from agent.store.authority_files import StoredAuthority, read
from agent.store.database import Store
from agent.trust.trust_anchor import load_installed
from tests.fakes.fake_publisher import AT, FakePublisher
from tests.harness.authority_harness import start_authority
from tests.harness.signed_documents import ROOT, SYNCED

NOW = replace(SYNCED, at=AT + timedelta(hours=3))


@pytest.fixture
async def kept(tmp_path: Path, tree: FakePublisher) -> StoredAuthority:
    """As the agent leaves it behind."""
    async with start_authority(tmp_path, tree.files().root, AT) as harness:
        await harness.follow(tree)
    return await asyncio.to_thread(query_database, tmp_path, read)


@pytest.fixture
def tree() -> FakePublisher:
    return FakePublisher()


@pytest.mark.parametrize(
    ("now", "state", "code"),
    [
        (NOW, "good", "authority_good"),
        (Now(NOW.at, "FLOOR", None), "not_checked", "authority_age_unseen"),
        (Now(AT - timedelta(days=20), "FLOOR", None), "not_checked", "authority_age_unseen"),
        (Now(AT + timedelta(hours=49), "FLOOR", None), "warning", "authority_aged"),
        (replace(NOW, at=AT + timedelta(hours=49)), "warning", "authority_aged"),
        (replace(NOW, at=AT + timedelta(days=31)), "fault", "authority_expired"),
    ],
)
async def test_the_age_of_the_files_is_found(
    tree: FakePublisher, kept: StoredAuthority, now: Now, state: str, code: str
) -> None:
    finding = examine_authority(load_installed(tree.files().root), kept, now)
    assert (finding.state, finding.code) == (state, code)


async def test_what_was_kept_with_another_root_counts_for_nothing(kept: StoredAuthority) -> None:
    finding = examine_authority(load_installed(FakePublisher().files().root), kept, NOW)
    assert (finding.state, finding.code) == ("fault", "authority_missing")


def test_before_its_first_start_the_finding_is_to_start_the_agent_and_no_fault(
    tree: FakePublisher, tmp_path: Path
) -> None:
    root = tmp_path / "root.json"
    root.write_bytes(tree.files().root)
    finding = examine_box(root, tmp_path, NOW, is_running=False)
    assert (finding.state, finding.code) == ("warning", "authority_awaited")
    assert "sudo systemctl enable --now tramtin" in finding.step("vi")
    assert "sudo systemctl enable --now tramtin" in finding.step("en")
    # one that runs, or has run, has had its chance to fetch them
    assert examine_box(root, tmp_path, NOW, is_running=True).code == "authority_missing"
    Store.open(tmp_path).close()
    assert examine_box(root, tmp_path, NOW, is_running=False).code == "authority_missing"


def test_a_new_box_has_none_yet_and_a_pinned_one_needs_none(tree: FakePublisher) -> None:
    assert (
        examine_authority(load_installed(tree.files().root), StoredAuthority(), NOW).code
        == "authority_missing"
    )
    pinned = examine_authority(load_installed(json.dumps(ROOT).encode()), StoredAuthority(), NOW)
    assert (pinned.state, pinned.args) == ("good", ("1",))

"""The table of contacts is complete: settings, issues and page have what each kind needs."""

from __future__ import annotations

from typing import get_args

import pytest

from agent.contract.input_kind import INPUT_KINDS, InputKindName
from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.page.messages import PHRASES
from agent.settings.key_docs.catalogue import KEYS


def test_settings_accept_exactly_the_kinds_of_the_table() -> None:
    assert set(get_args(InputKindName)) == set(INPUT_KINDS)


def test_every_issue_of_a_contact_is_in_the_catalogue() -> None:
    raised = {one.issue.kind for one in INPUT_KINDS.values() if one.issue is not None}

    assert raised == {"mains_lost", "door_open", "amplifier_fault"}
    assert raised <= set(ISSUE_KINDS)


@pytest.mark.parametrize("kind", [name for name, one in INPUT_KINDS.items() if not one.is_key])
def test_the_page_has_texts_for_every_contact_that_is_no_key(kind: str) -> None:
    assert {f"reading.{kind}", f"{kind}.on", f"{kind}.off"} <= set(PHRASES)


@pytest.mark.parametrize("kind", list(INPUT_KINDS))
def test_the_reference_of_the_settings_says_what_every_kind_means(kind: InputKindName) -> None:
    meaning, text = INPUT_KINDS[kind].meaning, KEYS["inputs[].kind"].text

    assert f"{kind}: {meaning.vi}" in text.vi
    assert f"{kind}: {meaning.en}" in text.en


def test_what_makes_the_box_sound_must_be_released_before_it_counts() -> None:
    must = [name for name, one in INPUT_KINDS.items() if one.must_be_released]
    assert must == ["emergency-key", "microphone-key", "emergency-microphone-key", "heard-key"]

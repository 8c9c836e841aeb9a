"""Random steps of the clock, restarts and new documents: each planned play has one account."""

from __future__ import annotations

import pytest

from tests.harness.clock_story import run_story


def test_each_planned_play_has_one_account_whatever_the_clock_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for seed in range(2):
        run_story(seed, ["at"], monkeypatch)


def test_so_have_those_that_wait_and_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    run_story(2, ["at", "next", "within", "after"], monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize("kinds", [["at"], ["at", "next", "within", "after"]], ids=["at", "all"])
def test_a_hundred_stories_of_steps_restarts_and_documents(
    kinds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(100, 150):
        run_story(seed, kinds, monkeypatch)

"""Advice on how bright boards may be by night: data with source and day, in per cent of a wall."""

from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner, Result

from agent.contract.station_policy import BoardLightCaps
from central.__main__ import main
from central.documents.light_caps import LightLimit, load_light_limits


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["draft", "light-caps", *words])


def test_each_limit_has_a_source_and_the_day_on_which_it_was_read() -> None:
    limits = load_light_limits()
    assert {one.name for one in limits} == {"makers", "astronomers"}
    for one in limits:
        assert one.source.startswith("https://")
        assert date.fromisoformat(one.checked) >= date(2026, 11, 30)


@pytest.mark.parametrize(
    ("nits", "white_nits", "pct"),
    [(300, 6000, 5), (300, 5500, 5), (100, 12_000, 1), (300, 200, 100)],
)
def test_a_limit_is_a_share_of_what_the_wall_gives(nits: int, white_nits: int, pct: int) -> None:
    limit = LightLimit("x", "y", nits, "2026-12-01", "https://example.vn")
    assert limit.policy_caps(white_nits) == BoardLightCaps(night_pct=pct)


def test_the_command_prints_all_limits_or_one_for_the_policy() -> None:
    told = run("--white-nits", "5500", "--lang", "en")
    assert (
        "at most 300 cd/m² by night; where all white is 5500 cd/m², night_pct is 5" in told.output
    )
    assert "https://signmedia.ca" in told.output
    one = run("--white-nits", "5500", "--limit", "makers")
    assert json.loads(one.output) == {"board_light": {"night_pct": 5}}


def test_an_unknown_limit_and_a_wall_without_light_are_refused() -> None:
    unknown = run("--white-nits", "5500", "--limit", "nobody", "--lang", "en")
    assert unknown.exit_code != 0
    assert "there are: makers, astronomers" in unknown.output
    assert run("--white-nits", "0").exit_code != 0

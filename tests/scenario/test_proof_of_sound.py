"""A box whose line comes back proves what sounds, and says so when a play is not heard."""

from __future__ import annotations

from typing import Any

import pytest

from central.testbed.testbed import until
from tests.harness.monitored_station import LIMIT_S, begin, mute, spoken_plays, until_issue


async def test_a_muted_loudspeaker_is_played_but_not_heard_until_it_is_back(site: Any) -> None:
    await mute(site, "1")
    await begin(site, 120)  # far longer than it takes, however slow the machine is
    await until_issue(site, "not_heard", lasts=True)
    await mute(site, "0")
    await until_issue(site, "not_heard", lasts=False)


async def until_proved(site: Any) -> dict[str, Any]:
    def is_proved() -> bool:
        return any(play["proof_method"] is not None for play in spoken_plays(site))

    try:
        await until(is_proved, "a proof at the centre", LIMIT_S)
    except RuntimeError as error:
        raise AssertionError(site.station.log_tail()) from error
    (play,) = spoken_plays(site)
    return play


@pytest.mark.long
async def test_a_play_that_came_back_is_proved_at_the_centre(site: Any) -> None:
    await begin(site, 12)
    play = await until_proved(site)
    assert (play["proof"], play["proof_method"], play["heard"]) == ("A3", "line", True)


@pytest.mark.long
async def test_a_play_that_did_not_come_back_says_so_at_the_centre(site: Any) -> None:
    await mute(site, "1")
    await begin(site, 12)
    play = await until_proved(site)
    assert (play["proof"], play["proof_method"], play["heard"]) == ("A2", "line", False)

"""A box whose line comes back proves what sounds, and says so when a play is not heard."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psutil
import pytest

from agent.contract.local_time import LOCAL
from agent.contract.station_policy import ChimeCheck, StationPolicy
from central.documents.sign import read_document
from central.store.records import list_plays
from central.testbed.sample_documents import station_config
from central.testbed.sound_capture import read_samples
from central.testbed.stations import SINK
from central.testbed.testbed import until
from tests.harness.monitored_station import (
    BACK,
    LIMIT_S,
    LINE,
    add_monitor,
    begin,
    mute,
    speak,
    spoken_plays,
    until_issue,
)
from tests.harness.station_harness import SAFE_ENGINE, engine_of, runs, soon


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


async def until_safe_mode(site: Any) -> None:
    """Kill each engine until the one of safe mode runs."""
    killed = 0

    def find() -> psutil.Process | None:
        engine = engine_of(site.station.pid)
        return None if engine is None or engine.pid == killed else engine

    while True:
        await until(lambda: find() is not None, "an engine", LIMIT_S)
        engine = find()
        if engine is not None and runs(SAFE_ENGINE, engine):
            return
        if engine is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                engine.kill()
            killed = engine.pid


@pytest.mark.long
async def test_of_a_play_in_safe_mode_nothing_is_known_and_the_centre_has_the_reason(
    site: Any,
) -> None:
    add_monitor(site)
    await site.place()
    await until_safe_mode(site)
    speak(site.studio / "loi.wav", 12)
    await site.stock(LINE)
    await site.publish(site.compile([(soon(2), LINE)]))

    def is_judged() -> bool:
        return any(play["proof_why"] is not None for play in spoken_plays(site))

    try:
        await until(is_judged, "a proof at the centre", LIMIT_S)
    except RuntimeError as error:
        raise AssertionError(site.station.log_tail()) from error
    (play,) = spoken_plays(site)
    assert play["safe_mode"] is True
    assert (play["proof"], play["proof_method"], play["heard"]) == ("A2", None, None)
    assert play["proof_why"] == "safe_mode"


@pytest.mark.long
async def test_the_chime_of_the_signed_policy_sounds_by_itself_and_is_proved(site: Any) -> None:
    add_monitor(site)
    await site.start()
    at = (datetime.now(LOCAL) + timedelta(seconds=75)).replace(second=0, microsecond=0)
    policy = StationPolicy(
        quiet_hours=[], chime_check=ChimeCheck([1, 2, 3, 4, 5, 6, 7], f"{at:%H:%M}")
    )
    host = site.testbed.media.address
    ordered = station_config(site.name, datetime.now(UTC), host, 2, policy)
    signed = site.testbed.sign(ordered, "station-config", "vn.84")
    await site.testbed.publish(signed, station=site.name)

    def is_judged() -> bool:
        chimes = [one for one in list_plays(site.testbed.database) if one["level"] == "filler"]
        return any(one["heard"] is not None for one in chimes)

    await until(is_judged, "the chime's proof", 2 * LIMIT_S)
    (play,) = list_plays(site.testbed.database)
    assert (play["entry"], play["doc_id"]) == ("chime-check", read_document(signed).doc_id)
    assert (play["proof"], play["heard"], play["result"]) == ("A3", True, "full")
    assert abs(datetime.fromisoformat(play["planned_start"]) - at) < timedelta(seconds=1)


@pytest.mark.long
async def test_the_self_check_at_the_start_is_silent_and_finds_an_input_that_is_gone(
    site: Any,
) -> None:
    add_monitor(site)
    settings = site.folder / site.name / "station.yaml"
    right = settings.read_text("utf-8")
    settings.write_text(right.replace(f'device: "{BACK}"', 'device: "bi-rut"'), "utf-8")
    capture = await site.testbed.room.capture(SINK, site.folder)
    await site.place()
    await until_issue(site, "monitor_lost", lasts=True)
    recording = await site.testbed.room.finish(capture)
    assert not np.any(read_samples(recording.path))
    assert list_plays(site.testbed.database) == []

"""What a play's record says of the card and the engine through which it sounded."""

from __future__ import annotations

import msgspec

from agent.play.item import PlayLog
from agent.play.play_record import PlayResult, build_play
from agent.play.sound.card_order import SoundPath
from agent.play.sound.engine_config import EngineConfig
from agent.play.sound.path_log import PathLog
from tests.harness.sound_output_harness import NOW_AT, FakeLog, build_item

FIRST = SoundPath("loa", 0, EngineConfig("portaudio", "USB Audio Device"))
JACK = SoundPath("loa", 1, EngineConfig("portaudio", "bcm2835 Headphones", gain_db=-20.0))
SAFE = SoundPath("loa", 0, EngineConfig("portaudio", "USB Audio Device"), is_safe=True)


async def record(path: SoundPath | None, *, is_heard: bool = True) -> dict[str, object]:
    """The record's members beside those that every play has."""
    result = PlayResult("full", start_at=NOW_AT if is_heard else None, end_at=NOW_AT)
    play = build_play("loa", build_item("ca nhac", NOW_AT), result)
    play = msgspec.structs.replace(play, gain_db=-6.0, gain_end_db=-9.0, est_dba=52.0)
    journal = FakeLog()
    log: PlayLog = PathLog(journal, lambda: path)
    await log.append("play", play=play)
    (written,) = journal.plays
    members = ("card", "safe_mode", "gain_db", "gain_end_db", "est_dba")
    return {name: getattr(written, name) for name in members if getattr(written, name) is not None}


async def test_on_the_first_card_nothing_is_said() -> None:
    usual = {"gain_db": -6.0, "gain_end_db": -9.0, "est_dba": 52.0}
    assert await record(FIRST) == usual
    assert await record(None) == usual


async def test_a_fallback_card_is_named_with_its_reduction_and_no_estimated_level() -> None:
    assert await record(JACK) == {
        "card": "bcm2835 Headphones",
        "gain_db": -26.0,
        "gain_end_db": -29.0,
    }


async def test_safe_mode_is_on_record(  # on the first card the calibration holds
) -> None:
    assert await record(SAFE) == {
        "safe_mode": True,
        "gain_db": -6.0,
        "gain_end_db": -9.0,
        "est_dba": 52.0,
    }


async def test_what_was_not_heard_sounded_on_no_card() -> None:
    assert "card" not in await record(JACK, is_heard=False)

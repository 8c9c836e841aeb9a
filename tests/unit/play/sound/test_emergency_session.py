"""One emergency on one output, with an engine that plays everything at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play.ipc import Ended, Fire, Load, Started, StartSlot, Stop
from agent.play.sound import emergency_session, segment_loader
from tests.harness.emergency_run import (
    LENGTHS_S,
    AlarmRun,
    Shelf,
    alarm,
    medium,
)


@pytest.fixture
def media_files(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    media_files = Shelf()
    monkeypatch.setattr(segment_loader, "decode_segment", media_files.decode)
    return media_files


def stop_behind(alarm_run: AlarmRun, count: int, reason: str = "over") -> None:
    """The emergency is over when so many segments have begun."""

    def on_sound(_name: str) -> None:
        if len(alarm_run.order) >= count:
            alarm_run.session.stop(reason)

    alarm_run.on_sound = on_sound


async def test_signal_words_and_rounds_play_as_signed_and_are_recorded(media_files: Shelf) -> None:
    media_files.here = {"a", "b"}
    alarm_run = AlarmRun(alarm("ab", repeat=2), media_files)
    play = await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "a", "b", "a", "b"]
    assert (play.result, play.reason, play.words_missing) == ("full", None, None)
    assert play.media == ["a" * 64, "b" * 64]
    assert play.duration_ms == 3_000 + 4 * 8_000
    assert all(source.is_stopped for source in media_files.sources)


async def test_attack_101_media_that_never_come_delay_neither_signal_nor_line(
    media_files: Shelf,
) -> None:
    alarm_run = AlarmRun(alarm("ab"), media_files)
    stop_behind(alarm_run, 4)
    play = await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "line", "line", "line"]
    assert play.words_missing == ["a", "b"]
    assert (play.result, play.reason, play.media) == ("cut", "over", [])


async def test_a_text_without_a_recording_is_announced_by_signal_and_line(
    media_files: Shelf,
) -> None:
    alarm_run = AlarmRun(alarm("", "vk"), media_files)
    stop_behind(alarm_run, 3)
    play = await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "line", "line"]
    assert (play.result, play.words_missing) == ("full", ["v", "k"])
    assert alarm_run.log.opened[0].words_missing == ["v", "k"]


async def test_an_exercise_plays_the_exercise_line(media_files: Shelf) -> None:
    alarm_run = AlarmRun(alarm("", "v", is_exercise=True), media_files)
    stop_behind(alarm_run, 2)
    await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "exercise-line"]


async def test_words_that_arrive_while_the_line_sounds_restart_the_sequence(
    media_files: Shelf,
) -> None:
    alarm_run = AlarmRun(alarm("a"), media_files)
    alarm_run.on_sound = lambda name: alarm_run.arrive("a") if name == "line" else None
    play = await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "line", "two-tone", "a"]
    assert (play.result, play.words_missing) == ("full", None)


async def test_which_languages_cannot_be_heard_now_is_known_while_it_sounds(
    media_files: Shelf,
) -> None:
    media_files.here, media_files.broken = {"a", "b"}, {"b"}
    alarm_run = AlarmRun(alarm("abc", "k", repeat=2), media_files)
    missing: list[tuple[str, list[str]]] = []
    alarm_run.on_sound = lambda name: missing.append((name, alarm_run.session.words_missing))
    await alarm_run.announce()
    assert missing == [
        ("two-tone", ["c", "k"]),
        ("a", ["c", "k"]),
        ("b", ["c", "k"]),
        ("a", ["b", "c", "k"]),  # it broke off half way
    ]


async def test_a_file_that_rotted_on_the_card_is_replaced_by_the_line(media_files: Shelf) -> None:
    media_files.here, media_files.rotten = {"a"}, {"a"}
    alarm_run = AlarmRun(alarm("a"), media_files)
    stop_behind(alarm_run, 2)
    play = await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "line"]
    assert play.words_missing == ["a"]


async def test_words_whose_decoder_breaks_were_not_heard(media_files: Shelf) -> None:
    media_files.here, media_files.broken = {"a", "b"}, {"a"}
    alarm_run = AlarmRun(alarm("ab"), media_files)
    play = await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "a", "b"]
    assert (play.result, play.words_missing) == ("full", ["a"])


async def test_a_card_that_hangs_does_not_delay_the_line(
    media_files: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_loader, "WORDS_LIMIT_S", 0.001)
    media_files.here = {"a"}
    media_files.hung.clear()
    alarm_run = AlarmRun(alarm("a"), media_files)
    alarm_run.on_sound = lambda name: media_files.hung.set() if name == "line" else None
    await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "line", "two-tone", "a"]


async def test_an_engine_that_holds_no_line_sounds_the_signal_instead(media_files: Shelf) -> None:
    alarm_run = AlarmRun(alarm("", "v"), media_files, lengths={"two-tone": 3.0})
    stop_behind(alarm_run, 2)
    await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "two-tone"]


async def test_a_recorded_signal_in_store_sounds_as_signed(media_files: Shelf) -> None:
    media_files.here = {"a", "s"}
    alarm_run = AlarmRun(alarm("a", signal=medium("s", 5)), media_files, lengths={"s": 5.0})
    await alarm_run.announce()
    assert alarm_run.order == ["s", "a"]


async def test_a_recorded_signal_that_is_not_here_is_the_built_in_one(media_files: Shelf) -> None:
    media_files.here = {"a"}
    alarm_run = AlarmRun(alarm("a", signal=medium("s", 5)), media_files)
    await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "a"]


async def test_the_built_in_signal_replaces_a_recorded_one_on_a_card_that_hangs(
    media_files: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_loader, "SIGNAL_LIMIT_S", 0.001)
    media_files.here = {"a", "s"}
    media_files.hung.clear()
    alarm_run = AlarmRun(alarm("a", signal=medium("s", 5)), media_files)
    alarm_run.on_sound = lambda _name: media_files.hung.set()
    await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "a"]


async def test_a_recorded_signal_that_breaks_off_is_followed_by_the_built_in_one(
    media_files: Shelf,
) -> None:
    media_files.here = {"a", "s"}
    alarm_run = AlarmRun(
        alarm("a", signal=medium("s", 5)), media_files, lengths=LENGTHS_S | {"s": 1.0}
    )
    await alarm_run.announce()
    assert alarm_run.order == ["s", "two-tone", "a"]


async def test_it_is_preempted_after_the_body_that_sounds(media_files: Shelf) -> None:
    media_files.here = {"a", "b"}
    alarm_run = AlarmRun(alarm("ab", repeat=3), media_files)
    alarm_run.on_sound = lambda name: alarm_run.session.preempt() if name == "a" else None
    play = await alarm_run.announce()
    assert alarm_run.order == ["two-tone", "a"]
    assert (play.result, play.reason, play.words_missing) == ("cut", "replaced", ["b"])
    assert play.duration_ms == 11_000


async def test_words_are_ordered_right_behind_the_signal_while_that_sounds(
    media_files: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emergency_session, "AHEAD_S", 3600.0)
    media_files.here = {"a"}
    alarm_run = AlarmRun(alarm("a"), media_files, is_manual=True)
    telling = asyncio.create_task(alarm_run.announce())
    fire = await command(alarm_run, Fire)
    alarm_run.session.on_started(Started(fire.id, mono_s()))
    start = await command(alarm_run, StartSlot)
    assert (start.after, alarm_run.name(start)) == (fire.id, "a")
    assert await command(alarm_run, Load)
    alarm_run.session.preempt()
    assert [one.id for one in alarm_run.commands if isinstance(one, Stop)] == [start.id]
    await alarm_run.session.on_ended(Ended(fire.id, 144_000, "end", mono_s()))
    assert (await telling).reason == "replaced"


async def command(alarm_run: AlarmRun, kind: type[Any]) -> Any:
    async with asyncio.timeout(60):
        while True:
            found = [one for one in alarm_run.commands if isinstance(one, kind)]
            if found:
                return found[0]
            await asyncio.sleep(0)


async def test_a_higher_level_cuts_it_and_the_record_has_the_reason(media_files: Shelf) -> None:
    media_files.here = {"a"}
    alarm_run = AlarmRun(alarm("a"), media_files, is_manual=True)
    telling = asyncio.create_task(alarm_run.announce())
    fire = await command(alarm_run, Fire)
    alarm_run.session.on_started(Started(fire.id, mono_s()))
    await alarm_run.session.on_ended(Ended(fire.id, 48_000, "stopped", mono_s()))
    play = await telling
    assert (play.result, play.reason, play.duration_ms) == ("cut", "preempted", 1_000)


async def test_an_engine_that_is_lost_leaves_a_record_of_what_was_heard(media_files: Shelf) -> None:
    alarm_run = AlarmRun(alarm("a"), media_files, is_manual=True)
    telling = asyncio.create_task(alarm_run.session.announce())
    fire = await command(alarm_run, Fire)
    at_mono_s = mono_s()
    alarm_run.session.on_started(Started(fire.id, at_mono_s))
    await alarm_run.session.abandon("engine_lost", at_mono_s + 2)
    await telling
    (play,) = alarm_run.log.plays
    assert (play.result, play.reason, play.duration_ms) == ("cut", "engine_lost", 2_000)
    assert play.words_missing == ["a"]


async def test_what_was_stopped_before_its_first_sample_was_not_heard(media_files: Shelf) -> None:
    alarm_run = AlarmRun(alarm("a"), media_files)
    alarm_run.session.stop("withdrawn")
    with pytest.raises(PlayError, match="withdrawn"):
        await alarm_run.session.announce()
    await alarm_run.session.refuse("E_STOPPED: withdrawn")
    (play,) = alarm_run.log.plays
    assert (play.result, play.words_missing, play.media) == ("skipped", ["a"], [])

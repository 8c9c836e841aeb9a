"""What comes due, or is cut, while something higher sounds: when it comes back, and its record."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agent.clock import boot_s as boot
from agent.clock import mono_s
from agent.contract.report import Play
from agent.play.ipc import Ended, Fire, Load, Started, StartSlot, Steer, Stop
from agent.play.item import Item
from agent.play.sound import (
    emergency_session,
    planned_cue,
    session_stack,
    session_start,
    sound_output,
)
from agent.play.sound.sound_session import SoundSession
from tests.harness.sound_output_harness import (
    TEXT,
    Bench,
    SlowMediaFiles,
    alarm,
    at_work,
    build_item,
    media_files,
    until,
)

__all__ = ["media_files"]
PIPE_MS = 300  # what a pipe holds: nobody reads it here
SOON_S = 60.0  # not over before a busy machine has looked


@pytest.fixture(autouse=True)
def load_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes next is loaded as soon as it is known, however slow the machine is."""
    monkeypatch.setattr(emergency_session, "AHEAD_S", 10.0)
    monkeypatch.setattr(emergency_session, "START_LIMIT_S", 60.0)
    for module in (planned_cue, sound_output):
        monkeypatch.setattr(module, "PREPARE_S", 2 * SOON_S)
    monkeypatch.setattr(session_stack, "QUIET_S", 0.0)


async def begin_alarm(bench: Bench) -> Item:
    """An alarm sounds; its message has its place behind the signal."""
    own = alarm(bench, when_cut="rejoin")
    bench.rundown.now_wanted = [own]
    bench.output.changed()
    await until(lambda: len(bench.engine.all(Fire)) == 1)
    signal = bench.engine.all(Fire)[0].id
    bench.engine.on_event(Started(signal, mono_s()))
    await until(lambda: len(bench.engine.all(StartSlot)) == 1)
    bench.engine.on_event(Ended(signal, 144_000, "end", mono_s()))
    bench.engine.on_event(Started(message_of(bench), mono_s()))
    return own


def message_of(bench: Bench) -> str:
    """The slot of the alarm's words: the first that was loaded."""
    return str(bench.engine.all(Load)[0].id)


def end_alarm(bench: Bench) -> None:
    bench.rundown.now_wanted = bench.rundown.now_wanted[1:]
    bench.engine.on_event(Ended(message_of(bench), 96_000, "end", mono_s()))


def come_due(bench: Bench, name: str, **more: Any) -> Item:
    """An item of the schedule whose moment comes while the alarm sounds."""
    item = replace(build_item(name, bench.clock.now().at, limit_ms=PIPE_MS), **more)
    bench.rundown.now_wanted.append(item)
    bench.rundown.plan.append(item)
    bench.output.changed()
    return item


def last_start(bench: Bench) -> StartSlot:
    start = bench.engine.all(StartSlot)[-1]
    assert isinstance(start, StartSlot)
    return start


async def test_what_comes_due_under_an_alarm_begins_at_the_sample_behind_it(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        await begin_alarm(bench)
        come_due(bench, "ban tin", when_cut="resume")
        await until(lambda: last_start(bench).after == message_of(bench))
        slot = last_start(bench).id
        assert slot == bench.engine.all(Load)[1].id
        assert last_start(bench).at_mono_s <= mono_s()
        end_alarm(bench)
        bench.engine.on_event(Started(slot, mono_s()))
        bench.engine.on_event(Ended(slot, 96_000, "end", mono_s()))
        await until(lambda: len(bench.log.plays) == 2)
        assert len(bench.engine.all(Load)) == 2
        play = next(one for one in bench.log.plays if one.title == "ban tin")
        assert (play.title, play.result, play.duration_ms) == ("ban tin", "full", 2000)


async def test_what_is_due_behind_an_alarm_waits_for_its_own_moment(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        await begin_alarm(bench)
        soon = build_item("ban tin", bench.clock.now().at + timedelta(seconds=SOON_S))
        bench.rundown.next_item = soon
        bench.output.changed()
        await until(lambda: last_start(bench).after == message_of(bench))
        assert last_start(bench).at_mono_s == pytest.approx(
            bench.clock.mono_of(soon.start_at), abs=0.001
        )


async def test_a_cut_item_is_prepared_to_resume_after_the_alarm(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        song = build_item("ca nhac", bench.clock.now().at, when_cut="resume", repeat=30)
        song = replace(song, end_at=song.start_at + timedelta(minutes=1))
        bench.rundown.now_wanted = [song]
        bench.output.changed()
        await until(lambda: len(bench.engine.all(StartSlot)) == 1)
        first = bench.engine.all(StartSlot)[0].id
        bench.engine.on_event(Started(first, mono_s()))
        await until(lambda: bench.output.on_air is not None)
        bench.rundown.now_wanted = [alarm(bench), song]
        bench.output.changed()
        await until(lambda: len(bench.engine.all(Fire)) == 1)
        bench.engine.on_event(Started(bench.engine.all(Fire)[0].id, mono_s()))
        await until(lambda: first in [one.id for one in bench.engine.all(Stop)])
        bench.engine.on_event(Ended(first, 48_000, "stopped", mono_s()))
        await until(lambda: len(bench.engine.all(Load)) == 3)
        message = next(one.id for one in bench.engine.all(StartSlot) if one.after is not None)
        bench.engine.on_event(Ended(bench.engine.all(Fire)[0].id, 144_000, "end", mono_s()))
        bench.engine.on_event(Started(message, mono_s()))
        await until(lambda: last_start(bench).after == message)
        assert last_start(bench).id in [one.id for one in bench.engine.all(Load)]


async def test_what_is_to_be_dropped_is_on_record_and_does_not_come_back(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        await begin_alarm(bench)
        come_due(bench, "gio tap the duc", when_cut="drop")
        await until(lambda: len(bench.log.plays) == 1)
        play = bench.log.plays[0]
        assert (play.title, play.result, play.reason) == ("gio tap the duc", "skipped", "preempted")
        end_alarm(bench)
        await until(lambda: len(bench.log.plays) == 2)
        bench.output.changed()
        await until(lambda: not bench.output._changed.is_set())
        assert len(bench.engine.all(Load)) == 1


async def test_what_rejoins_begins_at_its_present_position(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, []) as bench:
        await begin_alarm(bench)
        end_at = bench.clock.now().at + timedelta(minutes=1)
        due = come_due(bench, "ca nhac", when_cut="rejoin", repeat=30, end_at=end_at)
        bench.clock.fix(bench.clock.now().at + timedelta(seconds=9), boot())
        bench.output.changed()
        await until(lambda: not bench.output._changed.is_set())
        end_alarm(bench)
        await until(lambda: len(bench.engine.all(Load)) == 2)
        await until(lambda: len(bench.output._sessions) == 1)  # the alarm's has ended too
        (session,) = bench.output._sessions
        assert isinstance(session, SoundSession)
        passed_ms = (bench.clock.now().at - due.start_at) / timedelta(milliseconds=1)
        assert 9_000 < session.offset_ms <= passed_ms + 1000 * session_start.REJOIN_LEAD_S
        assert last_start(bench).after is None
        due_mono_s = last_start(bench).at_mono_s
        bench.engine.on_event(Started(last_start(bench).id, due_mono_s + 3.0))  # a slow decoder
        await until(lambda: bool(bench.engine.all(Steer)))
        assert bench.engine.all(Steer)[0].by_s == pytest.approx(-3.0, abs=1e-3)


@pytest.mark.parametrize(("when_cut", "window_s"), [("resume", 60), ("rejoin", 600)])
async def test_what_does_not_fit_any_more_is_on_record(
    media_files: SlowMediaFiles, when_cut: str, window_s: int
) -> None:
    async with at_work(media_files, []) as bench:
        await begin_alarm(bench)
        at = bench.clock.now().at
        come_due(
            bench, "ban tin", when_cut=when_cut, latest_end_at=at + timedelta(seconds=window_s)
        )
        await until(lambda: "ban tin" in bench.output._ends.backlog._cuts)
        assert bench.log.plays == []
        bench.clock.fix(at + timedelta(seconds=100), boot())
        bench.output.changed()
        await until(lambda: len(bench.log.plays) == 1)
        play = bench.log.plays[0]
        assert (play.title, play.result, play.reason) == ("ban tin", "skipped", "preempted")


async def test_what_the_schedule_has_for_now_goes_before_what_is_older(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        own = await begin_alarm(bench)
        old = come_due(bench, "ban tin", when_cut="resume")
        await until(lambda: last_start(bench).after == message_of(bench))
        prepared = last_start(bench).id
        bench.rundown.now_wanted.remove(old)
        come_due(bench, "ca nhac", when_cut="resume")
        await until(lambda: prepared in [one.id for one in bench.engine.all(Stop)])
        await until(lambda: last_start(bench).id not in (prepared, message_of(bench)))
        end_alarm(bench)
        for _ in range(2):  # one after the other
            slot = last_start(bench).id
            bench.engine.on_event(Started(slot, mono_s()))
            await until(lambda: bench.output.on_air not in (None, own))
            if bench.rundown.now_wanted:
                bench.rundown.now_wanted.clear()
            bench.engine.on_event(Ended(slot, 96_000, "end", mono_s()))
            await until(lambda slot=slot: last_start(bench).id != slot or len(bench.log.plays) == 3)
        await until(lambda: len(bench.log.plays) == 3)
        titles = [play.title for play in bench.log.plays if play.level != "emergency"]
        assert titles == ["ca nhac", "ban tin"]


async def test_what_the_engine_drops_below_an_alarm_leaves_no_record_and_comes_back(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        at = bench.clock.now().at
        song = build_item("ca nhac", at, when_cut="resume")
        bench.rundown.now_wanted = [song]
        bench.output.changed()
        await until(lambda: len(bench.engine.all(StartSlot)) == 1)
        bench.engine.on_event(Ended(last_start(bench).id, 0, "stopped", mono_s()))
        await until(lambda: len(bench.engine.all(Load)) == 2)
        assert bench.log.plays == []


async def test_nothing_is_placed_behind_an_alarm_that_another_follows(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        await begin_alarm(bench)
        second = alarm(bench, "bao2/sound", when_cut="rejoin")
        bench.rundown.now_wanted.append(second)
        assert (
            bench.output.session_stack._find_last_slot(bench.output._sessions[0], bench.clock.now())
            is None
        )


async def test_an_item_due_during_an_alarm_without_a_known_end_begins_after_it(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        own = alarm(bench, bodies=TEXT)  # it is told until it is cancelled
        bench.rundown.now_wanted = [own]
        bench.output.changed()
        await until(lambda: len(bench.engine.all(Fire)) == 1)
        signal = bench.engine.all(Fire)[0].id
        bench.engine.on_event(Started(signal, mono_s()))
        soon = build_item(
            "ban tin", bench.clock.now().at + timedelta(seconds=SOON_S), limit_ms=PIPE_MS
        )
        bench.rundown.next_item = soon
        bench.output.changed()
        await until(lambda: len(bench.engine.all(Load)) == 1)
        slot = bench.engine.all(Load)[0].id
        await asyncio.sleep(0)
        assert slot not in [one.id for one in bench.engine.all(StartSlot)]
        bench.rundown.now_wanted, bench.rundown.taken_back = [], {own.key}
        bench.output.changed()
        await until(lambda: signal in [one.id for one in bench.engine.all(Stop)])
        bench.engine.on_event(Ended(signal, 48_000, "stopped", mono_s()))
        await until(lambda: bool(bench.engine.all(StartSlot)))
        assert last_start(bench).id == slot
        assert last_start(bench).at_mono_s == pytest.approx(
            bench.clock.mono_of(soon.start_at), abs=0.001
        )


async def test_what_was_cued_before_an_alarm_does_not_begin_in_a_pause_of_it(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        soon = build_item(
            "ban tin", bench.clock.now().at + timedelta(seconds=SOON_S), limit_ms=PIPE_MS
        )
        bench.rundown.next_item = soon
        bench.output.changed()
        await until(lambda: len(bench.engine.all(StartSlot)) == 1)
        bench.rundown.now_wanted = [alarm(bench, when_cut="rejoin")]
        bench.output.changed()
        await until(lambda: len(bench.engine.all(StartSlot)) == 2)
        never = last_start(bench)
        assert never.id == bench.engine.all(Load)[0].id
        assert never.at_mono_s > mono_s() + 1e6


async def test_a_medium_that_comes_while_the_alarm_sounds_is_played_behind_it(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        await begin_alarm(bench)
        late = come_due(bench, "ban tin", when_cut="resume", missing="E_FETCH: 404")
        await until(lambda: "ban tin" in bench.output._ends.backlog)
        bench.rundown.plan[:] = bench.rundown.now_wanted[1:] = [replace(late, missing=None)]
        bench.output.changed()
        await until(lambda: last_start(bench).after == message_of(bench))
        assert bench.log.plays == []


@pytest.mark.parametrize("when_cut", ["resume", "drop", "rejoin"])
async def test_what_an_alarm_cuts_is_on_record_once_however_slow_the_journal_is(
    media_files: SlowMediaFiles, when_cut: str
) -> None:
    async with at_work(media_files, []) as bench:
        written, ended = asyncio.Event(), asyncio.Event()
        close = bench.log.close_play

        async def slow(key: int, play: Play) -> None:
            ended.set()
            await written.wait()
            await close(key, play)

        bench.log.close_play = slow  # type: ignore[method-assign]  # a card that takes its time
        at = bench.clock.now().at
        song = build_item("ca nhac", at, when_cut=when_cut, repeat=30)
        song = replace(song, end_at=at + timedelta(minutes=1))
        bench.rundown.now_wanted = [song]
        bench.rundown.plan = [song]
        bench.output.changed()
        await until(lambda: len(bench.engine.all(StartSlot)) == 1)
        first = bench.engine.all(StartSlot)[0].id
        bench.engine.on_event(Started(first, mono_s()))
        await until(lambda: bench.output.on_air is not None)
        bench.rundown.now_wanted = [alarm(bench), song]
        bench.output.changed()
        await until(lambda: len(bench.engine.all(Fire)) == 1)
        bench.engine.on_event(Started(bench.engine.all(Fire)[0].id, mono_s()))
        bench.engine.on_event(Ended(first, 48_000, "stopped", mono_s()))
        await ended.wait()
        for _ in range(3):  # it looks again while the record is being written
            bench.output.changed()
            await until(lambda: not bench.output._changed.is_set())
        written.set()
        await until(lambda: bool(bench.log.plays))
        await until(
            lambda: not bench.output.session_stack.is_open("ca nhac") or when_cut == "resume"
        )
        assert [(p.title, p.result, p.reason) for p in bench.log.plays] == [
            ("ca nhac", "cut", "preempted")
        ]


async def test_nothing_is_decoded_ahead_in_an_alarms_first_seconds(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_stack, "QUIET_S", 60.0)
    async with at_work(media_files, []) as bench:
        await begin_alarm(bench)
        come_due(bench, "ban tin", when_cut="resume")
        await until(lambda: "ban tin" in bench.output._ends.backlog)
        bench.output.changed()
        await until(lambda: not bench.output._changed.is_set())
        assert len(bench.engine.all(Load)) == 1

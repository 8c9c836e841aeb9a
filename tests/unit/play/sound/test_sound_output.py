"""A sound output with a card, a relay or a clock that fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.clock import boot_s, mono_s
from agent.contract.ids import Digest
from agent.contract.priority import Level
from agent.play.ipc import (
    Ended,
    EngineBeat,
    Fire,
    Load,
    Started,
    StartSlot,
    Stop,
)
from agent.play.sound import line_claim
from agent.play.speaker_line import SpeakerLine
from drivers.sim.sim_amplifier import SimAmplifier
from tests.harness.sound_output_harness import (
    DIGEST,
    NOW_AT,
    TEXT,
    WAV,
    Bench,
    SlowMediaFiles,
    alarm,
    at_work,
    build_item,
    media_files,
    until,
)

__all__ = ["media_files"]


async def test_an_alarm_does_not_wait_behind_a_slow_card(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, []) as bench:
        media_files.let_go.clear()
        song = build_item("ca nhac", bench.clock.now().at)
        bench.rundown.now_wanted = [song]
        bench.output.changed()
        await until(lambda: "ca nhac" in [task.get_name() for task in asyncio.all_tasks()])
        bench.rundown.now_wanted = [alarm(bench)]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Fire)))
        assert bench.engine.all(Load) == []  # the card has not given anything yet


async def test_a_mute_relay_does_not_keep_an_alarm_from_the_other_lines(
    media_files: SlowMediaFiles,
) -> None:
    over = asyncio.Event()

    async def answer_late(_seconds: float) -> None:
        await over.wait()

    well, mute = SimAmplifier("cho", switch_ms=0), SimAmplifier("xa", sleep=answer_late)
    lines = [SpeakerLine(one.name, one, 0, 0, lambda *_: None) for one in (well, mute)]
    async with at_work(media_files, lines) as bench:
        mute.inject("mute")
        bench.rundown.now_wanted = [alarm(bench)]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Fire)))
        assert [line.state for line in lines] == ["on", "settling"]
        bench.engine.on_event(Started(bench.engine.all(Fire)[0].id, mono_s()))
        await until(lambda: bench.output.on_air is not None)
        over.set()


async def test_an_alarm_plays_once_its_relay_answers_again(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_claim, "RETRY_S", 0.0)
    relay = SimAmplifier("cho", switch_ms=0, timeout_ms=1)
    line = SpeakerLine("cho", relay, 0, 0, lambda *_: None)
    async with at_work(media_files, [line]) as bench:
        relay.inject("mute")
        bench.rundown.now_wanted = [alarm(bench)]
        bench.output.changed()
        await until(lambda: line.state == "fault")
        assert bench.engine.all(Fire) == []
        relay.inject(None)
        await until(lambda: bool(bench.engine.all(Fire)))
        assert await relay.read()
        assert bench.log.plays == []


async def test_an_alarm_that_no_line_could_play_is_recorded_when_it_is_over(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_claim, "RETRY_S", 0.0)
    relay = SimAmplifier("cho", switch_ms=0, timeout_ms=1)
    line = SpeakerLine("cho", relay, 0, 0, lambda *_: None)
    async with at_work(media_files, [line]) as bench:
        relay.inject("dead")
        bench.rundown.now_wanted = [alarm(bench)]
        bench.output.changed()
        await until(lambda: line.state == "fault")
        bench.rundown.taken_back = {"bao/sound"}
        bench.output.changed()
        await until(lambda: bool(bench.log.plays))
        (play,) = bench.log.plays
        assert play.result == "skipped"
        assert (play.reason or "").startswith("E_SWITCH")


async def test_a_line_that_did_not_come_joins_the_others_when_it_does(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_claim, "RETRY_S", 0.0)
    well, mute = (SimAmplifier(name, switch_ms=0, timeout_ms=1) for name in ("cho", "xa"))
    lines = [SpeakerLine(one.name, one, 0, 0, lambda *_: None) for one in (well, mute)]
    async with at_work(media_files, lines) as bench:
        mute.inject("mute")
        bench.rundown.now_wanted = [build_item("tin", bench.clock.now().at)]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(StartSlot)))
        slot = bench.engine.all(StartSlot)[0].id
        bench.engine.on_event(Started(slot, mono_s()))
        await until(lambda: lines[1].state == "fault")
        mute.inject(None)
        await until(lambda: lines[1].state == "on")
        bench.engine.on_event(Ended(slot, 96_000, "stopped", mono_s()))
        await until(lambda: bool(bench.log.plays))
        assert bench.log.plays[0].zones == ["cho", "xa"]


async def test_what_the_engine_stops_by_itself_was_preempted(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, []) as bench:
        bench.rundown.now_wanted = [build_item("tin", bench.clock.now().at)]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(StartSlot)))
        slot = bench.engine.all(StartSlot)[0].id
        bench.engine.on_event(Started(slot, mono_s()))
        bench.engine.on_event(Ended(slot, 96_000, "stopped", mono_s()))
        await until(lambda: bool(bench.log.plays))
        assert (bench.log.plays[0].result, bench.log.plays[0].reason) == ("cut", "preempted")


async def test_a_cued_item_follows_a_small_step_of_the_clock(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, []) as bench:
        bench.rundown.next_item = build_item("tin", bench.clock.now().at + timedelta(seconds=3))
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(StartSlot)))
        (first,) = bench.engine.all(StartSlot)
        bench.clock.fix(bench.clock.now().at + timedelta(seconds=1), boot_s())
        bench.output.changed()
        await until(lambda: len(bench.engine.all(StartSlot)) == 2)
        second = bench.engine.all(StartSlot)[1]
        assert second.id == first.id
        assert abs(first.at_mono_s - second.at_mono_s - 1.0) < 0.1


async def test_a_cued_item_is_withdrawn_when_the_clock_leaves_its_moment(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        bench.rundown.next_item = build_item("tin", bench.clock.now().at + timedelta(seconds=3))
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(StartSlot)))
        bench.rundown.next_item = replace(
            bench.rundown.next_item,
            start_at=bench.clock.now().at + timedelta(hours=1),
        )
        bench.clock.floor = datetime(2026, 1, 1, tzinfo=UTC)
        bench.clock.fix(bench.clock.now().at - timedelta(hours=1), boot_s())
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Stop)))
        assert bench.engine.all(Stop)[0].id == bench.engine.all(StartSlot)[0].id
        assert bench.log.plays == []


async def test_what_is_taken_back_before_its_first_sample_leaves_no_record(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        draft = build_item("nhap", bench.clock.now().at + timedelta(seconds=3))
        final = build_item("tin", draft.start_at)
        bench.rundown.next_item = draft
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(StartSlot)))
        bench.rundown.taken_back, bench.rundown.next_item = {"nhap"}, final
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Stop)))
        bench.engine.on_event(Ended(bench.engine.all(Stop)[0].id, 0, "stopped", mono_s()))
        await until(lambda: len(bench.engine.all(Load)) == 2)
        slot = bench.engine.all(Load)[1].id
        bench.engine.on_event(Started(slot, mono_s()))
        bench.engine.on_event(Ended(slot, 96_000, "stopped", mono_s()))
        await until(lambda: bool(bench.log.plays))
        assert [play.title for play in bench.log.plays] == ["tin"]


async def test_what_is_taken_back_while_the_card_is_slow_leaves_no_record(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        media_files.let_go.clear()
        draft = build_item("nhap", bench.clock.now().at)
        bench.rundown.now_wanted = [draft]
        bench.output.changed()
        await until(lambda: "nhap" in [task.get_name() for task in asyncio.all_tasks()])
        bench.rundown.taken_back = {"nhap"}
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Stop)))
        media_files.let_go.set()
        await until(lambda: "nhap" not in [task.get_name() for task in asyncio.all_tasks()])
        assert bench.log.plays == []


async def test_a_file_corrupted_on_the_card_is_skipped_and_fetched_again(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        spoil = media_files.path(Digest(DIGEST)).write_bytes
        await asyncio.to_thread(spoil, WAV[:-1] + b"\x55")
        bench.rundown.now_wanted = [build_item("tin", bench.clock.now().at)]
        bench.output.changed()
        await until(lambda: bool(bench.log.plays))
        (play,) = bench.log.plays
        assert play.result == "skipped"
        assert "changed on the disk" in (play.reason or "")
        assert not await asyncio.to_thread(media_files.has, Digest(DIGEST))


async def test_an_item_that_can_be_joined_waits_for_its_late_medium(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        at = bench.clock.now().at - timedelta(seconds=1)
        late = build_item(
            "ca nhac", at, when_cut="rejoin", end_at=at + timedelta(minutes=1), repeat=30
        )
        bench.rundown.now_wanted = [replace(late, missing="E_FETCH: 404")]
        bench.output.changed()
        await until(lambda: bool(bench.log.plays))
        bench.output.changed()
        bench.rundown.now_wanted = [late]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(StartSlot)))
        assert [play.result for play in bench.log.plays] == ["skipped"]


async def test_a_record_has_the_number_of_underruns(media_files: SlowMediaFiles) -> None:
    async with at_work(media_files, []) as bench:
        bench.engine.on_event(EngineBeat(0, mono_s(), 3))  # before anything sounded
        bench.rundown.now_wanted = [build_item("tin", bench.clock.now().at)]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(StartSlot)))
        slot = bench.engine.all(StartSlot)[0].id
        bench.engine.on_event(Started(slot, mono_s()))
        bench.engine.on_event(EngineBeat(24_000, mono_s(), 5))
        bench.engine.on_event(Ended(slot, 96_000, "stopped", mono_s()))
        await until(lambda: bool(bench.log.plays))
        assert [play.underruns for play in bench.log.plays] == [2]


@pytest.mark.parametrize(
    ("missing", "outcome"), [(960, ("full", None)), (970, ("cut", "underruns"))]
)
async def test_an_item_of_which_more_than_a_hundredth_was_silent_is_not_heard_in_full(
    media_files: SlowMediaFiles, missing: int, outcome: tuple[str, str | None]
) -> None:
    async with at_work(media_files, []) as bench:
        bench.rundown.now_wanted = [build_item("tin", bench.clock.now().at, limit_ms=50)]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(StartSlot)))
        slot = bench.engine.all(StartSlot)[0].id
        bench.engine.on_event(Started(slot, mono_s()))
        bench.engine.on_event(Ended(slot, 96_000 - missing, "end", mono_s(), missing))
        await until(lambda: bool(bench.log.plays))
        (play,) = bench.log.plays
        assert (play.result, play.reason) == outcome
        bench.output.changed()
        await until(lambda: not bench.output.session_stack.sessions)
        assert len(bench.engine.all(Load)) == 1  # it does not come back


@pytest.mark.parametrize(
    # far more than a starved machine adds to the second and a half
    ("missing_s", "outcome"),
    [(1.5, ("full", None)), (30.0, ("cut", "underruns"))],
)
async def test_an_item_that_a_slow_decoder_joins_further_on_has_no_hole_there(
    media_files: SlowMediaFiles, missing_s: float, outcome: tuple[str, str | None]
) -> None:
    async with at_work(media_files, []) as bench:
        begun_at = bench.clock.now().at - timedelta(seconds=10)
        end_at = begun_at + timedelta(minutes=2)
        bench.rundown.now_wanted = [build_item("tin", begun_at, end_at=end_at, limit_ms=50)]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(StartSlot)))
        start = bench.engine.all(StartSlot)[0]
        bench.engine.on_event(Started(start.id, start.at_mono_s + 1.5))
        missing = round(missing_s * 48_000)
        bench.engine.on_event(Ended(start.id, 5 * 48_000, "end", mono_s(), missing))
        await until(lambda: bool(bench.log.plays))
        assert (bench.log.plays[0].result, bench.log.plays[0].reason) == outcome


async def heard(bench: Bench, count: int, why: Any = "end") -> Fire:
    """The engine's clip number so many has begun, and ended."""
    await until(lambda: len(bench.engine.all(Fire)) >= count)
    fire: Fire = bench.engine.all(Fire)[count - 1]
    bench.engine.on_event(Started(fire.id, mono_s()))
    bench.engine.on_event(Ended(fire.id, 144_000, why, mono_s()))
    return fire


async def test_an_emergency_cut_by_a_key_restarts_from_its_attention_signal(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        own = alarm(bench, bodies=TEXT)
        bench.rundown.now_wanted = [own]
        bench.output.changed()
        await until(lambda: len(bench.engine.all(Fire)) == 1)
        signal = bench.engine.all(Fire)[0].id
        bench.engine.on_event(Started(signal, mono_s()))
        local = replace(
            own, key="bao/1/sound", level=Level.LOCAL_KEY, level_name="local_key", started_by="nut"
        )
        bench.rundown.now_wanted = [local, own]
        bench.output.changed()
        await until(lambda: len(bench.engine.all(Fire)) == 2)
        key_signal = bench.engine.all(Fire)[1]
        assert key_signal.level == Level.LOCAL_KEY
        bench.engine.on_event(Started(key_signal.id, mono_s()))
        await until(lambda: signal in [one.id for one in bench.engine.all(Stop)])
        bench.engine.on_event(Ended(signal, 48_000, "stopped", mono_s()))
        await until(lambda: len(bench.log.plays) == 1)
        assert (bench.log.plays[0].result, bench.log.plays[0].reason) == ("cut", "preempted")
        bench.engine.on_event(Ended(key_signal.id, 144_000, "end", mono_s()))
        await heard(bench, 3)
        bench.rundown.now_wanted, bench.rundown.taken_back = [own], {local.key}
        bench.output.changed()
        await until(lambda: len(bench.engine.all(Fire)) == 4)
        again = bench.engine.all(Fire)[3]
        assert (again.level, again.clip) == (Level.EMERGENCY, "two-tone")
        second = bench.log.plays[1]
        assert (second.level, second.started_by) == ("local_key", "nut")
        assert bench.log.plays[0].started_by is None


async def test_a_second_emergency_waits_for_the_end_of_the_body_that_sounds(
    media_files: SlowMediaFiles,
) -> None:
    async with at_work(media_files, []) as bench:
        first = alarm(bench, bodies=TEXT)
        bench.rundown.now_wanted = [first]
        bench.output.changed()
        await heard(bench, 1)
        await until(lambda: len(bench.engine.all(Fire)) == 2)
        line = bench.engine.all(Fire)[1]
        bench.engine.on_event(Started(line.id, mono_s()))
        second = alarm(bench, "lu/sound", bodies=TEXT)
        bench.rundown.now_wanted = [second, first]
        bench.output.changed()
        await until(lambda: any(one.is_preempted for one in bench.output.session_stack.emergencies))
        assert not bench.engine.all(Stop)
        assert len(bench.engine.all(Fire)) == 2
        bench.engine.on_event(Ended(line.id, 300_000, "end", mono_s()))
        signal = await heard(bench, 3)
        assert signal.clip == "two-tone"
        assert [(play.title, play.reason) for play in bench.log.plays] == [
            ("bao/sound", "replaced")
        ]


@pytest.mark.parametrize("why", ["silence_key", "silenced"])
async def test_an_emergency_stopped_by_a_silence_restarts_after_it(
    media_files: SlowMediaFiles, why: str
) -> None:
    """A key that is turned by mistake must not end the flood warning."""
    async with at_work(media_files, []) as bench:
        own = alarm(bench, bodies=TEXT)
        bench.rundown.now_wanted = [own]
        bench.output.changed()
        await heard(bench, 1)
        await until(lambda: len(bench.engine.all(Fire)) == 2)
        line = bench.engine.all(Fire)[1].id
        bench.engine.on_event(Started(line, mono_s()))
        bench.rundown.now_wanted, bench.rundown.taken_back = [], {own.key}
        bench.rundown.silence = why
        bench.output.changed()
        await until(lambda: line in [one.id for one in bench.engine.all(Stop)])
        bench.engine.on_event(Ended(line, 48_000, "stopped", mono_s()))
        await until(lambda: len(bench.log.plays) == 1)
        assert (bench.log.plays[0].result, bench.log.plays[0].reason) == ("cut", why)
        bench.rundown.now_wanted, bench.rundown.taken_back = [own], set()
        bench.rundown.silence = None
        bench.output.changed()
        signal = await heard(bench, 3)
        assert signal.clip == "two-tone"


@pytest.mark.parametrize(
    ("reason", "heard_ms"),
    [
        ("E_WORKER: it ended by signal SIGKILL", 4_000),  # noticed at once
        ("E_WORKER: no beat for 1.5 s", 2_500),
        ("E_DEVICE_STALLED: loa: no callback for 500 ms", 2_500),
    ],
)
async def test_what_is_recorded_as_heard_ends_where_sound_was_last_known_to_flow(
    media_files: SlowMediaFiles, reason: str, heard_ms: int
) -> None:
    async with at_work(media_files, []) as bench:
        song = build_item("ca nhac", bench.clock.now().at, end_at=NOW_AT + timedelta(hours=1))
        bench.rundown.now_wanted = [song]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(StartSlot)))
        slot = bench.engine.all(StartSlot)[0].id
        started_s = mono_s() - 4.0
        bench.engine.on_event(Started(slot, started_s))
        bench.engine.on_event(EngineBeat(120_000, started_s + 2.5, 0))
        lost: Any = bench.engine.on_event  # a keeper takes events and the loss by one queue
        lost(reason)
        await until(lambda: bool(bench.log.plays))
        assert bench.log.plays[0].reason == "engine_lost"
        over_ms = bench.log.plays[0].duration_ms - heard_ms
        assert over_ms >= -1
        assert over_ms <= 0 or heard_ms == 4_000  # a starved test machine may notice it later

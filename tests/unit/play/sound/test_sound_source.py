"""Sources of other kinds than files: an output plays them without knowing what they are."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from agent.clock import boot_s, mono_s
from agent.contract.priority import Level
from agent.contract.report import Play
from agent.errors import PlayError
from agent.play import sound_source
from agent.play.ipc import Ended, Fire, Load, Started, StartSlot, Stop
from agent.play.item import Item
from agent.play.sound import sound_output
from agent.play.sound_source import Feed, SourceEnd
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
HOUR = timedelta(hours=1)


@dataclass(eq=False)
class FakeSource:
    """Anything that sounds; it checks the order of calls that the interface states."""

    is_endless: bool = False
    end: SourceEnd = field(default_factory=SourceEnd)
    starts: list[float] = field(default_factory=list)
    state: str = "new"
    refuses: PlayError | None = None

    async def prepare(self, offset_ms: int) -> Feed:
        assert self.state == "new"
        if self.refuses is not None:
            raise self.refuses
        self.state = "prepared"
        read_fd, self._write_fd = os.pipe()
        self._read_fd = read_fd
        return Feed(read_fd)

    def start(self, at_mono_s: float) -> None:
        assert self.state == "prepared"
        self.starts.append(at_mono_s)

    def position_ms(self, played_ms: int) -> int:
        return 7_000 + played_ms

    async def wait_end(self) -> SourceEnd:
        assert self.state == "prepared"
        return self.end

    async def stop(self) -> None:
        assert self.state == "prepared"
        self.state = "stopped"
        os.close(self._write_fd)
        os.close(self._read_fd)  # the fake engine takes no descriptors


def install(monkeypatch: pytest.MonkeyPatch, bench: Bench, make: Callable[[Item], Any]) -> None:
    """Give the output a kind of its own besides files."""
    context = bench.output._starts._context
    monkeypatch.setitem(context.sources, "live", make)  # type: ignore[arg-type] # it is a dict


def live_item(bench: Bench, name: str, **more: Any) -> Item:
    """An item that lasts for an hour: a starved machine is not too late for it."""
    at = bench.clock.now().at
    return build_item(name, at, kind="live", end_at=at + HOUR, **more)


async def play(bench: Bench, item: Item) -> str:
    """Begin an item; returns the slot that its source got, once it sounds."""
    bench.rundown.now_wanted = [item]
    bench.output.changed()
    await until(lambda: bool(bench.engine.all(StartSlot)))
    slot: str = bench.engine.all(Load)[-1].id
    bench.engine.on_event(Started(slot, mono_s()))
    await until(lambda: bench.output.on_air is not None)
    return slot


async def test_an_output_plays_a_kind_that_it_does_not_know(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(media_files, []) as bench:
        source = FakeSource()
        install(monkeypatch, bench, lambda _item: source)
        slot = await play(bench, live_item(bench, "tiếp âm"))
        assert source.starts == [one.at_mono_s for one in bench.engine.all(StartSlot)]
        bench.engine.on_event(Ended(slot, 48_000, "end", mono_s()))
        await until(lambda: bool(bench.log.plays))
        (record,) = bench.log.plays
        assert (record.result, record.reason, record.duration_ms) == ("full", None, 1_000)
        assert source.state == "stopped"


async def test_what_does_not_end_by_itself_ends_with_its_item_and_was_whole(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(media_files, []) as bench:
        at = bench.clock.now().at
        source = FakeSource(is_endless=True)
        install(monkeypatch, bench, lambda _item: source)
        item = build_item("trực tiếp", at, kind="live", end_at=at + HOUR)
        slot = await play(bench, item)
        assert bench.engine.all(Stop) == []
        bench.clock.fix(at + HOUR, boot_s())
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Stop)))
        bench.engine.on_event(Ended(slot, 14_400, "stopped", mono_s()))
        await until(lambda: bool(bench.log.plays))
        assert (bench.log.plays[0].result, bench.log.plays[0].reason) == ("full", None)


async def test_the_reason_that_a_source_gives_for_its_end_is_on_record(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(media_files, []) as bench:
        made: list[FakeSource] = []

        def make(_item: Item) -> FakeSource:
            made.append(FakeSource(end=SourceEnd("E_STREAM_LOST: no segment for 10 s")))
            return made[-1]

        install(monkeypatch, bench, make)
        slot = await play(bench, live_item(bench, "trực tiếp"))
        bench.engine.on_event(Ended(slot, 48_000, "end", mono_s()))
        await until(lambda: bool(bench.log.plays))
        record = bench.log.plays[0]
        assert (record.result, record.reason) == ("cut", "E_STREAM_LOST: no segment for 10 s")
        assert len(made) == 1  # it said that the same would happen again


async def test_a_source_that_does_not_end_with_its_sound_does_not_hold_the_output(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_source, "END_LIMIT_S", 0.0)

    class Hanging(FakeSource):
        async def wait_end(self) -> SourceEnd:
            await asyncio.Event().wait()
            return SourceEnd()

    async with at_work(media_files, []) as bench:
        install(monkeypatch, bench, lambda _item: Hanging())
        slot = await play(bench, live_item(bench, "micro"))
        bench.engine.on_event(Ended(slot, 48_000, "end", mono_s()))
        await until(lambda: bool(bench.log.plays))
        assert bench.log.plays[0].result == "cut"
        assert (bench.log.plays[0].reason or "").startswith("E_STALLED")


async def test_a_card_that_takes_no_record_does_not_hold_what_comes_next(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_output, "EVENT_LIMIT_S", 0.0)
    async with at_work(media_files, []) as bench:
        takes = asyncio.Event()

        async def close_play(_key: int, play: Play) -> None:
            await takes.wait()
            bench.log.plays.append(play)

        monkeypatch.setattr(bench.log, "close_play", close_play)
        install(monkeypatch, bench, lambda _item: FakeSource())
        slot = await play(bench, live_item(bench, "ca nhac"))
        bench.engine.on_event(Ended(slot, 48_000, "end", mono_s()))
        bench.rundown.now_wanted = [alarm(bench)]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(Fire)))
        bench.engine.on_event(Started(bench.engine.all(Fire)[0].id, mono_s()))
        await until(lambda: bench.output.on_air is not None)
        assert bench.output.on_air is not None
        assert bench.output.on_air.level == Level.EMERGENCY
        assert bench.log.plays == []
        takes.set()
        await until(lambda: bool(bench.log.plays))
        assert (bench.log.plays[0].title, bench.log.plays[0].result) == ("ca nhac", "full")


async def test_a_cut_item_waits_at_the_position_that_its_source_names(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(media_files, []) as bench:
        at = bench.clock.now().at
        install(monkeypatch, bench, lambda _item: FakeSource())
        more = {"kind": "live", "when_cut": "resume", "end_at": at + HOUR}
        item = replace(build_item("tin", at, **more), latest_end_at=at + 2 * HOUR)
        slot = await play(bench, item)
        bench.rundown.now_wanted = []
        (session,) = bench.output.session_stack.sessions
        session.stop("preempted")
        bench.engine.on_event(Ended(slot, 96_000, "stopped", mono_s()))
        await until(lambda: bool(bench.log.plays))
        waiting = bench.output._ends.backlog.next(bench.clock.now())
        assert waiting is not None
        assert waiting.offset_ms == 7_000 + 2_000


async def test_a_stream_that_an_equal_level_replaced_is_joined_again_behind_it(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(media_files, []) as bench:
        made: list[FakeSource] = []

        def make(_item: Item) -> FakeSource:
            made.append(FakeSource())
            return made[-1]

        install(monkeypatch, bench, make)
        item = build_item("trực tiếp", bench.clock.now().at, kind="live", when_cut="rejoin")
        slot = await play(bench, replace(item, end_at=item.start_at + timedelta(seconds=60)))
        (session,) = bench.output.session_stack.sessions
        session.stop("replaced")
        bench.engine.on_event(Ended(slot, 96_000, "stopped", mono_s()))
        await until(lambda: len(made) == 2)
        assert bench.log.plays[0].reason == "replaced"


@dataclass(eq=False)
class FakeStream(FakeSource):
    """A source that counts its segments and is told of its start."""

    began: list[float] = field(default_factory=list)
    segments: dict[str, int] = field(default_factory=lambda: {"heard": 4, "lost": 1})

    def on_started(self, mono_s: float) -> None:
        self.began.append(mono_s)

    def on_clock_set(self, by_s: float) -> None:
        """It has no samples to move."""


async def test_what_a_stream_counted_is_on_record_and_it_knows_when_it_began(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(media_files, []) as bench:
        source = FakeStream()
        install(monkeypatch, bench, lambda _item: source)
        slot = await play(bench, live_item(bench, "trực tiếp"))
        bench.engine.on_event(Ended(slot, 48_000, "end", mono_s()))
        await until(lambda: bool(bench.log.plays))
        assert bench.log.plays[0].segments == {"heard": 4, "lost": 1}
        assert len(source.began) == 1


async def test_a_source_that_refuses_and_a_kind_that_the_box_lacks_are_skipped_with_their_code(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(media_files, []) as bench:
        refused = FakeSource(refuses=PlayError("E_HOST", "đài", "not an allowed host"))
        install(monkeypatch, bench, lambda _item: refused)
        live = live_item(bench, "trực tiếp")
        for item in (live, replace(live, key="tiếp âm", kind="relay")):
            bench.rundown.now_wanted = [item]
            bench.output.changed()
            await until(partial(is_done, bench, item.key))
        codes = [(one.result, (one.reason or "").partition(":")[0]) for one in bench.log.plays]
        assert codes == [("skipped", "E_HOST"), ("skipped", "E_UNSUPPORTED")]
        assert refused.state == "new"


async def test_somebody_at_the_box_cuts_an_emergency_which_sounds_again_behind_them(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(media_files, []) as bench:
        own = alarm(bench, bodies=TEXT)
        bench.rundown.now_wanted = [own]
        bench.output.changed()
        await until(lambda: len(bench.engine.all(Fire)) == 1)
        signal = bench.engine.all(Fire)[0].id
        bench.engine.on_event(Started(signal, mono_s()))
        install(monkeypatch, bench, lambda _item: FakeSource(is_endless=True))
        above = int(Level.EMERGENCY_VOICE)
        voice = replace(live_item(bench, "micro"), level=above)
        bench.rundown.now_wanted = [voice, own]
        bench.output.changed()
        await until(lambda: bool(bench.engine.all(StartSlot)))
        slot = bench.engine.all(StartSlot)[-1].id
        bench.engine.on_event(Started(slot, mono_s()))
        await until(lambda: signal in [one.id for one in bench.engine.all(Stop)])
        bench.engine.on_event(Ended(signal, 48_000, "stopped", mono_s()))
        await until(lambda: len(bench.log.plays) == 1)
        assert (bench.log.plays[0].result, bench.log.plays[0].reason) == ("cut", "preempted")
        assert len(bench.engine.all(Fire)) == 1  # it waits
        bench.rundown.now_wanted = [own]
        bench.engine.on_event(Ended(slot, 96_000, "end", mono_s()))
        await until(lambda: len(bench.engine.all(Fire)) == 2)
        assert bench.engine.all(Fire)[1].clip == "two-tone"  # from its signal
        assert bench.log.plays[1].result == "full"


async def test_a_chime_sounds_right_before_the_sound_and_its_end_is_not_the_end(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(media_files, []) as bench:
        source = FakeSource(is_endless=True)
        install(monkeypatch, bench, lambda _item: source)
        bench.rundown.now_wanted = [live_item(bench, "micro", opening="chime")]
        bench.output.changed()
        await until(lambda: len(bench.engine.all(StartSlot)) == 2)
        chime, sound = bench.engine.all(StartSlot)
        assert sound.after == chime.id
        assert source.starts == [chime.at_mono_s + 1.2]  # two notes of 0.6 s
        bench.engine.on_event(Started(chime.id, mono_s()))
        bench.engine.on_event(Ended(chime.id, 57_600, "end", mono_s()))
        bench.engine.on_event(Started(sound.id, mono_s()))
        await until(lambda: bench.output.on_air is not None)
        assert bench.log.plays == []
        bench.engine.on_event(Ended(sound.id, 48_000, "end", mono_s()))
        await until(lambda: len(bench.log.plays) == 1)
        assert bench.log.plays[0].duration_ms == 2_200


async def test_a_chime_that_is_cut_takes_the_sound_with_it(
    media_files: SlowMediaFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(media_files, []) as bench:
        install(monkeypatch, bench, lambda _item: FakeSource(is_endless=True))
        bench.rundown.now_wanted = [live_item(bench, "micro", opening="chime")]
        bench.output.changed()
        await until(lambda: len(bench.engine.all(StartSlot)) == 2)
        chime, sound = bench.engine.all(StartSlot)
        bench.engine.on_event(Started(chime.id, mono_s()))
        bench.engine.on_event(Ended(chime.id, 9_600, "stopped", mono_s()))
        await until(lambda: sound.id in [one.id for one in bench.engine.all(Stop)])
        await until(lambda: len(bench.log.plays) == 1)
        assert (bench.log.plays[0].result, bench.log.plays[0].duration_ms) == ("cut", 200)


def is_done(bench: Bench, key: str) -> bool:
    return not bench.output.session_stack.sessions and key in bench.output._ends.done

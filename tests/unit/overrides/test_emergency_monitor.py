"""An emergency that an output does not play: an issue while it lasts, and a record at its end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from agent.contract.report import Play
from agent.health.open_issues import Issues
from agent.overrides import emergency_monitor
from agent.overrides.emergency_monitor import EmergencyMonitor
from agent.overrides.emergency_state import EmergencyState, OutputState, Standing
from agent.play.item import Item
from tests.harness.emergency_outputs import Box

ITEM = Box().item()


@dataclass
class Bench:
    """States and time as the test wants them."""

    s: float = 100.0
    states: list[EmergencyState] = field(default_factory=list)
    reported: list[tuple[str, str, bool]] = field(default_factory=list)
    plays: list[Play] = field(default_factory=list)

    def __post_init__(self) -> None:
        issues = Issues(lambda: "")
        issues.changed.connect(
            lambda one, begins: self.reported.append((one.subject, one.hint, begins))
        )
        log: Any = self
        self.watch = EmergencyMonitor(lambda: self.states, issues, log)

    async def append(self, kind: str, *, play: Play | None = None, detail: Any = None) -> None:
        if play is not None:
            self.plays.append(play)

    def stand(self, *standings: Standing, item: Item = ITEM, is_open: bool = False) -> None:
        """One emergency, so on the outputs `loa`, `bang` …"""
        any_: Any = None
        outputs = zip(("loa", "bang"), standings, strict=False)
        states = (OutputState(name, name == "bang", item, one, is_open) for name, one in outputs)
        self.states = [EmergencyState(any_, tuple(states))]

    async def look_after(self, seconds: float) -> list[tuple[str, str, bool]]:
        self.s += seconds
        await self.watch.check()
        reported, self.reported = self.reported, []
        return reported


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench()
    monkeypatch.setattr(emergency_monitor, "mono_s", lambda: bench.s)
    return bench


@pytest.mark.parametrize("standing", ["late", "process", "lines", "failed"])
async def test_an_unheard_emergency_sets_an_issue_within_ten_seconds_with_the_reason(
    bench: Bench, standing: Standing
) -> None:
    bench.stand(standing)
    assert await bench.look_after(0) == []
    assert await bench.look_after(5) == []  # amplifiers settle, a process is replaced
    ((subject, hint, begins),) = await bench.look_after(4)
    assert (subject, begins) == ("loa", True)
    assert hint.endswith(emergency_monitor.WHY[standing])
    assert hint.startswith(ITEM.source.entry)
    assert await bench.look_after(60) == []


@pytest.mark.parametrize("standing", ["key", "order"])
async def test_a_silenced_emergency_sets_an_issue_at_once(bench: Bench, standing: Standing) -> None:
    bench.stand(standing, standing)
    assert [subject for subject, _, _ in await bench.look_after(0)] == ["loa", "bang"]


@pytest.mark.parametrize("standing", ["on", "told", "waiting", "nothing"])
async def test_an_emergency_that_is_heard_or_has_nothing_to_play_is_no_issue(
    bench: Bench, standing: Standing
) -> None:
    bench.stand(standing)
    await bench.look_after(0)
    assert await bench.look_after(60) == []


async def test_the_issue_ends_when_it_is_heard_and_there_is_no_record_of_silence(
    bench: Bench,
) -> None:
    bench.stand("process")
    await bench.look_after(0)
    await bench.look_after(10)
    bench.stand("on")
    ((subject, _, begins),) = await bench.look_after(1)
    assert (subject, begins) == ("loa", False)
    bench.states = []
    await bench.look_after(1)
    assert bench.plays == []


async def test_an_emergency_that_an_output_never_played_is_recorded_for_that_output_alone(
    bench: Bench,
) -> None:
    bench.stand("on", "process")
    await bench.look_after(0)
    await bench.look_after(10)
    bench.states = []
    ((subject, _, begins),) = await bench.look_after(1)
    assert (subject, begins) == ("bang", False)
    (play,) = bench.plays
    assert (play.output, play.result, play.reason) == ("bang", "skipped", "output_lost")
    assert (play.level, play.entry) == ("emergency", ITEM.source.entry)
    assert play.words_missing == ["vi"]


async def test_an_emergency_that_the_output_records_itself_is_not_recorded_twice(
    bench: Bench,
) -> None:
    for standing, is_open in (("lines", True), ("failed", False)):
        bench.stand(standing, is_open=is_open)  # type: ignore[arg-type]  # both are standings
        await bench.look_after(0)
        bench.states = []
        await bench.look_after(10)
    assert bench.plays == []


async def test_one_that_waits_for_another_that_sounds_is_no_issue(bench: Bench) -> None:
    bench.stand("on")
    first = bench.states
    bench.stand("late", item=replace(ITEM, key="second"))
    bench.states = [*first, *bench.states]
    await bench.look_after(0)
    assert await bench.look_after(60) == []

"""What the plan had, and neither sounds nor waits nor is on record when its time has passed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from agent.clock import Now
from agent.play.plan_watch import PlanWatch
from tests.harness.sound_output_harness import FakeRundown, build_item

AT = datetime(2026, 12, 1, 22, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BEGUN_S = 100.0


@dataclass
class Bench:
    """Items at 5, 10 and 15 minutes past, one minute long each."""

    alive_at: datetime | None = None
    recorded: set[str] = field(default_factory=set)
    pending: set[str] = field(default_factory=set)
    rundown: FakeRundown = field(default_factory=FakeRundown)

    def __post_init__(self) -> None:
        for minute in (5, 10, 15):
            at = AT + minute * MINUTE
            self.rundown.plan.append(build_item(str(minute), at, end_at=at + MINUTE))
        self.watch = PlanWatch(
            self.rundown,
            is_recorded=self.recorded.__contains__,
            is_pending=self.pending.__contains__,
            alive_at=self.alive_at,
            begun_mono_s=BEGUN_S,
        )

    def look(
        self,
        minute: float,
        mono_s: float,
        quality: str = "SYNCED",
        hindrance: str | None = None,
    ) -> list[tuple[str, str]]:
        now = Now(AT + minute * MINUTE, quality, 0.01)  # type: ignore[arg-type] # one of the literals
        over = self.watch.look(now, BEGUN_S + mono_s, hindrance)
        return [(item.key, reason) for item, reason in over]


def test_what_the_clock_was_set_past_is_over_and_what_is_on_may_still_be_joined() -> None:
    bench = Bench()
    assert bench.look(1, 0) == []
    assert bench.look(10.5, 1) == [("5", "clock_step")]
    bench.recorded.add("10")  # it was joined
    assert bench.look(12, 91) == []
    assert bench.watch.set_at == AT + 10.5 * MINUTE


def test_what_comes_again_when_the_clock_was_set_back_is_owed_again() -> None:
    bench = Bench()
    bench.look(1, 0)
    bench.look(10.5, 1)
    assert bench.look(4, 2) == []
    assert bench.watch.set_at == AT + 4 * MINUTE
    assert bench.look(10, 362) == [("5", "not_begun")]


def test_without_the_time_and_with_the_box_off_the_reason_is_another() -> None:
    bench = Bench(alive_at=AT)
    assert bench.look(0, 1, "FLOOR") == []
    # the agent began nine minutes past, as it turns out four minutes later
    assert bench.look(13, 240) == [("5", "not_running"), ("10", "no_time")]


def test_a_new_box_owes_nothing_and_an_incomplete_plan_is_not_looked_at() -> None:
    assert Bench().look(20, 1) == []
    bench = Bench(alive_at=AT)
    bench.rundown.is_complete = False
    assert bench.look(7, 1) == []
    bench.rundown.is_complete = True
    assert bench.look(7, 2) == [("5", "not_running")]


def test_what_was_on_when_a_run_ended_is_recorded_by_the_next() -> None:
    bench = Bench(alive_at=AT + 5.5 * MINUTE)
    assert bench.look(5.6, 1) == []
    assert bench.look(6.1, 31) == [("5", "not_begun")]


def test_what_waits_is_not_over_and_what_was_withdrawn_is_owed_to_nobody() -> None:
    bench = Bench()
    bench.pending.add("5")
    bench.look(1, 0)
    assert bench.look(8, 420) == []
    bench.pending.clear()
    del bench.rundown.plan[0]
    assert bench.look(8.1, 426) == []


def test_what_is_kept_off_has_the_reason_of_then_also_when_it_is_over_later() -> None:
    bench = Bench()
    bench.look(4, 0)
    bench.rundown.kept_off["5"] = "clash"
    bench.look(5.1, 66)
    bench.rundown.kept_off["10"] = "silence_key"
    bench.rundown.kept_off["5"] = "silence_key"  # later, when it could not have begun anyway
    assert bench.look(6.1, 126) == [("5", "clash")]
    bench.look(10.1, 366)
    bench.rundown.kept_off.clear()
    bench.recorded.add("10")  # the silence has ended: it was joined
    assert bench.look(12, 480) == []
    bench.rundown.kept_off["15"] = "silenced"  # after it was over
    assert bench.look(17, 780) == [("15", "silenced")]


def test_what_the_box_was_off_for_is_no_silence_and_what_is_joined_late_meets_one() -> None:
    bench = Bench(alive_at=AT)
    bench.rundown.silence = "silenced"
    # the agent began 10.5 minutes past: one is over, one could be joined
    assert bench.look(10.5, 0) == [("5", "not_running")]
    assert bench.look(12, 90) == [("10", "silenced")]


def test_without_its_process_the_output_says_so_until_it_is_back() -> None:
    bench = Bench()
    bench.look(4, 0, hindrance="output_lost")
    bench.look(5.2, 72, hindrance="output_lost")
    assert bench.look(6.2, 132, hindrance="output_lost") == [("5", "output_lost")]
    bench.look(10.2, 372, hindrance="output_lost")
    bench.rundown.silence = "local_mute"
    bench.look(10.3, 378)
    assert bench.look(11.2, 432) == [("10", "local_mute")]


def test_what_is_replaced_while_something_keeps_it_off_is_on_record_at_once() -> None:
    bench = Bench()
    bench.rundown.kept_off["5"] = "local_mute"
    bench.look(4, 0)
    bench.look(5.5, 90)
    del bench.rundown.plan[0]
    assert bench.look(5.6, 96) == [("5", "local_mute")]
    assert bench.look(6.5, 150) == []

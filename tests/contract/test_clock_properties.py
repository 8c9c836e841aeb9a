"""No words, readings and restarts make the time go below its floor, or better unasked."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agent.clock import BUILD_AT, HOLDOVER_LIMIT_S, Clock
from agent.errors import TrustError
from agent.store import clock_state
from agent.trust.nts import verify_chrony
from tests.harness.chrony_reports import AUTH, OTHER, OTHER_PLAIN, PLAIN_AUTH, SOURCE

RANK = {"FLOOR": 0, "RTC": 1, "HOLDOVER": 2, "SYNCED": 3}
DAY_S = 86_400.0
seconds = st.one_of(st.floats(0, 40), st.floats(0, 40 * DAY_S))
moments = st.one_of(
    st.floats(-60, 60).map(lambda off_s: timedelta(seconds=off_s)),
    st.integers(-900, 900).map(lambda days: timedelta(days=days)),
)
UNTRUE = [
    (SOURCE, PLAIN_AUTH),
    (SOURCE.replace("*", "?"), AUTH),
    (SOURCE, AUTH, OTHER.format("+"), OTHER_PLAIN),
    (SOURCE.replace("^", "#", 1), AUTH),
]


class TimeMachine(RuleBasedStateMachine):
    """A clock, its card and its crystal; `_may_rise` is set by what is authenticated."""

    @initialize(day=st.integers(0, 800))
    def begin(self, day: int) -> None:
        self._boot_s = 100.0
        self._boots = 0
        self._words: dict[str, str] = {}
        self._clock = Clock(BUILD_AT + timedelta(days=day), boot=lambda: self._boot_s)
        self._floor = self._clock.floor
        self._rank = 0
        self._may_rise = False

    def _now(self) -> datetime:
        return self._clock.now().at

    @rule(passed_s=seconds)
    def pass_time(self, passed_s: float) -> None:
        self._boot_s += passed_s

    @rule(off=moments, delay_s=st.floats(0, 90))
    def signed_reply(self, off: timedelta, delay_s: float) -> None:
        utc, asked_s = self._now() + off, self._boot_s
        self._boot_s += delay_s
        self._may_rise = self._clock.fix(utc, asked_s, "k1").verdict == "taken"
        assert not self._may_rise or delay_s <= 30.001

    @rule(off=moments, error_s=st.floats(0, 60))
    def chrony_under_nts(self, off: timedelta, error_s: float) -> None:
        outcome = self._clock.follow(self._now() + off, self._boot_s, error_s)
        self._may_rise = outcome.verdict == "taken"

    @rule(off=moments, rows=st.sampled_from(UNTRUE))
    def chrony_without_it(self, off: timedelta, rows: tuple[str, ...]) -> None:
        claimed_at = self._now() + off
        tracking = f"7F000001,127.0.0.1,4,{claimed_at.timestamp()},0,0,0,0,0,0,0.02,0.01,64,Normal"
        try:
            verify_chrony("\n".join([tracking, *rows]), claimed_at)
        except TrustError:
            return
        raise AssertionError("it was believed")

    @rule()
    def raise_floor(self) -> None:
        self._clock.raise_floor()

    @rule(days=st.integers(0, 900))
    def somebody_vouches(self, days: int) -> None:
        self._clock.attest(BUILD_AT + timedelta(days=days))

    @rule()
    def confirm(self) -> None:
        if self._clock.held_at is not None:
            self._may_rise = self._clock.confirm().verdict == "taken"

    @rule()
    def keep(self) -> None:
        self._words = clock_state.describe(self._clock, str(self._boots), 1)

    def _start(self, off: timedelta | None) -> None:
        rtc = None if off is None else self._now() + off
        self._may_rise = rtc is not None
        self._clock = clock_state.build_clock(
            self._words, rtc, str(self._boots), lambda: self._boot_s
        )
        self._floor = self._clock.floor

    @rule(off=st.one_of(st.none(), moments))
    def restart_the_agent(self, off: timedelta | None) -> None:
        before, floor = self._rank, self._clock.floor
        self.keep()
        self._start(off)
        assert RANK[self._clock.now().quality] <= max(before, RANK["RTC"])
        assert floor - self._clock.floor < timedelta(milliseconds=1)  # of the text on the card

    @rule(off=st.one_of(st.none(), moments))
    def lose_the_power(self, off: timedelta | None) -> None:
        """What was not kept is lost; a former boot's fix means nothing."""
        self._boots += 1
        self._boot_s = 5.0
        self._start(off)
        assert self._clock.now().quality in ("RTC", "FLOOR")

    @invariant()
    def it_is_never_below_the_floor(self) -> None:
        assert self._clock.now().at >= self._clock.floor

    @invariant()
    def the_floor_never_goes_back(self) -> None:
        assert self._clock.floor >= self._floor
        self._floor = self._clock.floor

    @invariant()
    def it_gets_better_by_authenticated_time_alone(self) -> None:
        rank = RANK[self._clock.now().quality]
        assert rank <= self._rank or self._may_rise
        self._rank, self._may_rise = rank, False

    @invariant()
    def what_is_trusted_states_an_error_within_the_budget(self) -> None:
        now = self._clock.now()
        is_trusted = now.quality in ("SYNCED", "HOLDOVER")
        assert is_trusted == (now.error_s is not None)
        assert now.error_s is None or now.error_s <= HOLDOVER_LIMIT_S


TimeMachine.TestCase.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None
)  # no clock of ours
TestTime = TimeMachine.TestCase

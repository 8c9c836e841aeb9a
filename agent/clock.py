"""The only source of time: the crystal's seconds plus an authenticated offset. It sets no clock.

The theory. The box's wall clock is not trusted. After each boot the box asks the centre: `hello`
carries a nonce, the signed `time` reply gives UTC. The true moment lies between question and
reply, so the middle is used and half the round trip is the error. chrony's time counts as well
where NTS authenticates it (`agent.trust.nts`). From then on UTC is `boot_s` + offset and the
error grows by 100 ppm; after chrony's time the rate is that of the clock that it steers, within
that error. SYNCED while the fix is from this boot and at most a day old; HOLDOVER when
it is older but its error is at most 120 s; RTC when only a battery-backed clock above the floor
exists; FLOOR when nothing is trustworthy.

The floor is the latest moment known to be past; only authenticated time raises it, and no reading
is ever below it. A fix far above it is held and not applied: see `Clock.held_at`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from agent.clock_reading import DRIFT, NTS, ClockFix, Now, Outcome, Quality
from agent.system_clock import RTC_DEVICE, boot_s, cpu_s, mono_s, paced_s, read_boot_id, read_rtc

__all__ = [
    "BUILD_AT",
    "NTS",
    "RTC_DEVICE",
    "Clock",
    "Now",
    "Outcome",
    "Quality",
    "boot_s",
    "cpu_s",
    "mono_s",
    "paced_s",
    "read_boot_id",
    "read_rtc",
    "system_time",
]

HOLDOVER_LIMIT_S = 120.0
RENEW_AFTER_S = 86_400.0
MAX_ROUND_TRIP_S = 30.0
MAX_ERROR_S = MAX_ROUND_TRIP_S / 2
MAX_JUMP = timedelta(days=400)
NOTICE_S = 600.0
APART_S = 1.0
RTC_WRONG_S = 3600.0  # no drift: it was set wrong, or to local time
BUILD_AT = datetime(2026, 11, 30, tzinfo=UTC)  # the day of a release, see tests/repo


def system_time() -> datetime:
    """The machine's own wall clock: shown to people, and used for no decision here."""
    return datetime.fromtimestamp(time.time(), UTC)


class Clock:
    """UTC with a quality, fed by authenticated fixes only.

    Args:
        floor: the latest moment known to be past, persisted from an authenticated fix; time never
            reads below it. None: the build time.
        rtc: battery-backed time read once at start, None if absent or its flag is bad.
        boot: seconds since boot; replaced in tests.
        by: source that raised the floor, as passed to `fix`; empty: none, it is the build's.
        attested: the last value of `Clock.attested`. None: the floor.
        rtc_apart_s: the attribute's value before the restart.
        paced: reads the clock whose rate chrony steers; None: there is none.

    Attributes:
        floor: see above.
        floor_by: see `by`.
        missed_s: how far the newest fix lay outside the errors stated before and with it. More than
            0 means that the machine's clock drifts faster than assumed, or that the centre's is
            wrong.
        apart_s: how far chrony's authenticated time is from the centre's, beyond both errors.
        rtc_apart_s: how far the battery clock was ahead when an authenticated time last checked it.
            By an hour or more it is not used, not even after a restart.
    """

    def __init__(
        self,
        floor: datetime | None = None,
        rtc: datetime | None = None,
        boot: Callable[[], float] = boot_s,
        *,
        by: str = "",
        attested: datetime | None = None,
        rtc_apart_s: float = 0.0,
        paced: Callable[[], float] | None = None,
    ) -> None:
        self._boot = boot
        self._paced = paced
        self.floor = max(floor or BUILD_AT, BUILD_AT)
        self.floor_by = by
        self._attested = max(attested or self.floor, BUILD_AT)
        self._rtc_boot_s = self._floor_boot_s = self._attested_boot_s = boot()
        self.rtc_apart_s = 0.0 if rtc is None else rtc_apart_s
        is_likely = rtc is not None and self.floor <= rtc <= self.ceiling
        self._rtc = rtc if is_likely and not self.is_rtc_wrong else None
        self._fix: ClockFix | None = None
        self._held: ClockFix | None = None
        self._answer: tuple[float, datetime] | None = None  # boot_s of the question, signed UTC
        self.missed_s = self.apart_s = 0.0

    def boot_s(self) -> float:
        """Seconds since boot, the time base of questions and fixes."""
        return self._boot()

    def now(self) -> Now:
        """The present moment and how far to trust it."""
        boot = self._boot()
        past = self.floor + timedelta(seconds=boot - self._floor_boot_s)
        attested = self._read_attested(boot)
        if self._fix is not None:
            at, error_s = self._fix.read(boot, self._pace())
            if error_s <= HOLDOVER_LIMIT_S:
                is_new = boot - self._fix.boot_s <= RENEW_AFTER_S
                quality: Quality = "SYNCED" if is_new else "HOLDOVER"
                return Now(max(at, past), quality, error_s, attested=attested)
        if self._rtc is not None:
            at = max(self._read_rtc(self._rtc, boot), past)
            return Now(at, "RTC", None, past, attested, self._read_latest(boot, past))
        return Now(past, "FLOOR", None, None, attested, self._read_latest(boot, past))

    @property
    def attested(self) -> datetime:
        """The latest moment known to be past without trust in the signers of the time.

        It is the latest moment that somebody else attested, plus the crystal's seconds since then.
        The seconds while the box is switched off are not counted.
        """
        return self._read_attested(self._boot())

    @property
    def by(self) -> str | None:
        """Source of the current time: `NTS` or key ids; None without a fix in force."""
        if self._fix is None or self.now().error_s is None:
            return None
        return self._fix.by

    @property
    def is_rtc_wrong(self) -> bool:
        """Is the battery clock hours off?"""
        return abs(self.rtc_apart_s) >= RTC_WRONG_S

    @property
    def ceiling(self) -> datetime:
        """A fix above this is not applied.

        The key that signs the time is online, so it may be stolen. Whoever has it can move the box
        by 400 days, and not again from there: the next step needs somebody else (`attest`). A floor
        without a source is the build's, and a build may be older than that: such a floor does not
        limit the ceiling, else no box could accept the true time after a key was changed.
        """
        return (min(self.floor, self.attested) if self.floor_by else self.attested) + MAX_JUMP

    @property
    def held_at(self) -> datetime | None:
        """The current moment by the held fix, which is above the ceiling; None without one."""
        return None if self._held is None else self._held.read(self._boot(), self._pace())[0]

    def fix(self, utc: datetime, asked_boot_s: float, by: str = "") -> Outcome:
        """Apply an authenticated reply to a question asked at `asked_boot_s`.

        A reply slower than 30 s gives no time; it only proves what is past and bounds how late it
        can be.

        Args:
            utc: as signed.
            asked_boot_s: by `boot_s`.
            by: the key ids that signed it, with commas between.
        """
        heard = self._boot()
        round_trip_s = heard - asked_boot_s
        if self._answer is None or self._answer[0] <= asked_boot_s:
            self._answer = asked_boot_s, utc
        if not 0 <= round_trip_s <= MAX_ROUND_TRIP_S:
            if utc <= self.ceiling:
                self._raise(utc, by)
            return Outcome("slow")
        return self._verify_fix(
            ClockFix(asked_boot_s + round_trip_s / 2, utc, round_trip_s / 2, by)
        )

    def follow(self, utc: datetime, at_boot_s: float, error_s: float) -> Outcome:
        """Apply chrony's time under NTS; a fix by the centre of the last day takes precedence.

        Args:
            utc: the moment.
            at_boot_s: when it was that moment, by `boot_s`.
            error_s: half-width of its error.
        """
        if error_s > MAX_ERROR_S:
            return Outcome("slow")
        paced_s = self._pace()
        then_s = None if paced_s is None else paced_s - (self._boot() - at_boot_s)
        found = ClockFix(at_boot_s, utc, error_s, NTS, paced_s=then_s)
        distance_s = self._distance(found)
        is_centres = self._fix is not None and not self._fix.is_nts and self._is_synced()
        self.apart_s = distance_s if is_centres and distance_s > APART_S else 0.0
        return Outcome("apart") if self.apart_s else self._verify_fix(found)

    def confirm(self) -> Outcome:
        """Apply the held fix: somebody who may confirm it has done so.

        Raises:
            ValueError: none is held.
        """
        if self._held is None:
            raise ValueError("no fix is held")
        held, self._held = self._held, None
        self.attest(held.at)
        return self._apply_fix(held)

    def attest(self, at: datetime) -> None:
        """Somebody other than the signers of the time has signed that this moment is past."""
        if at > self.attested:
            self._attested, self._attested_boot_s = at, self._boot()

    def prove_past(self, utc: datetime, by: str) -> None:
        """A signed time that answers no question, from a stick: this moment is past.

        It sets no time. Above the ceiling it says nothing, as every other signed time.
        """
        if utc <= self.ceiling:
            self._raise(utc, by)

    def raise_floor(self) -> None:
        """Raise the floor to what is past by the fix in force; without a fix nothing happens."""
        now = self.now()
        if self._fix is not None and now.error_s is not None and not self._fix.is_on_notice:
            self._raise(now.at - timedelta(seconds=now.error_s), self._fix.by)

    def check_rtc(self, rtc: datetime | None) -> None:
        """Compare the battery clock, read just now, with the fix in force; without one do nothing.

        Whoever sets the system's clock may have set it since the start.
        """
        now = self.now()
        if rtc is None or now.error_s is None or (self._fix and self._fix.is_on_notice):
            return
        self.rtc_apart_s = (rtc - now.at).total_seconds()
        self._rtc_boot_s = self._boot()
        self._rtc = rtc if abs(self.rtc_apart_s) <= HOLDOVER_LIMIT_S else None

    def reset_floor(self) -> None:
        """Drop what the signers of the time have said, because the root has revoked them.

        The floor falls back to the build's. The fix in force stays for ten more minutes, so that a
        healthy box can ask again and nothing that sounds is cut.
        """
        boot = self._boot()
        self.floor, self._floor_boot_s, self.floor_by = BUILD_AT, boot, ""
        self._held, self._answer, self.rtc_apart_s = None, None, 0.0
        if self._fix is not None and self.now().error_s is not None:
            age_s = max(boot - self._fix.boot_s, RENEW_AFTER_S + 1)
            spent_s = HOLDOVER_LIMIT_S - (age_s + NOTICE_S) * DRIFT
            self._fix = ClockFix(
                boot - age_s,
                self._fix.read(boot, self._pace())[0] - timedelta(seconds=age_s),
                max(self._fix.error_s, spent_s),
                self._fix.by,
                is_on_notice=True,
            )

    def dump(self, boot_id: str) -> dict[str, str | float | bool] | None:
        """The fix as data that survives a restart of the agent within this boot; None without."""
        if self._fix is None:
            return None
        fix = self._fix
        return {
            "boot_id": boot_id,
            "raw_s": fix.boot_s,
            "utc": fix.at.isoformat(),
            "error_s": fix.error_s,
            "by": fix.by,
            "is_on_notice": fix.is_on_notice,
        }

    def restore(self, saved: dict[str, Any] | None, boot_id: str) -> None:
        """Use a dumped fix again; one of another boot or an older release is ignored."""
        if saved is None or saved["boot_id"] != boot_id or "raw_s" not in saved:
            return
        if saved["raw_s"] > self._boot():
            return
        at = datetime.fromisoformat(saved["utc"])
        self._fix = ClockFix(
            saved["raw_s"], at, saved["error_s"], saved["by"], is_on_notice=saved["is_on_notice"]
        )

    def mono_of(self, at: datetime) -> float:
        """The CLOCK_MONOTONIC second at which `at` falls, by the present offset."""
        mono, now_at = self._read_both()
        return mono + (at - now_at).total_seconds()

    def at_of(self, mono: float) -> datetime:
        """The UTC moment of a CLOCK_MONOTONIC second, by the present offset."""
        now_mono, now_at = self._read_both()
        return now_at + timedelta(seconds=mono - now_mono)

    def _read_both(self) -> tuple[float, datetime]:
        """CLOCK_MONOTONIC and UTC of one moment.

        The shortest of three readings: whatever takes the processor between the two clocks would
        move the start of an item by as long.
        """
        asked = []
        for _ in range(3):
            before = mono_s()
            at = self.now().at
            took_s = mono_s() - before
            asked.append((took_s, before + took_s / 2, at))
        _, mono, at = min(asked)
        return mono, at

    # Verification

    def _verify_fix(self, fix: ClockFix) -> Outcome:
        if fix.at < self.floor:
            return Outcome("below_floor")
        if fix.at > self.ceiling:
            self._held = fix
            return Outcome("held")
        if self._held is not None and self._held.is_nts == fix.is_nts:
            self._held = None  # the same source now gives another time
        return Outcome("needless") if self._is_needless(fix) else self._apply_fix(fix)

    def _is_needless(self, fix: ClockFix) -> bool:
        """A coarser fix that agrees: whoever delays replies must not make the box less exact."""
        now = self.now()
        is_finer = now.error_s is not None and now.error_s < fix.read(self._boot(), self._pace())[1]
        return is_finer and self._is_synced() and self._distance(fix) == 0.0

    def _apply_fix(self, fix: ClockFix) -> Outcome:
        boot, before, missed_s = self._boot(), self.now(), self._distance(fix)
        if self._fix is not None and self._fix.is_nts == fix.is_nts:
            self.missed_s = missed_s
        self._fix = fix
        at, error_s = fix.read(boot, self._pace())
        if self._rtc is not None:
            is_far = abs((self._read_rtc(self._rtc, boot) - at).total_seconds()) > HOLDOVER_LIMIT_S
            self._rtc = None if is_far else self._rtc
        self._raise(at - timedelta(seconds=math.ceil(2 * error_s)), fix.by)
        return Outcome("taken", (self.now().at - before.at).total_seconds())

    def _raise(self, floor: datetime, by: str) -> None:
        if floor > self.floor:
            self.floor, self._floor_boot_s, self.floor_by = floor, self._boot(), by

    def _distance(self, fix: ClockFix) -> float:
        """Seconds between a fix and the reading, beyond the errors of both; 0 without a reading."""
        now = self.now()
        if now.error_s is None:
            return 0.0
        at, error_s = fix.read(self._boot(), self._pace())
        return max(0.0, abs((at - now.at).total_seconds()) - error_s - now.error_s)

    def _pace(self) -> float | None:
        return None if self._paced is None else self._paced()

    def _is_synced(self) -> bool:
        return self.now().quality == "SYNCED"

    def _read_attested(self, boot: float) -> datetime:
        return self._attested + timedelta(seconds=boot - self._attested_boot_s)

    def _read_latest(self, boot: float, past: datetime) -> datetime | None:
        """The latest possible moment: as if the answer was signed when the question was asked."""
        if self._answer is None:
            return None
        asked_boot_s, utc = self._answer
        return max(utc + timedelta(seconds=(boot - asked_boot_s) * (1 + DRIFT)), past)

    def _read_rtc(self, rtc: datetime, boot: float) -> datetime:
        return rtc + timedelta(seconds=boot - self._rtc_boot_s)

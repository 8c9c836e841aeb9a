"""What the health checks, contacts and sensors say, as the page lists it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.clock import Clock
from agent.contract import report
from agent.contract.input_kind import INPUT_KINDS, InputKind
from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.contract.report import InputState
from agent.control.station_status import Mark, ReadingStatus
from agent.health.check import CheckStatus
from agent.health.checks.authority import AuthorityState
from agent.health.open_issues import Issues
from agent.health.thermal import read_temperature_c

SHOWN_APART = ("link", "media", "outbox", "clock")  # the page says more of these than a check does
SENSOR_OLD_S = 120.0


@dataclass(frozen=True)
class ReadingsReader:
    """Reads them when the status is read.

    Args:
        state: the folder on the card.
        clock: the only source of time.
        issues: those that last.
        checks: the state of each health check, by name.
        authority: which authority is in force, and its age.
        inputs: contacts by name.
        sensors: their last readings, by name.
    """

    state: Path
    clock: Clock
    issues: Issues
    checks: Callable[[], Mapping[str, CheckStatus]]
    authority: Callable[[], AuthorityState]
    inputs: Callable[[], Mapping[str, InputState]]
    sensors: Callable[[], Mapping[str, report.SensorReading]]

    def read(self) -> tuple[ReadingStatus, ...]:
        """All readings. Blocks as long as the card does."""
        readings = [
            self._reading(name, status)
            for name, status in self.checks().items()
            if name not in SHOWN_APART
        ]
        return (*readings, *self._contacts(), *self._sensors())

    def _reading(self, name: str, status: CheckStatus) -> ReadingStatus:
        amount, unit = self._amount(name)
        return ReadingStatus(name, _mark(status), amount, unit, status.reason)

    def _amount(self, name: str) -> tuple[float | None, str]:
        if name == "authority":
            return self.authority().age_s(self.clock.now()), "s"
        if name == "temperature":
            return read_temperature_c(), "°C"
        if name != "disk":
            return None, ""
        try:
            return shutil.disk_usage(self.state).free, "bytes"
        except OSError:
            return None, ""

    def _contacts(self) -> Iterator[ReadingStatus]:
        """Each kind of contact that is no key; one of the box without a contact is unchecked.

        A lockout is listed where there is one.
        """
        inputs = self.inputs()
        for kind, spec in INPUT_KINDS.items():
            if spec.is_key:
                continue
            states = [state.active for state in inputs.values() if state.kind == kind]
            if (spec.is_of_zone or spec.fails_active) and not states:
                continue
            if not states or None in states:
                yield ReadingStatus(kind, "unchecked", reason="" if states else "no_contact")
                continue
            active = self._has_issue(spec) if spec.is_of_zone else any(states)
            is_risk = spec.raises_issue(active) or (spec.fails_active and active)
            mark: Mark = "watch" if is_risk else "good"
            yield ReadingStatus(kind, mark, 1.0 if active else 0.0, "on")

    def _has_issue(self, spec: InputKind) -> bool:
        """An amplifier that is switched off says fault too: only the verifier knows better."""
        kinds = {one.kind for one in self.issues.all()}
        return spec.issue is not None and spec.issue.kind in kinds

    def _sensors(self) -> Iterator[ReadingStatus]:
        """The sensors of the settings; a reading that is too old is unchecked."""
        with_issue = {issue.subject for issue in self.issues.all()}
        for name, reading in self.sensors().items():
            is_fresh = reading.age_s is not None and reading.age_s <= SENSOR_OLD_S
            if reading.value is None or not is_fresh:
                yield ReadingStatus(name, "unchecked")
            else:
                mark: Mark = "watch" if name in with_issue else "good"
                yield ReadingStatus(name, mark, reading.value, reading.unit)


def _mark(status: CheckStatus) -> Mark:
    if status.state == "not_checked":
        return "unchecked"
    if status.state == "good":
        return "good"
    kinds = (ISSUE_KINDS.get(finding.kind) for finding in status.findings)
    return "bad" if any(kind is None or kind.severity == "fault" for kind in kinds) else "watch"

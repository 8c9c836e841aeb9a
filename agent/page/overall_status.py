"""The headline at the top of the page, from the whole status."""

from __future__ import annotations

from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.control.station_status import Problem, StationStatus, Verdict


def is_fault(problem: Problem) -> bool:
    """Does it stop sound, picture or proof now? A kind without a description counts."""
    kind = ISSUE_KINDS.get(problem.kind)
    return kind is None or kind.severity == "fault"


def _is_silenced(status: StationStatus) -> bool:
    asked = (status.silence, status.order, status.work)
    return status.is_locked or any(one is not None for one in asked)


def find_overall_status(status: StationStatus) -> Verdict:
    """The gravest thing that is so; an emergency in force first, also where it is not heard."""
    showing = [output.now for output in status.outputs if output.now is not None]
    real = [alarm for alarm in status.alarms if not alarm.is_exercise]
    so: list[tuple[Verdict, bool]] = [
        ("exercise", bool(status.alarms) and not real),
        ("local_alarm", any(alarm.started_by is not None for alarm in real)),
        ("emergency", bool(real)),
        ("silenced", _is_silenced(status)),
        ("fault", any(is_fault(problem) for problem in status.problems)),
        ("testing", bool(status.trials)),
        ("playing", bool(showing)),
        ("no_clock", status.clock == "FLOOR"),
        ("unplaced", status.place is None),
        ("ready", any(output.next is not None for output in status.outputs)),
        ("idle", True),
    ]
    return next(verdict for verdict, is_so in so if is_so)

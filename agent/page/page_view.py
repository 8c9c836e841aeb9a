"""The station's one screen: verdict, clock, what to do, outputs, readings, events, controls."""

from __future__ import annotations

import math
import re
from datetime import datetime

from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.control.station_status import Problem, Showing, Status, Verdict
from agent.page.controls_section import Access, build_controls
from agent.page.emergencies_section import build_alarms, say_alarms
from agent.page.html import Html, el
from agent.page.keys_section import build_keys
from agent.page.layout import build_page
from agent.page.outputs_section import build_outputs, say_end
from agent.page.overall_status import is_fault, judge
from agent.page.readings_section import build_events, build_readings, build_refused
from agent.page.translator import Tongue

# 24 × 24 drawings, so that the verdict does not hang on colour alone
_CHECK = "M9 16.6 4.4 12 3 13.4l6 6L21 7.400 19.600 6z"
_WARN = "M12 2 1 21h22zm-1 7h2v6h-2zm0 8h2v2h-2z"
_CLOCK = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20m1 5v4.700l3.500 2-1 1.700L11 13V7z"
_PICTURES: dict[Verdict, str] = {
    "silenced": "M6 5h4v14H6zm8 0h4v14h-4z",
    "local_alarm": _WARN,
    "emergency": _WARN,
    "exercise": _WARN,
    "fault": _WARN,
    "testing": "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16m0 3a5 5 0 1 1 0 10 5 5 0 0 1 0-10m0 3a2 2 0 1 0 0 4 2 2 0 0 0 0-4",  # noqa: E501 - a drawing
    "playing": "M6 4v16l14-8z",
    "no_clock": _CLOCK,
    "unplaced": _CLOCK,
    "idle": _CLOCK,
    "ready": _CHECK,
}


def build_view(status: Status, access: Access, tongue: Tongue) -> bytes:
    """The whole page as UTF-8."""
    main = el(
        "main",
        el("section", tongue("stale"), id="stale", role="alert", hidden=True),
        _verdict(status, tongue),
        build_alarms(status, tongue) if status.alarms else None,
        _clock(status, tongue),
        _problems(status, tongue) if status.problems else None,
        build_outputs(status, tongue),
        build_keys(status, tongue) if status.keys else None,
        build_readings(status, tongue),
        build_refused(status, tongue) if status.refused else None,
        build_controls(status, access, tongue),
        build_events(status, tongue),
    )
    foot = el("footer", tongue("footer", status.version))
    return build_page(tongue, status.station, status.place, main, foot, is_live=True)


def _verdict(status: Status, tongue: Tongue) -> Html:
    verdict = judge(status)
    picture = el("svg", el("path", d=_PICTURES[verdict]), viewBox="0 0 24 24", aria_hidden="true")
    return el(
        "section",
        picture,
        el("h1", tongue(f"verdict.{verdict}")),
        (el("p", line) for line in _meaning(status, verdict, tongue)),
        id="verdict",
        class_=f"verdict v-{verdict}",
        role="status",
    )


def _meaning(status: Status, verdict: Verdict, tongue: Tongue) -> list[str]:
    """One or two sentences under the big word."""
    showing = _now_lines(status, tongue)
    match verdict:
        case "silenced":
            return _silenced(status, tongue)
        case "fault":
            worst = next(problem for problem in status.problems if is_fault(problem))
            still = [tongue("sub.still", showing[0].rstrip("."))] if showing else []
            return [_first_upper(f"{_what(worst, tongue)}: {worst.subject}."), *still]
        case "testing":
            return [
                tongue("sub.testing", tongue(trial.deed), trial.where) for trial in status.trials
            ]
        case "playing" | "local_alarm" | "emergency" | "exercise":
            return say_alarms(status, tongue) or showing
        case "ready":
            return [_next_line(status, tongue)]
        case _:
            return [tongue(f"sub.{verdict}")]


def _silenced(status: Status, tongue: Tongue) -> list[str]:
    """The key on the box first, then a signed order: the switch on this page can lift neither."""
    if status.is_locked:
        return [tongue("sub.silenced.key")]
    order, switch = status.order, status.silence
    if order is not None:
        scope = "all" if order.stops_emergency else "pause"
        end = tongue.moment(order.until_at, status.at)
        said = tongue(f"sub.silenced.{scope}", order.issuer, end)
        return [said, tongue("sub.why", order.why)] if order.why else [said]
    lines = [tongue("sub.silenced.local")]
    if switch is not None and switch.until_at is not None:
        lines.append(tongue("sub.until", tongue.moment(switch.until_at, status.at)))
    return lines


def _now_lines(status: Status, tongue: Tongue) -> list[str]:
    return [
        tongue("sub.playing", o.now.title, say_end(o.now, status, tongue))
        for o in status.outputs
        if o.now is not None
    ]


def _next_line(status: Status, tongue: Tongue) -> str:
    items: list[Showing] = [o.next for o in status.outputs if o.next is not None]
    soonest = min(items, key=lambda item: item.start_at)
    left_s = (soonest.start_at - status.at).total_seconds()
    start = tongue.moment(soonest.start_at, status.at)
    return tongue("sub.ready", soonest.title, start, tongue.span(left_s))


def _clock(status: Status, tongue: Tongue) -> Html:
    by_nts = status.clock == "SYNCED" and status.clock_source == "nts"
    standing = tongue("clock.NTS" if by_nts else f"clock.{status.clock}")
    if status.clock_error_s is not None:
        digits = 2 if status.clock_error_s < 1 else 0
        most_s = math.ceil(status.clock_error_s * 10**digits) / 10**digits
        standing += ", " + tongue("clock.error", f"{tongue.number(most_s, digits)} s")
    ms = str(round(status.at.timestamp() * 1000))
    return el(
        "section",
        el("h2", tongue("clock")),
        el("span", tongue.clock(status.at), class_="time", data_ms=ms),
        el("span", tongue.date(status.at)),
        el("small", standing, class_="alarm" if status.clock == "FLOOR" else None),
        id="clock",
        class_="clock",
    )


def _problems(status: Status, tongue: Tongue) -> Html:
    ordered = sorted(status.problems, key=lambda problem: not is_fault(problem))
    return el(
        "section",
        el("h2", tongue("problems")),
        (_problem(problem, status.at, tongue) for problem in ordered),
        id="problems",
    )


def _what(problem: Problem, tongue: Tongue) -> str:
    kind = ISSUE_KINDS.get(problem.kind)
    return kind.text.render(tongue.lang) if kind is not None else problem.kind


def _problem(problem: Problem, now: datetime, tongue: Tongue) -> Html:
    key = re.sub(r"\W+", "-", f"{problem.kind}-{problem.subject}")
    kind = ISSUE_KINDS.get(problem.kind)
    repair = kind.repair.render(tongue.lang) if kind is not None else tongue("repair.unknown")
    since = tongue("since", tongue.moment(problem.since_at, now))
    return el(
        "div",
        el("h3", _what(problem, tongue)),
        el("small", f"{problem.subject} · {since}"),
        el("p", el("b", tongue("do")), " ", _first_upper(repair) + "."),
        el(
            "details",
            el("summary", tongue("mechanism"), id=f"m-{key}"),
            el("p", el("code", f"{problem.kind} · {problem.subject} · {problem.hint}")),
            id=f"d-{key}",
        ),
        class_="problem grave" if is_fault(problem) else "problem",
    )


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]

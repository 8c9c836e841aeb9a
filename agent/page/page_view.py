"""The station's one screen: verdict, clock, what to do, outputs, readings, events, controls."""

from __future__ import annotations

import math
import re
from datetime import datetime

from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.control.station_status import ItemStatus, Problem, StationStatus, Verdict
from agent.page.controls_section import Access, build_controls
from agent.page.emergencies_section import build_emergencies, describe_emergencies
from agent.page.html import Html, el
from agent.page.keys_section import build_keys
from agent.page.layout import build_page
from agent.page.outputs_section import build_outputs, describe_end
from agent.page.overall_status import find_overall_status, is_fault
from agent.page.readings_section import build_events, build_readings, build_refused
from agent.page.translator import Translator

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


def build_view(status: StationStatus, access: Access, translator: Translator) -> bytes:
    """The whole page as UTF-8."""
    main = el(
        "main",
        el("section", translator("stale"), id="stale", role="alert", hidden=True),
        _verdict(status, translator),
        build_emergencies(status, translator) if status.alarms else None,
        _clock(status, translator),
        _problems(status, translator) if status.problems else None,
        build_outputs(status, translator),
        build_keys(status, translator) if status.keys else None,
        build_readings(status, translator),
        build_refused(status, translator) if status.refused else None,
        build_controls(status, access, translator),
        build_events(status, translator),
    )
    foot = el("footer", translator("footer", status.version))
    return build_page(translator, status.station, status.place, main, foot, is_live=True)


def _verdict(status: StationStatus, translator: Translator) -> Html:
    verdict = find_overall_status(status)
    picture = el("svg", el("path", d=_PICTURES[verdict]), viewBox="0 0 24 24", aria_hidden="true")
    return el(
        "section",
        picture,
        el("h1", translator(f"verdict.{verdict}")),
        (el("p", line) for line in _meaning(status, verdict, translator)),
        id="verdict",
        class_=f"verdict v-{verdict}",
        role="status",
    )


def _meaning(status: StationStatus, verdict: Verdict, translator: Translator) -> list[str]:
    """One or two sentences below the headline."""
    showing = _now_lines(status, translator)
    match verdict:
        case "silenced":
            return _silenced(status, translator)
        case "fault":
            worst = next(problem for problem in status.problems if is_fault(problem))
            still = [translator("sub.still", showing[0].rstrip("."))] if showing else []
            return [_first_upper(f"{_what(worst, translator)}: {worst.subject}."), *still]
        case "testing":
            return [
                translator("sub.testing", translator(trial.test), trial.where)
                for trial in status.trials
            ]
        case "playing" | "local_alarm" | "emergency" | "exercise":
            return describe_emergencies(status, translator) or showing
        case "ready":
            return [_next_line(status, translator)]
        case _:
            return [translator(f"sub.{verdict}")]


def _silenced(status: StationStatus, translator: Translator) -> list[str]:
    """The key on the box first, then a signed order: the switch on this page can lift neither."""
    if status.is_locked:
        return [translator("sub.silenced.key")]
    if status.work is not None:
        return [translator(f"sub.silenced.{status.work}")]
    order, switch = status.order, status.silence
    if order is not None:
        scope = "all" if order.stops_emergency else "pause"
        end = translator.moment(order.until_at, status.at)
        said = translator(f"sub.silenced.{scope}", order.issuer, end)
        return [said, translator("sub.why", order.why)] if order.why else [said]
    lines = [translator("sub.silenced.local")]
    if switch is not None and switch.until_at is not None:
        lines.append(translator("sub.until", translator.moment(switch.until_at, status.at)))
    return lines


def _now_lines(status: StationStatus, translator: Translator) -> list[str]:
    return [
        translator(
            "sub.playing", translator.title(o.now.title), describe_end(o.now, status, translator)
        )
        for o in status.outputs
        if o.now is not None
    ]


def _next_line(status: StationStatus, translator: Translator) -> str:
    items: list[ItemStatus] = [o.next for o in status.outputs if o.next is not None]
    soonest = min(items, key=lambda item: item.start_at)
    left_s = (soonest.start_at - status.at).total_seconds()
    start = translator.moment(soonest.start_at, status.at)
    return translator("sub.ready", translator.title(soonest.title), start, translator.span(left_s))


def _clock(status: StationStatus, translator: Translator) -> Html:
    by_nts = status.clock == "SYNCED" and status.clock_source == "nts"
    standing = translator("clock.NTS" if by_nts else f"clock.{status.clock}")
    if status.clock_error_s is not None:
        digits = 2 if status.clock_error_s < 1 else 0
        most_s = math.ceil(status.clock_error_s * 10**digits) / 10**digits
        standing += ", " + translator("clock.error", f"{translator.number(most_s, digits)} s")
    ms = str(round(status.at.timestamp() * 1000))
    return el(
        "section",
        el("h2", translator("clock")),
        el("span", translator.clock(status.at), class_="time", data_ms=ms),
        el("span", translator.date(status.at)),
        el("small", standing, class_="alarm" if status.clock == "FLOOR" else None),
        id="clock",
        class_="clock",
    )


def _problems(status: StationStatus, translator: Translator) -> Html:
    ordered = sorted(status.problems, key=lambda problem: not is_fault(problem))
    return el(
        "section",
        el("h2", translator("problems")),
        (_problem(problem, status.at, translator) for problem in ordered),
        id="problems",
    )


def _what(problem: Problem, translator: Translator) -> str:
    kind = ISSUE_KINDS.get(problem.kind)
    return kind.text.render(translator.lang) if kind is not None else problem.kind


def _problem(problem: Problem, now: datetime, translator: Translator) -> Html:
    key = re.sub(r"\W+", "-", f"{problem.kind}-{problem.subject}")
    kind = ISSUE_KINDS.get(problem.kind)
    repair = (
        kind.repair.render(translator.lang) if kind is not None else translator("repair.unknown")
    )
    since = translator("since", translator.moment(problem.since_at, now))
    return el(
        "div",
        el("h3", _what(problem, translator)),
        el("small", f"{problem.subject} · {since}"),
        el("p", el("b", translator("do")), " ", _first_upper(repair) + "."),
        el(
            "details",
            el("summary", translator("mechanism"), id=f"m-{key}"),
            el("p", el("code", f"{problem.kind} · {problem.subject} · {problem.hint}")),
            id=f"d-{key}",
        ),
        class_="problem grave" if is_fault(problem) else "problem",
    )


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]

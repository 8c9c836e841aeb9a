"""The box's readings, what will not be played, and the last events."""

from __future__ import annotations

from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.control.station_status import Event, Mark, Reading, Status
from agent.health.check import REASONS
from agent.health.check_labels import LABELS, label
from agent.page.html import Html, el
from agent.page.translator import Tongue

OUTBOX_OLD_S = 3600.0


def build_readings(status: Status, tongue: Tongue) -> Html:
    """Link, media and journal first; then whatever else was, or was not, looked at."""
    cells = [_link(status, tongue), _media(status, tongue), _outbox(status, tongue)]
    cells += [_reading(reading, tongue) for reading in status.readings]
    return el(
        "section",
        el("h2", tongue("readings")),
        el("dl", cells, class_="readings"),
        id="readings",
    )


def _name(name: str, tongue: Tongue) -> str:
    """As the health checks call it; the page has words of its own for the rest."""
    if tongue.knows(f"reading.{name}"):
        return tongue(f"reading.{name}")
    return label(name, tongue.lang) if name in LABELS else name


def _cell(
    name: str, value: str | None, mark: Mark, tongue: Tongue, reason: str | None = None
) -> Html:
    word = el("span", tongue(f"mark.{mark}"), class_="m")
    return el(
        "div",
        el("dt", _name(name, tongue), class_="up"),
        el("dd", value, " " if value else None, word),
        el("dd", reason, class_="m") if reason else None,
        class_=mark,
    )


def _link(status: Status, tongue: Tongue) -> Html:
    link = status.link
    value = tongue("link.up" if link.is_up else "link.down", tongue.span(link.since_s))
    return _cell("link", value, "good" if link.is_up else "watch", tongue)


def _media(status: Status, tongue: Tongue) -> Html:
    media = status.media
    if not media.named:
        return _cell("media", tongue("media.none"), "good", tongue)
    pct = media.ready * 100 // media.named  # rounded down: 100 means all
    value = tongue("media.value", str(pct), str(media.ready), str(media.named))
    return _cell("media", value, "good" if media.ready == media.named else "watch", tongue)


def _outbox(status: Status, tongue: Tongue) -> Html:
    outbox = status.outbox
    if outbox is None:
        return _cell("outbox", None, "unchecked", tongue)
    if not outbox.records:
        return _cell("outbox", tongue("outbox.none"), "good", tongue)
    value = tongue("outbox.value", str(outbox.records))
    return _cell("outbox", value, "watch" if outbox.oldest_s > OUTBOX_OLD_S else "good", tongue)


def _reading(reading: Reading, tongue: Tongue) -> Html:
    words = REASONS.get(reading.reason)
    reason = None if words is None else words.render(tongue.lang)
    return _cell(reading.name, _amount(reading, tongue), reading.mark, tongue, reason)


def _amount(reading: Reading, tongue: Tongue) -> str | None:
    amount = reading.amount
    if amount is None:
        return None
    match reading.unit:
        case "bytes":
            return tongue.size(amount)
        case "s":
            return tongue("reading.age", tongue.span(amount))
        case "on":
            return tongue(f"{reading.name}.{'on' if amount else 'off'}")
        case _:
            return f"{tongue.number(amount, 1)} {reading.unit}"


def build_refused(status: Status, tongue: Tongue) -> Html:
    """What the officer sent and policy forbids: the technician is asked about it first."""
    rows = (
        el(
            "li",
            el("time", tongue.moment(one.at, status.at)),
            el(
                "div",
                one.title,
                " ",
                el("code", one.code),
                " ",
                el("small", tongue("refused.rule", _rule(one.rule, tongue))),
            ),
        )
        for one in status.refused
    )
    return el(
        "section",
        el("h2", tongue("refused")),
        el("ul", rows, class_="events"),
        id="refused",
    )


def _rule(rule: str, tongue: Tongue) -> str:
    """`quiet_hours 21:00-05:00` in words; what nobody has words for stays as it is."""
    name, _, value = rule.partition(" ")
    return tongue(f"rule.{name}", value) if tongue.knows(f"rule.{name}") else rule


def build_events(status: Status, tongue: Tongue) -> Html:
    """The last journal records, newest first."""
    rows = [
        el(
            "li",
            el(
                "time", tongue.moment(event.at, status.at) if event.at else tongue("event.no_clock")
            ),
            el(
                "div",
                _words(event, tongue),
                " ",
                el("code", event.code),
                " ",
                el("small", _rule(event.detail, tongue)) if event.detail else None,
            ),
        )
        for event in status.events
    ]
    body = el("ol", rows, class_="events") if rows else el("p", tongue("events.none"))
    return el("section", el("h2", tongue("events")), body, id="events")


def _words(event: Event, tongue: Tongue) -> str:
    if event.code.startswith("fault."):
        kind = ISSUE_KINDS.get(event.subject)
        what = kind.text.render(tongue.lang) if kind is not None else event.subject
        text = tongue(f"event.{event.code}", what)
        return text[:1].upper() + text[1:]
    is_known = tongue.knows(f"event.{event.code}")
    what = tongue(f"event.{event.code}" if is_known else "event.refusal")
    return f"{event.subject}: {what}" if event.subject else what[:1].upper() + what[1:]

"""The box's readings, what will not be played, and the last events."""

from __future__ import annotations

from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.contract.play_reason import describe_reason
from agent.contract.policy_rule import describe_rule
from agent.control.station_status import JournalEvent, Mark, ReadingStatus, StationStatus
from agent.health.check import REASONS
from agent.health.check_labels import LABELS, label
from agent.page.html import Html, el
from agent.page.translator import Translator

OUTBOX_OLD_S = 3600.0


def build_readings(status: StationStatus, translator: Translator) -> Html:
    """Link, media and journal first; then whatever else was, or was not, looked at."""
    cells = [_link(status, translator), _media(status, translator), _outbox(status, translator)]
    cells += [_reading(reading, translator) for reading in status.readings]
    return el(
        "section",
        el("h2", translator("readings")),
        el("dl", cells, class_="readings"),
        id="readings",
    )


def _name(name: str, translator: Translator) -> str:
    """The label of the health check; the page has its own labels for the rest."""
    if translator.knows(f"reading.{name}"):
        return translator(f"reading.{name}")
    return label(name, translator.lang) if name in LABELS else name


def _cell(
    name: str, value: str | None, mark: Mark, translator: Translator, reason: str | None = None
) -> Html:
    word = el("span", translator(f"mark.{mark}"), class_="m")
    return el(
        "div",
        el("dt", _name(name, translator), class_="up"),
        el("dd", value, " " if value else None, word),
        el("dd", reason, class_="m") if reason else None,
        class_=mark,
    )


def _link(status: StationStatus, translator: Translator) -> Html:
    link = status.link
    value = translator("link.up" if link.is_up else "link.down", translator.span(link.since_s))
    return _cell("link", value, "good" if link.is_up else "watch", translator)


def _media(status: StationStatus, translator: Translator) -> Html:
    media = status.media
    if not media.named:
        return _cell("media", translator("media.none"), "good", translator)
    pct = media.ready * 100 // media.named  # rounded down: 100 means all
    value = translator("media.value", str(pct), str(media.ready), str(media.named))
    return _cell("media", value, "good" if media.ready == media.named else "watch", translator)


def _outbox(status: StationStatus, translator: Translator) -> Html:
    outbox = status.outbox
    if outbox is None:
        return _cell("outbox", None, "unchecked", translator)
    if not outbox.records:
        return _cell("outbox", translator("outbox.none"), "good", translator)
    value = translator("outbox.value", str(outbox.records))
    return _cell("outbox", value, "watch" if outbox.oldest_s > OUTBOX_OLD_S else "good", translator)


def _reading(reading: ReadingStatus, translator: Translator) -> Html:
    words = REASONS.get(reading.reason)
    reason = None if words is None else words.render(translator.lang)
    return _cell(reading.name, _amount(reading, translator), reading.mark, translator, reason)


def _amount(reading: ReadingStatus, translator: Translator) -> str | None:
    amount = reading.amount
    if amount is None:
        return None
    match reading.unit:
        case "bytes":
            return translator.size(amount)
        case "s":
            return translator("reading.age", translator.span(amount))
        case "on":
            return translator(f"{reading.name}.{'on' if amount else 'off'}")
        case _:
            return f"{translator.number(amount, 1)} {reading.unit}"


def build_refused(status: StationStatus, translator: Translator) -> Html:
    """What the officer sent and policy forbids: the technician is asked about it first."""
    rows = (
        el(
            "li",
            el("time", translator.moment(one.at, status.at)),
            el(
                "div",
                one.title,
                " ",
                el("code", one.code),
                " ",
                el("small", translator("refused.rule", describe_rule(one.rule, translator.lang))),
            ),
        )
        for one in status.refused
    )
    return el(
        "section",
        el("h2", translator("refused")),
        el("ul", rows, class_="events"),
        id="refused",
    )


def build_events(status: StationStatus, translator: Translator) -> Html:
    """The last journal records, newest first."""
    rows = [
        el(
            "li",
            el(
                "time",
                translator.moment(event.at, status.at)
                if event.at
                else translator("event.no_clock"),
            ),
            el(
                "div",
                _words(event, translator),
                " ",
                el("code", event.code),
                " ",
                el("small", _why(event, translator)) if event.detail else None,
            ),
        )
        for event in status.events
    ]
    body = el("ol", rows, class_="events") if rows else el("p", translator("events.none"))
    return el("section", el("h2", translator("events")), body, id="events")


def _why(event: JournalEvent, translator: Translator) -> str:
    """The rule that refused it, or the reason of its play."""
    describe = describe_reason if event.code.startswith("play.") else describe_rule
    return describe(event.detail, translator.lang)


def _words(event: JournalEvent, translator: Translator) -> str:
    if event.code.startswith("fault."):
        kind = ISSUE_KINDS.get(event.subject)
        what = kind.text.render(translator.lang) if kind is not None else event.subject
        text = translator(f"event.{event.code}", what)
        return text[:1].upper() + text[1:]
    is_known = translator.knows(f"event.{event.code}")
    what = translator(f"event.{event.code}" if is_known else "event.refusal")
    subject = translator.title(event.subject)
    return f"{subject}: {what}" if subject else what[:1].upper() + what[1:]

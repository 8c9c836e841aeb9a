"""What a visit has done, as data and in the words of whoever carries the stick."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from agent.contract.stick import BY_MACHINE, QUIET
from agent.stick.messages import explain, say
from agent.stick.wire import Tally
from texts.catalogue import Lang


@dataclass
class Report:
    """What a visit has done, for whoever carries the stick.

    Args:
        station: whose box it is.
        faults: code and subject of what failed, in order.
        tally: of what was brought.
        is_filled: the stick has a file for this station.
        made_at: when the centre filled it; UTC text.
        refusals: kind and code of each refused document.
        records: how many files of the journal are on the stick now.
        has_bundle: the support bundle is on it.
    """

    station: str
    faults: list[tuple[str, str]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    is_filled: bool = False
    made_at: str = ""
    refusals: list[tuple[str, str]] = field(default_factory=list)
    records: int = 0
    has_bundle: bool = False

    def note(self, kind: str, outcome: str) -> None:
        """Note the outcome of a document."""
        is_quiet = kind in BY_MACHINE and outcome in QUIET
        if outcome not in ("accepted", "held") and not is_quiet:
            self.refusals.append((kind, outcome))


def describe(report: Report, lang: Lang) -> Iterator[str]:
    """What a visit of a stick did, a line each."""
    yield from describe_taken(report, lang)
    yield say("records", lang, report.records)
    if report.has_bundle:
        yield say("bundle", lang)
    yield say("unplug", lang)


def describe_taken(report: Report, lang: Lang) -> Iterator[str]:
    """What was brought, a line each."""
    tally = report.tally
    yield say("title", lang, report.station)
    if report.is_filled:
        yield say("made", lang, report.made_at)
        yield say("received", lang, tally.accepted, tally.held, tally.media)
    else:
        yield say("not_filled", lang)
    if tally.lacking:
        yield say("lacking", lang, tally.lacking)
    for kind, code in report.refusals:
        yield say("refused", lang, kind, explain(code, lang))
    for code, subject in report.faults:
        yield say("fault", lang, explain(code, lang), subject)

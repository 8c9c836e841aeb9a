"""`tramtin rehearse --diff`: what a document would change on this box, before it is published."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from agent.contract.document import Document
from agent.contract.envelope import MAX_ENVELOPE_BYTES
from agent.contract.ids import is_match, parse_place
from agent.doctor.plan_command import NOT_DONE, BoxPlan, Format, rehearse_days, run_planned
from agent.doctor.render import say
from agent.errors import TrustError
from agent.plan.change_export import write_changes
from agent.plan.correction import correct
from agent.trust.unverified_document import read_unverified
from texts.catalogue import Lang


def run_rehearse_diff(
    file: Path, correction: Path, at: datetime | None, days: int, lang: Lang, format_: Format
) -> int:
    """Print what a document changes; returns 0 done, 1 unusable or no store, 2 settings unusable.

    Args:
        file: station.yaml.
        correction: an envelope, signed or not, or a payload; its signatures are not verified.
        at: aware; None: today, by the box's clock.
        days: how many local dates.
        lang: of the text.
        format_: text, json, csv, ics (a calendar) or svg (a picture).
    """
    try:
        document = _read(correction)
    except TrustError as error:
        reason = ": ".join(filter(None, (error.code, error.hint)))
        print(say("no_correction", lang, str(correction), reason), file=sys.stderr)
        return NOT_DONE
    except OSError as error:
        print(say("no_correction", lang, str(correction), str(error)), file=sys.stderr)
        return NOT_DONE

    def show(plan: BoxPlan) -> str:
        if not _is_meant(document, plan):
            print(say("not_meant", lang, ", ".join(document.to)), file=sys.stderr)
            later = plan
        else:
            later = plan.replace_held(correct(plan.held, document, plan.now.at))
        before, after = rehearse_days(plan, days), rehearse_days(later, days)
        both = [(plan.settings.station, before, after)]
        return write_changes(both, format_, plan.now.at, lang)

    return run_planned(file, at, lang, show)


def _read(file: Path) -> Document:
    """Read a document from a file.

    Raises:
        OSError: the file cannot be read.
        TrustError: as `read_unverified`.
    """
    with file.open("rb") as opened:
        return read_unverified(opened.read(MAX_ENVELOPE_BYTES + 1))


def _is_meant(document: Document, plan: BoxPlan) -> bool:
    """Does it name the box's place? A box without a place yet can exclude nothing."""
    if plan.config is None:
        return True
    place = parse_place(plan.config.place)
    return any(is_match(pattern, place) for pattern in document.to)

"""Judges a schedule before it is signed, by the stations for which it is meant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agent.contract.document import Calendar, Document, Playlist
from central.messages.catalogue import translate
from central.publication.objection_summary import (
    describe_objection,
    find_way_out,
    verify_acceptable,
)
from central.publication.override import SIGNED
from central.publication.recipients import Recipients
from central.publication.refusal_forecast import Objection, forecast_refusals
from central.publication.station_rehearsal import find_configs
from central.store.database import Database
from texts.catalogue import Lang


def verify_signable(
    database: Database,
    document: Document,
    now: datetime,
    lang: Lang,
    *,
    despite: str | None,
    foreseen: Sequence[Objection] = (),
) -> list[str]:
    """Verify that stations would refuse no item of a playlist, unless there is a reason.

    To whom it is published is not known yet: whoever it is meant for counts, and what concerns the
    document as a whole (its number, older boxes) is judged at `publish`; so is what is lost before
    it begins (`E_DUTY`), because it may be published later.

    Args:
        database: the centre's.
        document: well-formed; only a playlist and a calendar are judged.
        now: aware UTC.
        lang: of all texts.
        despite: the reason; None: none was given.
        foreseen: what its rehearsal found against it.

    Returns:
        What they would refuse, one line each: to be recorded with the reason.

    Raises:
        PlanError: with the code that the stations would give.
    """
    if not isinstance(document, Playlist | Calendar):
        return []
    configs = find_configs(database, now, document)
    everybody = Recipients(SIGNED, is_group=True, stations=tuple(sorted(configs)), configs=configs)
    found = forecast_refusals(database, everybody, document, now)
    items = [one for one in (*found, *foreseen) if one.title and one.code != "E_DUTY"]
    if despite is None:
        verify_acceptable(items, document, everybody, lang)
    return [f"{one.code}: {describe_objection(one, lang)}" for one in items]


def describe_early(foreseen: Sequence[Objection], lang: Lang) -> list[str]:
    """When a schedule may be published without a reason, where it takes duties away before."""
    duties = [one for one in foreseen if one.code == "E_DUTY"]
    return [translate(lang, "duty.early", find_way_out(duties))] if duties else []

"""Judges a schedule before it is signed, by the stations for which it is meant."""

from __future__ import annotations

from datetime import datetime

from agent.contract.document import Document, Playlist
from central.publication.objection_summary import describe_objection, verify_acceptable
from central.publication.override import SIGNED
from central.publication.recipients import Recipients
from central.publication.refusal_forecast import forecast_refusals
from central.publication.station_rehearsal import find_configs
from central.store.database import Database
from texts.catalogue import Lang


def verify_signable(
    database: Database, document: Document, now: datetime, lang: Lang, *, despite: str | None
) -> list[str]:
    """Verify that stations would refuse no item of a playlist, unless there is a reason.

    To whom it is published is not known yet: whoever it is meant for counts, and what concerns the
    document as a whole (its number, older boxes) is judged at `publish`.

    Args:
        database: the centre's.
        document: well-formed; only a playlist is judged.
        now: aware UTC.
        lang: of all texts.
        despite: the reason; None: none was given.

    Returns:
        What they would refuse, one line each: to be recorded with the reason.

    Raises:
        PlanError: with the code that the stations would give.
    """
    if not isinstance(document, Playlist):
        return []
    configs = find_configs(database, now, document)
    everybody = Recipients(SIGNED, is_group=True, stations=tuple(sorted(configs)), configs=configs)
    found = forecast_refusals(database, everybody, document, now)
    items = [one for one in found if one.title]
    if despite is None:
        verify_acceptable(items, document, everybody, lang)
    return [f"{one.code}: {describe_objection(one, lang)}" for one in items]

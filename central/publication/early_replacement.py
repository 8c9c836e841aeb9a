"""What stations lose because a schedule takes the place of its slot before its own first day.

A box holds one document a slot. Next week's, published today, therefore ends this week's today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from agent.contract.document import Playlist, StationConfig
from agent.contract.local_time import LOCAL
from agent.contract.utc import parse_utc
from agent.plan.rehearsal import Event, compare
from central.messages.catalogue import translate
from central.publication.recipients import list_names
from central.publication.station_rehearsal import GroupRehearsal, rehearse_stations
from central.store.database import Database
from texts.catalogue import Lang

MOMENT = timedelta(minutes=1)  # `from` today is no gap


def describe_lost(
    database: Database,
    document: Playlist,
    configs: Mapping[str, StationConfig],
    now: datetime,
    lang: Lang,
) -> list[str]:
    """What would have played until a playlist begins, and is gone with the one that it replaces.

    Args:
        database: the centre's.
        document: not published yet.
        configs: of the stations that it is for.
        now: aware UTC.
        lang: of the texts.
    """
    begins_at = parse_utc(document.not_before)
    if begins_at - now < MOMENT:
        return []
    found = rehearse_stations(database, configs, now, begins_at, document)
    return [_describe(one, lost, document, lang) for one in found if (lost := _list_lost(one))]


def _list_lost(found: GroupRehearsal) -> list[Event]:
    """What plays without the document and is no more with it; filler is owed to nobody."""
    gone = [one.former for one in compare(found.former, found.rehearsal) if one.event is None]
    return [one for one in gone if one is not None and one.kind != "refused" and not one.filler]


def _describe(found: GroupRehearsal, lost: Sequence[Event], document: Playlist, lang: Lang) -> str:
    first = lost[0]
    at, begins_at = first.at.astimezone(LOCAL), parse_utc(document.not_before).astimezone(LOCAL)
    duties = sum(one.essential for one in lost)
    return translate(
        lang, "lost_early", document.slot, f"{begins_at:%H:%M %d/%m/%Y}", len(lost), duties,
        first.title, f"{at:%H:%M %d/%m/%Y}", list_names(found.stations),
    )  # fmt: skip

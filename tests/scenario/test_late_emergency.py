"""A pole without power while the alarm is given: it hears it when it comes back, or not at all."""

from __future__ import annotations

from typing import Any

from central.documents.emergency_order import (
    draft_cancel,
)
from central.documents.sign import read_document
from central.store.station_reports import list_results
from central.testbed.testbed import until
from tests.harness.signed_emergency import MINUTE, build_order, make_alarm


async def test_a_box_that_comes_back_after_forty_minutes_hears_what_is_still_in_force(
    site: Any,
) -> None:
    await site.start()
    await site.station.stop()
    over, lasting = make_alarm(site, 50 * MINUTE, 1), make_alarm(site, 40 * MINUTE, 2)
    event: Any = read_document(over)
    end = draft_cancel(build_order(45 * MINUTE, 1), "emergency", event.event_id)
    for envelope in (over, lasting, site.testbed.sign(end, "cancel", "vn.84.em")):
        await site.testbed.publish(envelope)
    await site.station.start()
    doc_id = read_document(lasting).doc_id
    await until(lambda: (site.open_play() or {}).get("doc_id") == doc_id, "the alarm on air")

    def results_by_id() -> dict[str, str]:
        """The last word on each."""
        return {one["doc_id"]: one["result"] for one in list_results(site.testbed.database)}

    await until(lambda: results_by_id().get(doc_id) == "accepted", "the verdict at the centre")
    assert results_by_id().get(event.doc_id) != "accepted"


async def test_a_newer_alarm_does_not_shut_out_an_older_one_that_is_still_in_force(
    site: Any,
) -> None:
    """The newer one proves itself; the older one must wait for the centre's word, and is heard."""
    await site.start()
    await site.station.stop()
    older, newer = make_alarm(site, 40 * MINUTE, 1), make_alarm(site, 2 * MINUTE, 2)
    for envelope in (older, newer):
        await site.testbed.publish(envelope)
    await site.station.start()
    wanted = {read_document(one).doc_id for one in (older, newer)}

    def accepted() -> set[str]:
        results = list_results(site.testbed.database)
        return wanted & {one["doc_id"] for one in results if one["result"] == "accepted"}

    await until(lambda: accepted() == wanted, "both alarms accepted")
    codes = {one["code"] for one in list_results(site.testbed.database)}
    assert codes <= {None, "E_TIME"}, "what is in force was refused when it came once more"

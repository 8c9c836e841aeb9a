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
    stage: Any,
) -> None:
    await stage.start()
    await stage.station.stop()
    over, lasting = make_alarm(stage, 50 * MINUTE, 1), make_alarm(stage, 40 * MINUTE, 2)
    event: Any = read_document(over)
    end = draft_cancel(build_order(45 * MINUTE, 1), "emergency", event.event_id)
    for envelope in (over, lasting, stage.scene.sign(end, "cancel", "vn.84.em")):
        await stage.scene.publish(envelope)
    await stage.station.start()
    doc_id = read_document(lasting).doc_id
    await until(lambda: (stage.open_play() or {}).get("doc_id") == doc_id, "the alarm on air")

    def told() -> dict[str, str]:
        """The last word on each."""
        return {one["doc_id"]: one["result"] for one in list_results(stage.scene.database)}

    await until(lambda: told().get(doc_id) == "accepted", "the verdict at the centre")
    assert told().get(event.doc_id) != "accepted"


async def test_a_newer_alarm_does_not_shut_out_an_older_one_that_is_still_in_force(
    stage: Any,
) -> None:
    """The newer one proves itself; the older one must wait for the centre's word, and is heard."""
    await stage.start()
    await stage.station.stop()
    older, newer = make_alarm(stage, 40 * MINUTE, 1), make_alarm(stage, 2 * MINUTE, 2)
    for envelope in (older, newer):
        await stage.scene.publish(envelope)
    await stage.station.start()
    wanted = {read_document(one).doc_id for one in (older, newer)}

    def accepted() -> set[str]:
        results = list_results(stage.scene.database)
        return wanted & {one["doc_id"] for one in results if one["result"] == "accepted"}

    await until(lambda: accepted() == wanted, "both alarms accepted")
    codes = {one["code"] for one in list_results(stage.scene.database)}
    assert codes <= {None, "E_TIME"}, "what is in force was refused when it came once more"

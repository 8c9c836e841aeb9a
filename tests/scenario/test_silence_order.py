"""A silence of two signatures over a playing item and an emergency: latched, then lifted."""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta
from typing import Any

from agent.contract.document import Silence
from central.documents.media import store_medium
from central.documents.sign import build_header, encode_document
from central.store.records import list_refusals, list_silences
from central.testbed.sample_documents import emergency
from central.testbed.testbed import until
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.station_harness import moment


def silence(state: str, seq: int) -> bytes:
    header = build_header(
        "silence",
        issuer="vn.84",
        class_="silence",
        to=["84/29266/*"],
        slot="ngat-tieng",
        seq=seq,
        now=datetime.now(UTC),
        lifetime=timedelta(hours=2),
        editor="Trực ban (thử)",
        approver="Giám đốc (thử)",
    )
    why = "Nghi loa bị chiếm quyền" if state == "on" else "Đã xử lý xong"
    return encode_document(Silence(**header, state=state, why=why))


def silence_records(programme: ContinuousPlay) -> list[dict[str, Any]]:
    return [r["detail"] for r in programme.site.collected() if r["kind"] == "silence"]


async def test_two_signatures_stop_an_item_and_an_emergency_until_they_take_it_back(
    programme: ContinuousPlay,
) -> None:
    site, testbed = programme.site, programme.site.testbed
    one_of_two = testbed.sign(silence("on", 1), "silence", "vn.84", signatures=1)
    await testbed.publish(one_of_two)
    await until(
        lambda: any(r["code"] == "E_THRESHOLD" for r in list_refusals(testbed.database)),
        "one is no two",
    )
    assert site.open_play() is not None
    await testbed.publish(testbed.sign(silence("on", 2), "silence", "vn.84"))
    await until(lambda: site.open_play() is None, "silence")
    await programme.until_reported("silence_ordered", ["begins"])

    voice = make_melody(site.studio / "khan-cap.wav", 3_000)
    medium = store_medium(voice, site.folder / "media", testbed.media.base_url)
    await testbed.publish(
        testbed.sign(emergency(datetime.now(UTC), medium), "emergency", "vn.84.em")
    )
    await until(lambda: testbed.database.has_accepted(site.name, "emergency"), "the emergency")
    await programme.pass_time(1)
    await site.station.stop(signal.SIGKILL)
    await site.station.start()
    await programme.pass_time(4)
    assert site.open_play() is None
    lifted_at = datetime.now(UTC)
    await testbed.publish(testbed.sign(silence("off", 3), "silence", "vn.84"))
    await programme.until_sounding(lifted_at)
    await programme.until_reported("silence_ordered", ["begins", "begins", "ends"])
    await programme.pass_time(1)
    sound = await programme.hear()
    await programme.assert_truth()

    on, off = silence_records(programme)  # once each, through the restart between them
    assert (on["state"], on["how"], on["by"]) == ("on", "stop", "vn.84")
    assert (on["why"], on["approver"]) == ("Nghi loa bị chiếm quyền", "Giám đốc (thử)")
    assert (off["state"], off["how"], off["doc_id"]) == ("off", "lifted", on["doc_id"])
    (cut,) = [
        p for p in site.collected_plays() if (p["result"], p["reason"]) == ("cut", "silenced")
    ]
    # what the device had taken when the record was closed still sounds
    quiet_at = moment(cut["end"]) + timedelta(seconds=0.3 + site.clock_error_s())
    assert sound.loud_share(quiet_at, lifted_at) == 0, (
        quiet_at,
        lifted_at,
        sound.describe_sounds(),
    )
    (row,) = [row for row in list_silences(testbed.database) if row["state"] == "off"]
    assert row["station"] == site.name

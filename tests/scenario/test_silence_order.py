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


def told(air: ContinuousPlay) -> list[dict[str, Any]]:
    return [r["detail"] for r in air.stage.collected() if r["kind"] == "silence"]


async def test_two_signatures_stop_an_item_and_an_emergency_until_they_take_it_back(
    air: ContinuousPlay,
) -> None:
    stage, scene = air.stage, air.stage.scene
    one_of_two = scene.sign(silence("on", 1), "silence", "vn.84", signatures=1)
    await scene.publish(one_of_two)
    await until(
        lambda: any(r["code"] == "E_THRESHOLD" for r in list_refusals(scene.database)),
        "one is no two",
    )
    assert stage.open_play() is not None
    await scene.publish(scene.sign(silence("on", 2), "silence", "vn.84"))
    await until(lambda: stage.open_play() is None, "silence")
    await air.until_told("silence_ordered", ["begins"])

    voice = make_melody(stage.studio / "khan-cap.wav", 3_000)
    medium = store_medium(voice, stage.folder / "media", scene.media.base_url)
    await scene.publish(scene.sign(emergency(datetime.now(UTC), medium), "emergency", "vn.84.em"))
    await until(lambda: scene.database.has_accepted(stage.name, "emergency"), "the emergency")
    await air.pass_time(1)
    await stage.station.stop(signal.SIGKILL)
    await stage.station.start()
    await air.pass_time(4)
    assert stage.open_play() is None
    lifted_at = datetime.now(UTC)
    await scene.publish(scene.sign(silence("off", 3), "silence", "vn.84"))
    await air.until_sounding(lifted_at)
    await air.until_told("silence_ordered", ["begins", "begins", "ends"])
    await air.pass_time(1)
    ear = await air.hear()
    await air.assert_truth()

    on, off = told(air)  # once each, through the restart between them
    assert (on["state"], on["how"], on["by"]) == ("on", "stop", "vn.84")
    assert (on["why"], on["approver"]) == ("Nghi loa bị chiếm quyền", "Giám đốc (thử)")
    assert (off["state"], off["how"], off["doc_id"]) == ("off", "lifted", on["doc_id"])
    (cut,) = [p for p in stage.collected_plays() if p["reason"] == "silenced"]
    # what the device had taken when the record was closed still sounds
    quiet_at = moment(cut["end"]) + timedelta(seconds=0.3 + stage.clock_error_s())
    assert ear.loud_share(quiet_at, lifted_at) == 0, (quiet_at, lifted_at, ear.told_sounds())
    (row,) = [row for row in list_silences(scene.database) if row["state"] == "off"]
    assert row["station"] == stage.name

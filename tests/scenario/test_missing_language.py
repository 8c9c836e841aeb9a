"""An emergency in two languages, of which one is on a dead host: the other is told all the same."""

from __future__ import annotations

import shutil
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from agent.contract.document import Emergency, EmergencyBody
from central.documents.media import store_medium
from central.documents.sign import encode_document
from central.testbed.sample_documents import emergency
from central.testbed.testbed import until
from tests.harness.audio_analysis import NOTE_S, STARVED_S, assert_melody
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.station_harness import moment

VIETNAMESE_S, KHMER_S = 3, 4
ATTENTION_S = 3.0


def alarms(air: ContinuousPlay) -> list[dict[str, Any]]:
    return [play for play in air.stage.collected_plays() if play["level"] == "emergency"]


async def until_alarms(air: ContinuousPlay, count: int) -> list[dict[str, Any]]:
    try:
        await until(lambda: len(alarms(air)) == count, f"{count} alarms", 120)
    except RuntimeError as error:
        raise AssertionError((alarms(air), air.stage.station.log_tail())) from error
    return alarms(air)


def notes_of(seconds: float) -> range:
    return range(int(seconds / NOTE_S) - 1)


async def test_a_language_on_a_dead_host_does_not_silence_the_other(air: ContinuousPlay) -> None:
    stage, scene = air.stage, air.stage.scene
    with socket.socket() as listener:  # a port that nobody listens to
        listener.bind(("127.0.0.1", 0))
        dead = f"https://127.0.0.1:{listener.getsockname()[1]}"
    vietnamese = store_medium(
        make_melody(stage.studio / "vi.wav", VIETNAMESE_S * 1000),
        stage.folder / "media",
        scene.media.base_url,
    )
    await stage.stock("title: Lời, play: [vi.wav]", "loi")
    elsewhere = stage.folder / "elsewhere"
    elsewhere.mkdir()
    khmer_voice = make_melody(stage.studio / "km.wav", KHMER_S * 1000)
    khmer = store_medium(khmer_voice, elsewhere, scene.media.base_url)
    order = msgspec.json.decode(emergency(datetime.now(UTC), vietnamese), type=Emergency)
    order = msgspec.structs.replace(
        order,
        media=[vietnamese, msgspec.structs.replace(khmer, urls=[f"{dead}/x", *khmer.urls])],
        bodies=[
            EmergencyBody("vi", [vietnamese.sha256]),
            EmergencyBody("km", [khmer.sha256]),
        ],
    )
    await scene.publish(scene.sign(encode_document(order), "emergency", "vn.84.em"))
    (part,) = await until_alarms(air, 1)
    # The box asks again every ten seconds.
    shutil.copy(elsewhere / khmer.sha256, stage.folder / "media")
    _, whole = await until_alarms(air, 2)
    ear = await air.hear()
    await air.assert_truth()

    assert (part["result"], part["media"]) == ("full", [vietnamese.sha256]), part
    assert part["words_missing"] == ["km"]
    assert (whole["result"], whole["media"]) == ("full", [vietnamese.sha256, khmer.sha256])
    assert "words_missing" not in whole
    off_s = stage.clock_error_s()
    for told, seconds in ((part, VIETNAMESE_S), (whole, VIETNAMESE_S + KHMER_S)):
        began = moment(told["start"])
        spoken = began + timedelta(seconds=ATTENTION_S)
        assert_melody(ear, spoken, notes_of(VIETNAMESE_S), off_s)
        length_s = (moment(told["end"]) - began).total_seconds()
        assert -0.5 < length_s - ATTENTION_S - seconds < 0.5 + STARVED_S, told
    khmer_at = moment(whole["start"]) + timedelta(seconds=ATTENTION_S + VIETNAMESE_S)
    assert_melody(ear, khmer_at, notes_of(KHMER_S), off_s)

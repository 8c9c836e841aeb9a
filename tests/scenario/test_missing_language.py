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


def alarms(programme: ContinuousPlay) -> list[dict[str, Any]]:
    return [play for play in programme.site.collected_plays() if play["level"] == "emergency"]


async def until_alarms(programme: ContinuousPlay, count: int) -> list[dict[str, Any]]:
    try:
        await until(lambda: len(alarms(programme)) == count, f"{count} alarms", 120)
    except RuntimeError as error:
        raise AssertionError((alarms(programme), programme.site.station.log_tail())) from error
    return alarms(programme)


def notes_of(seconds: float) -> range:
    return range(int(seconds / NOTE_S) - 1)


async def test_a_language_on_a_dead_host_does_not_silence_the_other(
    programme: ContinuousPlay,
) -> None:
    site, testbed = programme.site, programme.site.testbed
    with socket.socket() as listener:  # a port that nobody listens to
        listener.bind(("127.0.0.1", 0))
        dead = f"https://127.0.0.1:{listener.getsockname()[1]}"
    vietnamese = store_medium(
        make_melody(site.studio / "vi.wav", VIETNAMESE_S * 1000),
        site.folder / "media",
        testbed.media.base_url,
    )
    await site.stock("title: Lời, play: [vi.wav]", "loi")
    elsewhere = site.folder / "elsewhere"
    elsewhere.mkdir()
    khmer_voice = make_melody(site.studio / "km.wav", KHMER_S * 1000)
    khmer = store_medium(khmer_voice, elsewhere, testbed.media.base_url)
    order = msgspec.json.decode(emergency(datetime.now(UTC), vietnamese), type=Emergency)
    order = msgspec.structs.replace(
        order,
        media=[vietnamese, msgspec.structs.replace(khmer, urls=[f"{dead}/x", *khmer.urls])],
        bodies=[
            EmergencyBody("vi", [vietnamese.sha256]),
            EmergencyBody("km", [khmer.sha256]),
        ],
    )
    await testbed.publish(testbed.sign(encode_document(order), "emergency", "vn.84.em"))
    (part,) = await until_alarms(programme, 1)
    # The box asks again every ten seconds.
    shutil.copy(elsewhere / khmer.sha256, site.folder / "media")
    _, whole = await until_alarms(programme, 2)
    sound = await programme.hear()
    await programme.assert_truth()

    assert (part["result"], part["media"]) == ("full", [vietnamese.sha256]), part
    assert part["words_missing"] == ["km"]
    assert (whole["result"], whole["media"]) == ("full", [vietnamese.sha256, khmer.sha256])
    assert "words_missing" not in whole
    off_s = site.clock_error_s()
    for told, seconds in ((part, VIETNAMESE_S), (whole, VIETNAMESE_S + KHMER_S)):
        began = moment(told["start"])
        spoken = began + timedelta(seconds=ATTENTION_S)
        assert_melody(sound, spoken, notes_of(VIETNAMESE_S), off_s)
        length_s = (moment(told["end"]) - began).total_seconds()
        assert -0.5 < length_s - ATTENTION_S - seconds < 0.5 + STARVED_S, told
    khmer_at = moment(whole["start"]) + timedelta(seconds=ATTENTION_S + VIETNAMESE_S)
    assert_melody(sound, khmer_at, notes_of(KHMER_S), off_s)

"""An emergency in three languages, each in the best form that has come, and the record says which.

Of the first only text has come: the box reads it. The recording of the second is lost on the way,
phrases that say the same are here. The third is a recording, the fourth nothing at all.
"""

from __future__ import annotations

import asyncio
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from agent.contract.document import Emergency, EmergencyBody, Medium, TextBody
from central.documents.media import store_medium
from central.documents.sign import encode_document
from central.testbed.sample_documents import text_emergency
from central.testbed.speech_match import match_speech
from central.testbed.testbed import until
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.station_harness import moment

WRITTEN = "Lũ về lúc 17h30, 1.005 hộ ở xã di chuyển ngay"
SAID = "Lũ về lúc mười bảy giờ ba mươi phút, một nghìn không trăm linh năm hộ ở xã di chuyển ngay"
PHRASES = ("Nước đang lên rất nhanh ở ấp ba", "mọi người ra khỏi nhà ngay bây giờ")
RECORDED = "Đây là thông báo của ủy ban nhân dân xã về việc sơ tán"
OTHER = "Ngày mai trạm y tế tiêm vắc xin cho trẻ em dưới năm tuổi, bà con nhớ đưa con em đến sớm"
FOUND = 0.75  # of `match_speech`: what another speech never reaches


def speak(words: str, target: Path) -> Path:
    """As the box reads with its usual settings."""
    argv = ["espeak-ng", "-v", "vi", "-s", "100", "-w", str(target), "--stdin"]
    subprocess.run(argv, input=words.encode(), check=True, timeout=60)
    return target


def lost(testbed: Any) -> Medium:
    """A recording that the media host does not have."""
    digest = "0f" * 32
    return Medium(digest, 9, "audio/ogg", 4000, [f"{testbed.media.base_url}/{digest}"])


async def order(site: Any) -> None:
    """Sign the emergency and publish it."""
    testbed, studio = site.testbed, site.studio
    spoken = {f"cau-{n}": words for n, words in enumerate(PHRASES)} | {"ghi-am": RECORDED}
    media = []
    for name, words in spoken.items():
        file = await asyncio.to_thread(speak, words, studio / f"{name}.wav")
        media.append(
            await asyncio.to_thread(
                store_medium, file, site.folder / "media", testbed.media.base_url
            )
        )
    *phrases, recording = [one.sha256 for one in media]
    missing = lost(testbed)
    bodies = [
        EmergencyBody("vi", None, TextBody(say=WRITTEN)),
        EmergencyBody("km", [missing.sha256], None, phrases),
        EmergencyBody("en", [recording]),
        EmergencyBody("lo", [missing.sha256]),
    ]
    usual = msgspec.json.decode(text_emergency(datetime.now(UTC)), type=Emergency)
    document = msgspec.structs.replace(
        usual, bodies=bodies, media=[*media, missing], max_ms=120_000
    )
    await testbed.publish(testbed.sign(encode_document(document), "emergency", "vn.84.em"))


async def test_each_language_is_heard_in_the_best_form_that_has_come(
    programme: ContinuousPlay,
) -> None:
    site = programme.site
    await order(site)

    def alarms() -> list[dict[str, Any]]:
        return [play for play in site.collected_plays() if play["level"] == "emergency"]

    await until(lambda: alarms() != [], "the alarm at the centre", 150)
    recording = await site.testbed.room.finish(programme.capture)
    await programme.assert_truth()
    (play,) = alarms()
    assert play["words"] == {"vi": "speech", "km": "phrases", "en": "recording"}, (
        site.station.log_tail()
    )
    assert (play["said"], play["voice"]) == ({"vi": SAID}, "vi")
    assert play["words_missing"] == ["lo"]
    assert len(play["media"]) == 3

    margin = timedelta(seconds=site.clock_error_s() + 0.5)
    begin_s = (moment(play["start"]) - margin - recording.first_sample_at).total_seconds()
    end_s = (moment(play["end"]) + margin - recording.first_sample_at).total_seconds()

    def score(words: str) -> float:
        return match_speech(recording.path, begin_s, end_s, speak(words, site.studio / "doc.wav"))

    scores = {words: score(words) for words in (SAID, " ".join(PHRASES), RECORDED, OTHER)}
    assert [value > FOUND for value in scores.values()] == [True, True, True, False], scores

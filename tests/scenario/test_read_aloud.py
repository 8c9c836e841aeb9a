"""An emergency of which only text has come: the box reads it aloud, and the record says so."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np

from agent.contract.document import Emergency, EmergencyBody, Text
from central.documents.sign import encode_document
from central.testbed.sample_documents import text_emergency
from central.testbed.testbed import until
from tests.harness.audio_analysis import AudioAnalysis
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.station_harness import moment

WRITTEN = "Lũ về lúc 17h30, 1.005 hộ ở xã di chuyển ngay"
SAID = "Lũ về lúc mười bảy giờ ba mươi phút, một nghìn không trăm linh năm hộ ở xã di chuyển ngay"
OTHER = "Ngày mai trạm y tế tiêm vắc xin cho trẻ em dưới năm tuổi, bà con nhớ đưa con em đến sớm"
ATTENTION_S = 3.0
FRAME_S = 0.02
PIECE = 75  # frames


def envelope(samples: Any, rate_hz: int) -> Any:
    """Loudness in 20 ms frames, in decibels, without its mean."""
    size = int(rate_hz * FRAME_S)
    count = len(samples) // size
    frames = np.asarray(samples[: count * size], dtype=float).reshape(count, size)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e3)  # a floor 60 dB below full scale
    return level - level.mean()


def spoken(words: str) -> Any:
    """The envelope of espeak-ng's own reading."""
    wave = subprocess.run(
        ["espeak-ng", "-v", "vi", "-s", "100", "--stdout", words],
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout
    return envelope(np.frombuffer(wave[44 : len(wave) // 2 * 2], dtype="<i2"), 22_050)


def likeness(heard: Any, wanted: Any) -> float:
    """How well a reading is found in what was heard: the median of its pieces of 1.5 s.

    Each piece may be anywhere: a hole that a starved machine makes concerns one of them alone.
    """
    pieces = range(0, len(wanted) - PIECE + 1, PIECE)
    return float(np.median([best_match(heard, wanted[at : at + PIECE]) for at in pieces]))


def best_match(heard: Any, wanted: Any) -> float:
    """The best correlation over all positions."""
    count = min(len(heard), len(wanted))
    wanted = wanted[:count] - wanted[:count].mean()
    best = -1.0
    for at in range(len(heard) - count + 1):
        part = heard[at : at + count] - heard[at : at + count].mean()
        norm = np.linalg.norm(part) * np.linalg.norm(wanted)
        best = max(best, float(part @ wanted / norm)) if norm else best
    return best


def cut(sound: AudioAnalysis, start: datetime, end: datetime) -> Any:
    first = int((start - sound.at).total_seconds() * 48_000)
    last = int((end - sound.at).total_seconds() * 48_000)
    return sound.samples[max(0, first) : max(0, last)]


async def test_a_text_is_read_behind_the_signal_and_recorded_as_it_was_said(
    programme: ContinuousPlay,
) -> None:
    site, testbed = programme.site, programme.site.testbed
    order = msgspec.json.decode(text_emergency(datetime.now(UTC)), type=Emergency)
    bodies = [EmergencyBody("vi", None, Text(say=WRITTEN))]
    order = msgspec.structs.replace(order, bodies=bodies, max_ms=60_000)
    await testbed.publish(testbed.sign(encode_document(order), "emergency", "vn.84.em"))

    def alarms() -> list[dict[str, Any]]:
        return [play for play in site.collected_plays() if play["level"] == "emergency"]

    await until(lambda: alarms() != [], "the alarm at the centre", 90)
    sound = await programme.hear()
    await programme.assert_truth()
    (play,) = alarms()
    assert (play["result"], play["words"], play["said"]) == (
        "full",
        {"vi": "speech"},
        {"vi": SAID},
    ), site.station.log_tail()
    assert play["voice"] == "vi"
    assert "words_missing" not in play
    begin, end = moment(play["start"]), moment(play["end"])
    margin = timedelta(seconds=site.clock_error_s() + 0.2)
    words_at = begin + timedelta(seconds=ATTENTION_S) - margin
    heard = envelope(cut(sound, words_at, end + margin), 48_000)
    right, wrong = likeness(heard, spoken(SAID)), likeness(heard, spoken(OTHER))
    assert right > 0.75 > wrong, (right, wrong, sound.describe_sounds())

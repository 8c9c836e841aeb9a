"""Levels in the capture: hour and trim of a zone add up, a cap that begins midway counts."""

from __future__ import annotations

import sqlite3
import wave
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from agent.contract.document import StationConfig
from agent.contract.station_policy import Cap, PolicyLevel, StationPolicy
from central.documents.sign import encode_document, mark_critical
from central.testbed.sample_documents import station_config
from central.testbed.stations import SINK
from central.testbed.testbed import until
from tests.harness.audio_analysis import AudioAnalysis
from tests.harness.continuous_play import ContinuousPlay

pytestmark = pytest.mark.long  # it waits for the next full minute, at which a window may begin

RATE_HZ = 48_000
LOCAL = timedelta(hours=7)
BEFORE_S, AFTER_S = 8.0, 16.0
DAY_DBA, NIGHT_DBA = 94, 70
EVENING_DB, TRIM_DB = -6, -3
SPL = (  # 94 dBA at the nearest home: the cap of the day takes nothing
    f"spl: {{dba: 94, distance_m: 10}}\n        home_m: 10\n        trim_db: {TRIM_DB}"
)


def write_tone(path: Path, seconds: float, peak_dbfs: float) -> None:
    """A sine of 997 Hz: its loudness is its RMS in dBFS (ITU-R BS.1770)."""
    wave_ = np.sin(2 * np.pi * 997 * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes((wave_ * 32_767 * 10 ** (peak_dbfs / 20)).astype("<i2").tobytes())


def rms_dbfs(sound: AudioAnalysis, start: datetime, end: datetime) -> float:
    """The level of a span without the holes of a starved sound server."""
    samples = np.array(sound.without_holes(start, end).samples, dtype=float)
    return float(20 * np.log10(np.sqrt(np.mean(samples**2)) / 32_768))


def next_minute(since: datetime) -> datetime:
    return since.replace(second=0, microsecond=0) + timedelta(minutes=1)


async def publish_caps(site: Any, at: datetime) -> None:
    """A day until a moment, all of it an evening, and a night from then on."""
    change = f"{at + LOCAL:%H:%M}"
    far = f"{at + LOCAL + timedelta(hours=12):%H:%M}"
    caps = [Cap("ordinary", far, change, DAY_DBA), Cap("ordinary", change, far, NIGHT_DBA)]
    host = site.testbed.media.address
    usual = station_config(site.name, datetime.now(UTC), host, seq=2)
    config = msgspec.json.decode(usual, type=StationConfig)
    evening = [PolicyLevel(far, change, EVENING_DB)]
    policy = StationPolicy([], caps=caps, levels=evening, media_hosts=[host])
    payload = encode_document(mark_critical(msgspec.structs.replace(config, policy=policy)))
    await site.testbed.publish(
        site.testbed.sign(payload, "station-config", "vn.84"), station=site.name
    )


def is_measured(site: Any) -> bool:
    with closing(sqlite3.connect(f"file:{site.state_db}?mode=ro", uri=True, timeout=10)) as file:
        return bool(file.execute("SELECT count(*) FROM media_loudness").fetchone()[0])


async def test_an_item_across_the_hour_is_as_loud_as_each_cap_allows(site: Any) -> None:
    settings = site.folder / site.name / "station.yaml"
    text = settings.read_text()
    settings.write_text(text.replace("kind: ordinary", f"kind: ordinary\n        {SPL}"))
    write_tone(site.studio / "chuong.wav", BEFORE_S + AFTER_S, -30.0)
    await site.start()
    line = "title: Chuông, play: [chuong.wav]"
    await site.stock(line)
    await until(lambda: is_measured(site), "the loudness of the medium")
    night = next_minute(datetime.now(UTC) + timedelta(seconds=BEFORE_S + 8))
    await publish_caps(site, night)
    programme = ContinuousPlay(site)
    programme.planned = night - timedelta(seconds=BEFORE_S)
    await site.publish(site.compile([(programme.planned, line)]))
    await programme.record()
    await programme.until_sounding(programme.planned - timedelta(seconds=1), 120)
    await programme.pass_until(night + timedelta(seconds=AFTER_S + 2))
    sound = await programme.hear()

    by_day = rms_dbfs(sound, night - timedelta(seconds=6), night - timedelta(seconds=2))
    by_night = rms_dbfs(sound, night + timedelta(seconds=6), night + timedelta(seconds=12))
    print(f"{SINK}: {by_day:.1f} dBFS by day, {by_night:.1f} by night")
    # the tone of -33 LUFS is levelled to -16; the hour and the trim leave 9 dB less, the cap 24
    assert by_day == pytest.approx(-16 + EVENING_DB + TRIM_DB, abs=1.0)
    assert by_night == pytest.approx(-16 - (DAY_DBA - NIGHT_DBA), abs=1.0)

    await site.until_collected()
    (play,) = site.collected_plays()
    assert (play["gain_db"], play["gain_end_db"], play["est_dba"]) == (-9.0, -24.0, 85.0)
    assert play["cap"].endswith("70 dBA at 10 m")

"""How soon an emergency of which only text has come is said: from its sending to its first word.

`python tests/bench/bench_speech.py [--only name,name]`, about a minute. A real broker, agent,
confined espeak-ng, engine and sound server. From handing the message with two signatures to the
broker's client, so with both verifications, to the first sample of the first word in the capture of
the sink. The attention signal goes before all words and lasts three seconds, which are taken off:
what is left is what the box needs beyond the signal. Each text is another one, and was never read
before.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.contract.document import EmergencyBody, TextBody
from agent.contract.topic import build_group_topic
from central.publication.document_outbox import keep
from central.store.records import list_plays
from central.testbed.sound_capture import RATE_HZ, SinkCapture, read_samples
from central.testbed.stations import GROUP, SINK
from central.testbed.testbed import until
from tests.harness.measured_box import Box, box, first_above

NAME = "speech_first_word_ms"
TARGET_MS = 1500
WRITTEN = (
    "Lũ về lúc 17h30 ngày {day}/12/2026, 1.005 hộ ở ấp 3 và ấp 4 di chuyển ngay đến TP. Trà Vinh."
)
ROUNDS = 8
SIGNAL_S = 3.0
SIGNAL_HZ = (650.0, 1150.0)  # the two tones, 853 and 960 Hz, with what their soft end spreads
LIMIT = 0.02  # of full scale; before the first word the box is silent
PATIENCE_S = 6.0
FRAME_S, HOP_S = 0.02, 0.005
IS_TONE = 0.8  # of a frame's energy in that band


async def say(on: Box, day: int) -> float:
    """Order one emergency of text, let its first words sound, end it; the moment of sending."""
    text = TextBody(say=WRITTEN.format(day=day))
    alarm = on.alarm_of(EmergencyBody("vi", None, text))
    topic = build_group_topic(GROUP, "emergency", "khan-cap")
    parcel = keep(on.testbed.database, topic, alarm)
    moment_mono_s = time.monotonic()
    await on.testbed.collector.send(parcel.topic, parcel.envelope, retain=parcel.retain)
    await asyncio.sleep(SIGNAL_S + 2.5)
    await on.testbed.publish(on.all_clear(alarm))
    return moment_mono_s


def first_word_ms(capture: SinkCapture, path: Path, moment_mono_s: float) -> float:
    """From a moment to the first word, without the signal.

    Raises:
        RuntimeError: there was no signal, or nothing behind it.
    """
    samples = read_samples(path)
    sent_s = moment_mono_s - capture.mono_of(0.0)
    signal_s = first_above(samples, LIMIT, sent_s, sent_s + PATIENCE_S)
    if signal_s is None:
        raise RuntimeError(f"no signal after {sent_s:.1f} s of the capture")
    word_s = first_speech(samples, signal_s + SIGNAL_S - 0.1)
    if word_s is None:
        raise RuntimeError(f"nothing was said behind the signal at {signal_s:.1f} s")
    return (word_s - sent_s - SIGNAL_S) * 1000


def first_speech(samples: Any, from_s: float) -> float | None:
    """The middle of the first frame with sound that is not the signal: seconds of the capture."""
    size = int(FRAME_S * RATE_HZ)
    low, high = (round(hz * FRAME_S) for hz in SIGNAL_HZ)
    first, last = (int(second * RATE_HZ) for second in (from_s, from_s + PATIENCE_S))
    for start in range(first, last, int(HOP_S * RATE_HZ)):
        frame = samples[start : start + size].astype(float)
        if np.abs(frame).max(initial=0.0) <= LIMIT * 32_768:
            continue
        energy = np.abs(np.fft.rfft(frame * np.hanning(len(frame)))) ** 2
        if energy[low : high + 1].sum() < IS_TONE * energy.sum():
            return (start + size / 2) / RATE_HZ
    return None


async def measure() -> None:
    """The slowest of the rounds."""
    async with box() as on:
        capture = await on.testbed.room.capture(SINK, on.testbed.folder)
        moments = []
        for day in range(1, ROUNDS + 1):
            await asyncio.sleep(1.5 + random.random() * 0.1)  # noqa: S311 - a phase, no secret
            moments.append(await say(on, day))
        recording = await on.testbed.room.finish(capture)

        def count_read() -> int:
            plays = list_plays(on.testbed.database)
            return sum(play.get("words") == {"vi": "speech"} for play in plays)

        await until(lambda: count_read() == ROUNDS, "all of them read aloud, by the records")
        taken = sorted(first_word_ms(capture, recording.path, one) for one in moments)
    print(f"BENCH name={NAME} value={taken[-1]:.0f} unit=ms target={TARGET_MS}", flush=True)
    print(f"# {NAME}: {' '.join(f'{one:.0f}' for one in taken)} ms", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only = parser.parse_args().only
    if not only or NAME in only.split(","):
        asyncio.run(measure())

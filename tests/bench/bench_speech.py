"""How soon a text that has come without sound is being said: confined voice, levelled samples.

`python tests/bench/bench_speech.py [--only name,name]`. From the written text to the first sample
that an engine could read; in an emergency this lies within the attention signal of 3 s.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.clock import mono_s
from agent.contract.document import Text
from agent.play.speech.speech_source import SpeechSource
from agent.play.speech.voice import find_voice
from agent.settings.model import Speech

NAME = "speech_first_word_ms"
WRITTEN = (
    "Lũ về lúc 17h30 ngày {day}/12/2026, 1.005 hộ ở ấp 3 và ấp 4 di chuyển ngay đến TP. Trà Vinh."
)
ROUNDS = 20
QUIET = 500  # samples before the first word are about silent


def read_first(fd: int) -> float:
    """The moment of the first audible sample."""
    while data := os.read(fd, 4096):
        if any(abs(one) > QUIET for one in memoryview(data[: len(data) // 2 * 2]).cast("h")):
            return mono_s()
    raise RuntimeError("nothing was said")


async def first_word_ms(day: int) -> float:
    """One text, never read before."""
    settings = Speech()
    voice = find_voice(settings)
    began = mono_s()
    reading = voice.read("vi", Text(say=WRITTEN.format(day=day)))
    if reading is None:
        raise RuntimeError("espeak-ng is not installed")
    source = SpeechSource(reading, settings)
    feed = await source.prepare(0)
    try:
        return (await asyncio.to_thread(read_first, feed.read_fd) - began) * 1000
    finally:
        os.close(feed.read_fd)
        await source.stop()


async def measure() -> None:
    """The 95th percentile of the rounds."""
    taken = sorted([await first_word_ms(day + 1) for day in range(ROUNDS)])
    value = taken[int(ROUNDS * 0.95) - 1]
    print(f"BENCH name={NAME} value={value:.0f} unit=ms target=1500", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only = parser.parse_args().only
    if not only or NAME in only.split(","):
        asyncio.run(measure())

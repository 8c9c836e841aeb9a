"""A text is read by the real espeak-ng, confined, and levelled by the real ffmpeg."""

from __future__ import annotations

import asyncio
import os
import subprocess

import pytest

from agent.contract.loudness import SPEECH_LUFS, TARGET_LUFS
from agent.errors import PlayError
from agent.play.speech import espeak
from agent.play.speech.speech_source import SpeechSource
from agent.settings.model import Speech
from speech.dialect import DIALECTS, NORTH
from speech.reading import Reading

WORDS = "lũ về, bà con di chuyển ngay ra khỏi vùng trũng"
FRAMES_A_S = 48_000


def read_all(fd: int) -> bytes:
    parts = []
    while part := os.read(fd, 65_536):
        parts.append(part)
    return b"".join(parts)


async def listen(source: SpeechSource, offset_ms: int = 0) -> bytes:
    feed = await source.prepare(offset_ms)
    try:
        sound = await asyncio.to_thread(read_all, feed.read_fd)
        await source.wait_end()  # the end of the pipe comes before the end of the process
        return sound
    finally:
        os.close(feed.read_fd)
        await source.stop()


def espeak_s(voice: str) -> float:
    """How long espeak-ng itself takes for the words."""
    argv = ["espeak-ng", "-v", voice, "-s", "100", "--stdout", WORDS]
    wave = subprocess.run(argv, capture_output=True, check=True, timeout=60).stdout
    return (len(wave) - 44) / 2 / 22_050


def loudness_lufs(sound: bytes) -> float:
    """The integrated loudness by ffmpeg's `ebur128`."""
    meter = ["ffmpeg", "-hide_banner", "-nostats", "-f", "s16le", "-ar", "48000", "-ac", "1"]
    meter += ["-i", "pipe:0", "-af", "ebur128", "-f", "null", "-"]
    told = subprocess.run(meter, input=sound, capture_output=True, check=True, timeout=60).stderr
    return float(told.decode().rsplit("I:", 1)[1].split()[0])


@pytest.mark.parametrize("name", sorted(DIALECTS))
async def test_each_dialect_is_read_to_its_end_at_the_level_of_everything(name: str) -> None:
    dialect = DIALECTS[name]
    source = SpeechSource(Reading(WORDS, dialect), Speech())
    sound = await listen(source)
    assert (await source.wait_end()).reason is None
    assert len(sound) / 2 / FRAMES_A_S == pytest.approx(espeak_s(dialect.voice), abs=0.2)
    assert TARGET_LUFS - 3 < loudness_lufs(sound) <= SPEECH_LUFS


async def test_rounds_gaps_and_an_offset_are_kept() -> None:
    once = len(await listen(SpeechSource(Reading(WORDS, NORTH), Speech())))
    twice = SpeechSource(Reading(WORDS, NORTH), Speech(), repeat=2, gap_ms=1000)
    whole = len(await listen(twice))
    assert whole == pytest.approx(2 * once + 2 * FRAMES_A_S, abs=4000)
    later = SpeechSource(Reading(WORDS, NORTH), Speech(), repeat=2, gap_ms=1000)
    assert len(await listen(later, 2000)) == pytest.approx(whole - 4 * FRAMES_A_S, abs=4000)
    assert later.position_ms(500) == 2500


async def test_a_reading_that_is_stopped_leaves_nothing_running() -> None:
    source = SpeechSource(Reading(WORDS, NORTH), Speech(), repeat=100)
    feed = await source.prepare(0)
    await source.stop()
    os.close(feed.read_fd)


async def test_a_voice_that_is_missing_is_an_error_with_a_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(espeak, "PROGRAM", "espeak-of-nobody")
    with pytest.raises(PlayError) as caught:
        await SpeechSource(Reading(WORDS, NORTH), Speech()).prepare(0)
    assert (caught.value.code, "not installed" in caught.value.hint) == ("E_SPEECH", True)

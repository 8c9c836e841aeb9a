"""Is it in there? Played and heard sound from a fixed seed, compared as the monitor does."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

import agent.play.sound
from agent.play.sound.attention_tone import two_tone
from agent.play.sound.opening_signal import chime
from agent.verifier.envelope_track import FRAME, RATE_HZ, EnvelopeTrack, Samples
from agent.verifier.sound_match import LAGS, Match, match_envelopes, match_tone

SPOKEN = Path(agent.play.sound.__file__).with_name("spoken") / "khan-cap.wav"
RNG = np.random.default_rng(7)


def speech(seconds: float) -> Samples:
    with wave.open(str(SPOKEN), "rb") as file:
        one = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64)
        one = np.repeat(one, RATE_HZ // file.getframerate())
    return np.resize(one, round(seconds * RATE_HZ))


def noise(frames: int, level: float) -> Samples:
    return RNG.standard_normal(frames) * level


def tracks(played: Samples, heard: Samples) -> tuple[EnvelopeTrack, EnvelopeTrack]:
    """Both as they come: the engine's blocks of 40 ms, the input's of 20 ms."""
    one, other = EnvelopeTrack(0.005), EnvelopeTrack(0.1)
    for at in range(0, len(played), 1920):
        one.add(500.0 + at / RATE_HZ, played[at : at + 1920])
    for at in range(0, len(heard) - FRAME, FRAME):
        other.add(500.0 + at / RATE_HZ, heard[at : at + FRAME])
    return one, other


def delayed(played: Samples, delay_s: float, gain: float) -> Samples:
    return np.concatenate((np.zeros(round(delay_s * RATE_HZ)), played * gain, np.zeros(RATE_HZ)))


def compare(played: Samples, heard: Samples) -> Match | None:
    one, other = tracks(played, heard)
    return match_envelopes(one, other, other.last - LAGS[-1])


@pytest.mark.parametrize("delay_s", [0.0, 0.12, 0.5])
@pytest.mark.parametrize("gain", [1.0, 0.01])
def test_speech_is_found_at_any_delay_and_volume(delay_s: float, gain: float) -> None:
    played = speech(7)
    match = compare(played, delayed(played, delay_s, gain))
    assert match is not None
    assert match.is_found
    assert match.lag_s == pytest.approx(delay_s, abs=0.021)


def test_speech_is_found_in_noise_as_loud_as_itself() -> None:
    played = speech(7)
    heard = delayed(played, 0.2, 0.1)
    match = compare(played, heard + noise(len(heard), float(played.std()) * 0.1))
    assert match is not None
    assert match.is_found


@pytest.mark.parametrize("level", [0.0, 3.0, 300.0])
def test_silence_and_noise_are_not_taken_for_it(level: float) -> None:
    match = compare(speech(7), noise(8 * RATE_HZ, level))
    assert match is not None
    assert not match.is_found


def test_nothing_is_compared_while_nothing_plays() -> None:
    assert compare(np.zeros(7 * RATE_HZ), noise(8 * RATE_HZ, 300.0)) is None


@pytest.mark.parametrize(
    "signal", [two_tone(), chime()[:48_000], np.sin(np.arange(48_000) * 0.1152).tobytes()]
)
def test_a_tone_is_found_deep_in_noise_and_not_in_noise_alone(signal: bytes) -> None:
    if len(signal) == 8 * 48_000:
        tone = np.frombuffer(signal, dtype="<f8") * 3000  # 880 Hz
    else:
        tone = np.frombuffer(signal, dtype="<i2").astype(np.float64)
    tone = tone[: RATE_HZ // 2]
    end = (500 * RATE_HZ + len(tone)) // FRAME
    heard = delayed(tone, 0.0, 0.1)
    for is_there in (True, False):
        mixed = heard * is_there + noise(len(heard), float(tone.std()) * 0.1 * 3.16)  # -10 dB
        one, other = tracks(tone, mixed)
        match = match_tone(one, other, end)
        assert match is not None
        assert match.is_found == is_there


def test_speech_is_no_tone() -> None:
    one, other = tracks(speech(3), speech(3))
    assert match_tone(one, other, one.last) is None

"""The arithmetic of a block: sums, channels and the limiter, against numpy."""

from typing import Any

import numpy as np
import pytest

from agent.play.sound.envelope import GainEnvelope
from agent.play.sound.mix import Limiter, Mix, interleave, scaled

FRAMES = 1_920
RATE = 48_000


def noise(seed: int, peak: int = 32_767) -> Any:
    return np.random.default_rng(seed).integers(-peak - 1, peak + 1, FRAMES).astype("<i2")


def samples_of(mix: Mix) -> list[Any]:
    return [np.frombuffer(one, "<i2") for one in Limiter(RATE).limit(mix.channels())]


def test_every_sample_passes_bit_for_bit_at_0_db() -> None:
    whole_range = np.arange(-32_768, 32_768).astype("<i2")
    mix = Mix(len(whole_range), 1)
    mix.add(scaled(whole_range.tobytes(), 1.0), 0)
    assert np.array_equal(samples_of(mix)[0], whole_range)


@pytest.mark.parametrize("gain_db", [-20.0, -6.0, -0.5])
def test_a_gain_is_right_to_half_a_step(gain_db: float) -> None:
    sound = noise(1)
    mix = Mix(FRAMES, 1)
    mix.add(GainEnvelope(gain_db, 0).apply(sound.tobytes(), FRAMES), 0)
    exact = sound * 10 ** (gain_db / 20)
    assert np.max(np.abs(samples_of(mix)[0] - exact)) <= 0.51


def test_three_shares_at_their_offsets_are_their_sum() -> None:
    mix, expected = Mix(FRAMES, 1), np.zeros(FRAMES, int)
    for seed, (first, last) in enumerate([(0, FRAMES), (100, 1_000), (1_919, FRAMES)]):
        share = noise(seed, 10_000)[first:last]
        mix.add(scaled(share.tobytes(), 1.0), first)
        expected[first:last] += share
    assert np.array_equal(samples_of(mix)[0], expected)


def test_channels_have_what_is_theirs_and_what_is_common() -> None:
    common, left, right = noise(1, 9_000), noise(2, 9_000), noise(3, 9_000)
    mix = Mix(FRAMES, 3)
    mix.add(scaled(common.tobytes(), 1.0), 0)
    mix.add(scaled(left.tobytes(), 1.0), 0, [1.0, 0.0, 0.0])
    mix.add(scaled(right.tobytes(), 1.0), 0, [0.0, 1.0, 0.5])
    heard = samples_of(mix)
    assert np.array_equal(heard[0], common + left)
    assert np.array_equal(heard[1], common + right)
    assert np.max(np.abs(heard[2] - (common + right / 2))) <= 0.51


def test_a_device_takes_channels_sample_by_sample() -> None:
    left, right = noise(1), noise(2)
    frames = np.frombuffer(interleave([left.tobytes(), right.tobytes()]), "<i2").reshape(-1, 2)
    assert np.array_equal(frames[:, 0], left)
    assert np.array_equal(frames[:, 1], right)


def test_what_is_too_loud_is_turned_down_not_clipped_and_comes_back_slowly() -> None:
    sine = np.rint(20_000 * np.sin(np.arange(FRAMES) / 20)).astype("<i2")
    limiter = Limiter(RATE)

    def block(count: int) -> Any:
        mix = Mix(FRAMES, 1)
        for _ in range(count):
            mix.add(scaled(sine.tobytes(), 1.0), 0)
        return np.frombuffer(limiter.limit(mix.channels())[0], "<i2").astype(float)

    loud = block(2)
    assert np.max(np.abs(loud)) <= 32_768
    peaks = np.abs(loud).reshape(-1, 240).max(axis=1)
    assert np.all(peaks > 31_000)
    # what follows rises by a factor of e in a quarter of a second: 4 % of the way back a block
    first = np.max(np.abs(block(1))) / 20_000
    assert 32_767 / 40_000 < first < 0.95
    for _ in range(60):
        last = block(1)
    assert np.array_equal(last, sine)


def test_one_gain_holds_for_all_channels() -> None:
    mix = Mix(FRAMES, 2)
    mix.add(scaled(np.full(FRAMES, 30_000, "<i2").tobytes(), 1.0), 0, [2.0, 1.0])
    left, right = samples_of(mix)
    assert left[0] / right[0] == pytest.approx(2.0, rel=1e-3)
    assert left.max() <= 32_767

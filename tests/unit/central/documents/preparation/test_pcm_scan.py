"""What samples tell: length, where sound begins and ends, and clipping."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable

import pytest

from central.documents.preparation.pcm_scan import PcmScan, PcmScanner

RATE_HZ = 48_000


def samples(*parts: tuple[float, float]) -> bytes:
    """Tones of 1 kHz: seconds and amplitude, 0 to 1, of each part."""
    values: list[int] = []
    for seconds, amplitude in parts:
        count = round(seconds * RATE_HZ)
        step = 2 * math.pi * 1000 / RATE_HZ
        values += [round(amplitude * 32767 * math.sin(n * step)) for n in range(count)]
    return array("h", values).tobytes()


def scan(pcm: bytes, blocks: Iterable[int] = (1 << 20,)) -> PcmScan:
    scanner, at = PcmScanner(), 0
    sizes = list(blocks)
    while at < len(pcm):
        size = sizes[at % len(sizes)]
        scanner.add(pcm[at : at + size])
        at += size
    return scanner.end()


def test_sound_is_found_between_silence() -> None:
    found = scan(samples((0.5, 0.0), (1.0, 0.5), (0.25, 0.0)))
    assert found.duration_ms == 1750
    assert found.sound_ms == (500, 1500)


def test_the_click_of_a_button_is_no_sound() -> None:
    found = scan(samples((0.1, 0.0), (0.01, 0.9), (0.5, 0.0), (1.0, 0.5), (0.2, 0.0)))
    assert found.sound_ms == (610, 1610)


def test_the_noise_of_a_room_is_no_sound() -> None:
    found = scan(samples((0.5, 0.001), (1.0, 0.5), (0.5, 0.001)))
    assert found.sound_ms == (500, 1500)


@pytest.mark.parametrize("pcm", [b"", samples((0.5, 0.0))])
def test_without_sound_there_is_none(pcm: bytes) -> None:
    assert scan(pcm).sound_ms == (0, 0)


def test_blocks_of_any_size_give_the_same() -> None:
    pcm = samples((0.111, 0.3), (0.222, 0.0), (0.333, 0.8))
    assert scan(pcm, (7, 961, 13)) == scan(pcm)


def test_a_loud_clean_tone_is_not_clipped() -> None:
    assert scan(samples((1.0, 0.999))).clipped == 0


def test_samples_at_full_scale_in_a_row_are_clipped() -> None:
    flat = array("h", [-32768] * 6 + [32767] * 3 + [0] * 471).tobytes()
    assert scan(flat * 5).clipped == 5
    spread = array("h", ([32767] * 3 + [0]) * 120).tobytes()
    assert scan(spread).clipped == 0

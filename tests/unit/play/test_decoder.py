"""The command line of the decoder, its confinement, and what ffmpeg really makes of media."""

import asyncio
import os
import subprocess
import wave
from pathlib import Path

import pytest

from agent.errors import PlayError
from agent.play.attention import two_tone
from agent.play.decoder import decoder_argv, start_decoder

RATE = 48_000


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """One second of the attention signal, WAV."""
    path = tmp_path / "one.wav"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(two_tone()[: 2 * RATE])
    return path


async def decoded(path: Path, mime: str, count: int = 1, **options: int) -> bytes:
    fd = os.open(path, os.O_RDONLY)
    try:
        decoder = await start_decoder([(fd, mime)] * count, **options)
    finally:
        os.close(fd)
    with os.fdopen(decoder.read_fd, "rb") as pipe:
        pcm, _ = await asyncio.gather(asyncio.to_thread(pipe.read), decoder.wait())
    return pcm


async def test_a_wav_comes_through_bit_for_bit(sound: Path) -> None:
    assert await decoded(sound, "audio/wav") == two_tone()[: 2 * RATE]


async def test_rounds_and_media_follow_with_exactly_the_gap_asked_for(sound: Path) -> None:
    one = two_tone()[: 2 * RATE]
    assert await decoded(sound, "audio/wav", 2) == one * 2
    gap = bytes(2 * RATE // 4)
    assert await decoded(sound, "audio/wav", repeat=3, gap_ms=250) == gap.join([one] * 3)


async def test_as_many_rounds_as_are_allowed_fit_into_the_memory_that_is_allowed(
    sound: Path,
) -> None:
    heard = await decoded(sound, "audio/wav", repeat=64, duration_limit_ms=2_000)
    assert heard == (two_tone()[: 2 * RATE]) * 2


async def test_an_offset_skips_and_a_limit_cuts_to_the_sample(sound: Path) -> None:
    one = two_tone()[: 2 * RATE]
    heard = await decoded(sound, "audio/wav", repeat=2, offset_ms=1_500, duration_limit_ms=250)
    assert heard == one[RATE : RATE + RATE // 2]


@pytest.mark.parametrize("tag", ["1", "0"])
async def test_the_padding_of_mp3_is_trimmed(sound: Path, tmp_path: Path, tag: str) -> None:
    mp3 = tmp_path / "one.mp3"
    make = ["ffmpeg", "-v", "error", "-i", str(sound), "-write_xing", tag, str(mp3)]
    await asyncio.to_thread(subprocess.run, make, check=True)
    frames = len(await decoded(mp3, "audio/mpeg")) // 2
    # Without the tag nobody can know the padding: up to two MP3 frames of 1152 samples more.
    assert frames == RATE if tag == "1" else RATE <= frames <= RATE + 2 * 1152 + 1105


async def test_bytes_that_are_not_what_their_mime_says_are_refused(sound: Path) -> None:
    with pytest.raises(PlayError, match="E_DECODE"):
        await decoded(sound, "audio/flac")


async def test_a_playlist_dressed_up_as_sound_opens_nothing(tmp_path: Path, sound: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#EXTM3U\n#EXTINF:1,\nfile://{sound}\n")
    for mime in ("audio/mpeg", "audio/wav", "audio/ogg"):
        with pytest.raises(PlayError, match="E_DECODE"):
            await decoded(trap, mime)


async def test_a_mime_without_a_demuxer_is_refused_before_anything_starts() -> None:
    with pytest.raises(PlayError, match="E_DECODE"):
        await start_decoder([(0, "application/vnd.apple.mpegurl")])


def test_every_input_has_its_own_whitelists() -> None:
    argv = decoder_argv([(7, "audio/mpeg"), (8, "audio/opus")])
    assert argv.count("-format_whitelist") == argv.count("-i") == 2
    assert "-nostdin" in argv
    assert not any("http" in word for word in argv)


def test_the_attention_signal_lasts_three_seconds_and_peaks_at_minus_9_dbfs() -> None:
    samples = memoryview(two_tone()).cast("h")
    assert len(samples) == 3 * RATE
    assert max(map(abs, samples)) == pytest.approx(32_767 * 0.3548, abs=20)  # 10 ** (-9 / 20)
    assert samples[0] == 0
    assert abs(samples[-1]) < 20

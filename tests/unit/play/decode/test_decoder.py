"""The command line of the decoder, its confinement, and what ffmpeg really makes of media."""

import asyncio
import os
import subprocess
import tracemalloc
import wave
from pathlib import Path

import pytest

from agent.errors import PlayError
from agent.play.decode.clip_sequence import INPUTS_AT_ONCE, ClipRun, Track, split_clips
from agent.play.decode.decoder import decoder_argv, start_decoder
from agent.play.sound.attention_tone import two_tone

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
    track = Track(os.open(path, os.O_RDONLY), mime, 1000)
    decoder = await start_decoder([track] * count, **options)
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


async def test_the_inputs_that_one_decoder_may_have_fit_into_the_memory_that_is_allowed(
    sound: Path,
) -> None:
    heard = await decoded(sound, "audio/wav", repeat=INPUTS_AT_ONCE, duration_limit_ms=2_000)
    assert heard == (two_tone()[: 2 * RATE]) * 2


async def test_all_rounds_that_the_contract_allows_are_heard_to_the_sample(tmp_path: Path) -> None:
    """1,000 rounds of 20 ms with 5 ms between them: more than a decoder holds open at once."""
    path = tmp_path / "short.wav"
    one = two_tone()[2 * RATE : 2 * RATE + 2 * 960]
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(one)
    track = Track(os.open(path, os.O_RDONLY), "audio/wav", 20)
    decoder = await start_decoder([track], repeat=1_000, gap_ms=5)
    with os.fdopen(decoder.read_fd, "rb") as pipe:
        pcm, _ = await asyncio.gather(asyncio.to_thread(pipe.read), decoder.wait())
    assert pcm == bytes(2 * 240).join([one] * 1_000)


async def test_a_decoder_that_talks_without_end_costs_the_agent_no_memory(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text(
        "#!/bin/sh\nhead -c 4000000 /dev/zero >&2\necho its last words >&2\nexit 3\n"
    )
    program.chmod(0o755)
    argv = [str(program)]
    monkeypatch.setattr("agent.sandbox.profile.confine_argv", lambda *_: argv)
    tracemalloc.start()
    try:
        with pytest.raises(PlayError, match="its last words") as caught:
            await decoded(sound, "audio/wav")
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.subject == "ffmpeg 3"
    assert peak_bytes < 1_000_000


async def test_a_decoder_that_is_stopped_between_two_others_leaves_nothing(sound: Path) -> None:
    fd = os.open(sound, os.O_RDONLY)
    decoder = await start_decoder([Track(fd, "audio/wav", 1000)], repeat=100)
    with os.fdopen(decoder.read_fd, "rb") as pipe:
        # 40 s of sound: the second decoder is at work, and cannot get rid of what it has
        await asyncio.to_thread(pipe.read, 2 * RATE * 20)
        await decoder.stop()
        rest = await asyncio.to_thread(pipe.read)
    assert len(rest) < 2 * RATE * 80  # the pipe has ended before its time
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


async def test_a_decoder_that_is_stopped_at_once_leaves_nothing(sound: Path) -> None:
    fd = os.open(sound, os.O_RDONLY)
    decoder = await start_decoder([Track(fd, "audio/wav", 1000)], repeat=100)
    await decoder.stop()
    with os.fdopen(decoder.read_fd, "rb") as pipe:
        await asyncio.to_thread(pipe.read)  # ends, as nobody holds the other side
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


def test_what_lies_before_the_offset_is_not_decoded() -> None:
    """Rounds of 30 s and 2 s of silence; 16 of them make a run of 512 s."""
    track = Track(7, "audio/mpeg", 30_000)
    hours = 2 * 3_600_000
    first = next(split_clips([track], 1_000, gap_ms=2_000, offset_ms=hours, limit_ms=60_000))
    assert first.offset_ms == 0  # 7,200 s are 225 rounds
    assert first.limit_ms == 60_000
    first = next(split_clips([track], 1_000, gap_ms=2_000, offset_ms=hours + 31_000))
    assert first.offset_ms == 31_000  # in the silence behind a round


def test_a_limit_counts_over_all_runs_and_ends_them() -> None:
    track = Track(7, "audio/mpeg", 10_000)
    row = list(split_clips([track] * 3, 20, offset_ms=5_000, limit_ms=400_250))
    # 60 tracks of 10 s by 16: 160 s each; 5 s are left out, so 155, 160, and what is left
    assert [run.limit_ms for run in row] == [400_250, 245_250, 85_250]
    assert [run.offset_ms for run in row] == [5_000, 0, 0]


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


async def test_bytes_that_do_not_fit_their_mime_are_refused(sound: Path) -> None:
    with pytest.raises(PlayError, match="E_DECODE"):
        await decoded(sound, "audio/flac")


async def test_a_playlist_dressed_up_as_sound_opens_nothing(tmp_path: Path, sound: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#EXTM3U\n#EXTINF:1,\nfile://{sound}\n")
    for mime in ("audio/mpeg", "audio/wav", "audio/ogg"):
        with pytest.raises(PlayError, match="E_DECODE"):
            await decoded(trap, mime)


async def test_a_mime_without_a_demuxer_is_refused_before_anything_starts() -> None:
    fd = os.open(os.devnull, os.O_RDONLY)
    with pytest.raises(PlayError, match="E_DECODE"):
        await start_decoder([Track(fd, "application/vnd.apple.mpegurl", 1000)])
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)  # it was the decoder's, which has closed it


def test_every_input_has_its_own_whitelists() -> None:
    argv = decoder_argv(ClipRun((Track(7, "audio/mpeg", 1), Track(8, "audio/opus", 1)), 0))
    assert argv.count("-format_whitelist") == argv.count("-i") == 2
    assert "-nostdin" in argv
    assert not any("http" in word for word in argv)


def test_the_attention_signal_lasts_three_seconds_and_peaks_at_minus_9_dbfs() -> None:
    samples = memoryview(two_tone()).cast("h")
    assert len(samples) == 3 * RATE
    assert max(map(abs, samples)) == pytest.approx(32_767 * 0.3548, abs=20)  # 10 ** (-9 / 20)
    assert samples[0] == 0
    assert abs(samples[-1]) < 20


async def test_a_stop_that_is_cancelled_leaves_nothing_either(sound: Path) -> None:
    decoder = await start_decoder([Track(os.open(sound, os.O_RDONLY), "audio/wav", 1000)] * 100)
    stopping = asyncio.create_task(decoder.stop())
    await asyncio.sleep(0)
    stopping.cancel()
    await asyncio.wait([stopping])
    assert stopping.cancelled()
    assert decoder._process.returncode is not None
    os.close(decoder.read_fd)

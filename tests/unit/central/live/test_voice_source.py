"""Where a voice comes from, through the real encoder."""

from __future__ import annotations

import asyncio
import itertools
import math
import os
import re
import subprocess
import wave
from array import array
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.contract.live_segment import PACKET_US, is_opus_20_ms
from agent.contract.loudness import LIVE_LUFS, TARGET_LUFS
from agent.errors import ConfigError
from central.__main__ import main
from central.live.voice_source import (
    VoicePacket,
    VoiceSource,
    capture,
    chime_before,
    encoder_argv,
    parse_source,
)


def make_tone(path: Path, seconds: float) -> Path:
    """A tone at half of full scale."""
    samples = array(
        "h", (round(16_384 * math.sin(n * 0.1)) for n in range(round(48_000 * seconds)))
    )
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(48_000)
        wav.writeframes(samples.tobytes())
    return path


async def take(source: str) -> tuple[list[VoicePacket], list[float]]:
    peaks: list[float] = []
    stop = asyncio.Event()
    return [one async for one in capture(parse_source(source), stop, peaks.append)], peaks


async def test_a_file_is_spoken_packet_by_packet_with_its_level(tmp_path: Path) -> None:
    packets, peaks = await take(str(make_tone(tmp_path / "giong.wav", 0.3)))
    assert 15 <= len(packets) <= 17
    assert all(is_opus_20_ms(one.data) for one in packets)
    stamps = [one.captured_us for one in packets]
    assert {late - early for early, late in itertools.pairwise(stamps)} == {PACKET_US}
    assert max(peaks) == pytest.approx(-6.02, abs=0.5)


async def test_digital_silence_has_a_finite_level(tmp_path: Path) -> None:
    file = tmp_path / "lang.wav"
    with wave.open(str(file), "wb") as wav:
        wav.setparams((1, 2, 48_000, 0, "NONE", ""))
        wav.writeframes(bytes(2 * 48_000))
    _packets, peaks = await take(str(file))
    assert peaks
    assert all(-math.inf < peak < -90 for peak in peaks)


async def test_a_voice_that_is_stopped_ends_at_once(tmp_path: Path) -> None:
    source, stop = parse_source(str(make_tone(tmp_path / "giong.wav", 30))), asyncio.Event()
    packets = []
    async for packet in capture(source, stop, lambda _peak: None):
        packets.append(packet)
        stop.set()
    assert len(packets) < 20


async def test_what_is_no_sound_is_a_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "loi.mp3"
    file.write_text("không phải âm thanh")
    with pytest.raises(ConfigError, match="E_CLIP"):
        await take(str(file))


def test_sources_by_their_names(tmp_path: Path) -> None:
    kinds = [(parse_source(t).kind, parse_source(t).name) for t in ("-", "mic", "alsa:hw:1")]
    assert kinds == [("stdin", "default"), ("pulse", "default"), ("alsa", "hw:1")]
    with pytest.raises(ConfigError, match="E_USAGE"):
        parse_source(str(tmp_path / "khong-co.wav"))
    assert "pulse" in encoder_argv(parse_source("mic"))


def measure_lufs(ogg: bytes) -> float:
    """Integrated loudness by ffmpeg's meter (EBU R 128)."""
    argv = ["ffmpeg", "-hide_banner", "-nostats", "-f", "ogg", "-i", "pipe:0"]
    argv += ["-af", "ebur128=framelog=verbose", "-f", "null", "-"]
    done = subprocess.run(argv, input=ogg, capture_output=True, check=True)
    return float(re.findall(rb"I:\s+(\S+) LUFS", done.stderr)[-1])


@pytest.mark.parametrize("gain_db", [-20, -8, 0])
def test_whoever_speaks_is_as_loud_as_prepared_sound_near_or_far_from_the_microphone(
    tmp_path: Path, gain_db: int
) -> None:
    spoken = tmp_path / "noi.wav"
    words = "Mời bà con sáng mai đến hội trường để họp. Khi đi nhớ mang theo giấy tờ. Xin cảm ơn."
    subprocess.run(["espeak-ng", "-v", "vi", "-w", spoken, words], check=True)
    argv = encoder_argv(parse_source(str(spoken)))
    of_filters = argv.index("-af") + 1
    argv[of_filters] = f"volume={gain_db}dB,{argv[of_filters]}"
    done = subprocess.run(argv, capture_output=True, check=True)
    assert TARGET_LUFS - 3 < measure_lufs(done.stdout) <= LIVE_LUFS


PINK = "anoisesrc=c=pink:a=1:r=48000:d=12:seed=3,volume=4dB"
NOTES = "(220+55*mod(floor(t/0.4)*7,12))"  # plucked, with an overtone
MUSIC = f"aevalsrc='exp(-3*mod(t,0.4))*(sin(2*PI*{NOTES}*t)+0.5*sin(4*PI*{NOTES}*t))':s=48000:d=12"


@pytest.mark.parametrize("sound", [PINK, MUSIC])
def test_a_loud_radio_is_relayed_no_louder_than_a_voice_counts_against_a_cap(sound: str) -> None:
    argv = encoder_argv(VoiceSource("samples"))
    argv[argv.index("-f") : argv.index("-af")] = ["-f", "lavfi", "-i", sound]
    done = subprocess.run(argv, capture_output=True, check=True)
    assert TARGET_LUFS - 4 < measure_lufs(done.stdout) <= LIVE_LUFS


def test_the_noise_of_a_room_does_not_come_up_while_nobody_speaks() -> None:
    noise = "anoisesrc=c=pink:a=0.002:r=48000:d=12:seed=3"  # -60 dBFS
    argv = encoder_argv(VoiceSource("pulse"))
    argv[argv.index("-f") : argv.index("-af")] = ["-f", "lavfi", "-i", noise]
    done = subprocess.run(argv, capture_output=True, check=True)
    assert measure_lufs(done.stdout) < TARGET_LUFS - 24


@pytest.mark.parametrize("class_", ["routine", "emergency"])
async def test_something_is_heard_before_a_voice(class_: str) -> None:
    peaks: list[float] = []
    stop = asyncio.Event()
    async for _ in capture(chime_before(class_), stop, peaks.append):
        if len(peaks) > 20:
            stop.set()
    assert -20 < max(peaks) < -3


def test_a_voice_needs_a_station_or_a_group(tmp_path: Path) -> None:
    files = {}
    for name in ("db", "ca", "cert", "cert-key", "key"):
        files[name] = tmp_path / name
        files[name].touch()
    words = [
        "live",
        "speak",
        "-",
        "--broker",
        "localhost:8883",
        "--issuer",
        "vn.84",
        "--to",
        "*/*/*",
    ]
    for name, file in files.items():
        words += [f"--{name}", str(file)]
    result = CliRunner().invoke(main, [*words, "--archive", str(tmp_path)])
    assert result.exit_code == 78
    assert "--station" in result.output


async def test_a_source_that_gives_nothing_ends_when_it_is_stopped() -> None:
    read_fd, write_fd = os.pipe()
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.1, stop.set)
    try:
        source = VoiceSource("stdin")
        assert [one async for one in capture(source, stop, lambda _dbfs: None, read_fd)] == []
    finally:
        os.close(write_fd)

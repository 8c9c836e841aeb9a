"""How well a play is proved: speech and music in noise, and a loudspeaker that is muted.

`python tests/bench/bench_proof.py [--only name,name]`. A trial is a play of 12 s, judged as in a
box, on what a sound server played and a capture of it heard. Missed: it is there, 0 dB below or
above the noise (pink, its own power, with an echo of -8 dB after 100 ms), and is not proved. False:
it is not there, but noise, other speech or other music is, and it is called heard.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.verifier.envelope_track import FRAME, RATE_HZ, EnvelopeTrack
from agent.verifier.play_evidence import Look, PlayEvidence
from agent.verifier.sound_match import LAGS, WINDOW, match_envelopes
from central.testbed.stations import COMMUNE_STATION
from central.testbed.testbed import start_testbed
from tests.harness.channel_capture import capture_sounds
from tests.harness.measured_box import pss_mib, watch_cpu_pct
from tests.harness.monitored_station import begin, mute, until_issue
from tests.harness.station_harness import StationTestbed, children_of, runs

Samples: TypeAlias = npt.NDArray[np.float64]
TRIALS = 200
LENGTH = 12 * RATE_HZ
MONITOR = frozenset({"agent.verifier.monitor_process"})
LEAST = {"proof_missed_pct": "5", "proof_false_pct": "1"}
VOICES = ("vi", "vi-vn-x-central", "vi-vn-x-south")
TEXT = (
    "Kính thưa bà con, đài truyền thanh xã xin thông báo. Sáng thứ bảy, trạm y tế xã tiêm chủng"
    " cho trẻ em dưới năm tuổi, bà con nhớ mang theo sổ tiêm. Mực nước trên sông Cổ Chiên đang lên"
    " nhanh, các hộ ven sông kê cao đồ đạc, đưa gia súc lên chỗ khô. Chiều nay hợp tác xã mở cống"
    " số ba lấy nước ngọt. Thanh niên đến hạn nghĩa vụ quân sự khám sức khoẻ tại trung tâm xã. Giá"
    " lúa đông xuân hôm qua tăng nhẹ. Đội bóng ấp Nhì thắng đội bóng ấp Tư hai bàn không gỡ."
)
OTHER_TEXT = (
    "Hội nông dân mời hội viên dự lớp kỹ thuật ghép cây ăn trái vào sáng mùng chín tại nhà văn hoá."
    " Điện lực cắt điện để sửa đường dây từ tám giờ đến mười một giờ, từ cầu Sập đến chợ. Quỹ tín"
    " dụng thu nợ quý tư. Lớp xoá mù chữ khai giảng tối thứ hai. Xe buýt tuyến số chín đổi bến đỗ."
    " Ai nhặt được giấy tờ mang tên Thạch Sa Rươl, xin đem đến công an xã. Dự báo ngày mai trời"
    " nắng, chiều có mưa rào, gió đông bắc cấp ba, ngoài cửa sông sóng cao hơn một mét."
)
RNG = np.random.default_rng(20261130)


def speech(voice: str, text: str = TEXT) -> Samples:
    """A text in a voice."""
    wav = subprocess.run(
        ["espeak-ng", "-v", voice, "--stdout", text], capture_output=True, check=True
    ).stdout
    argv = ["ffmpeg", "-v", "error", "-i", "pipe:0", "-ar", str(RATE_HZ), "-ac", "1"]
    raw = subprocess.run(
        [*argv, "-f", "s16le", "pipe:1"], input=wav, capture_output=True, check=True
    ).stdout
    return np.frombuffer(raw, dtype="<i2").astype(np.float64)


def music(seconds: int) -> Samples:
    """A tune of plucked notes with overtones, in a tempo of its own."""
    wave = np.zeros(seconds * RATE_HZ)
    at, beat_s = 0, RNG.uniform(0.2, 0.35)
    while at < len(wave):
        length = min(round(beat_s * RNG.choice([1, 1, 2, 2, 4]) * RATE_HZ), len(wave) - at)
        since = np.arange(length) / RATE_HZ
        hz = 220 * 2 ** (RNG.integers(0, 24) / 12)
        for overtone in range(1, 6):
            wave[at : at + length] += (
                np.sin(2 * np.pi * hz * overtone * since) * np.exp(-3 * since) / overtone
            )
        at += length
    return wave * 3000


def pink(frames: int) -> Samples:
    """Noise of equal power in each octave, of standard deviation 1."""
    whole = 1 << (frames - 1).bit_length()  # other lengths cost ten times as much
    spectrum = np.fft.rfft(RNG.standard_normal(whole))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    wave = np.fft.irfft(spectrum, whole)[:frames]
    return wave / wave.std()


def cut(sound: Samples, frames: int) -> Samples:
    """A piece from anywhere."""
    first = int(RNG.integers(0, len(sound) - frames))
    return sound[first : first + frames]


def heard_in_noise(played: Samples) -> Samples:
    """Later, quieter, with an echo, in as much noise."""
    delay = round(RNG.uniform(0.02, 0.5) * RATE_HZ)
    wave = np.concatenate((np.zeros(delay), played * 0.1, np.zeros(RATE_HZ)))
    wave[4800:] += 0.4 * wave[:-4800]
    return wave + pink(len(wave)) * played.std() * 0.1


def is_proved(played: Samples, heard: Samples) -> bool:
    """Judge one play as a box does: one look a second."""
    one, other = EnvelopeTrack(0.005), EnvelopeTrack(0.1)
    play = PlayEvidence("loa", frozenset())
    for frame in range(min(len(heard), len(played)) // FRAME):
        for track, sound in ((one, played), (other, heard)):
            track.add(100 + frame * FRAME / RATE_HZ, sound[frame * FRAME : (frame + 1) * FRAME])
        if frame % 50 == 49 and frame >= WINDOW + LAGS[-1]:
            match = match_envelopes(one, other, other.last - LAGS[-1])
            if match is not None:
                play.add(Look("microphone", "loa", match.is_found, match.score))
    proof = play.judge("e", 1, "A2")
    return proof is not None and proof.heard


def trials() -> Iterator[tuple[str, float]]:
    """Both figures over half speech, half music."""
    kinds = ([speech(voice) for voice in VOICES], [music(60) for _ in range(6)])
    # what is heard in the place of a play has nothing of it: one text in two voices has one beat
    foreign = ([speech(voice, OTHER_TEXT) for voice in VOICES], [music(60) for _ in range(6)])

    def pick(index: int, pools: tuple[list[Samples], list[Samples]] = kinds) -> Samples:
        pool = pools[index % 2]
        return cut(pool[int(RNG.integers(len(pool)))], LENGTH)

    others: list[Callable[[int], Samples]] = [
        lambda _: pink(LENGTH) * 300,
        lambda _: RNG.standard_normal(LENGTH) * 300,
        lambda index: pick(index // 4, foreign),
        lambda _: np.zeros(LENGTH),
    ]
    played = [pick(index) for index in range(2 * TRIALS)]
    sounds = [heard_in_noise(one) for one in played[:TRIALS]]
    sounds += [others[index % 4](index) for index in range(TRIALS)]
    proved = [is_proved(*pair) for pair in zip(played, capture_sounds(sounds), strict=True)]
    yield "proof_missed_pct", 100 * proved[:TRIALS].count(False) / TRIALS
    yield "proof_false_pct", 100 * proved[TRIALS:].count(True) / TRIALS


async def measure_box() -> list[tuple[str, float, str, str]]:
    """What a monitor costs, and how soon the centre knows that a loudspeaker was muted."""
    with tempfile.TemporaryDirectory() as folder:
        async with start_testbed(Path(folder)) as testbed:
            station = testbed.stations[COMMUNE_STATION]
            site = StationTestbed(testbed, station)
            try:
                await mute(site, "1")
                await begin(site, 150)
                await until_issue(site, "not_heard", lasts=True)
                await mute(site, "0")
                await until_issue(site, "not_heard", lasts=False)
                (monitor,) = [one for one in children_of(station.pid) if runs(MONITOR, one)]
                cpu_pct, memory_mib = await watch_cpu_pct([monitor], 15.0), pss_mib(monitor)
                await mute(site, "1")
                muted_s = time.monotonic()
                await until_issue(site, "not_heard", lasts=True)
                latency_s = time.monotonic() - muted_s
                return [
                    ("proof_latency_s", latency_s, "s", "60"),
                    ("monitor_cpu_pct", cpu_pct, "%", "1"),
                    ("monitor_pss_mib", memory_mib, "MiB", "35"),
                ]
            finally:
                await station.stop()


def main() -> None:
    """Run all, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names of figures, separated by commas")
    only = set(filter(None, parser.parse_args().only.split(",")))
    if not only or only & LEAST.keys():
        for name, value in trials():
            print(f"BENCH name={name} value={value:.1f} unit=% target={LEAST[name]}", flush=True)
    if not only or only & {"proof_latency_s", "monitor_cpu_pct", "monitor_pss_mib"}:
        for name, value, unit, target in asyncio.run(measure_box()):
            print(f"BENCH name={name} value={value:.1f} unit={unit} target={target}")


if __name__ == "__main__":
    main()

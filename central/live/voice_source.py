"""Where a live voice comes from: a file, standard input, or a microphone; ffmpeg encodes it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agent.contract.live_segment import PACKET_US
from agent.contract.loudness import RADIO_LEVELLER
from agent.errors import ConfigError
from central.documents.confined_tool import SOUNDS, confine_reader
from central.live.ogg_reader import OggReader
from central.live.packet_clock import PacketClock

BITRATE = "24k"
READ_BYTES = 4096
RATE_HZ = 48_000
SILENT_DBFS = -120.0
PEAK = "lavfi.astats.Overall.Peak_level"
METER = f"astats=metadata=1:reset=1,ametadata=mode=print:key={PEAK}:file=pipe\\\\:2:direct=1"
# Whoever speaks is brought to the loudness of prepared sound (-16 LUFS, `agent.contract.loudness`)
# within 2 LU, whatever the distance to the microphone: a curve from the level of the last seconds
# to a gain of 31 dB at most, so that speech between -45 and 0 dBFS comes out alike and what lies
# below, the noise of a room, does not come up with it. Then the peaks, at -2 dBFS. It knows
# only the past, so it adds no delay but the limiter's 5 ms.
VOICE_LEVELLER = (
    "compand=attacks=0.1:decays=2:soft-knee=2:volume=-30"
    ":points=-90/-110|-62/-60|-45/-16.5|-39/-7.5|0/-7.5"
)
LIMITER = "alimiter=limit=0.79:level=0:attack=5:release=80"
MONO = f"aformat=sample_fmts=dbl:sample_rates={RATE_HZ}:channel_layouts=mono"
# As the box's own: falling strokes, and the two tones of 47 CFR 11.31(c), each half a second.
CHIME = (
    "aevalsrc='0.25*(exp(-4*t)*sin(2*PI*987.77*t)"
    "+gte(t,0.42)*exp(-4*(t-0.42))*sin(2*PI*783.99*t)"
    "+gte(t,0.84)*exp(-4*(t-0.84))*sin(2*PI*659.26*t))':s=48000:d=2"
)
TWO_TONE = (
    "aevalsrc='0.35*min(1,min(mod(t,0.5),0.5-mod(t,0.5))/0.015)"
    "*sin(2*PI*(853+107*mod(floor(2*t),2))*t)':s=48000:d=3"
)


@dataclass(frozen=True)
class VoiceSource:
    """One thing that sounds.

    Args:
        kind: a file, standard input, samples (s16, mono) of a pipe, a device as it delivers, or
            sound that ffmpeg makes.
        name: the file, the device of PulseAudio or ALSA, or ffmpeg's expression.
    """

    kind: Literal["file", "stdin", "samples", "pulse", "alsa", "made"]
    name: str = "default"

    @property
    def is_paced(self) -> bool:
        """Does it deliver at the speed of time by itself?"""
        return self.kind in ("pulse", "alsa")

    @property
    def levelling(self) -> list[str]:
        """The filters that level it: what stations count against their caps. ffmpeg's own is."""
        if self.kind == "made":
            return []
        of_radio = self.kind == "samples"  # a voice's curve would pump its music
        return [MONO, RADIO_LEVELLER if of_radio else VOICE_LEVELLER, LIMITER]


@dataclass(frozen=True)
class VoicePacket:
    """An Opus packet of 20 ms and the moment of its first sample, microseconds since 1970, UTC."""

    captured_us: int
    data: bytes


def parse_source(text: str) -> VoiceSource:
    """`-`, `mic`, `pulse:<device>`, `alsa:<device>`, else a file.

    Raises:
        ConfigError: E_USAGE, there is no such file.
    """
    kind, _, device = text.partition(":")
    if text == "-":
        return VoiceSource("stdin")
    if text == "mic":
        return VoiceSource("pulse")
    if kind == "pulse" and device:
        return VoiceSource("pulse", device)
    if kind == "alsa" and device:
        return VoiceSource("alsa", device)
    if not Path(text).is_file():
        raise ConfigError("E_USAGE", text, "no such file; or -, mic, pulse:…, alsa:…")
    return VoiceSource("file", text)


def chime_before(class_: str) -> VoiceSource:
    """What is heard before a voice: the attention signal before an emergency, else a chime."""
    return VoiceSource("made", TWO_TONE if class_ == "emergency" else CHIME)


def encoder_argv(source: VoiceSource) -> list[str]:
    """The command line of ffmpeg: mono, 48 kHz, Opus in packets of 20 ms, a page each."""
    argv = ["ffmpeg", "-hide_banner", "-loglevel", "error"]
    if source.kind == "file":
        argv += ["-nostdin", "-protocol_whitelist", "file", "-format_whitelist", SOUNDS]
        argv += ["-i", f"file:{source.name}"]
    elif source.kind == "stdin":
        argv += ["-protocol_whitelist", "pipe", "-format_whitelist", SOUNDS]
        argv += ["-probesize", "32k", "-i", "pipe:0"]
    elif source.kind == "samples":
        argv += ["-protocol_whitelist", "pipe", "-probesize", "32", "-analyzeduration", "0"]
        argv += ["-f", "s16le", "-ac", "1", "-ar", str(RATE_HZ)]
        argv += ["-i", "pipe:0"]
    elif source.kind == "made":
        argv += ["-nostdin", "-f", "lavfi", "-i", source.name]
    elif source.kind == "pulse":
        # the size of what PulseAudio hands over at once, in bytes: 20 ms
        argv += ["-nostdin", "-f", "pulse", "-ac", "1", "-ar", str(RATE_HZ)]
        argv += ["-fragment_size", str(RATE_HZ // 50 * 2), "-i", source.name]
    else:
        argv += ["-nostdin", "-f", "alsa", "-ac", "1", "-ar", str(RATE_HZ), "-i", source.name]
    argv += ["-af", ",".join([METER, *source.levelling])]
    argv += ["-map", "0:a:0", "-ac", "1", "-ar", str(RATE_HZ)]
    argv += ["-c:a", "libopus", "-b:a", BITRATE]
    argv += ["-application", "voip", "-frame_duration", "20", "-page_duration", "20000"]
    return [*argv, "-flush_packets", "1", "-f", "ogg", "pipe:1"]


def confined_argv(source: VoiceSource) -> list[str]:
    """The command line that runs ffmpeg; confined, unless it needs a device.

    Raises:
        ConfigError: E_CLIP, the name of a file cannot be handed over.
    """
    argv = encoder_argv(source)
    if source.kind in ("pulse", "alsa"):
        return argv
    return confine_reader(argv, [Path(source.name)] if source.kind == "file" else ())


def now_us() -> int:
    """Microseconds since 1970, UTC, by this computer's clock."""
    return time.time_ns() // 1000


async def capture(
    source: VoiceSource,
    stop: asyncio.Event,
    meter: Callable[[float], None],
    stdin: int | None = None,
) -> AsyncIterator[VoicePacket]:
    """The packets of a source until it ends or `stop` is set, each once it was captured.

    Args:
        source: what sounds.
        stop: set to end it.
        meter: gets the peak of each moment in dBFS.
        stdin: what the encoder reads, closed here; None: this process's own.

    Raises:
        ConfigError: E_CLIP, ffmpeg is missing or failed, with the end of its error output.
    """
    argv = await asyncio.to_thread(confined_argv, source)  # looks for the program on the disk
    process = await _start(argv, stdin)
    stopping = asyncio.create_task(stop.wait(), name="live stop")
    metering = asyncio.create_task(_read_meter(process, meter), name="live meter")
    try:
        async for packet in _read(process, source, stopping):
            yield packet
        if not stop.is_set() and await process.wait():
            raise ConfigError("E_CLIP", "ffmpeg", await metering)
    finally:
        stopping.cancel()
        if process.returncode is None:
            process.kill()
        # a process has ended when its pipes have, and one that is full ends when it is read
        if process.stdout is not None:
            await process.stdout.read()
        await process.wait()
        await metering


async def _read_meter(process: asyncio.subprocess.Process, meter: Callable[[float], None]) -> str:
    """Pass on the peaks; returns the end of what else ffmpeg says."""
    assert process.stderr is not None  # noqa: S101 - it is a pipe
    told = ""
    async for raw in process.stderr:
        line = raw.decode(errors="replace").strip()
        name, _, value = line.partition("=")
        if name == PEAK:
            with contextlib.suppress(ValueError):
                meter(max(float(value), SILENT_DBFS))  # digital silence is -inf
        elif not line.startswith("frame:"):
            told = f"{told} {line}"[-300:]
    return told.strip()


async def _start(argv: Sequence[str], stdin: int | None) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(*argv, stdin=stdin, stdout=PIPE, stderr=PIPE)
    except OSError as error:
        raise ConfigError("E_CLIP", "ffmpeg", str(error)) from error
    finally:
        if stdin is not None:
            os.close(stdin)


async def _read(
    process: asyncio.subprocess.Process, source: VoiceSource, stopping: asyncio.Task[bool]
) -> AsyncIterator[VoicePacket]:
    stdout = process.stdout
    assert stdout is not None  # noqa: S101 - it is a pipe
    reader, clock = OggReader(), None
    while True:
        reading = asyncio.ensure_future(stdout.read(READ_BYTES))
        await asyncio.wait([reading, stopping], return_when=asyncio.FIRST_COMPLETED)
        if stopping.done() or not (data := await reading):
            reading.cancel()
            await asyncio.wait([reading])  # another read may follow
            return
        arrived_us = now_us()
        for data_ in reader.feed(data):
            if clock is None:
                # the first sample that the decoder gives lies so far before the sound
                ahead_us = reader.pre_skip * 1_000_000 // RATE_HZ
                origin_us = arrived_us - (PACKET_US if source.is_paced else 0)
                clock = PacketClock(origin_us - ahead_us, is_paced=source.is_paced)
            captured_us = clock.stamp(arrived_us)
            if captured_us is None:
                continue
            if not source.is_paced and await _wait_until(captured_us + PACKET_US, stopping):
                return
            yield VoicePacket(captured_us, data_)


async def _wait_until(at_us: int, stopping: asyncio.Task[bool]) -> bool:
    """Wait for a moment; True when the source is to stop before it."""
    left_s = (at_us - now_us()) / 1_000_000
    if left_s > 0:
        await asyncio.wait([stopping], timeout=left_s)
    return stopping.done()

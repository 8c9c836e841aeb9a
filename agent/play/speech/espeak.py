"""espeak-ng as a confined child: words in by its standard input, samples out by a pipe.

Its Vietnamese has hung on long input and clipped numbers (espeak-ng #755, #2442): it gets words
only, at most 500 characters at once, and a time limit.
"""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import PIPE

from agent.errors import PlayError
from agent.play.speech.voice import PROGRAM
from agent.settings.model import Speech
from speech.dialect import Dialect

RATE_HZ = 22_050
FRAME_BYTES = 2
LIMIT_S = 10.0  # a chunk takes 20 ms here, half a second on the slowest box
SYLLABLES_PER_UNIT = 1.4  # `-s` counts English words; measured over the three voices
DETAIL_CHARS = 200


async def render(words: str, dialect: Dialect, settings: Speech) -> bytes:
    """Samples of one chunk: s16le, 22,050 Hz, mono.

    Raises:
        PlayError: E_SPEECH, the program is missing, failed, took too long or said nothing.
    """
    from agent.sandbox.profile import SPEAKER, confine_argv

    try:
        process = await asyncio.create_subprocess_exec(
            *confine_argv(SPEAKER, espeak_argv(dialect, settings), []),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
        )
    except OSError as error:
        raise PlayError("E_SPEECH", PROGRAM, str(error)) from error
    try:
        async with asyncio.timeout(LIMIT_S):
            wave, stderr = await process.communicate(words.encode())
    except TimeoutError:
        raise PlayError("E_SPEECH", PROGRAM, f"no end within {LIMIT_S:.0f} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    samples = split_wave(wave)
    if process.returncode or not samples:
        detail = stderr.decode(errors="replace").strip()[-DETAIL_CHARS:]
        raise PlayError("E_SPEECH", f"{PROGRAM} {process.returncode}", detail or "no sound")
    return samples


def espeak_argv(dialect: Dialect, settings: Speech) -> list[str]:
    """The command line for one chunk."""
    speed = round(settings.syllables_per_minute / SYLLABLES_PER_UNIT)
    return [PROGRAM, "-v", dialect.voice, "-s", str(speed), "-b", "1", "--stdin", "--stdout"]


def split_wave(wave: bytes) -> bytes:
    """The samples behind the header, whose lengths are not set in a pipe; empty without a header.

    Source: the RIFF WAVE format; espeak-ng writes `fmt ` and `data` only.
    """
    head, mark, rest = wave[:64].partition(b"data")
    if not mark or not head.startswith(b"RIFF"):
        return b""
    samples = (rest + wave[64:])[4:]
    return samples[: len(samples) // FRAME_BYTES * FRAME_BYTES]

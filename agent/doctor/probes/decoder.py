"""Can this machine's ffmpeg read every kind of medium that the agent plays?"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, good
from agent.doctor.run_program import run_program
from agent.play.decode.decoder import DEMUXERS

# What media of these demuxers hold; any one of a row serves.
DECODERS: tuple[tuple[str, ...], ...] = (
    ("mp3", "mp3float"), ("vorbis", "libvorbis"), ("opus", "libopus"), ("pcm_s16le",), ("flac",),
    ("aac",),
)  # fmt: skip
FILTERS = ("aresample", "aformat", "apad", "concat", "atrim")
LIMIT_S = 10.0
# A line of a list: flags, a name or several with commas, then a description.
_ROW = re.compile(r"^ *[A-Z.|]+\s+([a-z0-9_,]+)\s")


async def check(_case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """One finding: its version, or what it lacks."""
    version = await run_program("ffmpeg", "-hide_banner", "-version", limit_s=LIMIT_S)
    if version is None:
        yield fault("ffmpeg_missing")
        return
    if version.code != 0:
        yield fault("ffmpeg_broken", str(version.code), detail=version.err.strip()[-300:])
        return
    lacking = sorted(set(DEMUXERS.values()) - await _list("-demuxers"))
    decoders = await _list("-decoders")
    lacking += [row[0] for row in DECODERS if not set(row) & decoders]
    lacking += sorted(set(FILTERS) - await _list("-filters"))
    words = version.out.split()
    number = words[2] if len(words) > 2 else "?"
    if lacking:
        yield fault("ffmpeg_lacks", number, ", ".join(lacking))
    else:
        yield good("ffmpeg_good", number)


async def _list(what: str) -> set[str]:
    answer = await run_program("ffmpeg", "-hide_banner", what, limit_s=LIMIT_S)
    rows = answer.out.splitlines() if answer is not None else []
    names = (found[1] for row in rows if (found := _ROW.match(row)))
    return {name for row in names for name in row.split(",")}

"""From an officer's files to one file that stations play: check, trim, level, join, encode, check.

Everything is streamed through files of a scratch folder: an hour takes no more memory than a
minute (decision 40).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.contract.loudness import MOST_GAIN_DB, TARGET_LUFS
from central.documents.audio_tools import convert, make_chime
from central.documents.preparation.joining import Part, join
from central.documents.preparation.levelling import TOOL_LIMIT_S, Excerpt, find_excerpt, level
from central.documents.preparation.measurement import Measurement, measure
from central.documents.preparation.sound_error import SoundError

EDGE_FADE_MS = 20
CHIME_FADE_MS = 5  # its stroke stays sharp
SUFFIXES = (".opus", ".mp3", ".wav")
Tell = Callable[[str, int], None]  # name of a file, milliseconds of it that are done


@dataclass(frozen=True)
class Preparation:
    """How files become one.

    Args:
        is_trimmed: leave out the silence at both ends of each file.
        chime_before: the station's chime goes first.
        chime_after: the chime closes it.
        pause_ms: silence between the parts.
        fade_ms: how long each part rises and falls, 1 to 1,000.
    """

    is_trimmed: bool = True
    chime_before: bool = True
    chime_after: bool = False
    pause_ms: int = 700
    fade_ms: int = EDGE_FADE_MS


@dataclass(frozen=True)
class PreparedPart:
    """One of the officer's files: as it came, what was used of it, as it is now."""

    path: Path
    before: Measurement
    excerpt: Excerpt
    after: Measurement

    @property
    def remarks(self) -> list[str]:
        """What somebody should listen to: codes of `sound.remark.…`."""
        loudness = self.before.loudness
        told = {
            "clipped": loudness.is_clipped,
            "broken": self.before.is_broken,
            "faint": TARGET_LUFS - loudness.lufs > MOST_GAIN_DB,
            "short": self.before.scan.duration_ms < 1000,
        }
        return [name for name, holds in told.items() if holds]


@dataclass(frozen=True)
class Prepared:
    """The result: the parts, and the file that was written."""

    parts: Sequence[PreparedPart]
    path: Path
    whole: Measurement


def prepare(sources: Sequence[Path], target: Path, wanted: Preparation, tell: Tell) -> Prepared:
    """Prepare files, join them, and write the result whole or not at all.

    Args:
        sources: in the order in which they are heard.
        target: .opus, .mp3 or .wav.
        wanted: how.
        tell: is told how far it is.

    Raises:
        SoundError: a file is unreadable, blank or too long, or the target has no such
            format or is one of the sources.
        ConfigError: E_CLIP, a tool failed.
    """
    if target.suffix.lower() not in SUFFIXES:
        raise SoundError(target.name, "format", ", ".join(SUFFIXES))
    if target.exists() and any(source.samefile(target) for source in sources):
        raise SoundError(target.name, "same")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".prepare-") as scratch:
        folder = Path(scratch)
        parts = [
            _prepare_part(source, folder / f"{number}.wav", wanted, tell)
            for number, source in enumerate(sources)
        ]
        joined = folder / "joined.wav"
        listed = [Part(folder / f"{number}.wav", wanted.fade_ms) for number in range(len(parts))]
        chime = (
            [Part(_level_chime(folder), CHIME_FADE_MS)]
            if wanted.chime_before or wanted.chime_after
            else []
        )
        before, after = chime * wanted.chime_before, chime * wanted.chime_after
        join([*before, *listed, *after], joined, pause_ms=wanted.pause_ms)
        ready = convert(joined, folder / f"ready{target.suffix.lower()}", limit_s=TOOL_LIMIT_S)
        whole = measure(ready, lambda done_ms: tell(target.name, done_ms))
        os.replace(ready, target)  # noqa: PTH105 - the atomic call by its plain name
    return Prepared(parts, target, whole)


def _prepare_part(source: Path, target: Path, wanted: Preparation, tell: Tell) -> PreparedPart:
    before = measure(source, lambda done_ms: tell(source.name, done_ms))
    if before.loudness.is_blank:
        raise SoundError(source.name, "blank")
    excerpt = find_excerpt(before, is_trimmed=wanted.is_trimmed)
    return PreparedPart(source, before, excerpt, level(source, target, excerpt))


def _level_chime(folder: Path) -> Path:
    """The station's chime at the loudness of what follows it."""
    plain, levelled = make_chime(folder / "chime-plain.wav"), folder / "chime.wav"
    level(plain, levelled, find_excerpt(measure(plain), is_trimmed=False))
    return levelled

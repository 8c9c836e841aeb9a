"""Is a medium fit to be signed as it is? A signer is told before the key is asked for.

A medium is measured once: the result is kept beside the media, under the medium's digest.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import msgspec

from agent.contract.document import Document, Emergency, Medium, Playlist
from agent.contract.loudness import PEAK_DBTP, TARGET_LUFS, Loudness
from agent.errors import ConfigError
from central.documents.preparation.measurement import measure
from central.messages.catalogue import name_language, translate
from texts.catalogue import Lang

log = logging.getLogger(__name__)
FAR_LU = 3.0  # what is nearer a box levels by its gain alone
FOLDER = ".measured"


class Fitness(msgspec.Struct, frozen=True):
    """What was measured of a medium.

    Args:
        loudness: integrated loudness, true peak, clipping.
        is_broken: parts of it could not be decoded.
    """

    loudness: Loudness
    is_broken: bool

    @property
    def faults(self) -> list[str]:
        """Why it is not fit: codes of `sound.fault.…`."""
        loudness = self.loudness
        if loudness.is_blank:
            return ["blank"]
        told = {
            "level": abs(loudness.lufs - TARGET_LUFS) > FAR_LU,
            "peak": loudness.peak_dbtp > PEAK_DBTP,
            "clipped": loudness.is_clipped,
            "broken": self.is_broken,
        }
        return [name for name, holds in told.items() if holds]


def describe_faults(fitness: Fitness, lang: Lang) -> list[str]:
    """Why a medium is not fit, in words."""
    loudness = fitness.loudness
    values = {"level": (loudness.lufs, TARGET_LUFS), "peak": (loudness.peak_dbtp, PEAK_DBTP)}
    return [
        translate(lang, f"sound.fault.{code}", *(number(one, lang) for one in values.get(code, ())))
        for code in fitness.faults
    ]


def number(value: float, lang: Lang) -> str:
    """One digit, with the decimal mark of the language."""
    text = f"{value:.1f}"
    return text.replace(".", ",") if lang == "vi" else text


def describe_unprepared(document: Document, media_dir: Path, lang: Lang) -> list[str]:
    """A line for each title of a document whose recording is not fit to be signed as it is.

    What cannot be measured is not named: nothing here keeps an alarm from being signed.
    """
    lines = []
    for title, medium in _list_sounds(document, lang):
        path = media_dir / medium.sha256
        try:
            fitness = measure_once(path, media_dir / FOLDER)
        except (ConfigError, OSError) as error:
            log.info("%s is not measured: %s", path, error)
            continue
        if faults := describe_faults(fitness, lang):
            lines.append(translate(lang, "sound.unprepared", title, ", ".join(faults)))
    return lines


def _list_sounds(document: Document, lang: Lang) -> Iterator[tuple[str, Medium]]:
    """Each recording once, with the title under which it is heard first."""
    if not isinstance(document, Playlist | Emergency):
        return
    titles: dict[str, str] = {}
    if isinstance(document, Playlist):
        for entry in document.entries:
            for digest in entry.body.media or ():
                titles.setdefault(digest, entry.title)
    else:
        for body in document.bodies:
            for digest in body.media or ():
                titles.setdefault(digest, name_language(body.lang, lang))
    for medium in document.media:
        if medium.mime.startswith("audio/") and medium.sha256 in titles:
            yield titles[medium.sha256], medium


def measure_once(path: Path, folder: Path) -> Fitness:
    """The fitness of a medium that is named by its digest, from `folder` where it is known.

    Raises:
        ConfigError: it cannot be measured.
        OSError: it cannot be read.
    """
    known = folder / f"{path.name}.json"
    try:
        return msgspec.json.decode(known.read_bytes(), type=Fitness)
    except (OSError, msgspec.MsgspecError):
        measured = measure(path)
    fitness = Fitness(measured.loudness, measured.is_broken)
    folder.mkdir(exist_ok=True)
    known.write_bytes(msgspec.json.encode(fitness))
    return fitness

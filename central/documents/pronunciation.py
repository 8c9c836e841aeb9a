"""How what is written is said: the officers' list of names, and the words that are settled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from agent.errors import ConfigError, YamlFaults
from speech.dialect import Dialect
from speech.normalise import NO_PRONUNCIATION, normalise
from strict_yaml.loader import load_yaml

MAX_CHARS = 8_000  # of a text that a document may hold


class PronunciationFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`words`: what is written → how it is said."""

    words: dict[str, str]


def load_pronunciation(path: Path) -> dict[str, str]:
    """The officers' list: names of places and people, abbreviations of the commune.

    Raises:
        YamlFaults: the file has faults, with line and column.
    """
    file, _, faults = load_yaml(path.read_text(encoding="utf-8"), PronunciationFile, path.name)
    if file is None or faults:
        raise YamlFaults(faults)
    return file.words


def settle_words(
    text: str, dialect: Dialect, pronunciation: Mapping[str, str] = NO_PRONUNCIATION
) -> str:
    """The words that will be said for a text, which boxes leave as they are.

    Raises:
        ConfigError: E_USAGE, nothing of it can be said, or it is too long.
    """
    words = normalise(text, dialect, pronunciation)
    if not 0 < len(words) <= MAX_CHARS:
        raise ConfigError("E_USAGE", "say", f"1 … {MAX_CHARS}: {len(words)}")
    return words

"""A bank of phrases that local speakers have recorded: messages put together word by word.

For a language that no voice reads, Khmer above all. A message is a row of phrases with slots for
what changes: place, number, hour. Its media are those of the phrases, in order, so every box plays
it, and what it has in store already it does not fetch again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from agent.errors import ConfigError, YamlFaults
from strict_yaml.loader import load_yaml

_SLOT = re.compile(r"\{(\w+)\}")


class Phrase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said, for boards and for whoever signs, and its recording."""

    text: Annotated[str, Meta(min_length=1, max_length=500)]
    file: str


class PhraseBankFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`phrases` by name, `slots`: name → choices, `messages`: name → phrases and `{slots}`."""

    lang: Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")]
    phrases: dict[str, Phrase]
    messages: dict[str, list[str]]
    slots: dict[str, dict[str, Phrase]] = msgspec.field(default_factory=dict)


@dataclass(frozen=True)
class PhraseMessage:
    """One message in one language.

    Args:
        lang: its language.
        text: the words of all phrases.
        files: their recordings, in order.
    """

    lang: str
    text: str
    files: Sequence[Path]


def load_phrase_bank(path: Path) -> PhraseBankFile:
    """Read a bank.

    Raises:
        YamlFaults: the file has faults, with line and column.
    """
    bank, _, faults = load_yaml(path.read_text(encoding="utf-8"), PhraseBankFile, path.name)
    if bank is None or faults:
        raise YamlFaults(faults)
    return bank


def compose(path: Path, order: str) -> PhraseMessage:
    """A message of a bank.

    Args:
        path: the bank; recordings lie beside it.
        order: the name of the message, then its slots: `lu place=ap-3 hour=17`.

    Raises:
        YamlFaults: the bank has faults.
        ConfigError: E_USAGE, the bank has no such message, phrase or choice; the hint lists those
            that there are.
    """
    bank = load_phrase_bank(path)
    name, *given = order.split()
    row = bank.messages.get(name)
    if row is None:
        raise ConfigError("E_USAGE", name, ", ".join(sorted(bank.messages)))
    phrases = list(_fill(bank, row, dict(_pairs(given))))
    return PhraseMessage(
        bank.lang,
        " ".join(one.text for one in phrases),
        [path.parent / one.file for one in phrases],
    )


def _pairs(given: Sequence[str]) -> Iterator[tuple[str, str]]:
    for word in given:
        slot, equals, choice = word.partition("=")
        if not equals:
            raise ConfigError("E_USAGE", word, "slot=choice")
        yield slot, choice


def _fill(bank: PhraseBankFile, row: Sequence[str], given: dict[str, str]) -> Iterator[Phrase]:
    left = dict(given)
    for word in row:
        slot = _SLOT.fullmatch(word)
        choices = bank.phrases if slot is None else bank.slots.get(slot[1], {})
        wanted = word if slot is None else left.pop(slot[1], given.get(slot[1], ""))
        phrase = choices.get(wanted)
        if phrase is None:
            raise ConfigError("E_USAGE", f"{word} {wanted}".strip(), ", ".join(sorted(choices)))
        yield phrase
    if left:
        raise ConfigError("E_USAGE", " ".join(sorted(left)), " ".join(row))

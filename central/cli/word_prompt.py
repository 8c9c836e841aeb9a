"""Asks for the words of a fingerprint as somebody reads them: picked or typed, never yes or no.

Each word stands between two others. Who has heard nothing has one chance in 729 to pick all six.
"""

from __future__ import annotations

import secrets
import unicodedata

import click

from agent.contract.fingerprint_words import ROOT_WORDS, WORDS, words_of
from central.messages.catalogue import translate
from texts.catalogue import Lang

OTHERS = 2
ATTEMPTS = 2  # a slip of the finger is no wrong root
_STROKE = {0x111: "d"}  # the one letter of the alphabet that does not decompose
_draw = secrets.SystemRandom()


def compare_words(sha256: str, lang: Lang) -> bool:
    """Ask for six words in their order; False: what was heard is something else.

    Raises:
        Abort: Ctrl-C, or the end of the input.
    """
    words = words_of(sha256, ROOT_WORDS)
    for attempt in range(ATTEMPTS):
        if attempt:
            click.echo(translate(lang, "welcome.words_again"))
        picked = _ask_all(words, lang)
        if picked is None:
            return False
        if picked:
            return True
    return False


def _ask_all(words: tuple[str, ...], lang: Lang) -> bool | None:
    """Are all picked as they should be? None: a word was not among the choices."""
    for number, word in enumerate(words, 1):
        choices = _shuffle(word, words)
        picked = _ask(number, choices, lang)
        if picked is None:
            return None
        if picked != word:
            return False
    return True


def _shuffle(word: str, words: tuple[str, ...]) -> list[str]:
    others = _draw.sample(sorted(set(WORDS) - set(words)), OTHERS)
    choices = [word, *others]
    _draw.shuffle(choices)
    return choices


def _ask(number: int, choices: list[str], lang: Lang) -> str | None:
    shown = "   ".join(f"{place}) {one}" for place, one in enumerate(choices, 1))
    click.echo(translate(lang, "welcome.word", number, shown))
    by_text = {_fold(one): one for one in choices}
    by_text |= {str(place): one for place, one in enumerate(choices, 1)}
    while True:
        typed = _fold(click.prompt("  ", prompt_suffix="> ", default="", show_default=False))
        if typed == "0":
            return None
        if typed in by_text:
            return by_text[typed]
        if any(_fold(one) == typed for one in WORDS):
            return typed  # heard, and none of these
        click.echo(translate(lang, "welcome.word_unknown"))


def _fold(text: str) -> str:
    """Without marks, case and further spaces."""
    letters = unicodedata.normalize("NFD", text.casefold().translate(_STROKE))
    return " ".join("".join(one for one in letters if not unicodedata.combining(one)).split())

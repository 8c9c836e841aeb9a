"""Asks on the terminal what is to happen to items that clash."""

from __future__ import annotations

import unicodedata

import click

from central.messages.catalogue import translate
from central.publication.clash import Answer
from texts.catalogue import Lang

# by number or by word, with or without Vietnamese accents
ANSWERS: dict[str, Answer] = {
    "1": "instead",
    "instead": "instead",
    "thay": "instead",
    "2": "after",
    "after": "after",
    "sau": "after",
    "3": "cancel",
    "cancel": "cancel",
    "thoi": "cancel",
}


def parse_answer(text: str) -> Answer | None:
    """What a typed line means; None: nothing."""
    letters = unicodedata.normalize("NFD", text.strip().casefold())
    return ANSWERS.get("".join(one for one in letters if not unicodedata.combining(one)))


def ask_clash(lang: Lang) -> Answer:
    """Ask until the answer is one; Ctrl-C and the end of the input are `cancel`."""
    question = translate(lang, "clash.question")
    while True:
        try:
            text = click.prompt(question, default="", show_default=False)
        except click.Abort:
            click.echo()
            return "cancel"
        answer = parse_answer(text)
        if answer is not None:
            return answer
        click.echo(translate(lang, "clash.unknown"))

"""Asks on the terminal what is to happen to items that clash."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import click

from agent.contract.document import Playlist
from central.messages.catalogue import translate
from central.publication.clash import (
    Act,
    Answer,
    describe_clashes,
    find_clashes,
    verify_wanted,
)
from central.publication.station_rehearsal import GroupRehearsal
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


def settle_clashes(
    found: Sequence[GroupRehearsal],
    document: Playlist,
    answer: Answer | None,
    act: Act,
    lang: Lang,
    *,
    is_terminal: bool,
) -> Answer | None:
    """Show what clashes and ask what is to happen; without a terminal the option answers.

    Args:
        found: the rehearsals of the playlist.
        document: the playlist.
        answer: of the option; None: there is none.
        act: what waits for the answer.
        lang: of all texts.
        is_terminal: can somebody be asked?

    Returns:
        `instead` or `after`; None: nothing clashes.

    Raises:
        PlanError: E_CLASH, the answer is `cancel`, or nobody gave one.
    """
    clashes = find_clashes(found, document)
    if not clashes:
        return None
    for line in (translate(lang, "clash.found"), *describe_clashes(clashes, lang)):
        click.echo(line)
    if answer is None and is_terminal:
        answer = ask_clash(act, lang)
    return verify_wanted(document, answer, act, lang)


def ask_clash(act: Act, lang: Lang) -> Answer:
    """Ask until the answer is one; Ctrl-C and the end of the input are `cancel`."""
    question = translate(lang, f"clash.question.{act}")
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

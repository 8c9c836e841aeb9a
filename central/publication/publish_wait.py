"""`publish --wait`: the stations' answers as they come, and an exit code for them all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from agent.contract.local_time import LOCAL
from central.messages.catalogue import name_language, translate
from central.publication.recipients import list_names
from central.publication.station_answers import StationAnswer, StationAnswers
from texts.catalogue import Lang

ALL, SOME, NONE = 0, 4, 5  # exit codes: how many stations answered well
POLL_S = 0.5
MAX_LISTED = 20
_SILENT = {True: "answer.silent", False: "answer.offline", None: "answer.never"}


def wait_for_answers(
    answers: StationAnswers,
    lang: Lang,
    *,
    limit_s: float,
    print_line: Callable[[str], None],
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Print each station's answer when it comes; end when all are final or time is over.

    Args:
        answers: of the stations that it was published to.
        lang: of the lines.
        limit_s: how long to wait at the most.
        print_line: prints one line.
        pause: waits so many seconds.

    Returns:
        The exit code: `ALL`, `SOME` or `NONE`.
    """
    from rich.console import Console

    end_mono_s = time.monotonic() + limit_s
    told: dict[str, str] = {}
    with Console(stderr=True).status("") as status:
        while True:
            now = answers.read()
            _print_news(now, told, lang, print_line)
            left_s = end_mono_s - time.monotonic()
            if all(one.is_final for one in now) or left_s <= 0:
                break
            final = sum(one.is_final for one in now)
            status.update(translate(lang, "wait.progress", final, len(now), round(left_s)))
            pause(min(POLL_S, left_s))
    for line in describe_result(now, lang):
        print_line(line)
    good = sum(one.is_good for one in now)
    return NONE if good == 0 else ALL if good == len(now) else SOME


def _print_news(
    answers: Sequence[StationAnswer],
    told: dict[str, str],
    lang: Lang,
    print_line: Callable[[str], None],
) -> None:
    for one in answers:
        if not (one.verdict or one.on_air or one.over or one.troubles):
            continue
        line = describe_answer(one, lang)
        if told.get(one.station) != line:
            told[one.station] = line
            print_line(f"{datetime.now(LOCAL):%H:%M:%S} {line}")


def describe_answer(answer: StationAnswer, lang: Lang) -> str:
    """Describe one station in a line: its verdict, what it plays, and what it does not."""
    parts = []
    if answer.verdict:
        parts.append(translate(lang, f"answer.{answer.verdict}", answer.reason))
    if answer.ignored:
        parts.append(translate(lang, "answer.ignored", answer.ignored))
    for medium in ("sound", "picture"):
        outputs, over = (_of(medium, of_output) for of_output in (answer.on_air, answer.over))
        if outputs:
            parts.append(translate(lang, f"answer.{medium}", outputs))
        elif over:
            parts.append(translate(lang, f"answer.{medium}_over", over))
        elif medium in answer.lacking and answer.verdict == "accepted":
            parts.append(translate(lang, f"answer.no_{medium}"))
    if answer.wordless:
        names = ", ".join(name_language(one, lang) for one in answer.wordless)
        parts.append(translate(lang, "play.words_missing", names))
    parts += [translate(lang, "answer.trouble", trouble) for trouble in answer.troubles]
    if not parts:
        parts.append(translate(lang, _SILENT[answer.is_online]))
    return f"{answer.station}: {'; '.join(parts)}"


def _of(medium: str, of_output: Mapping[str, str]) -> str:
    return ", ".join(output for output, of in of_output.items() if of == medium)


def describe_result(answers: Sequence[StationAnswer], lang: Lang) -> list[str]:
    """Count the results, and name the stations without a full answer."""
    counts = [
        len(answers),
        sum(one.verdict in ("accepted", "done") for one in answers),
        sum(one.is_good for one in answers),
        sum(one.verdict == "refused" for one in answers),
    ]
    is_of_command = any(one.is_of_command for one in answers)
    lines = [translate(lang, "wait.done" if is_of_command else "wait.result", *counts)]
    silent = [one for one in answers if not one.verdict]
    lines += [describe_answer(one, lang) for one in silent[:MAX_LISTED]]
    if len(silent) > MAX_LISTED:
        rest = [one.station for one in silent[MAX_LISTED:]]
        lines.append(translate(lang, "wait.silent_too", list_names(rest)))
    return lines

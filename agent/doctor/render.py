"""The examination for people, block by block as it comes in, and for programs."""

from __future__ import annotations

import shutil
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from agent.doctor.finding import ProbeFinding, State
from agent.doctor.messages import FRAME, LABELS, STATES
from agent.doctor.probe_runner import ProbeReport
from texts.catalogue import Lang

# SGR codes of ECMA-48 for a terminal
COLOURS: dict[State, str] = {"good": "32", "warning": "33", "fault": "31;1", "not_checked": "36"}
GRAVEST_FIRST: tuple[State, ...] = ("fault", "warning", "not_checked", "good")
FAINT = "2"
MARK_WIDTH = 12
INDENT = " " * (MARK_WIDTH + 2)
NARROW, WIDE = 60, 110


def say(code: str, lang: Lang, *args: str) -> str:
    """A phrase of the frame."""
    return FRAME[code].render(lang, *args)


class Renderer:
    """Writes each block once all before it are out; on a terminal also which probes still run.

    Args:
        names: of all probes, in their order.
        lang: of the text.
        out: where the text goes.
        err: where the progress goes.
    """

    def __init__(self, names: list[str], lang: Lang, out: TextIO, err: TextIO) -> None:
        self._waiting = list(names)
        self._done: dict[str, ProbeReport] = {}
        self._lang: Lang = lang
        self._out = out
        self._err = err
        self._is_coloured = out.isatty()
        self._shows_progress = err.isatty()

    def begin(self, station: str | None) -> None:
        """Write the title."""
        name = station or say("unknown_station", self._lang)
        print(say("title", self._lang, name), file=self._out, flush=True)
        self._progress()

    def done(self, examined: ProbeReport) -> None:
        """Write the report of one probe."""
        self._done[examined.name] = examined
        self._wipe()
        while self._waiting and self._waiting[0] in self._done:
            block = self._done[self._waiting.pop(0)]
            print("\n".join(self._block(block)), file=self._out, flush=True)
        self._progress()

    def end(self, all_of_them: Iterable[ProbeReport]) -> None:
        """Write how many findings of each state there are."""
        count = count_states(all_of_them)
        numbers = [str(count[state]) for state in GRAVEST_FIRST]
        print(f"\n{say('sum', self._lang, *numbers)}", file=self._out, flush=True)

    def _block(self, examined: ProbeReport) -> Iterator[str]:
        yield ""
        yield self._paint(LABELS[examined.name].render(self._lang), "1")
        for finding in examined.findings:
            yield from self._lines(finding)

    def _lines(self, finding: ProbeFinding) -> Iterator[str]:
        mark = STATES[finding.state].render(self._lang)
        width = min(max(shutil.get_terminal_size((100, 24)).columns, NARROW), WIDE) - len(INDENT)
        first, *rest = textwrap.wrap(
            finding.text(self._lang), width, break_long_words=False, break_on_hyphens=False
        )
        yield f"  {self._paint(f'{mark:<{MARK_WIDTH}}', COLOURS[finding.state])}{first}"
        yield from (INDENT + line for line in rest)
        if finding.state != "good" and (step := finding.step(self._lang)):
            for index, line in enumerate(
                textwrap.wrap(step, width - 2, break_long_words=False, break_on_hyphens=False)
            ):
                yield f"{INDENT}{'→ ' if index == 0 else '  '}{line}"
        if finding.state in ("warning", "fault") and finding.detail:
            short = textwrap.shorten(finding.detail, width - 2, placeholder=" …")
            yield INDENT + self._paint(f"· {short}", FAINT)

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._is_coloured else text

    def _progress(self) -> None:
        left = [name for name in self._waiting if name not in self._done]
        if self._shows_progress and left:
            names = ", ".join(LABELS[name].render(self._lang) for name in left)
            print(f"\r{say('looking', self._lang, names)[:78]}", end="", file=self._err, flush=True)

    def _wipe(self) -> None:
        if self._shows_progress:
            print("\r\x1b[K", end="", file=self._err, flush=True)


def count_states(examined: Iterable[ProbeReport]) -> Counter[State]:
    """How many findings of each state."""
    return Counter(finding.state for one in examined for finding in one.findings)


def build_report(station: str | None, at: str, examined: Iterable[ProbeReport]) -> dict[str, Any]:
    """The whole examination as plain values."""
    rows = list(examined)
    count = count_states(rows)
    return {
        "station": station,
        "at": at,
        "good": count["fault"] == 0,
        "count": {state: count[state] for state in GRAVEST_FIRST},
        "probes": [
            {
                "name": one.name,
                "took_s": round(one.took_s, 3),
                "findings": [finding.to_dict() for finding in one.findings],
            }
            for one in rows
        ],
    }

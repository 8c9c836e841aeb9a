"""The live view: what each station does, what is on air, what was refused and why."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from central.store.database import Database
from central.store.records import list_plays, list_refusals
from central.testbed.assertions import Assertion
from central.testbed.stations import PAGE_PIN

LINES = 12
ARROW = {"full": "✓", "cut": "✂", "skipped": "–", "failed": "✗"}


class DemoState(Protocol):
    """What the view shows."""

    @property
    def database(self) -> Database:
        """The collector's."""


class View:
    """A terminal shows a live picture; a pipe gets one line an event."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stdout)
        self._events: deque[Text] = deque(maxlen=LINES)
        self._began = time.monotonic()
        self._told_plays = 0
        self._told_refusals = 0

    def say(self, vi: str, en: str) -> None:
        """Print one event of the scenario."""
        self._tell(Text.assemble((vi, "bold"), "  ", (en, "dim")))

    def _tell(self, text: Text) -> None:
        stamp = f"{time.monotonic() - self._began:5.1f}s  "
        line = Text.assemble((stamp, "cyan"), text)
        self._events.append(line)
        if not self._console.is_terminal:
            self._console.print(line, soft_wrap=True)

    async def follow(self, stage: DemoState) -> None:
        """Refresh until cancelled."""
        if not self._console.is_terminal:
            while True:
                await asyncio.to_thread(self._catch_up, stage.database)
                await asyncio.sleep(0.5)
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            while True:
                picture = await asyncio.to_thread(self._picture, stage.database)
                live.update(picture, refresh=True)
                await asyncio.sleep(0.5)

    def _catch_up(self, book: Database) -> None:
        """Print what has arrived at the centre since the last call."""
        plays, refusals = list_plays(book), list_refusals(book)
        for play in plays[self._told_plays :]:
            mark = ARROW[play["result"]]
            words = (
                f"{mark} {play['title']} · {play['output']} · {play['duration_ms'] / 1000:.1f} s"
            )
            self._tell(Text(f"{words} {play['reason'] or ''}", style="green"))
        for refusal in refusals[self._told_refusals :]:
            self._tell(
                Text(f"⛔ {refusal['code']} · {refusal['kind']} · {refusal['hint']}", style="red")
            )
        self._told_plays, self._told_refusals = len(plays), len(refusals)

    def _picture(self, book: Database) -> Group:
        self._catch_up(book)
        return Group(
            self._stations(book.health()),
            Panel(Group(*self._events), title="Diễn biến · Events", border_style="cyan"),
        )

    def _stations(self, health: dict[str, dict[str, Any]]) -> Table:
        table = Table(title="Trạm tin", expand=True)
        for title in ("Trạm · Station", "Đang phát · On air", "Tiếp theo · Next"):
            table.add_column(title, ratio=2)
        table.add_column("Tăng âm · Amplifiers")
        table.add_column("Đồng hồ · Clock")
        for station, state in sorted(health.items()):
            table.add_row(
                station,
                _titles(state["on_air"]),
                _titles(state["next"]),
                " ".join(f"{name}:{on}" for name, on in state["switches"].items()) or "–",
                state["clock"]["quality"],
            )
        return table

    def show_verdict(self, findings: Sequence[Assertion], folder: Path) -> None:
        """Print the verdict, and where the files are."""
        table = Table(title="Kết luận · Verdict", expand=True)
        table.add_column("")
        table.add_column("Điều phải đúng · What must hold", ratio=3)
        table.add_column("", ratio=1)
        for finding in findings:
            mark = Text("✓", "green") if finding.is_good else Text("✗", "bold red")
            table.add_row(mark, f"{finding.what_vi}\n[dim]{finding.what_en}[/dim]", finding.why)
        self._console.print(table)
        is_good = all(finding.is_good for finding in findings)
        words = "ĐẠT · PASSED" if is_good else "KHÔNG ĐẠT · FAILED"
        self._console.print(Text(words, style="bold green" if is_good else "bold red"))
        self._console.print(f"Nghe và xem · Listen and look: {folder}", soft_wrap=True)

    def show_pages(self, pages: Mapping[str, str]) -> None:
        """Print where the stations' pages are, while they run."""
        for name, address in pages.items():
            line = f"Trang trạm · The page of {name}: {address} (PIN {PAGE_PIN})"
            self._console.print(line, soft_wrap=True)


def _titles(outputs: dict[str, dict[str, Any] | None]) -> str:
    return "\n".join(item["title"] for item in outputs.values() if item) or "–"

"""The tables of what the centre knows: on the terminal for a person, as JSON for a program."""

from __future__ import annotations

import msgspec

from central.collector.report_rules import escape_control, strip_control
from central.messages.table_messages import COLUMNS, TITLES
from central.reports.table_text import render_cell
from central.reports.tables import collect_rows
from central.store.database import Database
from texts.catalogue import Lang

# the columns that a person needs first never wrap; the others do
_WHOLE = ("station", "result", "document", "wordless")


def show_json(database: Database, what: tuple[str, ...]) -> str:
    """One JSON object: the name of each table to its rows."""
    rows = {name: collect_rows(database, name) for name in what}
    return escape_control(msgspec.json.encode(rows).decode())


def show_tables(database: Database, what: tuple[str, ...], lang: Lang) -> None:
    """Tables on the terminal."""
    from rich import text as rich_text
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if "plays" in what and "totals" not in what:
        what = ("on-air", "totals", *what)
    for name in what:
        table = Table(title=TITLES[name].render(lang))
        for column, words in COLUMNS[name].items():
            table.add_column(words.render(lang), overflow="fold", no_wrap=column in _WHOLE)
        for row in collect_rows(database, name):
            # no str: a station's text may hold the brackets of rich's own markup
            cells = (strip_control(render_cell(row, column, lang)) for column in COLUMNS[name])
            table.add_row(*map(rich_text.Text, cells))
        console.print(table)

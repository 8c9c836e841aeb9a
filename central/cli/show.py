"""What the centre knows, for a person (tables) or a program (JSON)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from central.cli.table_rows import Row, collect_rows
from central.collector.report_rules import escape_control, strip_control
from central.documents.summary import format_moment
from central.messages.catalogue import PHRASES, name_language, translate
from central.publication.numbering import format_number
from central.reports.plays import (
    describe_on_air,
    describe_play,
    name_output,
    shorten_title,
)
from central.store.database import Database
from texts.catalogue import Catalogue, Lang, Text

_TITLES: Catalogue = {
    "stations": Text("Trạm", "Stations"),
    "documents": Text("Văn bản đã giao", "Documents handed out"),
    "issues": Text("Sự cố đang có", "Issues that last"),
    "issue-log": Text("Sự cố đã báo", "Issues that began and ended"),
    "on-air": Text("Đang phát, theo báo cáo mới nhất", "On air, by the latest reports"),
    "totals": Text("Tổng số đã nghe, đã thấy", "Heard and seen, in all"),
    "plays": Text("Đã phát", "Plays"),
    "refusals": Text("Đã từ chối", "Refusals"),
    "silences": Text("Ngắt tiếng", "Silences"),
    "gaps": Text("Bản ghi còn thiếu", "Missing records"),
    "faults": Text("Báo cáo bất thường", "Faults of reports"),
}
_COLUMNS: dict[str, Catalogue] = {
    "stations": {
        "station": Text("Trạm", "Station"),
        "online": Text("Kết nối", "Online"),
        "at": Text("Lúc", "At"),
        "clock": Text("Đồng hồ", "Clock"),
        "issues": Text("Sự cố", "Issues"),
    },
    "documents": {
        "target": Text("Gửi tới", "To"),
        "document": Text("Văn bản", "Document"),
        "expires": Text("Hết hạn", "Expires"),
        "sent": Text("Đã gửi", "Sent"),
    },
    "issues": {
        "station": Text("Trạm", "Station"),
        "severity": Text("Mức", "Severity"),
        "issue": Text("Sự cố", "Issue"),
        "repair": Text("Việc cần làm", "What to do"),
    },
    "issue-log": {
        "station": Text("Trạm", "Station"),
        "at": Text("Lúc", "At"),
        "state": Text("Việc", "Event"),
        "issue": Text("Sự cố", "Issue"),
    },
    "on-air": {
        "station": Text("Trạm", "Station"),
        "at": Text("Báo lúc", "Told at"),
        "on_air": Text("Nội dung", "What"),
    },
    "totals": {
        "what": Text("Nội dung", "What"),
        "where": Text("Ở đâu", "Where"),
        "language": Text("Tiếng", "Language"),
        "full": Text("Trọn", "Full"),
        "cut": Text("Ngắt", "Cut"),
        "skipped": Text("Bỏ", "Skip"),
        "failed": Text("Hỏng", "Fail"),
        "wordless": Text("Không lời", "No words"),
    },
    "plays": {
        "station": Text("Trạm", "Station"),
        "start": Text("Lúc", "At"),
        "play": Text("Nội dung", "What"),
        "result": Text("Kết quả", "Result"),
    },
    "refusals": {
        "station": Text("Trạm", "Station"),
        "at": Text("Lúc", "At"),
        "code": Text("Mã", "Code"),
        "kind": Text("Tài liệu", "Document"),
        "count": Text("Số lần", "Times"),
        "hint": Text("Vì sao", "Why"),
    },
    "silences": {
        "station": Text("Trạm", "Station"),
        "at": Text("Lúc", "At"),
        "switched": Text("Việc", "Event"),
        "order": Text("Lệnh", "Order"),
    },
    "gaps": {
        "station": Text("Trạm", "Station"),
        "epoch": Text("Kỷ", "Epoch"),
        "first": Text("Từ", "From"),
        "last": Text("Đến", "To"),
    },
    "faults": {
        "station": Text("Trạm", "Station"),
        "code": Text("Mã", "Code"),
        "detail": Text("Chi tiết", "Detail"),
        "times": Text("Số lần", "Times"),
    },
}
# column -> code -> word
_WORDS: dict[str, Catalogue] = {
    "severity": {
        "fault": Text("HỎNG", "FAULT"),
        "warning": Text("nhắc", "warning"),
    },
    "switched": {
        "stop": Text("ngắt hết", "stop"),
        "pause": Text("tạm dừng", "pause"),
        "on": Text("bật", "on"),
        "off": Text("tắt", "off"),
        "lifted": Text("đã mở lại", "lifted"),
        "replaced": Text("có lệnh mới thay", "replaced"),
        "expired": Text("hết hạn", "expired"),
        "withdrawn": Text("hết hiệu lực", "out of force"),
    },
    "class": {name: PHRASES[f"class.{name}"] for name in ("routine", "priority", "emergency")},
    "result": {
        "full": Text("phát trọn", "played in full"),
        "cut": Text("bị ngắt", "cut"),
        "skipped": Text("bị bỏ qua", "skipped"),
        "failed": Text("không phát được", "failed"),
    },
    "state": {
        "begins": Text("bắt đầu", "begins"),
        "ends": Text("hết", "ends"),
    },
}
# the columns that a person needs first never wrap; the others do
_WHOLE = ("station", "result", "document", "wordless")
_LOCAL = ("at", "since", "start", "until", "expires")  # UTC+7, local time


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
        table = Table(title=_TITLES[name].render(lang))
        for column, words in _COLUMNS[name].items():
            table.add_column(words.render(lang), overflow="fold", no_wrap=column in _WHOLE)
        for row in collect_rows(database, name):
            # no str: a station's text may hold the brackets of rich's own markup
            cells = (strip_control(_cell(row, column, lang)) for column in _COLUMNS[name])
            table.add_row(*map(rich_text.Text, cells))
        console.print(table)


def _cell(row: Row, column: str, lang: Lang) -> str:
    tell = _TOLD.get(column)
    if tell is not None:
        return tell(row, lang)
    value = row.get(column)
    return _local(str(value)) if column in _LOCAL and value else _format(value, column, lang)


def _local(utc: str) -> str:
    """Local time; a text that a station made up, as it is."""
    try:
        return format_moment(utc)
    except ValueError:
        return utc


def _name_document(row: Row, lang: Lang) -> str:
    """Kind, slot and number, then the id on a line of its own."""
    number = format_number((row["epoch"], row["seq"]))
    return f"{translate(lang, 'kind.' + row['kind'])} “{row['slot']}” {number}\n{row['doc_id']}"


def _describe_issue(row: Row, lang: Lang) -> str:
    """Return the issue, then where, since when and the station's own detail."""
    lines = [str(row["text"].get(lang, row["kind"]))]
    for name, value in (
        ("subject", row.get("subject")),
        ("since", _since(row)),
        ("hint", row.get("hint")),
    ):
        if value:
            lines.append(translate(lang, f"issue.{name}", value))
    return "\n".join(lines)


def _since(row: Row) -> str | None:
    return _local(str(row["since"])) if row.get("since") else None


def _describe_silence(row: Row, lang: Lang) -> str:
    """Return who ordered or lifted a silence, why, until when, and its document."""
    lines = [str(row["by"])] if row.get("by") else []
    if row.get("why"):
        lines.append(translate(lang, "why", row["why"]))
    if row.get("until"):
        lines.append(translate(lang, "order.until", _local(str(row["until"]))))
    if row.get("editor") or row.get("approver"):
        lines.append(
            translate(lang, "play.people", row.get("editor") or "–", row.get("approver") or "–")
        )
    lines += [str(row["doc_id"])] if row.get("doc_id") else []
    return "\n".join(lines) or "–"


def _format(value: Any, column: str, lang: Lang) -> str:
    if column in _WORDS:
        word = _WORDS[column].get(str(value))  # a newer box may know more of them
        return word.render(lang) if word is not None else str(value)
    if isinstance(value, dict):
        return str(value.get(lang, "–"))
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return "–" if value is None else str(value)


# columns whose cell combines several members of a row
_TOLD: dict[str, Callable[[Row, Lang], str]] = {
    "document": _name_document,
    "issue": _describe_issue,
    "order": _describe_silence,
    "play": describe_play,
    "on_air": describe_on_air,
    "where": name_output,
    "what": lambda row, _: shorten_title(row["title"]),
    "language": lambda row, lang: name_language(row["lang"], lang),
}

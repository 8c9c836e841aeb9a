"""What the centre knows, for a person (tables) or a program (JSON)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from agent.contract.issue_kind import Lang
from central.cli.table_rows import Row, collect_rows
from central.describe import format_moment
from central.numbering import format_number
from central.phrase import LANGS, say
from central.report_rule import escape_control, strip_control
from central.show_play import (
    name_lang,
    name_output,
    shorten_title,
    tell_on_air,
    tell_play,
)
from central.store.database import Database

_TITLES: dict[str, dict[Lang, str]] = {
    "stations": {"vi": "Trạm", "en": "Stations"},
    "documents": {"vi": "Văn bản đã giao", "en": "Documents handed out"},
    "issues": {"vi": "Sự cố đang có", "en": "Issues that last"},
    "issue-log": {"vi": "Sự cố đã báo", "en": "Issues that began and ended"},
    "on-air": {"vi": "Đang phát, theo báo cáo mới nhất", "en": "On air, by the latest reports"},
    "totals": {"vi": "Tổng số đã nghe, đã thấy", "en": "Heard and seen, in all"},
    "plays": {"vi": "Đã phát", "en": "Plays"},
    "refusals": {"vi": "Đã từ chối", "en": "Refusals"},
    "silences": {"vi": "Ngắt tiếng", "en": "Silences"},
    "gaps": {"vi": "Bản ghi còn thiếu", "en": "Missing records"},
    "faults": {"vi": "Báo cáo bất thường", "en": "Faults of reports"},
}
_COLUMNS: dict[str, dict[str, dict[Lang, str]]] = {
    "stations": {
        "station": {"vi": "Trạm", "en": "Station"},
        "online": {"vi": "Kết nối", "en": "Online"},
        "at": {"vi": "Lúc", "en": "At"},
        "clock": {"vi": "Đồng hồ", "en": "Clock"},
        "issues": {"vi": "Sự cố", "en": "Issues"},
    },
    "documents": {
        "target": {"vi": "Gửi tới", "en": "To"},
        "document": {"vi": "Văn bản", "en": "Document"},
        "expires": {"vi": "Hết hạn", "en": "Expires"},
        "sent": {"vi": "Đã gửi", "en": "Sent"},
    },
    "issues": {
        "station": {"vi": "Trạm", "en": "Station"},
        "severity": {"vi": "Mức", "en": "Severity"},
        "issue": {"vi": "Sự cố", "en": "Issue"},
        "repair": {"vi": "Việc cần làm", "en": "What to do"},
    },
    "issue-log": {
        "station": {"vi": "Trạm", "en": "Station"},
        "at": {"vi": "Lúc", "en": "At"},
        "state": {"vi": "Việc", "en": "Event"},
        "issue": {"vi": "Sự cố", "en": "Issue"},
    },
    "on-air": {
        "station": {"vi": "Trạm", "en": "Station"},
        "at": {"vi": "Báo lúc", "en": "Told at"},
        "on_air": {"vi": "Nội dung", "en": "What"},
    },
    "totals": {
        "what": {"vi": "Nội dung", "en": "What"},
        "where": {"vi": "Ở đâu", "en": "Where"},
        "language": {"vi": "Tiếng", "en": "Language"},
        "full": {"vi": "Trọn", "en": "Full"},
        "cut": {"vi": "Ngắt", "en": "Cut"},
        "skipped": {"vi": "Bỏ", "en": "Skip"},
        "failed": {"vi": "Hỏng", "en": "Fail"},
        "wordless": {"vi": "Không lời", "en": "No words"},
    },
    "plays": {
        "station": {"vi": "Trạm", "en": "Station"},
        "start": {"vi": "Lúc", "en": "At"},
        "play": {"vi": "Nội dung", "en": "What"},
        "result": {"vi": "Kết quả", "en": "Result"},
    },
    "refusals": {
        "station": {"vi": "Trạm", "en": "Station"},
        "at": {"vi": "Lúc", "en": "At"},
        "code": {"vi": "Mã", "en": "Code"},
        "kind": {"vi": "Tài liệu", "en": "Document"},
        "count": {"vi": "Số lần", "en": "Times"},
        "hint": {"vi": "Vì sao", "en": "Why"},
    },
    "silences": {
        "station": {"vi": "Trạm", "en": "Station"},
        "at": {"vi": "Lúc", "en": "At"},
        "switched": {"vi": "Việc", "en": "Event"},
        "order": {"vi": "Lệnh", "en": "Order"},
    },
    "gaps": {
        "station": {"vi": "Trạm", "en": "Station"},
        "epoch": {"vi": "Kỷ", "en": "Epoch"},
        "first": {"vi": "Từ", "en": "From"},
        "last": {"vi": "Đến", "en": "To"},
    },
    "faults": {
        "station": {"vi": "Trạm", "en": "Station"},
        "code": {"vi": "Mã", "en": "Code"},
        "detail": {"vi": "Chi tiết", "en": "Detail"},
        "times": {"vi": "Số lần", "en": "Times"},
    },
}
# column -> code -> word
_WORDS: dict[str, dict[str, dict[Lang, str]]] = {
    "severity": {
        "fault": {"vi": "HỎNG", "en": "FAULT"},
        "warning": {"vi": "nhắc", "en": "warning"},
    },
    "switched": {
        "stop": {"vi": "ngắt hết", "en": "stop"},
        "pause": {"vi": "tạm dừng", "en": "pause"},
        "on": {"vi": "bật", "en": "on"},
        "off": {"vi": "tắt", "en": "off"},
        "lifted": {"vi": "đã mở lại", "en": "lifted"},
        "replaced": {"vi": "có lệnh mới thay", "en": "replaced"},
        "expired": {"vi": "hết hạn", "en": "expired"},
        "withdrawn": {"vi": "hết hiệu lực", "en": "out of force"},
    },
    "class": {
        name: {lang: say(lang, f"class.{name}") for lang in LANGS}
        for name in ("routine", "priority", "emergency")
    },
    "result": {
        "full": {"vi": "phát trọn", "en": "played in full"},
        "cut": {"vi": "bị ngắt", "en": "cut"},
        "skipped": {"vi": "bị bỏ qua", "en": "skipped"},
        "failed": {"vi": "không phát được", "en": "failed"},
    },
    "state": {
        "begins": {"vi": "bắt đầu", "en": "begins"},
        "ends": {"vi": "hết", "en": "ends"},
    },
}
# what a person looks for first: never broken over two lines, while the others fold
_WHOLE = ("station", "result", "document", "wordless")
_LOCAL = ("at", "since", "start", "until", "expires")  # UTC+7, as people's watches


def show_json(database: Database, what: tuple[str, ...]) -> str:
    """One JSON object: the name of each table to its rows."""
    rows = {name: collect_rows(database, name) for name in what}
    return escape_control(msgspec.json.encode(rows).decode())


def show_tables(database: Database, what: tuple[str, ...], lang: Lang) -> None:
    """Tables on the terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if "plays" in what and "totals" not in what:
        what = ("on-air", "totals", *what)
    for name in what:
        table = Table(title=_TITLES[name][lang])
        for column, words in _COLUMNS[name].items():
            table.add_column(words[lang], overflow="fold", no_wrap=column in _WHOLE)
        for row in collect_rows(database, name):
            # Text, not str: what a station tells may hold the brackets of rich's own markup
            cells = (strip_control(_cell(row, column, lang)) for column in _COLUMNS[name])
            table.add_row(*map(Text, cells))
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
    return f"{say(lang, 'kind.' + row['kind'])} “{row['slot']}” {number}\n{row['doc_id']}"


def _tell_issue(row: Row, lang: Lang) -> str:
    """What, then where, since when and what the station itself says of it."""
    lines = [str(row["text"].get(lang, row["kind"]))]
    for name, value in (
        ("subject", row.get("subject")),
        ("since", _since(row)),
        ("hint", row.get("hint")),
    ):
        if value:
            lines.append(say(lang, f"issue.{name}", value))
    return "\n".join(lines)


def _since(row: Row) -> str | None:
    return _local(str(row["since"])) if row.get("since") else None


def _tell_order(row: Row, lang: Lang) -> str:
    """By whom a silence was ordered or lifted, why, until when, and its document."""
    lines = [str(row["by"])] if row.get("by") else []
    if row.get("why"):
        lines.append(say(lang, "why", row["why"]))
    if row.get("until"):
        lines.append(say(lang, "order.until", _local(str(row["until"]))))
    if row.get("editor") or row.get("approver"):
        lines.append(say(lang, "play.people", row.get("editor") or "–", row.get("approver") or "–"))
    lines += [str(row["doc_id"])] if row.get("doc_id") else []
    return "\n".join(lines) or "–"


def _format(value: Any, column: str, lang: Lang) -> str:
    if column in _WORDS:
        word = _WORDS[column].get(str(value))  # a newer box may know more of them
        return word[lang] if word is not None else str(value)
    if isinstance(value, dict):
        return str(value.get(lang, "–"))
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return "–" if value is None else str(value)


# columns whose cell is made of several members of a row
_TOLD: dict[str, Callable[[Row, Lang], str]] = {
    "document": _name_document,
    "issue": _tell_issue,
    "order": _tell_order,
    "play": tell_play,
    "on_air": tell_on_air,
    "where": name_output,
    "what": lambda row, _: shorten_title(row["title"]),
    "language": lambda row, lang: name_lang(row["lang"], lang),
}

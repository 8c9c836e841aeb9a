"""A table of poles as spreadsheets save it: CSV, with or without BOM.

Excel in Vietnamese separates by semicolons and writes a decimal comma; its "Unicode text" is UTF-16
with Tabs. Headings may be Vietnamese, with or without accents.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from agent.errors import YamlFaults
from central.messages.catalogue import PHRASES
from central.neighbours.pole_row import Horns, Id, Metres, Name, PoleRow, Reach
from strict_yaml.messages import MESSAGES
from strict_yaml.suggestions import plain_letters
from strict_yaml.validation_fault import CodedText, ValidationFault

CATALOGUE = {**MESSAGES, **PHRASES}
# by their plain letters
HEADINGS: Mapping[str, str] = {
    "id": "id", "station": "id", "ma": "id", "ma tram": "id", "tram": "id",
    "name": "name", "ten": "name", "ten cot": "name", "ten tram": "name",
    "lat": "lat", "latitude": "lat", "vi do": "lat",
    "lon": "lon", "lng": "lon", "long": "lon", "longitude": "lon", "kinh do": "lon",
    "x": "x", "east": "x", "y": "y", "north": "y",
    "horns": "horns", "huong": "horns", "huong loa": "horns",
    "reach": "reach_m", "reach m": "reach_m", "tam nghe": "reach_m", "tam nghe m": "reach_m",
}  # fmt: skip
_TYPES: Mapping[str, Any] = {
    "id": Id, "name": Name, "lat": float, "lon": float, "x": Metres, "y": Metres,
    "horns": Horns, "reach_m": Reach,
}  # fmt: skip
_FORMS = {
    "id": ("form", "tv-cl-0007"), "name": ("length_at_most", "64"), "horns": ("echo.horns",),
    "reach_m": ("between", "20", "3000"),
}  # fmt: skip


def read_table(raw: bytes, name: str) -> tuple[list[PoleRow], list[int]]:
    """The rows of a table and the lines on which they stand.

    Args:
        raw: the file.
        name: of the file, for faults.

    Raises:
        YamlFaults: every fault of the table, with line and column.
    """
    text = _decode(raw, name)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    table = _Table(name)
    try:
        table.read_heading(next(lines, []))
        for cells in lines:
            if any(cell.strip() for cell in cells):
                table.read_row(cells, lines.line_num)
    except csv.Error as error:
        table.fault(lines.line_num, 1, "", "echo.table", got=str(error))
    if table.faults:
        raise YamlFaults(table.faults)
    return table.rows, table.lines


class _Table:
    """One pass over the lines of a table."""

    def __init__(self, name: str) -> None:
        self.rows: list[PoleRow] = []
        self.lines: list[int] = []
        self.faults: list[ValidationFault] = []
        self._name = name
        self._columns: list[str | None] = []

    def fault(self, line: int, column: int, key: str, code: str, *args: str, got: str) -> None:
        """Add a fault; `column` counts cells from 1."""
        self.faults.append(
            ValidationFault(
                self._name, line, column, key, "bad_value", got, CodedText(code, args),
                catalogue=CATALOGUE,
            )
        )  # fmt: skip

    def read_heading(self, cells: list[str]) -> None:
        for cell in cells:
            words = re.sub(r"[^a-z]+", " ", plain_letters(cell)).strip()
            self._columns.append(HEADINGS.get(words))
        known = [column for column in self._columns if column is not None]
        if "id" not in known or len(set(known)) != len(known):
            self.fault(1, 1, "", "echo.headings", got=", ".join(cells)[:80])
            self._columns = []

    def read_row(self, cells: list[str], line: int) -> None:
        if not self._columns:
            return
        before = len(self.faults)
        values = {}
        for number, (column, cell) in enumerate(zip(self._columns, cells, strict=False), 1):
            if column is not None and cell.strip():
                values[column] = self._value(column, cell.strip(), line, number)
        if any(cell.strip() for cell in cells[len(self._columns) :]):
            self.fault(line, len(self._columns) + 1, "", "echo.cells", got=cells[-1])
        if "id" not in values:
            self.fault(line, 1, "id", "form", "tv-cl-0007", got="–")
        if len(self.faults) == before:
            self.rows.append(PoleRow(**values))
            self.lines.append(line)

    def _value(self, column: str, cell: str, line: int, number: int) -> Any:
        try:
            return msgspec.convert(_parse(column, cell), _TYPES[column])
        except ValueError:
            code, *args = _FORMS.get(column, ("echo.number",))
            self.fault(line, number, column, code, *args, got=cell)
            return None


def _parse(column: str, cell: str) -> object:
    if column in {"id", "name"}:
        return cell
    if column == "horns":
        return [_number(part) for part in re.split(r"[\s;/|+]+", cell.replace("°", " ").strip())]
    return _number(cell)


def _number(text: str) -> float:
    """A number with a decimal point or a decimal comma; no separator of thousands.

    Raises:
        ValueError: another form.
    """
    plain = text.strip().rstrip("°").strip()
    if not re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?", plain):
        raise ValueError(text)
    value = float(plain.replace(",", "."))
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _decode(raw: bytes, name: str) -> str:
    is_wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return raw.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        expected = CodedText("saved_as_utf8")
        raise YamlFaults([ValidationFault(name, 1, 1, "", "not_utf8", "", expected)]) from error


def _separator(text: str) -> str:
    """The one that the heading has most of."""
    heading = text.partition("\n")[0]
    return max(";\t,", key=heading.count)

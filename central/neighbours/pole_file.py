"""poles.yaml or poles.csv → poles, all faults at once with their places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.errors import YamlFaults
from central.neighbours.pole import Geodetic, Metric, Pole, Position, distance_m, place_on_plane
from central.neighbours.pole_row import PoleFile, PoleRow
from central.neighbours.pole_table import CATALOGUE, read_table
from strict_yaml.loader import load_yaml
from strict_yaml.node import Mark, Node, find_mark
from strict_yaml.validation_fault import CodedText, ValidationFault

TABLES = frozenset({".csv", ".tsv", ".txt"})
REACH_M = 300.0
LEAST_APART_M = 0.5  # nearer, they are one pole entered twice
# mainland and islands, with a margin; no latitude of it is also a longitude
LATITUDES, LONGITUDES = (6.0, 24.0), (102.0, 118.0)


def load_poles(path: Path, reach_m: float | None = None) -> list[Pole]:
    """Read poles; a name that ends in `.csv`, `.tsv` or `.txt` is a table, others are YAML.

    Args:
        path: the file.
        reach_m: of poles that state none; None: the file's own, or 300 m.

    Raises:
        YamlFaults: every fault of the file, with line and column.
    """
    default = None
    if path.suffix.lower() in TABLES:
        rows, lines = read_table(path.read_bytes(), str(path))
        source = _Source(str(path), [Mark(line, 1) for line in lines])
    else:
        file, tree, faults = load_yaml(_decode(path), PoleFile, str(path))
        if file is None or tree is None or faults:
            raise YamlFaults(faults)
        rows, default = file.poles, file.reach_m
        source = _Source(str(path), list(_marks(tree, len(rows))))
    poles = _check(rows, source, reach_m or default or REACH_M)
    if source.faults:
        raise YamlFaults(source.faults)
    return poles


@dataclass(frozen=True)
class _Source:
    """Where each row begins, and the faults that were found."""

    name: str
    marks: Sequence[Mark]
    faults: list[ValidationFault] = field(default_factory=list)

    def fault(self, index: int | None, key: str, code: str, *args: str, got: str = "") -> None:
        """Add a fault of a row, or of the whole file."""
        mark = self.marks[index] if index is not None else Mark(1, 1)
        path = "poles" if index is None else f"poles[{index}].{key}"
        self.faults.append(
            ValidationFault(
                self.name, mark.line, mark.column, path, "bad_value", got, CodedText(code, args),
                catalogue=CATALOGUE,
            )
        )  # fmt: skip


def _marks(tree: Node, count: int) -> Iterator[Mark]:
    return (find_mark(tree, ("poles", index)) for index in range(count))


def _decode(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        expected = CodedText("saved_as_utf8")
        fault = ValidationFault(str(path), 1, 1, "", "not_utf8", "", expected)
        raise YamlFaults([fault]) from error


def _check(rows: Sequence[PoleRow], source: _Source, reach_m: float) -> list[Pole]:
    if len(rows) < 2:
        source.fault(None, "", "echo.two_poles", got=str(len(rows)))
    poles: list[Pole] = []
    first: dict[str, int] = {}
    for index, row in enumerate(rows):
        known = first.setdefault(row.id.lower(), index)
        if known != index:
            source.fault(index, "id", "once", str(source.marks[known].line), got=row.id)
        position = _position(row, index, source)
        if position is None:
            continue
        if poles and type(position) is not type(poles[0].position):
            source.fault(index, "lat", "echo.one_kind", got=row.id)
        horns = tuple(horn % 360 for horn in row.horns)
        poles.append(Pole(row.id, position, row.name, horns, row.reach_m or reach_m))
    if poles and not source.faults:
        _check_apart(poles, source)
    return poles


def _position(row: PoleRow, index: int, source: _Source) -> Position | None:
    if row.lat is not None and row.lon is not None and row.x is row.y is None:
        return _geodetic(row.lat, row.lon, index, source)
    if row.x is not None and row.y is not None and row.lat is row.lon is None:
        return Metric(row.x, row.y)
    source.fault(index, "lat", "echo.position", got=row.id)
    return None


def _geodetic(lat: float, lon: float, index: int, source: _Source) -> Geodetic | None:
    got = f"{lat:g}, {lon:g}"
    if _lies(lat, LATITUDES) and _lies(lon, LONGITUDES):
        return Geodetic(lat, lon)
    if _lies(lon, LATITUDES) and _lies(lat, LONGITUDES):
        source.fault(index, "lat", "echo.swapped", f"{lon:g}", f"{lat:g}", got=got)
    else:
        source.fault(index, "lat", "echo.vietnam", got=got)
    return None


def _lies(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _check_apart(poles: Sequence[Pole], source: _Source) -> None:
    """Two poles at one place are most often a line that was copied; found from west to east."""
    places = place_on_plane(poles)
    order = sorted(range(len(poles)), key=places.__getitem__)
    for rank, index in enumerate(order):
        for other in order[rank + 1 :]:
            if places[other][0] - places[index][0] > 2 * LEAST_APART_M:
                break
            if distance_m(poles[index].position, poles[other].position) < LEAST_APART_M:
                early, late = sorted((index, other))
                source.fault(late, "lat", "echo.same_place", poles[early].id, got=poles[late].id)

"""`config/REFERENCE.md`: every key of station.yaml, from the model and its descriptions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec import NODEFAULT, inspect

from agent.settings.key_docs.catalogue import KEYS, unit_of
from agent.settings.schema import ModelRow, bare_type, walk_model
from strict_yaml.type_messages import form_of

HEAD = """\
# Mọi khoá của station.yaml · Every key of station.yaml

*Sinh ra từ mô hình bằng `make reference`, đừng sửa tay.
Generated from the model by `make reference`, do not edit.*

| | |
|---|---|
| tệp mẫu · examples | [station.example.yaml](station.example.yaml), \
[board.example.yaml](board.example.yaml) |
| kiểm tra · check | `sudo tramtin check /etc/tramtin/station.yaml` |
| đang dùng gì · what is in force | `sudo tramtin check /etc/tramtin/station.yaml --print` |
| nghiệm thu · commissioning | [CHECKS.md](CHECKS.md) |

`[]` là từng mục của một danh sách; mỗi mục bắt đầu bằng dấu `-`.
`[]` stands for each item of a list; each begins with a `-`.
"""
COLUMNS = (
    "khoá · key",
    "nghĩa · meaning",
    "nhận · accepts",
    "đơn vị · unit",
    "mặc định · default",
    "bắt buộc · required",
    "ví dụ · example",
)


def build_reference() -> str:
    """The page's text."""
    sections: dict[str, list[ModelRow]] = {}
    for row in walk_model():
        sections.setdefault(row.path.rpartition(".")[0], []).append(row)
    parts = [HEAD]
    for place, rows in sections.items():
        title = f"## `{place}`\n" if place else "## Cả tệp · The whole file\n"
        parts.append("\n".join([title, *_intro(place), *_table(rows)]) + "\n")
    return "\n".join(parts)


def _intro(place: str) -> Iterator[str]:
    key = KEYS.get(place.removesuffix("[]"))
    if key is not None:
        text = key.text
        yield f"{text.vi[0].upper()}{text.vi[1:]}.<br>{text.en[0].upper()}{text.en[1:]}.\n"


def _table(rows: list[ModelRow]) -> Iterator[str]:
    yield _line(COLUMNS)
    yield _line("---" for _ in COLUMNS)
    for row in rows:
        key = KEYS[row.path]
        yield _line(
            (
                f"`{row.path.rpartition('.')[2]}`",
                f"{key.text.vi}<br>{key.text.en}",
                _accepts(row.field.type),
                unit_of(row.path),
                _default(row),
                "**có · yes**" if row.field.required else "",
                f"`{_value(key.example)}`" if key.example is not None else "",
            )
        )


def _line(cells: Any) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _default(row: ModelRow) -> str:
    is_empty = row.default is NODEFAULT or row.default is None or row.default in ([], {})
    return "" if is_empty or isinstance(row.default, dict) else f"`{_value(row.default)}`"


def _value(value: Any) -> str:
    """The value in YAML notation."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, str):
        return value
    return f"{value:g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _accepts(type_: inspect.Type) -> str:
    """The form, the members or the range, in notation without words."""
    form = _form(type_)
    bare = bare_type(type_)
    match bare:
        case inspect.LiteralType():
            return " ".join(f"`{value}`" for value in bare.values)
        case inspect.IntType() | inspect.FloatType():
            return f"{_bound(bare.ge)}…{_bound(bare.le)}"
        case inspect.BoolType():
            return "`true` `false`"
        case inspect.ListType():
            form = _form(bare.item_type)
            sizes = f"{bare.min_length or 0}…{bare.max_length or ''} × "
            return sizes + (f"`{form}`" if form else "{…}")
        case inspect.StructType() | inspect.DictType():
            return "{…}"
    return f"`{form.rpartition('(')[2].rstrip(')')}`" if form else "…"


def _bound(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _form(type_: inspect.Type) -> str:
    if isinstance(type_, inspect.Metadata):
        return form_of(type_) or _form(type_.type)
    if isinstance(type_, inspect.UnionType):
        return next(filter(None, map(_form, type_.types)), "")
    return ""

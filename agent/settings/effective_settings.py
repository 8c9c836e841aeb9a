"""The settings in force, with defaults and hidden secrets, as YAML that can be loaded again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import inspect

from agent.settings.messages import translate
from agent.settings.model import Settings
from strict_yaml.node import Items, Node, Pairs
from strict_yaml.type_messages import is_secret
from strict_yaml.validation_fault import HIDDEN
from texts.catalogue import Lang

# a text that every YAML reader reads as text without quotes
_PLAIN = re.compile(r"/?[A-Za-z][A-Za-z0-9_./-]*")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def build_plain(settings: Settings) -> dict[str, Any]:
    """The settings as plain values, for programs; secrets hidden."""
    plain: dict[str, Any] = _hide(msgspec.to_builtins(settings), inspect.type_info(Settings))
    return plain


def build_effective(settings: Settings, tree: Node | None, lang: Lang) -> str:
    """The settings as YAML; values that the file does not set are marked as defaults."""
    note = translate("default_note", lang)
    return "\n".join(_lines(build_plain(settings), tree, 0, note)) + "\n"


def _hide(value: Any, type_: inspect.Type) -> Any:
    if value is not None and is_secret(type_):
        return HIDDEN
    if isinstance(type_, inspect.Metadata):
        return _hide(value, type_.type)
    if isinstance(type_, inspect.UnionType) and value is not None:
        return _hide(value, next(t for t in type_.types if not isinstance(t, inspect.NoneType)))
    if isinstance(type_, inspect.ListType):
        return [_hide(item, type_.item_type) for item in value]
    if isinstance(type_, inspect.StructType):
        return {
            field.encode_name: _hide(value[field.encode_name], field.type) for field in type_.fields
        }
    return value


def _lines(values: dict[str, Any], node: Node | None, depth: int, note: str) -> Iterator[str]:
    lead = "  " * depth
    for key, value in values.items():
        inner = node.get(key) if isinstance(node, Pairs) else None
        remark = "" if inner is not None else f"  # {note}"
        if isinstance(value, dict) and value:
            yield f"{lead}{key}:"
            yield from _lines(value, inner, depth + 1, note)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{lead}{key}:"
            nodes = inner.nodes if isinstance(inner, Items) else ()
            for index, item in enumerate(value):
                rows = _lines(item, nodes[index] if index < len(nodes) else None, depth + 2, note)
                yield f"{lead}  - {next(rows).lstrip()}"
                yield from rows
        else:
            yield f"{lead}{key}: {_scalar(value)}{remark}"


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        is_plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
        return value if is_plain else json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f")
    if isinstance(value, list):
        return "[" + ", ".join(map(_scalar, value)) + "]"
    return json.dumps(value)  # numbers, true, false, null, and {}

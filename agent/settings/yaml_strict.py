"""Strict YAML → a msgspec struct, judged by the struct's own types; all faults at once.

The model is walked field by field beside the tree, so that every fault keeps its node's mark.
Understood types: structs, list, dict[str, …], str, int, float, bool, None, Literal, unions, Any,
and `msgspec.Meta` constraints. What a reader is
shown in place of a pattern is the `description` of its `Meta(extra_json_schema=…)`.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import re
from collections.abc import Iterable
from typing import Any, TypeVar, cast

from msgspec import inspect

from agent.settings.fault import Fault, SettingsFaults, Words
from agent.settings.yaml_tree import Items, Mark, Node, Pairs, Reported, Scalar, join, read_tree

T = TypeVar("T")
_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?", re.ASCII)
_BOOLS = {"true": True, "false": False}
HIDDEN = "******"  # stands for a secret
_BAD: Any = object()  # stands for a value that has been reported


def load_yaml(text: str, type_: type[T], source: str) -> T:
    """Read YAML text as an instance of a msgspec struct.

    Args:
        text: the file's content.
        type_: the struct.
        source: how faults name the file.

    Raises:
        SettingsFaults: with every fault found.
    """
    value, _, faults = walk_yaml(text, type_, source)
    if faults:
        raise SettingsFaults(faults)
    return cast("T", value)


def walk_yaml(text: str, type_: type[T], source: str) -> tuple[T | None, Node | None, list[Fault]]:
    """As `load_yaml`, but for callers with rules of their own: value, tree and faults so far."""
    tree, faults = read_tree(text, source)
    if tree is None:
        return None, None, faults
    value = _Walk(source, faults).value(tree, inspect.type_info(type_), "")
    return (None if faults or value is _BAD else cast("T", value)), tree, faults


class _Walk:
    """One pass over tree and model."""

    def __init__(self, source: str, faults: list[Fault]) -> None:
        self._source = source
        self._faults = faults

    def value(  # noqa: PLR0911 - one line a kind of type
        self, node: Node, type_: inspect.Type, path: str, form: str = ""
    ) -> Any:
        """The node as a value of the type, or `_BAD` after reporting why not."""
        if isinstance(node, Reported):
            return _BAD
        if isinstance(type_, inspect.Metadata):
            return self._described(node, type_, path, form)
        match type_:
            case inspect.UnionType():
                return self._union(node, type_, path, form)
            case inspect.StructType():
                return self._struct(node, type_, path)
            case inspect.ListType():
                return self._list(node, type_, path)
            case inspect.DictType():
                return self._dict(node, type_, path)
            case inspect.AnyType():
                return self._any(node, path)
        return self._scalar(node, type_, path, form)

    def _described(self, node: Node, type_: inspect.Metadata, path: str, form: str) -> Any:
        """With the form that its type is described by; what is secret is never repeated."""
        before = len(self._faults)
        schema = type_.extra_json_schema or {}
        value = self.value(node, type_.type, path, str(schema.get("description", form)))
        if (type_.extra or {}).get("secret"):
            told = self._faults[before:]
            self._faults[before:] = [dataclasses.replace(fault, got=HIDDEN) for fault in told]
        return value

    def _union(self, node: Node, type_: inspect.UnionType, path: str, form: str) -> Any:
        """The first member whose kind of node fits; scalars from the narrowest to text."""
        members = sorted(type_.types, key=_narrowness)
        if isinstance(node, Scalar) and node.is_null and any(map(_is_none, members)):
            return None
        members = [member for member in members if not _is_none(member)]
        fitting = [member for member in members if _fits(node, member)]
        if fitting:
            return self.value(node, fitting[0], path, form)
        # one scalar member: let its own message speak
        if len(members) == 1:
            return self.value(node, members[0], path, form)
        return self._bad(node, path, "wrong_type", _either(members))

    def _struct(self, node: Node, type_: inspect.StructType, path: str) -> Any:
        if not isinstance(node, Pairs):
            return self._bad(node, path, "wrong_type", Words("mapping"))
        fields = {field.encode_name: field for field in type_.fields}
        values: dict[str, Any] = {}
        for key, child in node.pairs:
            inner = join(path, key.value)
            field = fields.get(key.value)
            if field is None:
                absent = [name for name in fields if node.get(name) is None]
                self._unknown(key, inner, absent or fields)
            else:
                values[field.name] = self.value(child, field.type, inner)
        missing = [f for f in type_.fields if f.required and f.name not in values]
        for field in missing:
            self._missing(node.mark, join(path, field.encode_name), field)
        if missing or any(value is _BAD for value in values.values()):
            return _BAD
        try:
            return type_.cls(**values)
        except (ValueError, TypeError) as error:  # the struct's own __post_init__
            return self._bad_mark(node.mark, path, "bad_together", Words("rule", (str(error),)))

    def _list(self, node: Node, type_: inspect.ListType, path: str) -> Any:
        if not isinstance(node, Items):
            return self._bad(node, path, "wrong_type", Words("list"))
        values = [
            self.value(child, type_.item_type, f"{path}[{index}]")
            for index, child in enumerate(node.nodes)
        ]
        too = _length_fault(len(node.nodes), type_.min_length, type_.max_length)
        if too is not None:
            return self._bad_mark(node.mark, path, "bad_value", too, str(len(node.nodes)))
        return _BAD if any(value is _BAD for value in values) else values

    def _dict(self, node: Node, type_: inspect.DictType, path: str) -> Any:
        if not isinstance(node, Pairs):
            return self._bad(node, path, "wrong_type", Words("mapping"))
        values = {
            key.value: self.value(child, type_.value_type, join(path, key.value))
            for key, child in node.pairs
        }
        return _BAD if any(value is _BAD for value in values.values()) else values

    def _any(self, node: Node, path: str) -> Any:
        if isinstance(node, Items):
            children = [self._any(child, path) for child in node.nodes]
            return _BAD if any(child is _BAD for child in children) else children
        if isinstance(node, Pairs):
            return {key.value: self._any(child, join(path, key.value)) for key, child in node.pairs}
        return None if node.is_null else _resolve(node)

    def _scalar(  # noqa: PLR0911 - one line a kind of type
        self, node: Node, type_: inspect.Type, path: str, form: str
    ) -> Any:
        expected = _expected(type_, form)
        if not isinstance(node, Scalar):
            return self._bad(node, path, "wrong_type", expected)
        if not _fits(node, type_):
            what = "bad_value" if isinstance(type_, inspect.LiteralType) else "wrong_type"
            return self._bad(node, path, what, expected, _near(node, type_))
        match type_:
            case inspect.IntType():
                return self._ranged(node, type_, path, int(node.value))
            case inspect.FloatType():
                return self._ranged(node, type_, path, float(node.value))
            case inspect.BoolType():
                return _BOOLS[node.value]
            case inspect.LiteralType():
                return next(v for v in type_.values if str(v) == node.value)
            case inspect.StrType():
                return self._text(node, type_, path, expected)
            case inspect.NoneType():
                return None
        raise ValueError(f"the strict loader does not know {type_!r}")

    def _ranged(
        self, node: Scalar, type_: inspect.IntType | inspect.FloatType, path: str, value: float
    ) -> Any:
        low = value if type_.ge is None else type_.ge
        high = value if type_.le is None else type_.le
        if low <= value <= high:
            return value
        return self._bad(node, path, "bad_value", _range(type_.ge, type_.le))

    def _text(self, node: Scalar, type_: inspect.StrType, path: str, expected: Words) -> Any:
        too = _length_fault(len(node.value), type_.min_length, type_.max_length)
        if too is not None:
            return self._bad(node, path, "bad_value", too)
        if type_.pattern is not None and re.search(type_.pattern, node.value) is None:
            return self._bad(node, path, "bad_value", expected)
        return node.value

    def _unknown(self, key: Scalar, path: str, names: Iterable[str]) -> None:
        names = list(names)
        near = difflib.get_close_matches(key.value, names, n=1, cutoff=0.6)
        expected = None if near else Words("one_of", (", ".join(names),))
        self._bad_mark(key.mark, path, "unknown_key", expected, key.value, near[0] if near else "")

    def _missing(self, mark: Mark, path: str, field: inspect.Field) -> None:
        self._bad_mark(mark, path, "missing_key", _expected(field.type, ""))

    def _bad(self, node: Node, path: str, what: str, expected: Words | None, hint: str = "") -> Any:
        return self._bad_mark(node.mark, path, what, expected, _shown(node), hint)

    def _bad_mark(
        self,
        mark: Mark,
        path: str,
        what: str,
        expected: Words | None,
        got: str = "",
        hint: str = "",
    ) -> Any:
        self._faults.append(
            Fault(self._source, mark.line, mark.column, path, what, got, expected, hint)
        )
        return _BAD


def _is_none(type_: inspect.Type) -> bool:
    return isinstance(type_, inspect.NoneType)


def _narrowness(type_: inspect.Type) -> int:
    order = (inspect.LiteralType, inspect.BoolType, inspect.IntType, inspect.FloatType)
    return next((i for i, kind in enumerate(order) if isinstance(_bare(type_), kind)), len(order))


def _bare(type_: inspect.Type) -> inspect.Type:
    return _bare(type_.type) if isinstance(type_, inspect.Metadata) else type_


def _fits(node: Node, type_: inspect.Type) -> bool:  # noqa: PLR0911 - one line a kind of type
    """Is the node written as this kind of type (its constraints apart)?"""
    type_ = _bare(type_)
    if isinstance(node, Items):
        return isinstance(type_, inspect.ListType | inspect.AnyType)
    if isinstance(node, Pairs):
        return isinstance(type_, inspect.StructType | inspect.DictType | inspect.AnyType)
    match type_:
        case inspect.NoneType():
            return node.is_null
        case inspect.BoolType():
            return node.plain and node.value in _BOOLS
        case inspect.IntType():
            return node.plain and _INT.fullmatch(node.value) is not None
        case inspect.FloatType():
            return node.plain and _NUMBER.fullmatch(node.value) is not None
        case inspect.LiteralType():
            return node.value in map(str, type_.values)
        case inspect.StrType():
            return not node.is_null
        case inspect.AnyType():
            return True
    return False


def _resolve(node: Scalar) -> Any:
    if node.plain and node.value in _BOOLS:
        return _BOOLS[node.value]
    if node.plain and _INT.fullmatch(node.value):
        return int(node.value)
    return node.value


def _near(node: Scalar, type_: inspect.Type) -> str:
    if not isinstance(type_, inspect.LiteralType):
        return ""
    near = difflib.get_close_matches(node.value, [str(v) for v in type_.values], n=1)
    return near[0] if near else ""


def _length_fault(length: int, low: int | None, high: int | None) -> Words | None:
    if low is not None and length < low:
        return Words("length_at_least", (str(low),))
    if high is not None and length > high:
        return Words("length_at_most", (str(high),))
    return None


def _range(low: float | None, high: float | None) -> Words:
    if low is None:
        return Words("at_most", (str(high),))
    if high is None:
        return Words("at_least", (str(low),))
    return Words("between", (str(low), str(high)))


def _expected(type_: inspect.Type, form: str) -> Words:  # noqa: PLR0911 - one line a kind of type
    if isinstance(type_, inspect.Metadata):
        schema = type_.extra_json_schema or {}
        return _expected(type_.type, str(schema.get("description", form)))
    match type_:
        case inspect.UnionType():
            return _either([member for member in type_.types if not _is_none(member)])
        case inspect.LiteralType():
            return Words("one_of", (", ".join(map(str, type_.values)),))
        case inspect.BoolType():
            return Words("true_false")
        case inspect.IntType():
            return Words("integer")
        case inspect.FloatType():
            return Words("number")
        case inspect.ListType():
            return Words("list")
        case inspect.StrType():
            shown = form or type_.pattern
            return Words("form", (shown,)) if shown else Words("text")
        case inspect.NoneType():
            return Words("nothing")
    return Words("mapping")


def _either(members: list[inspect.Type]) -> Words:
    words = [_expected(member, "") for member in members]
    return functools.reduce(lambda left, right: Words("or", (left, right)), words)


def _shown(node: Node) -> str:
    """What stands there, cut to a readable length."""
    if isinstance(node, Items):
        return f"[{len(node.nodes)}]"
    if isinstance(node, Pairs):
        return "{" + ", ".join(key.value for key, _ in node.pairs[:3]) + "}"
    text = node.value if len(node.value) <= 60 else node.value[:57] + "…"
    return text if node.plain and text else f'"{text}"'

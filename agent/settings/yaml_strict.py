"""Strict YAML → a msgspec struct, judged by the struct's own types; all faults at once.

The model is walked field by field beside the tree, so that every fault keeps its node's mark.
Understood types: structs, list, dict[str, …], str, int, float, bool, None, Literal, unions, Any,
and `msgspec.Meta` constraints. What a reader is
shown in place of a pattern is the `description` of its `Meta(extra_json_schema=…)`.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any, TypeVar, cast

from msgspec import inspect

from agent.settings.expect import (
    either,
    expected,
    expected_range,
    form_of,
    is_none,
    is_secret,
    length_fault,
    shown,
)
from agent.settings.fault import HIDDEN, Fault, Mark, SettingsFaults, Words
from agent.settings.yaml_tree import Items, Node, Pairs, Reported, Scalar, join, read_tree

T = TypeVar("T")
_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?", re.ASCII)
_BOOLS = {"true": True, "false": False}
_INDEX = re.compile(r"\[[0-9]+\]")
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
    root = inspect.type_info(type_)
    walk = _Walk(source, root)
    value = walk.value(tree, root, "")
    faults += walk.told()
    return (None if faults or value is _BAD else cast("T", value)), tree, faults


class _Walk:
    """One pass over tree and model. A trial without a root looks for no "did you mean"."""

    def __init__(self, source: str, root: inspect.Type | None) -> None:
        self._source = source
        self._root = root
        self._faults: list[Fault] = []
        self._meant: set[str] = set()  # keys that an unknown key was probably meant to be

    def told(self) -> list[Fault]:
        """The faults, without the missing keys that stand there misspelt or misplaced."""
        return [
            fault
            for fault in self._faults
            if fault.what != "missing_key" or _INDEX.sub("[]", fault.key) not in self._meant
        ]

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
        value = self.value(node, type_.type, path, form_of(type_, form))
        if is_secret(type_):
            told = self._faults[before:]
            self._faults[before:] = [
                dataclasses.replace(fault, got=HIDDEN, hint="") for fault in told
            ]
        return value

    def _union(self, node: Node, type_: inspect.UnionType, path: str, form: str) -> Any:
        """The first member whose kind of node fits; scalars from the narrowest to text."""
        members = sorted(type_.types, key=_narrowness)
        if isinstance(node, Scalar) and node.is_null and any(map(is_none, members)):
            return None
        members = [member for member in members if not is_none(member)]
        fitting = [member for member in members if _fits(node, member)]
        if fitting:
            return self.value(node, fitting[0], path, form)
        # one scalar member: let its own message speak
        if len(members) == 1:
            return self.value(node, members[0], path, form)
        return self._bad(node, path, "wrong_type", either(members))

    def _struct(self, node: Node, type_: inspect.StructType, path: str) -> Any:
        if not isinstance(node, Pairs):
            return self._bad_shape(node, type_, path)
        fields = {field.encode_name: field for field in type_.fields}
        values: dict[str, Any] = {}
        given = {key.value for key, child in node.pairs if child is not None}
        absent = [name for name in fields if name not in given]
        for key, child in node.pairs:
            field = fields.get(key.value)
            if field is None:
                meant = self._unknown(key, path, list(fields), absent)
                if meant:  # what stands below a misspelt key is judged all the same
                    self.value(child, fields[meant].type, join(path, key.value))
            else:
                values[field.name] = self.value(child, field.type, join(path, key.value))
        missing = [f for f in type_.fields if f.required and f.name not in values]
        for field in missing:
            self._missing(node.mark, join(path, field.encode_name), field)
        if missing or len(values) < len(node.pairs) or any(v is _BAD for v in values.values()):
            return _BAD
        try:
            return type_.cls(**values)
        except (ValueError, TypeError) as error:  # the struct's own __post_init__
            return self._note(node.mark, path, "bad_together", Words("rule", (str(error),)))

    def _list(self, node: Node, type_: inspect.ListType, path: str) -> Any:
        if not isinstance(node, Items):
            return self._bad_shape(node, type_, path)
        values = [
            self.value(child, type_.item_type, f"{path}[{index}]")
            for index, child in enumerate(node.nodes)
        ]
        too = length_fault(len(node.nodes), type_.min_length, type_.max_length)
        if too is not None:
            return self._note(node.mark, path, "bad_value", too, str(len(node.nodes)))
        return _BAD if any(value is _BAD for value in values) else values

    def _dict(self, node: Node, type_: inspect.DictType, path: str) -> Any:
        if not isinstance(node, Pairs):
            return self._bad_shape(node, type_, path)
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
        return None if node.is_null else resolve(node)

    def _scalar(  # noqa: PLR0911 - one line a kind of type
        self, node: Node, type_: inspect.Type, path: str, form: str
    ) -> Any:
        if not isinstance(node, Scalar):
            return self._bad_shape(node, type_, path, form)
        if not _fits(node, type_):
            what = "bad_value" if isinstance(type_, inspect.LiteralType) else "wrong_type"
            hint = self._guess(node, type_, path, form)
            return self._bad(node, path, what, expected(type_, form), hint)
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
                return self._text(node, type_, path, form)
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
        return self._bad(node, path, "bad_value", expected_range(type_.ge, type_.le))

    def _text(self, node: Scalar, type_: inspect.StrType, path: str, form: str) -> Any:
        too = length_fault(len(node.value), type_.min_length, type_.max_length)
        if too is not None:
            return self._bad(node, path, "bad_value", too)
        if type_.pattern is not None and re.search(type_.pattern, node.value) is None:
            hint = self._guess(node, type_, path, form)
            return self._bad(node, path, "bad_value", expected(type_, form), hint)
        return node.value

    def _guess(self, node: Scalar, type_: inspect.Type, path: str, form: str) -> str:
        """What was probably meant, if the type would accept it."""
        if self._root is None or node.is_null:
            return ""
        from agent.settings import near

        if isinstance(type_, inspect.LiteralType):
            return near.guess_member(node.value, map(str, type_.values))
        texts = near.guess_values(node.value, path, form)
        return next((text for text in texts if text and _is_accepted(text, type_, path)), "")

    def _bad_shape(self, node: Node, type_: inspect.Type, path: str, form: str = "") -> Any:
        """A list, a mapping or a scalar where another of the three is expected."""
        hint = ""
        if self._root is not None:
            from agent.settings import near

            texts = near.guess_shapes(node, type_)
            hint = next((t for t, inner, text in texts if _is_accepted(text, inner, path)), "")
            if isinstance(node, Pairs) and isinstance(type_, inspect.ListType):
                self.value(node, type_.item_type, f"{path}[0]")  # its dash is missing, no more
        return self._bad(node, path, "wrong_type", expected(type_, form), hint)

    def _unknown(self, key: Scalar, path: str, names: list[str], absent: list[str]) -> str:
        """A misspelt key of this mapping (the one meant is returned), of another, or of none."""
        from agent.settings import near

        hint, ratio = near.guess_key(key.value, absent)
        homes = list(near.find_key(key.value, self._root)) if self._root is not None else []
        want: Words | None = None
        if homes and ratio < 0.8:
            hint = ""
            want = Words("belongs_in", (", ".join(home or "—" for home in homes[:3]),))
            self._meant |= {join(home, key.value) for home in homes}
        elif hint:
            self._meant.add(_INDEX.sub("[]", join(path, hint)))
        else:
            want = Words("one_of_keys", (", ".join(names),))
        self._note(key.mark, join(path, key.value), "unknown_key", want, key.value, hint)
        return hint

    def _missing(self, mark: Mark, path: str, field: inspect.Field) -> None:
        self._note(mark, path, "missing_key", expected(field.type))

    def _bad(self, node: Node, path: str, what: str, expected: Words | None, hint: str = "") -> Any:
        if isinstance(node, Scalar) and node.is_null:
            what = "no_value"
        return self._note(node.mark, path, what, expected, shown(node), hint)

    def _note(
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


def _is_accepted(text: str, type_: inspect.Type, path: str) -> bool:
    trial = _Walk("", None)
    return trial.value(Scalar(text, plain=True, mark=Mark(1, 1)), type_, path) is not _BAD


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


def resolve(node: Scalar) -> Any:
    """What a scalar is where no type is expected: truth, number or text."""
    if node.plain and node.value in _BOOLS:
        return _BOOLS[node.value]
    if node.plain and _INT.fullmatch(node.value):
        return int(node.value)
    return float(node.value) if node.plain and _NUMBER.fullmatch(node.value) else node.value

"""Load strict YAML into a msgspec struct, validated by the struct's types; all faults at once.

The loader walks model and tree together, field by field, so that every fault has its node's mark.
Supported types: structs, list, dict[str, …], str, int, float, bool, None, Literal, unions, Any,
and `msgspec.Meta` constraints. A fault shows the `description` of a pattern's
`Meta(extra_json_schema=…)` instead of the pattern.
"""

from __future__ import annotations

import dataclasses
import re
from types import UnionType
from typing import Any, TypeVar, cast

from msgspec import inspect

from strict_yaml.node import Items, Mark, Node, Pairs, Reported, Scalar, join
from strict_yaml.scalar import (
    BOOLS,
    bare_type,
    fits,
    is_technical,
    narrowness,
    parse_technical,
    resolve,
)
from strict_yaml.tree import read_tree
from strict_yaml.type_messages import (
    either,
    expected,
    expected_range,
    form_of,
    is_none,
    is_secret,
    length_fault,
    shown,
)
from strict_yaml.validation_fault import HIDDEN, CodedText, ValidationFault

T = TypeVar("T")
_INDEX = re.compile(r"\[[0-9]+\]")
_BAD: Any = object()  # replaces a value whose fault is reported


def load_yaml(
    text: str, type_: type[T] | UnionType, source: str
) -> tuple[T | None, Node | None, list[ValidationFault]]:
    """Read YAML text as an instance of a msgspec struct, or of a union of tagged ones.

    Args:
        text: the file's content.
        type_: the struct.
        source: the file name in the faults.

    Returns:
        The value, None with any fault; the tree, None when nothing can be read; every fault. The
        caller can run its own rules on the tree and add their faults.
    """
    tree, faults = read_tree(text, source)
    if tree is None:
        return None, None, faults
    root = inspect.type_info(type_)
    walk = _ModelWalk(source, root)
    value = walk.value(tree, root, "")
    faults += walk.faults()
    return (None if faults or value is _BAD else cast("T", value)), tree, faults


class _ModelWalk:
    """One pass over tree and model. Without a root it searches no suggestions."""

    def __init__(self, source: str, root: inspect.Type | None) -> None:
        self._source = source
        self._root = root
        self._faults: list[ValidationFault] = []
        self._meant: set[str] = set()  # keys that an unknown key probably stands for

    def faults(self) -> list[ValidationFault]:
        """The faults, without missing keys that are present misspelt or misplaced."""
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
        """A value with the described form of its type; a secret value is never shown."""
        if is_technical(type_) and isinstance(node, Scalar):
            return self._technical(node, bare_type(type_), path)
        before = len(self._faults)
        value = self.value(node, type_.type, path, form_of(type_, form))
        if is_secret(type_):
            faults = self._faults[before:]
            self._faults[before:] = [
                dataclasses.replace(fault, got=HIDDEN, hint="") for fault in faults
            ]
        return value

    def _union(self, node: Node, type_: inspect.UnionType, path: str, form: str) -> Any:
        """The first member whose kind of node fits; scalars from the narrowest to text."""
        members = sorted(type_.types, key=narrowness)
        if isinstance(node, Scalar) and node.is_null and any(map(is_none, members)):
            return None
        members = [member for member in members if not is_none(member)]
        tagged = [m for m in members if isinstance(m, inspect.StructType) and m.tag_field]
        if len(tagged) > 1 and isinstance(node, Pairs):
            return self._tagged(node, tagged, path)
        fitting = [member for member in members if fits(node, member)]
        if fitting:
            return self.value(node, fitting[0], path, form)
        # one scalar member: its own message is more precise
        if len(members) == 1:
            return self.value(node, members[0], path, form)
        return self._bad(node, path, "wrong_type", either(members))

    def _tagged(self, node: Pairs, members: list[inspect.StructType], path: str) -> Any:
        """The struct whose tag is given; without a valid tag nothing else is validated."""
        name = str(members[0].tag_field)
        tag = node.get(name)
        for member in members:
            if isinstance(tag, Scalar) and tag.value == member.tag:
                return self._struct(node, member, path)
        tags = [str(member.tag) for member in members]
        want = CodedText("one_of", (", ".join(tags),))
        if tag is None:
            return self._note(node.mark, join(path, name), "missing_key", want)
        hint = self._guess_member(tag.value, tags) if isinstance(tag, Scalar) else ""
        return self._bad(tag, join(path, name), "bad_value", want, hint)

    def _struct(self, node: Node, type_: inspect.StructType, path: str) -> Any:
        if not isinstance(node, Pairs):
            return self._bad_shape(node, type_, path)
        fields = {field.encode_name: field for field in type_.fields}
        values: dict[str, Any] = {}
        given = {key.value for key, child in node.pairs if child is not None}
        absent = [name for name in fields if name not in given]
        pairs = [pair for pair in node.pairs if pair[0].value != type_.tag_field]
        for key, child in pairs:
            field = fields.get(key.value)
            if field is None:
                meant = self._unknown(key, path, list(fields), absent)
                if meant:  # the value of a misspelt key is validated too
                    self.value(child, fields[meant].type, join(path, key.value))
            else:
                values[field.name] = self.value(child, field.type, join(path, key.value))
        missing = [f for f in type_.fields if f.required and f.name not in values]
        for field in missing:
            self._missing(node.mark, join(path, field.encode_name), field)
        if missing or len(values) < len(pairs) or any(v is _BAD for v in values.values()):
            return _BAD
        try:
            return type_.cls(**values)
        except (ValueError, TypeError) as error:  # the struct's own __post_init__
            return self._note(node.mark, path, "bad_together", CodedText("rule", (str(error),)))

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
        too = length_fault(len(values), type_.min_length, type_.max_length)
        if too is not None:
            return self._note(node.mark, path, "bad_value", too, str(len(values)))
        if not self._has_good_keys(node, type_.key_type, path):
            return _BAD
        return _BAD if any(value is _BAD for value in values.values()) else values

    def _has_good_keys(self, node: Pairs, type_: inspect.Type, path: str) -> bool:
        """Are all keys of a mapping members of its closed set, if it has one?"""
        if not isinstance(type_, inspect.LiteralType):
            return True
        names = list(map(str, type_.values))
        wrong = [key for key, _ in node.pairs if key.value not in names]
        for key in wrong:
            hint, want = (
                self._guess_member(key.value, names),
                CodedText("one_of_keys", (", ".join(names),)),
            )
            self._note(key.mark, join(path, key.value), "unknown_key", want, key.value, hint)
        return not wrong

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
        if not fits(node, type_):
            what = "bad_value" if isinstance(type_, inspect.LiteralType) else "wrong_type"
            hint = self._guess(node, type_, path, form)
            return self._bad(node, path, what, expected(type_, form), hint)
        match type_:
            case inspect.IntType():
                return self._ranged(node, type_, path, int(node.value))
            case inspect.FloatType():
                return self._ranged(node, type_, path, float(node.value))
            case inspect.BoolType():
                return BOOLS[node.value]
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

    def _technical(self, node: Scalar, type_: inspect.Type, path: str) -> Any:
        """A number that may be written in hexadecimal or scientific notation."""
        number = parse_technical(node)
        if isinstance(type_, inspect.FloatType) and number is not None:
            return self._ranged(node, type_, path, float(number))
        if isinstance(type_, inspect.IntType) and not fits(node, type_):
            if number is not None and number.is_integer():
                return self._ranged(node, type_, path, int(number))
            hint = self._guess(node, type_, path, "")
            return self._bad(node, path, "wrong_type", CodedText("technical_integer"), hint)
        return self._scalar(node, type_, path, "")

    def _text(self, node: Scalar, type_: inspect.StrType, path: str, form: str) -> Any:
        too = length_fault(len(node.value), type_.min_length, type_.max_length)
        if too is not None:
            return self._bad(node, path, "bad_value", too)
        if type_.pattern is not None and re.search(type_.pattern, node.value) is None:
            hint = self._guess(node, type_, path, form)
            return self._bad(node, path, "bad_value", expected(type_, form), hint)
        return node.value

    def _guess(self, node: Scalar, type_: inspect.Type, path: str, form: str) -> str:
        """The probable intended value, if the type would accept it."""
        if self._root is None or node.is_null:
            return ""
        if isinstance(type_, inspect.LiteralType):
            return self._guess_member(node.value, list(map(str, type_.values)))
        from strict_yaml import suggestions

        texts = suggestions.guess_values(node.value, path, form)
        return next((text for text in texts if text and _is_accepted(text, type_, path)), "")

    def _guess_member(self, text: str, members: list[str]) -> str:
        if self._root is None:
            return ""
        from strict_yaml import suggestions

        return suggestions.guess_member(text, members)

    def _bad_shape(self, node: Node, type_: inspect.Type, path: str, form: str = "") -> Any:
        """A list, a mapping or a scalar where another of the three is expected."""
        hint = ""
        if self._root is not None:
            from strict_yaml import suggestions

            texts = suggestions.guess_shapes(node, type_)
            hint = next((t for t, inner, text in texts if _is_accepted(text, inner, path)), "")
            if isinstance(node, Pairs) and isinstance(type_, inspect.ListType):
                self.value(node, type_.item_type, f"{path}[0]")  # only its dash is missing
        return self._bad(node, path, "wrong_type", expected(type_, form), hint)

    def _unknown(self, key: Scalar, path: str, names: list[str], absent: list[str]) -> str:
        """Report an unknown key; returns the key of this mapping that it probably stands for."""
        from strict_yaml import suggestions

        hint, ratio = suggestions.guess_key(key.value, absent)
        homes = list(suggestions.find_key(key.value, self._root)) if self._root is not None else []
        want: CodedText | None = None
        if homes and ratio < 0.8:
            hint = ""
            want = CodedText("belongs_in", (", ".join(home or "—" for home in homes[:3]),))
            self._meant |= {join(home, key.value) for home in homes}
        elif hint:
            self._meant.add(_INDEX.sub("[]", join(path, hint)))
        else:
            want = CodedText("one_of_keys", (", ".join(names),))
        self._note(key.mark, join(path, key.value), "unknown_key", want, key.value, hint)
        return hint

    def _missing(self, mark: Mark, path: str, field: inspect.Field) -> None:
        self._note(mark, path, "missing_key", expected(field.type))

    def _bad(
        self, node: Node, path: str, what: str, expected: CodedText | None, hint: str = ""
    ) -> Any:
        if isinstance(node, Scalar) and node.is_null:
            what = "no_value"
        return self._note(node.mark, path, what, expected, shown(node), hint)

    def _note(
        self,
        mark: Mark,
        path: str,
        what: str,
        expected: CodedText | None,
        got: str = "",
        hint: str = "",
    ) -> Any:
        self._faults.append(
            ValidationFault(self._source, mark.line, mark.column, path, what, got, expected, hint)
        )
        return _BAD


def _is_accepted(text: str, type_: inspect.Type, path: str) -> bool:
    trial = _ModelWalk("", None)
    return trial.value(Scalar(text, plain=True, mark=Mark(1, 1)), type_, path) is not _BAD

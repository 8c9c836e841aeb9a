"""The expected form of a type of the model, as a text for technicians."""

from __future__ import annotations

import functools

from msgspec import inspect

from strict_yaml.node import Items, Node, Pairs
from strict_yaml.scalar import bare_type, is_technical
from strict_yaml.validation_fault import CodedText


def expected(  # noqa: PLR0911, C901 - one line a kind of type
    type_: inspect.Type, form: str = ""
) -> CodedText:
    """For instance "a plain whole number such as 30"; `form` is shown instead of a pattern."""
    if isinstance(type_, inspect.Metadata):
        if is_technical(type_) and isinstance(bare_type(type_), inspect.IntType):
            return CodedText("technical_integer")
        return expected(type_.type, form_of(type_, form))
    match type_:
        case inspect.UnionType():
            return either([member for member in type_.types if not is_none(member)])
        case inspect.LiteralType():
            return CodedText("one_of", (", ".join(map(str, type_.values)),))
        case inspect.BoolType():
            return CodedText("true_false")
        case inspect.IntType():
            return CodedText("integer")
        case inspect.FloatType():
            return CodedText("number")
        case inspect.ListType():
            return CodedText("list")
        case inspect.StrType():
            shown = form or type_.pattern
            return CodedText("form", (shown,)) if shown else CodedText("text")
        case inspect.NoneType():
            return CodedText("nothing")
    return CodedText("mapping")


def form_of(type_: inspect.Metadata, form: str = "") -> str:
    """The example shown for a pattern: the `description` of its `Meta(extra_json_schema=…)`."""
    return str((type_.extra_json_schema or {}).get("description", form))


def either(members: list[inspect.Type]) -> CodedText:
    """One of several types."""
    words = [expected(member) for member in members]
    return functools.reduce(lambda left, right: CodedText("or", (left, right)), words)


def expected_range(low: float | None, high: float | None) -> CodedText:
    """Between two bounds, one of which may be open."""
    if low is None:
        return CodedText("at_most", (str(high),))
    if high is None:
        return CodedText("at_least", (str(low),))
    return CodedText("between", (str(low), str(high)))


def length_fault(length: int, low: int | None, high: int | None) -> CodedText | None:
    """The fault of a length outside its bounds; None if it is valid."""
    if low is not None and length < low:
        return CodedText("length_at_least", (str(low),))
    if high is not None and length > high:
        return CodedText("length_at_most", (str(high),))
    return None


def is_none(type_: inspect.Type) -> bool:
    """Is it the type of None?"""
    return isinstance(type_, inspect.NoneType)


def is_secret(type_: inspect.Type) -> bool:
    """Is it marked `Meta(extra={"secret": True})`, so that it is never shown?"""
    if isinstance(type_, inspect.UnionType):
        return any(map(is_secret, type_.types))
    return isinstance(type_, inspect.Metadata) and bool((type_.extra or {}).get("secret"))


def shown(node: Node) -> str:
    """The text of the node, cut to a readable length."""
    if isinstance(node, Items):
        return f"[{len(node.nodes)}]"
    if isinstance(node, Pairs):
        return "{" + ", ".join(key.value for key, _ in node.pairs[:3]) + "}"
    if node.is_null:
        return node.value
    text = node.value if len(node.value) <= 60 else node.value[:57] + "…"
    return text if node.plain else f'"{text}"'

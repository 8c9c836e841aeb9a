"""The notation of scalars: which texts are a number or a boolean, and which types accept them."""

from __future__ import annotations

import re
from typing import Any

from msgspec import inspect

from strict_yaml.node import Items, Node, Pairs, Scalar

_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?", re.ASCII)
_HEXADECIMAL = re.compile(r"0x[0-9A-Fa-f]{1,15}", re.ASCII)
_SCIENTIFIC = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}e-?[0-9]{1,2}", re.ASCII)
BOOLS = {"true": True, "false": False}
# `Meta(extra=TECHNICAL)` on a number: 0x0100 and 2.5e-6 are accepted too, as in device manuals
TECHNICAL = {"technical": True}


def narrowness(type_: inspect.Type) -> int:
    """The rank of a type by how few texts it accepts: a closed set first, text last."""
    order = (inspect.LiteralType, inspect.BoolType, inspect.IntType, inspect.FloatType)
    return next(
        (i for i, kind in enumerate(order) if isinstance(bare_type(type_), kind)), len(order)
    )


def bare_type(type_: inspect.Type) -> inspect.Type:
    """The type without its metadata."""
    return bare_type(type_.type) if isinstance(type_, inspect.Metadata) else type_


def fits(node: Node, type_: inspect.Type) -> bool:  # noqa: PLR0911 - one line a kind of type
    """Is the node written as this kind of type, constraints ignored?"""
    type_ = bare_type(type_)
    if isinstance(node, Items):
        return isinstance(type_, inspect.ListType | inspect.AnyType)
    if isinstance(node, Pairs):
        return isinstance(type_, inspect.StructType | inspect.DictType | inspect.AnyType)
    match type_:
        case inspect.NoneType():
            return node.is_null
        case inspect.BoolType():
            return node.plain and node.value in BOOLS
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
    """The value of a scalar where no type is expected: boolean, number or text."""
    if node.plain and node.value in BOOLS:
        return BOOLS[node.value]
    if node.plain and _INT.fullmatch(node.value):
        return int(node.value)
    return float(node.value) if node.plain and _NUMBER.fullmatch(node.value) else node.value


def is_technical(type_: inspect.Metadata) -> bool:
    """Is it marked `Meta(extra=TECHNICAL)`?"""
    return bool((type_.extra or {}).get("technical"))


def parse_technical(node: Scalar) -> float | None:
    """The number in hexadecimal or scientific notation; None for any other notation."""
    if not node.plain:
        return None
    if _HEXADECIMAL.fullmatch(node.value):
        return float(int(node.value, 16))
    return float(node.value) if _SCIENTIFIC.fullmatch(node.value) else None

"""Extension of signed objects: unknown members are ignored, unknown critical members refused.

The rule is that of JWS (RFC 7515, section 4.1.11). The signer lists in `crit` the names that a
reader must know to apply an object. A reader refuses an object whose `crit` has an unknown name,
and ignores every other unknown member. The whole rule, also for authors of new members, is in
docs/contract.md ("How the contract grows").

A name is the path of a member with lists left out (`entries.advert`), or such a path and a value
that was added to an enumeration (`entries.start.kind=within`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MAX_CRITICAL = 32
MAX_NAMED = 8  # unknown members that are reported by name
MAX_NAME = 64
_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}(?:\.[A-Za-z0-9_-]{1,32}){0,7}(?:=[A-Za-z0-9._-]{1,32})?")


class UnknownCriticalError(ValueError):
    """An object has a critical member that this box does not know.

    Args:
        names: the unknown names, sorted.
    """

    def __init__(self, names: Collection[str]) -> None:
        self.names = tuple(sorted(names))
        super().__init__(f"unknown critical member: {', '.join(self.names)}")


@dataclass(frozen=True)
class Shape:
    """The known members of a JSON value.

    Args:
        members: of an object, by name; None: its members are not declared.
        values: of an enumeration of texts.
    """

    members: Mapping[str, Shape] | None = None
    values: tuple[str, ...] = ()


_OPAQUE = Shape()


@lru_cache(maxsize=64)
def shape_of(type_: Any) -> Shape:
    """The members of a struct, and those of the structs in it."""
    from msgspec import inspect

    return _shape(inspect.type_info(type_))


def _shape(info: Any) -> Shape:
    from msgspec import inspect

    match info:
        case inspect.StructType():
            members = {field.encode_name: _shape(field.type) for field in info.fields}
            return Shape(members)
        case inspect.ListType():
            return _shape(info.item_type)
        case inspect.LiteralType():
            return Shape(values=tuple(one for one in info.values if isinstance(one, str)))
        case inspect.UnionType():
            shapes = [_shape(one) for one in info.types]
            return next((one for one in shapes if one != _OPAQUE), _OPAQUE)
    return _OPAQUE


@lru_cache(maxsize=64)
def known_names(type_: Any) -> frozenset[str]:
    """Every name that `crit` of such an object may list and this box has a type for."""
    return frozenset(_names(shape_of(type_), ""))


def _names(shape: Shape, path: str) -> Iterator[str]:
    if path:
        yield path
        yield from (f"{path}={value}" for value in shape.values)
    for name, inner in (shape.members or {}).items():
        yield from _names(inner, _join(path, name))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def verify_critical(
    critical: object, known: Collection[str], *, unsupported: Collection[str] = ()
) -> None:
    """Verify that this box knows and supports every name in `crit`.

    Args:
        critical: the value of `crit`, not validated.
        known: every known name.
        unsupported: the known names that this box does not support.

    Raises:
        ValueError: it is not a list of 1 to 32 different names.
        UnknownCriticalError: it has an unknown or unsupported name.
    """
    if not isinstance(critical, list) or not 1 <= len(critical) <= MAX_CRITICAL:
        raise ValueError(f"a list of 1 to {MAX_CRITICAL} names")
    if not all(isinstance(one, str) and _NAME.fullmatch(one) for one in critical):
        raise ValueError("names of members")
    names = set(critical)
    if len(names) != len(critical):
        raise ValueError("no name twice")
    if unknown := {one for one in names if one not in known or one in unsupported}:
        raise UnknownCriticalError(unknown)


def unknown_members(value: Any, type_: Any) -> tuple[str, ...]:
    """The members of a JSON value that its type does not have, each named once, in their order.

    The time is linear in the value's length. Only the first `MAX_NAMED` are returned.
    """
    found: dict[str, None] = {}
    for name in _walk(value, shape_of(type_), ""):
        found.setdefault(name[:MAX_NAME])
        if len(found) == MAX_NAMED:
            break
    return tuple(found)


def _walk(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _walk(one, shape, path)
    elif isinstance(value, dict) and shape.members is not None:
        for name, inner in value.items():
            known = shape.members.get(name)
            if known is None:
                yield _join(path, name)
            else:
                yield from _walk(inner, known, _join(path, name))

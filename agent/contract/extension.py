"""How the contract grows: which members of a signed object this box knows, and which it must know.

The theory is that of JWS (RFC 7515, section 4.1.11). Whoever signs lists in `crit` the names
without which an object must not be obeyed. A reader refuses an object whose `crit` names something
it does not know, and ignores every other member that it does not know. The whole rule, also for
authors of new members, is in docs/contract.md ("How the contract grows").

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
MAX_TOLD = 8  # unknown members that are told by name
MAX_NAME = 64
_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}(?:\.[A-Za-z0-9_-]{1,32}){0,7}(?:=[A-Za-z0-9._-]{1,32})?")


class UnknownCriticalError(ValueError):
    """An object needs something that this box does not know.

    Args:
        names: what it needs, sorted.
    """

    def __init__(self, names: Collection[str]) -> None:
        self.names = tuple(sorted(names))
        super().__init__(f"unknown critical member: {', '.join(self.names)}")


@dataclass(frozen=True)
class Shape:
    """What of a JSON value is known.

    Args:
        members: of an object, by name; None: nothing is known of what is inside.
        values: of an enumeration of texts.
    """

    members: Mapping[str, Shape] | None = None
    values: tuple[str, ...] = ()


_OPAQUE = Shape()


@lru_cache(maxsize=64)
def shape_of(type_: Any) -> Shape:
    """The members that a struct has, and those of the structs in it."""
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
    """Every name that `crit` of such an object may hold and this box has a type for."""
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
    """Does this box know all that must be known?

    Args:
        critical: the value of `crit`, of any form.
        known: every name that has a meaning here.
        unsupported: of these, what this box cannot do.

    Raises:
        ValueError: it is no list of 1 to 32 different names.
        UnknownCriticalError: it names something else.
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

    It takes time linear in the value's length. Of very many the first are named.
    """
    found: dict[str, None] = {}
    for name in _walk(value, shape_of(type_), ""):
        found.setdefault(name[:MAX_NAME])
        if len(found) == MAX_TOLD:
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

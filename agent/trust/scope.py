"""The scope of a role: virtual paths `<class>/<province>/<commune>/<station>`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import get_args

from agent.contract.document import Class
from agent.contract.ids import is_pattern

CLASSES = frozenset(get_args(Class))
ROLE_NAME = re.compile(r"^[a-z0-9]+(?:[.-][a-z0-9]+)*\Z")

# The classes that each kind may carry.
CLASSES_OF_KIND: dict[str, frozenset[str]] = {
    "playlist": frozenset({"routine", "priority"}),
    "emergency": frozenset({"emergency"}),
    "cancel": frozenset({"routine", "priority", "emergency"}),
    "silence": frozenset({"silence"}),
    "stream-grant": frozenset({"routine", "priority", "emergency"}),
    "station-config": frozenset({"config"}),
    "command": frozenset({"command"}),
    "head": frozenset({"config"}),
    "time": frozenset({"config"}),
    "ack": frozenset({"config"}),
    "calendar": frozenset({"config"}),
}
# What entitles to a kind that the tree of authority does not name: boxes of 0.1.0 refuse a whole
# file with an unknown name in `x-kinds`.
RIGHT_OF_KIND = {"calendar": "station-config"}


def right_of(kind: str) -> str:
    """The name in a role's kinds that entitles it to sign a kind of document."""
    return RIGHT_OF_KIND.get(kind, kind)


def is_role_path(path: str) -> bool:
    """Is it four segments, the first a class or `*`, the others plain or a whole-segment `*`?

    Globs such as `?` or `[0-9]` are refused with everything else (guard G11).
    """
    head, _, rest = path.partition("/")
    return (head == "*" or head in CLASSES) and is_pattern(rest)


def is_tree_path(path: str) -> bool:
    """As `is_role_path`, for the tree of delegations: the class is named, and may be `authority`.

    `authority` paths lead to the metadata file of a role that delegates further; no document has
    that class.
    """
    head, _, rest = path.partition("/")
    return (head == "authority" or head in CLASSES) and is_pattern(rest)


def can_sound_emergency(path: str) -> bool:
    """Does the path reach the emergency class?"""
    return path.partition("/")[0] in ("*", "emergency")


def is_covered(paths: Iterable[str], class_: str, target: str) -> bool:
    """Does one of a role's paths cover a class at a place or at a whole place pattern?

    A `*` in `target` is covered by `*` only, so a pattern is never wider than the role.
    """
    wanted = (class_, *target.split("/"))
    return any(
        all(have in ("*", want) for have, want in zip(path.split("/"), wanted, strict=True))
        for path in paths
    )

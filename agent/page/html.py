"""HTML built from values: every text is escaped unless it was built here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

VOID = frozenset({"meta", "input", "img", "br", "link"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | Html | None | Iterable["Child"]


def join(*children: Child) -> Html:
    """Children one after the other; None is nothing."""
    return Html("".join(_flatten(children)))


def el(name: str, /, *children: Child, **attributes: str | bool | None) -> Html:
    """One element. `class_` is `class`, `data_at` is `data-at`; True stands bare, None is left out.

    Raises:
        ValueError: a void element with children.
    """
    pairs = (
        (key.rstrip("_").replace("_", "-"), value)
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    text = "".join(
        f" {key}" if value is True else f' {key}="{escape(str(value), quote=True)}"'
        for key, value in pairs
    )
    if name not in VOID:
        return Html(f"<{name}{text}>{join(*children)}</{name}>")
    if children:
        raise ValueError(f"<{name}> holds nothing")
    return Html(f"<{name}{text}>")


def _flatten(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, Html):
            yield child
        elif isinstance(child, str):
            yield escape(child, quote=False)
        else:
            yield from _flatten(child)

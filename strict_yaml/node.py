"""The nodes of a strict YAML file, each with its place in the file."""

from __future__ import annotations

from dataclasses import dataclass

# spaces that YAML treats as letters: they come with text copied from a web page or a chat
ODD_SPACES = frozenset("\u00a0\u2002\u2003\u2007\u2009\u200b\u202f\u3000\ufeff")
NULLS = frozenset({"", "~", "null"})


@dataclass(frozen=True)
class Mark:
    """A place in a file, both from 1; the column counts characters."""

    line: int
    column: int


@dataclass(frozen=True)
class Scalar:
    """Text as written; `plain` when it is without quotes."""

    value: str
    plain: bool
    mark: Mark

    @property
    def is_null(self) -> bool:
        """Is it written as null: empty, `~` or `null`, without quotes?"""
        return self.plain and self.value in NULLS


@dataclass(frozen=True)
class Items:
    """A sequence."""

    nodes: tuple[Node, ...]
    mark: Mark


@dataclass(frozen=True)
class Pairs:
    """A mapping: keys as text, none twice."""

    pairs: tuple[tuple[Scalar, Node], ...]
    mark: Mark

    def get(self, key: str) -> Node | None:
        """The value of a key, None if absent."""
        return next((value for name, value in self.pairs if name.value == key), None)


Node = Scalar | Items | Pairs


class Reported(Scalar):
    """A value whose fault is already reported; it gets no further fault."""

    def __init__(self, mark: Mark) -> None:
        super().__init__("", plain=True, mark=mark)


def given(node: Node | None, key: str) -> Node | None:
    """The value of a key; None when it is absent or null."""
    child = node.get(key) if isinstance(node, Pairs) else None
    return None if isinstance(child, Scalar) and child.is_null else child


def items_of(node: Node | None, key: str) -> list[tuple[int, Node]]:
    """The items of a key's list with their indexes; none if there is no list."""
    child = given(node, key)
    return list(enumerate(child.nodes)) if isinstance(child, Items) else []


def find_mark(tree: Node, key: tuple[str | int, ...]) -> Mark:
    """The place of a value; for a value left to its default, the place of its mapping."""
    node: Node | None = tree
    mark = tree.mark
    for part in key:
        if isinstance(part, int):
            node = node.nodes[part] if isinstance(node, Items) else None
        else:
            node = node.get(part) if isinstance(node, Pairs) else None
        if node is None:
            break
        mark = node.mark
    return mark


def find_key_mark(tree: Node, key: tuple[str | int, ...]) -> Mark:
    """As `find_mark`, but the place of the key, not of its value."""
    node: Node | None = tree
    mark = tree.mark
    for part in key:
        if isinstance(part, int):
            node = node.nodes[part] if isinstance(node, Items) and part < len(node.nodes) else None
            mark = mark if node is None else node.mark
            continue
        pairs = node.pairs if isinstance(node, Pairs) else ()
        name, node = next((pair for pair in pairs if pair[0].value == part), (None, None))
        mark = mark if name is None else name.mark
    return mark


def join(path: str, key: str) -> str:
    """The path of a key inside a mapping."""
    return f"{path}.{key}" if path else key

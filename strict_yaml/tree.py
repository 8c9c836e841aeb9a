"""Parse YAML text into a tree of marked nodes, without YAML's implicit conversions.

Anchors, aliases, tags, merge keys and a second document are faults; every scalar stays the text as
written. PyYAML's loader turns `22:00` into 1320 and `no` into false, and keeps the last of two
equal keys; here no value is interpreted before the expected type is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from strict_yaml.node import ODD_SPACES, Items, Mark, Node, Pairs, Reported, Scalar, join
from strict_yaml.validation_fault import CodedText, ValidationFault

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24


def read_tree(text: str, source: str) -> tuple[Node | None, list[ValidationFault]]:
    """The file's one node, None when nothing can be read from it, and the faults found so far."""
    faults: list[ValidationFault] = []
    text = text.removeprefix(
        "\ufeff"
    )  # the byte order mark of Notepad is not a character of line 1
    size_bytes = len(text.encode("utf-8", "surrogatepass"))
    if size_bytes > MAX_BYTES:
        expected = CodedText("at_most", (f"{MAX_BYTES} B",))
        return None, [ValidationFault(source, 1, 1, "", "too_big", f"{size_bytes} B", expected)]
    if not ODD_SPACES.isdisjoint(text):
        from strict_yaml.syntax import find_odd_spaces

        faults += find_odd_spaces(text, source)
        if faults:
            return None, faults
    reader = _TreeReader(source, faults)
    try:
        events = yaml.parse(text, Loader=yaml.SafeLoader)
        return reader.read_document(events), faults
    except _TooDeepError:
        return None, faults
    except yaml.MarkedYAMLError as error:
        from strict_yaml.syntax import explain_syntax

        faults += explain_syntax(text, error, source)
    except yaml.reader.ReaderError as error:
        mark = _mark_of(text, error.position)
        got = f"U+{ord(error.character):04X}" if isinstance(error.character, str) else error.reason
        faults.append(ValidationFault(source, mark.line, mark.column, "", "syntax", got))
    return None, faults


def _mark(mark: Any) -> Mark:  # PyYAML has two classes of marks
    return Mark(1, 1) if mark is None else Mark(mark.line + 1, mark.column + 1)


def _mark_of(text: str, position: int) -> Mark:
    before = text[:position]
    return Mark(before.count("\n") + 1, position - before.rfind("\n"))


class _TooDeepError(Exception):
    """Stops the parsing, because PyYAML takes quadratic time for nested brackets."""


class _TreeReader:
    """Turns events into nodes; collects faults and continues."""

    def __init__(self, source: str, faults: list[ValidationFault]) -> None:
        self._source = source
        self._faults = faults

    def read_document(self, events: Iterator[yaml.Event]) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self._fault(_mark(event.start_mark), "", "many_documents")
            elif isinstance(event, yaml.NodeEvent):
                node = self._node(event, events, "", 0)
                root = node if documents == 1 else root
        if root is None or (isinstance(root, Scalar) and root.is_null):
            if not self._faults:
                self._fault(Mark(1, 1), "", "empty")
            return None
        return root

    def _node(
        self, event: yaml.Event, events: Iterator[yaml.Event], path: str, depth: int
    ) -> Node | None:
        """The node that begins with `event`; None for an alias."""
        mark = _mark(event.start_mark)
        self._check_properties(event, mark, path)
        if depth > MAX_DEPTH:
            self._fault(mark, path, "too_deep")
            raise _TooDeepError
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, event.style is None, mark)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(events, path, depth, mark)
        if isinstance(event, yaml.MappingStartEvent):
            return self._pairs(events, path, depth, mark)
        return None  # an alias: reported above

    def _check_properties(self, event: yaml.Event, mark: Mark, path: str) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._fault(mark, path, "alias", f"*{event.anchor}")
            return
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor is not None:
            self._fault(mark, path, "anchor", f"&{anchor}")
        if tag is not None:
            self._fault(mark, path, "tag", str(tag))

    def _items(self, events: Iterator[yaml.Event], path: str, depth: int, mark: Mark) -> Items:
        nodes: list[Node] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            node = self._node(event, events, f"{path}[{len(nodes)}]", depth + 1)
            nodes.append(Reported(_mark(event.start_mark)) if node is None else node)
        return Items(tuple(nodes), mark)

    def _pairs(self, events: Iterator[yaml.Event], path: str, depth: int, mark: Mark) -> Pairs:
        pairs: dict[str, tuple[Scalar, Node]] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, events, path, depth)
            inner = join(path, key.value) if key is not None else path
            node = self._node(next(events), events, inner, depth + 1)
            if key is None or not self._is_new(key, pairs, inner):
                continue
            pairs[key.value] = (key, Reported(key.mark) if node is None else node)
        return Pairs(tuple(pairs.values()), mark)

    def _key(
        self, event: yaml.Event, events: Iterator[yaml.Event], path: str, depth: int
    ) -> Scalar | None:
        node = self._node(event, events, path, depth + 1)
        if isinstance(node, Scalar):
            if node.plain and node.value == "<<":
                self._fault(node.mark, path, "merge_key")
                return None
            return node
        if node is not None:
            self._fault(node.mark, path, "key_not_text")
        return None

    def _is_new(self, key: Scalar, pairs: dict[str, tuple[Scalar, Node]], path: str) -> bool:
        if key.value not in pairs:
            return True
        want = CodedText("once", (str(pairs[key.value][0].mark.line),))
        self._fault(key.mark, path, "duplicate_key", key.value, want)
        return False

    def _fault(
        self, mark: Mark, key: str, what: str, got: str = "", expected: CodedText | None = None
    ) -> None:
        self._faults.append(
            ValidationFault(self._source, mark.line, mark.column, key, what, got, expected)
        )

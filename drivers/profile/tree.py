"""Strict YAML for profiles: text → plain values, and the line of every key.

Numbers are decimal or 0x…, `true`/`false` are the only booleans, all else is text; no key twice,
no anchor, no tag. So nothing turns into a date, an octal number or a time of day by surprise.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

MAX_BYTES = 64 * 1024
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_HEX = re.compile(r"0x[0-9A-Fa-f]+\Z")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:e-?[0-9]+)?\Z")
_TEXT_TAG = "tag:yaml.org,2002:str"
_PLAIN_TAGS = {_TEXT_TAG, "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}


class TreeFault(ValueError):  # noqa: N818 - names the state, as drivers.errors does
    """A place in the text, and what is wrong there."""

    def __init__(self, line: int, key: str, what: str) -> None:
        super().__init__(line, key, what)
        self.line = line
        self.key = key
        self.what = what


class _TextLoader(yaml.CSafeLoader):
    """Every scalar stays text; what it means is decided here."""


_TextLoader.yaml_implicit_resolvers = {}


def parse_tree(text: str) -> tuple[Any, dict[str, int]]:
    """The file's value, and the line of each key, named as `registers.write.first`.

    Raises:
        TreeFault: not YAML, or more than profiles need of it.
    """
    if len(text.encode()) > MAX_BYTES:
        raise TreeFault(1, "", f"longer than {MAX_BYTES} bytes")
    try:
        node = yaml.compose(text, Loader=_TextLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise TreeFault(mark.line + 1 if mark else 1, "", error.problem or "not YAML") from error
    except yaml.YAMLError as error:
        raise TreeFault(1, "", str(error)) from error
    if node is None:
        raise TreeFault(1, "", "the file is empty")
    reader = _Reader()
    return reader.read(node, ""), reader.lines


class _Reader:
    """Nodes to values; remembers where each key stood."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self._seen: set[int] = set()

    def read(self, node: yaml.Node, key: str) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(key, line)
        if id(node) in self._seen:
            raise TreeFault(line, key, "anchors and aliases are not used here: write it out")
        self._seen.add(id(node))
        if node.tag not in _PLAIN_TAGS:
            raise TreeFault(line, key, f"tags are not used here: remove {node.tag}")
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, f"{key}[{index}]") for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._read_pairs(node, key)
        style = node.style if isinstance(node, yaml.ScalarNode) else None
        return _value(str(node.value), is_plain=not style)

    def _read_pairs(self, node: yaml.MappingNode, key: str) -> dict[str, Any]:
        pairs: dict[str, Any] = {}
        for name, child in node.value:
            line = name.start_mark.line + 1
            if not isinstance(name, yaml.ScalarNode):
                raise TreeFault(line, key, "a key is a word")
            inner = f"{key}.{name.value}" if key else name.value
            if name.value in pairs:
                raise TreeFault(line, inner, "stands here twice: remove one")
            self.lines[inner] = line
            pairs[name.value] = self.read(child, inner)
        return pairs


def _value(text: str, *, is_plain: bool) -> Any:
    if not is_plain:
        return text
    if text in ("true", "false"):
        return text == "true"
    if _INTEGER.match(text):
        return int(text)
    if _HEX.match(text):
        return int(text, 16)
    return float(text) if _FLOAT.match(text) else text

"""Diagnosis of YAML syntax errors: the line to correct and how, from the error of PyYAML.

PyYAML reports where it stopped, which is often a line after the mistake. Loaded only on an error.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator

import yaml

from strict_yaml.node import ODD_SPACES
from strict_yaml.secret import hide_secrets
from strict_yaml.suggestions import PAIR
from strict_yaml.validation_fault import CodedText, ValidationFault

_LINE = re.compile(r"(?P<lead> *)(?P<dashes>(?:- +)*)(?P<rest>[^\s#].*)?")
_KEY = re.compile(r"(?:\"[^\"]*\"|'[^']*'|[^\s#:\"'\[{][^:]*):(?:\s|$)")
_SMART = re.compile("[“”„«»‘’]")
_ODD_SPACE = re.compile(
    rf"^[ \t]*([{''.join(ODD_SPACES)}])|[:-]([{''.join(ODD_SPACES)}])", re.MULTILINE
)
_TAB = re.compile(r"^ *(\t)[\t ]*[^\s#]", re.MULTILINE)


def find_odd_spaces(text: str, source: str) -> Iterator[ValidationFault]:
    """Spaces copied from a web page or a chat, before a key or after its colon."""
    places = _Places(text)
    for match in _ODD_SPACE.finditer(text):
        start = match.start(match.lastindex or 0)
        line, column = places.of(start)
        yield ValidationFault(
            source, line, column, "", "odd_space", f"U+{ord(match[match.lastindex or 0]):04X}"
        )


def explain_syntax(text: str, error: yaml.MarkedYAMLError, source: str) -> list[ValidationFault]:
    """The faults behind an error of PyYAML: every tab, or the one place where it broke."""
    places = _Places(text)
    tabs = [
        ValidationFault(
            source, *places.of(match.start(1)), "", "tab", "Tab", CodedText("spaces_only")
        )
        for match in _TAB.finditer(text)
    ]
    if tabs:
        return tabs
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    found = _SyntaxDiagnosis(text, error, line, column).find()
    return [ValidationFault(source, *found)]


class _Places:
    """Line and column of a position, without counting from the start each time."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def of(self, position: int) -> tuple[int, int]:
        """Both from 1."""
        line = bisect.bisect_right(self._starts, position)
        return line, position - self._starts[line - 1] + 1


_Found = tuple[int, int, str, str, str, CodedText | None, str]


class _SyntaxDiagnosis:
    """One error of PyYAML together with the lines of the file."""

    def __init__(self, text: str, error: yaml.MarkedYAMLError, line: int, column: int) -> None:
        self._text = text
        self._lines = [*text.splitlines(), ""]
        self._problem = error.problem or ""
        self._in = error.context or ""
        self._context = error.context_mark
        self._line = line
        self._column = column

    def find(self) -> _Found:  # noqa: PLR0911 - one line a complaint
        """The likeliest cause."""
        if quote := self._open_quote():
            return _found(*quote, "unclosed", self._rest(*quote)[:1])
        if "parsing a flow" in self._in:
            return self._in_brackets()
        if self._problem.startswith("mapping values are not"):
            return self._stray_colon()
        if self._problem.startswith("could not find expected ':'") and self._context:
            return self._no_colon(self._context.line + 1)
        if self._problem.startswith("sequence entries are not"):
            return _found(self._line, self._column, "dash_new_line")
        if "unknown escape" in self._problem:
            return _found(self._line, self._column - 1, "escape", self._rest(None, -1)[:2])
        if "cannot start any token" in self._problem:
            return self._quoted(self._line, self._column)
        if "expected <block end>" in self._problem or "<document start>" in self._problem:
            return self._broken_block()
        return _found(self._line, self._column, "syntax", self._problem)

    def _rest(self, line: int | None = None, column: int = 0) -> str:
        """The line's text from a column on; without arguments from where PyYAML stopped."""
        if line is None:
            line, column = self._line, self._column + column
        return self._lines[line - 1][column - 1 :]

    def _open_quote(self) -> tuple[int, int] | None:
        """The place of an open quote that includes all lines up to the error."""
        if self._in == "while scanning a quoted scalar" or self._problem.endswith("end of stream"):
            return (self._context.line + 1, self._context.column + 1) if self._context else None
        place = None
        try:
            for token in yaml.scan(self._text, Loader=yaml.SafeLoader):
                begin, end = token.start_mark, token.end_mark
                is_text = isinstance(token, yaml.ScalarToken) and token.style in ("'", '"')
                if is_text and begin.line < end.line == self._line - 1:
                    place = (begin.line + 1, begin.column + 1)
                if end.line >= self._line - 1:
                    break
        except yaml.MarkedYAMLError:
            return place
        return place

    def _in_brackets(self) -> _Found:
        """A missing comma between two values, or a bracket that is not closed."""
        start = self._context
        if start is None or start.line + 1 < self._line:
            line, column = (start.line + 1, start.column + 1) if start else (1, 1)
            return _found(line, column, "unclosed", self._rest(line, column)[:1])
        word = re.search(r"[^\s,{\[]+\s*$", self._lines[self._line - 1][: self._column - 1])
        column = word.start() + 1 if word and self._rest().startswith(":") else self._column
        return _found(self._line, column, "no_comma")

    def _stray_colon(self) -> _Found:
        """A line indented too far, a missing colon on the line before, or a colon in a value."""
        line = self._lines[self._line - 1]
        key = _LINE.match(line)
        if key is None or not _KEY.fullmatch(line[key.start("rest") : self._column]):
            value = re.search(r":\s+(\S)", line)
            smart = _SMART.search(line)
            if smart:
                straight = _SMART.sub('"', line[smart.start() :])
                return _found(self._line, smart.start() + 1, "smart_quote", smart[0], hint=straight)
            return self._quoted(self._line, value.start(1) + 1 if value else self._column)
        before = self._before(self._line)
        if before and not _KEY.match(re.sub("^-[^ ]", " ", _bare(self._lines[before - 1]))):
            return self._no_colon(before)
        return self._wrong_indent(self._line)

    def _before(self, line: int) -> int:
        """The last line above that is not empty or a comment; 0 if there is none."""
        above = range(line - 1, 0, -1)
        return next((n for n in above if _bare(self._lines[n - 1])), 0)

    def _no_colon(self, line: int) -> _Found:
        """A key without the colon, or without the space after it or after the dash."""
        text = self._lines[line - 1]
        rest = _bare(text)
        column = text.index(rest) + 1
        if re.match(r"-[^\s-]", rest):
            return _found(line, column, "dash_space", rest, hint=f"- {rest[1:]}")
        pair = PAIR.fullmatch(rest)
        return _found(line, column, "no_colon", rest, hint=f"{pair[1]}: {pair[2]}" if pair else "")

    def _quoted(self, line: int, column: int) -> _Found:
        value = self._rest(line, column).partition(" #")[0].strip()
        quote = "'" if '"' in value else '"'
        return _found(line, column, "needs_quotes", value, hint=f"{quote}{value}{quote}")

    def _broken_block(self) -> _Found:
        stray = self._rest()[:1]
        if stray in ("}", "]"):
            return _found(self._line, self._column, "extra_bracket", stray)
        if self._lines[self._line - 1][: self._column - 1].strip(" -"):
            return _found(self._line, self._column, "after_quote", self._rest().strip())
        if re.match(r"\s*-[^\s-]", self._lines[self._line - 1]):
            return self._no_colon(self._line)
        return self._wrong_indent(self._line)

    def _wrong_indent(self, line: int) -> _Found:
        """The line's indentation lies between two levels; the nearest open level is expected."""
        lead, is_item, _ = _columns(self._lines[line - 1])
        levels: list[tuple[int, int]] = []  # column, line
        lowest = 10**6
        for above in range(line - 1, 0, -1):
            if not _bare(self._lines[above - 1]):
                continue
            column, has_dash, inner = _columns(self._lines[above - 1])
            if column >= lowest:
                continue
            if has_dash and is_item:
                levels.append((column, above))
            if has_dash and not is_item and inner < lowest:
                levels.append((inner, above))
            if not has_dash and not is_item:
                levels.append((column, above))
            lowest = column
        if not levels:
            return _found(line, lead, "dash_stray" if is_item else "indent")
        column, above = min(levels, key=lambda level: (abs(level[0] - lead), -level[0]))
        if lead == 1 and "<document start>" in self._problem:  # the line above was moved, not this
            line, lead, column, above = above, column, lead, line
        want = CodedText("spaces", (str(column - 1), str(above)))
        return _found(line, lead, "indent", "", want)


def _found(
    line: int, column: int, what: str, got: str = "", want: CodedText | None = None, hint: str = ""
) -> _Found:
    return line, column, "", what, hide_secrets(got), want, hide_secrets(hint)


def _bare(line: str) -> str:
    """The line's text without indentation, dashes and comment."""
    match = _LINE.match(line)
    return (match["rest"] or "").rstrip() if match else ""


def _columns(line: str) -> tuple[int, bool, int]:
    """The column of a line's start, whether it has a dash, the column of its key; from 1."""
    match = _LINE.match(line)
    lead = len(match["lead"]) if match else 0
    dashes = len(match["dashes"]) if match else 0
    return lead + 1, dashes > 0, lead + dashes + 1

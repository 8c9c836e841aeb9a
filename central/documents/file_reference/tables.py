"""A table of keys from the model of an officer's file, between the marks that the page has for it.

`<!-- ScheduleItem -->` and `<!-- /ScheduleItem -->` stand around the table of that type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from msgspec import NODEFAULT, Struct, inspect

from central.documents.alarm_compiler import AlarmFile, AlarmMessage
from central.documents.calendar_compiler import CalendarFile, CalendarRow
from central.documents.file_reference.alarm_keys import ALARM_FILE, ALARM_MESSAGE
from central.documents.file_reference.calendar_keys import CALENDAR_FILE, CALENDAR_ROW
from central.documents.file_reference.item_keys import SCHEDULE_ITEM
from central.documents.file_reference.key_text import NONE, KeyText
from central.documents.file_reference.picture_keys import (
    PICTURE_SPEC,
    REGION_SPEC,
    SLIDE_SPEC,
    TURN_SPEC,
)
from central.documents.file_reference.schedule_keys import SCHEDULE_FILE, START_RULE
from central.documents.schedule_model import (
    PictureSpec,
    RegionSpec,
    ScheduleFile,
    ScheduleItem,
    SlideSpec,
    StartRule,
    TurnSpec,
)
from strict_yaml.type_messages import form_of, is_none
from texts.catalogue import Text

TABLES: dict[type[Struct], dict[str, KeyText]] = {
    ScheduleFile: SCHEDULE_FILE,
    ScheduleItem: SCHEDULE_ITEM,
    PictureSpec: PICTURE_SPEC,
    SlideSpec: SLIDE_SPEC,
    RegionSpec: REGION_SPEC,
    TurnSpec: TURN_SPEC,
    StartRule: START_RULE,
    CalendarFile: CALENDAR_FILE,
    CalendarRow: CALENDAR_ROW,
    AlarmFile: ALARM_FILE,
    AlarmMessage: ALARM_MESSAGE,
}
COLUMNS = (
    Text("khoá", "key"),
    Text("nhận", "accepts"),
    Text("mặc định", "default"),
    Text("ví dụ", "example"),
    Text("nghĩa", "meaning"),
)
REQUIRED = Text("*bắt buộc*", "*required*")
TEXT = Text("chữ", "text")
CHARACTERS = Text("{0} ký tự", "{0} characters")
LIST = Text("danh sách", "list")
LIST_OF = Text("danh sách {0} mục", "list of {0}")
OR_LIST = Text("hoặc danh sách", "or a list")
BELOW = Text("xem dưới", "see below")
# a pattern that is one set of characters and their number
_LETTERS = re.compile(r"\^\[([^\]]+)\]\{(\d+)(?:,(\d+))?\}\$")


def fill_tables(page: str) -> str:
    """The page with each table as the models have it now.

    Raises:
        ValueError: a table's two marks do not stand once in the page.
    """
    for type_, texts in TABLES.items():
        first, last = f"<!-- {type_.__name__} -->\n", f"<!-- /{type_.__name__} -->\n"
        if page.count(first) != 1 or page.count(last) != 1:
            raise ValueError(f"not once in the page: {first.strip()} … {last.strip()}")
        before, _, rest = page.partition(first)
        after = rest.partition(last)[2]
        page = "".join([before, first, *build_table(type_, texts), last, after])
    return page


def build_table(type_: type[Struct], texts: dict[str, KeyText]) -> Iterator[str]:
    """The lines of one table, a key a line, in the order of the model."""
    yield _line(map(_both, COLUMNS))
    yield _line("---" for _ in COLUMNS)
    for field in cast("inspect.StructType", inspect.type_info(type_)).fields:
        text = texts[field.encode_name]
        examples = ", ".join(f"`{example}`" for example in text.examples)
        form = _form(field.type, text.form or TEXT)
        default = _default(field, text)
        yield _line([f"`{field.encode_name}`", form, default, examples, _both(text.meaning)])


def _line(cells: Iterator[str] | list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _both(text: Text, *args: str) -> str:
    return f"{text.render('vi', *args)} · {text.render('en', *args)}"


def _default(field: inspect.Field, text: KeyText) -> str:
    if field.required:
        return _both(REQUIRED)
    has_factory = field.default_factory is not NODEFAULT
    value = field.default_factory() if has_factory else field.default
    if value is None or value == []:
        return _both(text.default or NONE)
    shown = value[0] if isinstance(value, list) else value
    return f"`{str(shown).lower() if isinstance(shown, bool) else shown}`"


def _form(type_: inspect.Type, text: Text) -> str:  # noqa: PLR0911 - one line a kind
    """The form, the members or the range of what a key accepts."""
    match type_:
        case inspect.Metadata(type=inspect.StrType() as inner):
            return _characters(inner.pattern or "") or f"`{form_of(type_)}`"
        case inspect.Metadata():
            return _form(type_.type, text)
        case inspect.LiteralType():
            return ", ".join(f"`{value}`" for value in type_.values)
        case inspect.BoolType():
            return "`true`, `false`"
        case inspect.IntType():
            return _range(type_.ge, type_.le)
        case inspect.ListType():
            size = _range(type_.min_length, type_.max_length)
            name = _both(LIST_OF, size) if size else _both(LIST)
            return f"{name}: {_form(type_.item_type, text)}"
        case inspect.UnionType():
            return "; ".join(_members(type_, text))
        case inspect.StructType():
            return _both(BELOW)
        case inspect.StrType():
            size = _range(type_.min_length, type_.max_length)
            return _both(CHARACTERS, size) if size else _both(text)
    raise ValueError(f"a type that the page has no words for: {type_!r}")


def _members(type_: inspect.UnionType, text: Text) -> Iterator[str]:
    """The members without None; a list of another member is only called a list."""
    for member in type_.types:
        if isinstance(member, inspect.ListType) and member.item_type in type_.types:
            yield _both(OR_LIST)
        elif not is_none(member):
            yield _form(member, text)


def _characters(pattern: str) -> str:
    """`^[a-z0-9_-]{1,64}$` as `a-z 0-9 _ -`, 1–64; empty for a pattern of another kind."""
    match = _LETTERS.fullmatch(pattern)
    if match is None:
        return ""
    letters = " ".join(re.findall(r".-.|.", match[1]))
    return f"`{letters}`, {match[2]}–{match[3]}" if match[3] else f"`{letters}`, {match[2]}"


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    return f"≤ {high}" if low is None else f"{low}–{high}"

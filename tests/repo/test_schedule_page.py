"""docs/lich.md: its tables are made from the models of an officer's files, its example compiles."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest

from agent.contract.document import Playlist
from central.documents.alarm_compiler import AlarmFile
from central.documents.audio_tools import make_melody
from central.documents.calendar_compiler import CalendarFile
from central.documents.file_reference.tables import TABLES, fill_tables
from central.documents.schedule_compiler import compile_schedule
from central.documents.schedule_model import ScheduleFile
from central.documents.sign import encode_document

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "lich.md").read_text(encoding="utf-8")
KEYS = [(type_, key) for type_, texts in TABLES.items() for key in texts]


# text of which a model says no more; "sets" bounds only how many there are
UNBOUNDED = (
    str | None, str | list[str], Annotated[list[str], msgspec.Meta(max_length=64)],
)  # fmt: skip


def is_accepted(type_: Any, example: str) -> bool:
    """As the value of a key, or as one of its list."""
    for value in (example, [example]):
        with suppress(msgspec.ValidationError):
            msgspec.convert(value, type_, strict=False)
            return True
    return False


def cells(type_: str, key: str) -> list[str]:
    """What the page says of a key: accepts, default, examples, meaning."""
    table = PAGE.split(f"<!-- {type_} -->\n")[1].split(f"<!-- /{type_} -->\n")[0]
    rows = [re.split(r" (?<!\\)\| ", line[2:-2]) for line in table.splitlines()]
    (found,) = [row[1:] for row in rows if row[0] == f"`{key}`"]
    return found


def test_the_tables_of_the_page_are_what_the_models_give() -> None:
    assert fill_tables(PAGE) == PAGE, "docs/lich.md is stale: run `make reference`"


def test_every_part_of_a_file_has_a_table() -> None:
    _, parts = msgspec.json.schema_components([ScheduleFile, CalendarFile, AlarmFile])
    assert set(parts) == {type_.__name__ for type_ in TABLES}


@pytest.mark.parametrize("type_", TABLES, ids=lambda one: one.__name__)
def test_every_key_of_a_model_has_words_and_no_other_key(type_: type[msgspec.Struct]) -> None:
    keys = [field.encode_name for field in msgspec.structs.fields(type_)]
    assert sorted(TABLES[type_]) == sorted(keys)


@pytest.mark.parametrize(("type_", "key"), KEYS, ids=lambda one: getattr(one, "__name__", one))
def test_words_say_only_what_the_model_does_not(type_: type[msgspec.Struct], key: str) -> None:
    words = TABLES[type_][key]
    (field,) = [one for one in msgspec.structs.fields(type_) if one.encode_name == key]
    if words.default is not None:
        factory = field.default_factory
        empty = field.default if factory is msgspec.NODEFAULT else factory()
        assert empty is None or empty == []
    if words.form is not None:
        assert field.type in UNBOUNDED
    for example in words.examples:
        assert is_accepted(field.type, example), example


@pytest.mark.parametrize(
    ("type_", "key", "accepts", "default"),
    [
        # by hand from schedule_model.py, calendar_compiler.py and alarm_compiler.py
        ("ScheduleFile", "slot", "`A-Z a-z 0-9 . _ -`, 1–64", "*bắt buộc* · *required*"),
        ("ScheduleFile", "class", "`priority`, `routine`", "`routine`"),
        ("ScheduleItem", "title", "1–256 ký tự · 1–256 characters", "*bắt buộc* · *required*"),
        ("ScheduleItem", "every_weeks", "2–52", "không có · none"),
        ("ScheduleItem", "zones", "danh sách · list: `nga-ba, *`", "`*`"),
        ("ScheduleItem", "from", "`YYYY-MM-DD`", "như cả tệp · as the file"),
        ("ScheduleItem", "play", "tên tệp · file name; hoặc danh sách · or a list",
         "không có · none"),
        ("ScheduleItem", "start", "`at`, `next`; xem dưới · see below", "`at`"),
        ("ScheduleItem", "relay_key", "`0-9 a-f`, 64", "không có · none"),
        ("CalendarFile", "sets", "danh sách ≤ 64 mục · list of ≤ 64: tên · name",
         "không có · none"),
        ("AlarmFile", "exercise", "`true`, `false`", "`false`"),
        ("AlarmFile", "repeat", "1–20", "`3`"),
    ],
)  # fmt: skip
def test_a_row_has_range_and_default(type_: str, key: str, accepts: str, default: str) -> None:
    assert cells(type_, key)[:2] == [accepts, default]


def test_a_page_without_a_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="<!-- StartRule -->"):
        fill_tables(PAGE.replace("<!-- /StartRule -->", ""))


def test_the_example_compiles(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)\n```", PAGE, re.DOTALL)
    for name in ("chime.wav", "ban-tin.wav"):
        make_melody(tmp_path / name, 1_000)
    payload = compile_schedule(
        example, issuer="vn.84.29266", seq=1, epoch=1, now=datetime(2026, 11, 22, tzinfo=UTC),
        media_dir=tmp_path / "media", media_base_url="https://media.example.vn", clip_dir=tmp_path,
    )  # fmt: skip
    playlist = msgspec.json.decode(payload, type=Playlist)
    assert [entry.title for entry in playlist.entries] == [
        "Bản tin sáng", "Phòng chống lũ", "Nước sạch",
    ]  # fmt: skip
    assert encode_document(playlist) == payload

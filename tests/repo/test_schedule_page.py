"""docs/lich.md names every key of an officer's files, with the default that holds."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from agent.contract.document import Playlist
from central.documents.alarm_compiler import AlarmFile, AlarmMessage
from central.documents.audio_tools import make_melody
from central.documents.calendar_compiler import CalendarFile, CalendarRow
from central.documents.schedule_compiler import compile_schedule
from central.documents.schedule_model import PictureSpec, ScheduleFile, ScheduleItem, StartRule
from central.documents.sign import encode_document

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "lich.md").read_text(encoding="utf-8")
TABLE = re.compile(r"<!-- (\w+) -->\n\|.*\n\|.*\n((?:\|.*\n)+)")
REQUIRED = "*bắt buộc*"
# What the page says in words, as the value would be empty, or follows from something else.
WORDED = {"không có", "tự đặt", "như cả tệp", "dài bằng tiếng", "không nghỉ", "ngay"}
TYPES = (ScheduleFile, ScheduleItem, PictureSpec, StartRule, AlarmFile, AlarmMessage,
         CalendarFile, CalendarRow)  # fmt: skip


def rows(name: str) -> dict[str, str]:
    """Key to default, as the page has them."""
    (table,) = (body for title, body in TABLE.findall(PAGE) if title == name)
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()]
    return {cell[0].strip().strip("`"): cell[2].strip().strip("`") for cell in cells}


def default_of(field: msgspec.structs.FieldInfo) -> object:
    if field.required:
        return REQUIRED
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


@pytest.mark.parametrize("type_", TYPES, ids=lambda one: one.__name__)
def test_every_key_is_on_the_page_with_its_default(type_: type[msgspec.Struct]) -> None:
    documented = rows(type_.__name__)
    fields = {field.encode_name: field for field in msgspec.structs.fields(type_)}
    assert set(documented) == set(fields)
    for key, field in fields.items():
        default = default_of(field)
        if documented[key] in WORDED:
            assert default is None or default == [], key
        else:
            shown = "*" if default == ["*"] else default
            assert documented[key] == (
                str(shown).lower() if isinstance(shown, bool) else str(shown)
            ), key


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

"""The keys of an alarm for a station's key."""

from __future__ import annotations

from central.documents.file_reference.key_text import AT_ONCE, FILE_NAME, KeyText
from texts.catalogue import Text

ALARM_FILE: dict[str, KeyText] = {
    "class": KeyText(Text("Luôn là `emergency`.", "Always this.")),
    "trigger": KeyText(Text("Chỉ kêu khi có người bấm nút.", "It sounds only at a press.")),
    "slot": KeyText(
        Text("Khe ghi ở nút (`starts` trong `station.yaml`).", "The key's `starts`."),
    ),
    "to": KeyText(
        Text(
            "Trạm nào: tỉnh/xã/trạm, `*` là tất cả.",
            "Which stations: province/commune/station, `*` is all.",
        )
    ),
    "until": KeyText(
        Text("Ngày cuối, xa nhất 400 ngày.", "The last day, at most 400 days ahead."),
        examples=("2027-11-30",),
    ),
    "messages": KeyText(Text("Mỗi thứ tiếng một mục, dưới đây.", "One for each language, below.")),
    "from": KeyText(
        Text("Có hiệu lực từ ngày nào.", "In force from."),
        examples=("2026-12-01",),
        default=AT_ONCE,
    ),
    "exercise": KeyText(Text("Diễn tập.", "An exercise.")),
    "attention": KeyText(
        Text(
            "Tín hiệu báo động mở đầu; `none` cũng là hai âm: báo động nào cũng có tín hiệu.",
            "The signal before it; `none` is two-tone all the same.",
        )
    ),
    "repeat": KeyText(Text("Mấy lần.", "How many rounds.")),
    "gap": KeyText(Text("Nghỉ giữa hai lần.", "The pause between rounds."), examples=("2s",)),
    "longest": KeyText(
        Text("Không quá chừng ấy, dài nhất `2h`.", "At most so long, up to `2h`."),
        examples=("10m",),
    ),
    "dialect": KeyText(Text("Như ở lịch.", "As in a schedule.")),
    "pronunciation": KeyText(Text("Như ở lịch.", "As in a schedule."), form=FILE_NAME),
}

ALARM_MESSAGE: dict[str, KeyText] = {
    "lang": KeyText(
        Text("Thứ tiếng.", "The language."),
    ),
    "play": KeyText(Text("Tiếng.", "Sound."), form=FILE_NAME),
    "show": KeyText(Text("Chữ trên bảng.", "Text for boards.")),
    "say": KeyText(
        Text(
            "Hộp đọc khi không có bản ghi, chỉ tiếng Việt; bảng hiện chữ này nếu không có `show`.",
            "Read aloud where there is no recording; shown if there is no `show`.",
        )
    ),
}

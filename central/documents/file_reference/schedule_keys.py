"""The keys of schedule.yaml but those of its items."""

from __future__ import annotations

from central.documents.file_reference.key_text import (
    BY_ITSELF,
    FILE_NAME,
    KeyText,
)
from texts.catalogue import Text

SCHEDULE_FILE: dict[str, KeyText] = {
    "slot": KeyText(
        Text(
            "Tên của lịch. Lịch mới cùng tên **thay toàn bộ** lịch cũ.",
            "The schedule's name; a newer one of the same name replaces the whole of it.",
        )
    ),
    "to": KeyText(
        Text(
            "Trạm nào được phát: tỉnh/xã/trạm, `*` là tất cả. Không rộng hơn quyền của người ký.",
            "Which stations: province/commune/station, `*` is all; never wider than the "
            "signer's right.",
        )
    ),
    "from": KeyText(
        Text("Ngày đầu tiên, tính từ 00:00.", "The first day, from 00:00."),
        examples=("2026-11-23",),
    ),
    "until": KeyText(
        Text(
            "Ngày cuối cùng, tính cả ngày ấy; lịch thông thường xa nhất 45 ngày.",
            "The last day, included; at most 45 days ahead.",
        ),
        examples=("2026-12-31",),
    ),
    "items": KeyText(Text("Các mục, dưới đây.", "The items, below.")),
    "class": KeyText(
        Text(
            "`routine`: thông thường; `priority`: ưu tiên, cắt được thông thường. Tin khẩn cấp "
            "không viết ở đây.",
            "`priority` may cut `routine`; an emergency is not written here.",
        )
    ),
    "dialect": KeyText(
        Text(
            "Chữ `say` được đổi thành lời theo giọng này **trước khi ký**, và hộp đọc bằng "
            "giọng ấy; không có (và không có `pronunciation`) thì trạm nào đọc theo giọng trạm"
            " nấy.",
            "The texts of `say` become words in this dialect before they are signed; without "
            "it each station reads in its own.",
        )
    ),
    "pronunciation": KeyText(
        Text(
            "Danh sách cách đọc của xã (tên ấp, chữ tắt), đặt cùng thư mục; `say` được đổi "
            "thành lời trước khi ký.",
            "The commune's list of how names are said, beside the schedule.",
        ),
        form=FILE_NAME,
    ),
    "filler": KeyText(
        Text(
            "`slot: base` hạng routine thì tự là lịch **nền**: thấp hơn mọi lịch khác, ai phát"
            " thì nhường rồi phát tiếp; không tính vào số buổi, số phút và nghĩa vụ tiếng nói;"
            " giờ yên lặng vẫn giữ. Chỉ ở `slot: base`; trạm bản 0.1.0 từ chối, muốn trạm ấy "
            "nhận thì ghi `false`.",
            "Slot `base` of class routine is filler by default: below all other schedules, it "
            "gives way and goes on; no session, no speech of a duty; quiet hours hold. Only in"
            " slot `base`; boxes of 0.1.0 refuse it, `false` makes it programme that they "
            "know.",
        ),
        default=BY_ITSELF,
    ),
}

START_RULE: dict[str, KeyText] = {
    "within": KeyText(
        Text(
            "Đợi mục đang phát xong, lâu nhất chừng ấy, rồi cắt.",
            "Wait for what is on, at most so long, then cut it.",
        ),
        examples=("10m",),
    ),
    "after": KeyText(
        Text(
            "Ngay sau mục có `id` này, vào ngày của mục ấy; không ghi `at`, `stagger`; mục ấy "
            "bị từ chối, hỏng hay bị thay thì phát ngay, không đợi.",
            "Right after the item of this `id`, on its days; `at` and `stagger` are faults "
            "here; at once where that item is refused, fails or is replaced.",
        )
    ),
}

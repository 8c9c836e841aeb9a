"""Titles, columns and words of the tables of what the centre knows."""

from __future__ import annotations

from central.messages.catalogue import PHRASES
from texts.catalogue import Catalogue, Text

TITLES: Catalogue = {
    "stations": Text("Trạm", "Stations"),
    "documents": Text("Văn bản đã giao", "Documents handed out"),
    "issues": Text("Sự cố đang có", "Issues that last"),
    "issue-log": Text("Sự cố đã báo", "Issues that began and ended"),
    "on-air": Text("Đang phát, theo báo cáo mới nhất", "On air, by the latest reports"),
    "next": Text("Sắp phát, theo báo cáo mới nhất", "What starts next, by the latest reports"),
    "totals": Text("Tổng số lần phát, lần hiện", "Played and shown, in all"),
    "languages": Text(
        "Thời lượng nói từng tuần, từng thứ tiếng, theo nhật ký phát",
        "Speech of each week by language, by the records",
    ),
    "plays": Text("Đã phát", "Plays"),
    "refusals": Text("Đã từ chối", "Refusals"),
    "silences": Text("Ngắt tiếng", "Silences"),
    "commands": Text("Lệnh và việc làm tại trạm", "Commands, and what was done at stations"),
    "gaps": Text("Bản ghi còn thiếu", "Missing records"),
    "faults": Text("Báo cáo bất thường", "Faults of reports"),
}
COLUMNS: dict[str, Catalogue] = {
    "stations": {
        "station": Text("Trạm", "Station"),
        "online": Text("Kết nối", "Online"),
        "at": Text("Lúc", "At"),
        "clock": Text("Đồng hồ", "Clock"),
        "issues": Text("Sự cố", "Issues"),
    },
    "documents": {
        "target": Text("Gửi tới", "To"),
        "document": Text("Văn bản", "Document"),
        "expires": Text("Hết hạn", "Expires"),
        "sent": Text("Đã gửi", "Sent"),
    },
    "issues": {
        "station": Text("Trạm", "Station"),
        "severity": Text("Mức", "Severity"),
        "issue": Text("Sự cố", "Issue"),
        "repair": Text("Việc cần làm", "What to do"),
    },
    "issue-log": {
        "station": Text("Trạm", "Station"),
        "at": Text("Lúc", "At"),
        "state": Text("Việc", "Event"),
        "issue": Text("Sự cố", "Issue"),
    },
    "on-air": {
        "station": Text("Trạm", "Station"),
        "at": Text("Báo lúc", "Told at"),
        "on_air": Text("Nội dung", "What"),
    },
    "next": {
        "station": Text("Trạm", "Station"),
        "start": Text("Lúc", "At"),
        "next": Text("Nội dung", "What"),
    },
    "totals": {
        "what": Text("Nội dung", "What"),
        "where": Text("Ở đâu", "Where"),
        "language": Text("Tiếng", "Language"),
        "full": Text("Trọn", "Full"),
        "cut": Text("Ngắt", "Cut"),
        "skipped": Text("Bỏ", "Skip"),
        "failed": Text("Hỏng", "Fail"),
        "wordless": Text("Không lời", "No words"),
        "proofs": Text("Có tiếng/ im/ ?", "Heard/ silent/ ?"),
    },
    "languages": {
        "week": Text("Tuần từ", "Week of"),
        "commune": Text("Xã", "Commune"),
        "language": Text("Tiếng", "Language"),
        "minutes": Text("Phút", "Minutes"),
        "share": Text("Tỷ lệ", "Share"),
        "duty": Text("Phải có", "Duty"),
        "speech": Text("Ghi chú", "Notes"),
    },
    "plays": {
        "station": Text("Trạm", "Station"),
        "start": Text("Lúc", "At"),
        "play": Text("Nội dung", "What"),
        "result": Text("Kết quả", "Result"),
    },
    "refusals": {
        "station": Text("Trạm", "Station"),
        "at": Text("Lúc", "At"),
        "code": Text("Mã", "Code"),
        "kind": Text("Tài liệu", "Document"),
        "count": Text("Số lần", "Times"),
        "hint": Text("Vì sao", "Why"),
    },
    "silences": {
        "station": Text("Trạm", "Station"),
        "at": Text("Lúc", "At"),
        "switched": Text("Việc", "Event"),
        "order": Text("Lệnh", "Order"),
    },
    "commands": {
        "station": Text("Trạm", "Station"),
        "at": Text("Lúc", "At"),
        "command": Text("Việc", "What"),
        "outcome": Text("Kết quả", "Result"),
        "code": Text("Mã", "Code"),
        "order": Text("Ai ra lệnh", "By whom"),
    },
    "gaps": {
        "station": Text("Trạm", "Station"),
        "epoch": Text("Kỷ", "Epoch"),
        "first": Text("Từ", "From"),
        "last": Text("Đến", "To"),
    },
    "faults": {
        "station": Text("Trạm", "Station"),
        "code": Text("Mã", "Code"),
        "detail": Text("Chi tiết", "Detail"),
        "times": Text("Số lần", "Times"),
    },
}
# column -> code -> word
WORDS: dict[str, Catalogue] = {
    "severity": {
        "fault": Text("HỎNG", "FAULT"),
        "warning": Text("nhắc", "warning"),
    },
    "switched": {
        "stop": Text("ngắt hết", "stop"),
        "pause": Text("tạm dừng", "pause"),
        "on": Text("bật", "on"),
        "off": Text("tắt", "off"),
        "lifted": Text("đã mở lại", "lifted"),
        "replaced": Text("có lệnh mới thay", "replaced"),
        "expired": Text("hết hạn", "expired"),
        "withdrawn": Text("hết hiệu lực", "out of force"),
    },
    "outcome": {
        "done": Text("đã làm", "done"),
        "refused": Text("bị từ chối", "refused"),
        "failed": Text("không làm được", "failed"),
        "ignored": Text("bỏ qua", "ignored"),
    },
    "duty": {
        "met": Text("đủ", "met"),
        "lacking": Text("THIẾU", "LACKING"),
    },
    "class": {name: PHRASES[f"class.{name}"] for name in ("routine", "priority", "emergency")},
    "result": {
        "full": Text("phát trọn", "played in full"),
        "cut": Text("bị ngắt", "cut"),
        "skipped": Text("bị bỏ qua", "skipped"),
        "failed": Text("không phát được", "failed"),
    },
    "state": {
        "begins": Text("bắt đầu", "begins"),
        "ends": Text("hết", "ends"),
    },
}

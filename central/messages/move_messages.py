"""What is said of a schedule that is moved behind what it clashes with."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "move.done": Text(
        "DỜI RA SAU mục trùng giờ, mọi ngày có mục ấy:",
        "MOVED behind what it clashes with, on all days of the item:",
    ),
    "move.along": Text(", kéo theo {0}", ", and with it {0}"),
    "move.lines": Text("Sửa cả {0} cho lần ký sau, dòng:", "Change {0} too, for the next time:"),
    "move.line": Text("  {0}: {1}", "  {0}: {1}"),
    "move.signed_anew": Text(
        "{0} chữ ký đã có là của bản chưa dời: những người ấy ký lại bản đã dời",
        "{0} signature(s) are of the schedule before it was moved: those people sign it anew",
    ),
    "move.key": Text("khoa", "key"),
    "move.next": Text(
        "chưa phát gì; bản đã dời còn phải ký. Gõ tiếp (thay tên khoá):{0}",
        "nothing was published; the moved schedule must be signed. Type next (with your key):{0}",
    ),
    "move.next_day": Text(
        "“{0}” {1}: sau mục trùng giờ đã là ngày hôm sau; chọn giờ khác",
        "“{0}” {1}: behind what it clashes with is the next day already; choose another time",
    ),
    "move.no_time": Text(
        "“{0}” {1}: không có giờ trống nào ở sau ghi được cho mục này; chọn giờ khác",
        "“{0}” {1}: no free time behind it can be written for this item; choose another time",
    ),
    "move.rounds": Text(
        "dời {0} lần vẫn còn trùng giờ: soạn lại lịch",
        "it still clashes after {0} moves: write the schedule anew",
    ),
    "move.refused": Text(
        "dời ra sau thì trạm từ chối “{0}” lúc {1} {2}: {3}; chọn giờ khác",
        "moved behind it, stations would refuse “{0}” at {1} {2}: {3}; choose another time",
    ),
    "move.lost": Text(
        "dời ra sau thì lịch đã hết hạn, “{0}” không còn phát {1}; chọn giờ khác",
        "moved behind it, “{0}” is past the schedule's end on {1}; choose another time",
    ),
    "move.language": Text("dời ra sau thì {0}", "moved behind it: {0}"),
}

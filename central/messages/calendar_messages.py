"""Texts for days by rule and for signed calendars."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "kind.calendar": Text("LỊCH NĂM", "CALENDAR"),
    "calendar": Text(
        "Năm {0}; kê ĐỦ các ngày của: {1}. Các ngày:",
        "Year {0}; lists ALL days of: {1}. The days:",
    ),
    "calendar.unconfirmed": Text(
        "{0} dòng CHƯA ĐỐI CHIẾU với thông báo: {1}",
        "{0} row(s) that nobody has CONFIRMED: {1}",
    ),
    "calendar.row": Text("{0}: {1} [{2}]; nguồn: {3}", "{0}: {1} [{2}]; source: {3}"),
    "set.ngay-le": Text("ngày nghỉ lễ", "public holidays"),
    "set.lam-bu": Text("ngày làm bù", "swapped working days"),
    "set.ngay-lam-viec": Text("ngày làm việc", "working days"),
    "set.quoc-tang": Text(
        "NGÀY TANG: không nhạc, không quảng cáo", "MOURNING: no music, no adverts"
    ),
    "set.tet": Text("Tết", "Tết"),
    "set.chol-chnam-thmay": Text("Chôl Chnăm Thmây", "Chol Chnam Thmay"),
    "set.sene-dolta": Text("Sene Đolta", "Sene Dolta"),
    "set.ok-om-bok": Text("Ok Om Bok", "Ok Om Bok"),
    "sun.sunrise": Text("mặt trời mọc", "sunrise"),
    "sun.sunset": Text("mặt trời lặn", "sunset"),
    "sun.before": Text("{0} phút trước khi {1}", "{0} min before {1}"),
    "sun.after": Text("{0} phút sau khi {1}", "{0} min after {1}"),
    "sun_point": Text(
        "Mặt trời mọc, lặn tính ở vĩ độ {0}, kinh độ {1}",
        "Sunrise and sunset count at latitude {0}, longitude {1}",
    ),
    "lunar.last": Text("cuối", "last"),
    "lunar.leap": Text(" nhuận", " (leap)"),
    "lunar.monthly": Text("ngày {0} âm lịch hằng tháng", "day {0} of every lunar month"),
    "lunar.date": Text("ngày {0} tháng {1}{2} âm lịch", "day {0} of lunar month {1}{2}"),
    "every_day": Text("mọi ngày", "every day"),
    "day_of_month": Text("ngày {0} trong tháng", "day {0} of the month"),
    "nth_weekday": Text("{0} thứ {1} trong tháng", "{0} no. {1} of the month"),
    "last": Text("cuối cùng", "last"),
    "from_end": Text("{0} tính từ cuối", "{0} from the end"),
    "which_of": Text("ngày {0} trong số:", "no. {0} of:"),
    "in_months": Text("(tháng {0})", "(months {0})"),
    "every.DAILY": Text("{0} ngày một lần", "every {0} days"),
    "every.WEEKLY": Text("{0} tuần một lần", "every {0} weeks"),
    "every.MONTHLY": Text("{0} tháng một lần", "every {0} months"),
    "every.YEARLY": Text("{0} năm một lần", "every {0} years"),
    "entry.music": Text("ca nhạc", "music"),
    "entry.banner": Text(
        "BĂNG CHỮ trên nền chương trình của bảng", "A BANNER over what boards show"
    ),
    "entry.standby": Text(
        "HÌNH CHỜ: hiện mỗi khi bảng không có gì khác",
        "STANDBY PICTURE: shown whenever a board has nothing else",
    ),
}

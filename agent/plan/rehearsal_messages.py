"""The texts of a rehearsal, Vietnamese and English, by stable code."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "title": Text("Diễn tập lịch {1} – {2}: {0}", "Rehearsal {1} – {2}: {0}"),
    "week": Text("Diễn tập tại {0}:", "Rehearsal at {0}:"),
    "more_weeks": Text(
        "… và {0} kiểu tuần khác ở các trạm còn lại: `tramtin-central rehearse`",
        "… and {0} further weeks at the other stations: `tramtin-central rehearse`",
    ),
    "empty": Text("Không có gì phát.", "Nothing plays."),
    "day.1": Text("Thứ Hai {0}", "Monday {0}"),
    "day.2": Text("Thứ Ba {0}", "Tuesday {0}"),
    "day.3": Text("Thứ Tư {0}", "Wednesday {0}"),
    "day.4": Text("Thứ Năm {0}", "Thursday {0}"),
    "day.5": Text("Thứ Sáu {0}", "Friday {0}"),
    "day.6": Text("Thứ Bảy {0}", "Saturday {0}"),
    "day.7": Text("Chủ Nhật {0}", "Sunday {0}"),
    "plays.sound": Text("phát", "sounds"),
    "plays.picture": Text("hiện", "shows"),
    "plays.banner": Text("hiện trên băng", "shows on the banner"),
    "filler": Text("nền", "filler"),
    "interrupted": Text("BỊ NGẮT", "INTERRUPTED"),
    "clash": Text("TRÙNG GIỜ", "CLASH"),
    "refused": Text("TỪ CHỐI", "REFUSED"),
    "cut": Text("dài hơn khung giờ, bị cắt {0}", "longer than its slot, cut by {0}"),
    "duty": Text("mục BẮT BUỘC phát", "an item that MUST be broadcast"),
    "rival.level": Text(
        "nhường “{0}” lúc {1}, vì hạng cao hơn", "gives way to “{0}” at {1}, of a higher class"
    ),
    "rival.start": Text(
        "bị “{0}” lúc {1} thay, vì cùng hạng mà bắt đầu sau",
        "is replaced by “{0}” at {1}, of the same class, which starts later",
    ),
    "rival.order": Text(
        "nhường “{0}” cùng giờ {1}: văn bản mới hơn, rồi thứ tự trong lịch",
        "gives way to “{0}” at the same time {1}: newer document, then order of the schedule",
    ),
    "where": Text("[{0}]", "[{0}]"),
    "sum": Text(
        "Cộng: {0} mục phát đủ, {1} bị ngắt, {2} trùng giờ, {3} bị từ chối, {4} dài hơn khung giờ",
        "In all: {0} whole, {1} interrupted, {2} clash(es), {3} refused, {4} too long",
    ),
    "sum.filler": Text("{0} mục nền", "{0} filler"),
    "lack": Text(
        "THIẾU TIẾNG: tuần từ {0}, tiếng {1} phải có {2} % mà chỉ {3} trong {4} phút nói",
        "LANGUAGE LACKING: week of {0}, {1} should have {2} % and has {3} of {4} minutes of speech",
    ),
    "lack.silence": Text(
        "THIẾU TIẾNG: tuần từ {0}, tiếng {1} phải có {2} % mà không có mục nói nào",
        "LANGUAGE LACKING: week of {0}, {1} should have {2} % and nothing is spoken at all",
    ),
    "not_known.zone_classes": Text(
        (
            "CHƯA BIẾT cụm loa nào là loại đặc biệt (trạm chưa báo), nên không biết mục nào bị từ"
            " chối ở đó theo zone_classes"
        ),
        (
            "NOT KNOWN which clusters are special (the station has not said), hence what"
            " zone_classes refuses there"
        ),
    ),
    "not_known.language_duties": Text(
        (
            "CHƯA XÉT phần của từng thứ tiếng: xét cả tuần, từ Thứ Hai, mà trong các ngày này không"
            " có tuần nào bắt đầu (chưa đủ một tuần)"
        ),
        (
            "NOT JUDGED: the share of each language; it is judged by whole weeks from Monday, and"
            " none begins in these days (less than a week)"
        ),
    ),
    "unconfirmed": Text(
        "NGÀY CHƯA ĐỐI CHIẾU: {0}, {1} (nguồn: {2})",
        "DATES NOT CONFIRMED: {0}, {1} (source: {2})",
    ),
    "why.unconfirmed": Text("ngày này CHƯA ĐỐI CHIẾU: {0}", "nobody has CONFIRMED this date: {0}"),
    "why.silenced": Text("IM, theo lệnh im lặng: {0}", "SILENT, by a signed silence: {0}"),
    "why.emergency": Text("TIN KHẨN CẤP {0}", "EMERGENCY {0}"),
    "why.plays": Text("“{0}”, đến {1}", "“{0}”, until {1}"),
    "why.no_time": Text(
        "IM: hộp chưa biết giờ, nên không phát gì theo lịch",
        "SILENT: the box does not know the time, so nothing scheduled plays",
    ),
    "why.nothing": Text("không có gì theo lịch", "nothing is scheduled"),
    "why.alone": Text("không có mục nào khác cùng lúc", "nothing else is due"),
    "why.waits": Text(
        "“{0}” đến lượt từ {1}, đợi loa rảnh, bắt đầu lúc {2}",
        "“{0}” is due since {1}, waits for its turn, begins at {2}",
    ),
    "why.next": Text("thay đổi tới: {0}, “{1}”", "next change: {0}, “{1}”"),
    "why.next_nothing": Text("thay đổi tới: {0}, hết", "next change: {0}, nothing more"),
    "why.no_next": Text("tám ngày tới không có thay đổi", "no change in the next eight days"),
    "picture.title": Text("Tuần phát: {0}", "The week at {0}"),
    "picture.plays": Text("loa phát", "sounds"),
    "picture.shows": Text("bảng hiện", "boards show"),
    "picture.filler": Text("nền, nhường mọi mục", "filler, yields"),
    "picture.interrupted": Text("bị ngắt", "interrupted"),
    "picture.clash": Text("trùng giờ", "clash"),
    "picture.refused": Text("từ chối", "refused"),
    "picture.quiet": Text("giờ yên lặng", "quiet hours"),
    "picture.more": Text("… và {0} mục khác phát đủ", "… and {0} further items that play whole"),
    "sound": Text("Loa", "Sound"),
    "picture": Text("Bảng", "Board"),
    "banner": Text("Băng trên bảng", "Banner on the board"),
    "all": Text("mọi nơi", "everywhere"),
    "diff.new": Text("THÊM", "NEW"),
    "diff.gone": Text("BỎ", "GONE"),
    "diff.was": Text("TRƯỚC", "WAS"),
    "diff.is": Text("NAY", "NOW"),
    "diff.sum": Text("{0} chỗ thay đổi", "{0} change(s)"),
    "picture.changes": Text("Thay đổi: {0}", "What changes: {0}"),
    "diff.same": Text("Không có gì thay đổi.", "Nothing changes."),
}

"""Texts of an emergency: what will be heard and seen, also from a prepared alarm."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "exercise": Text("DIỄN TẬP: phát ngay, cắt mọi mục", "EXERCISE: at once, over everything"),
    "real": Text("BÁO ĐỘNG THẬT: phát ngay, cắt mọi mục", "REAL ALARM: at once, over everything"),
    "key.real": Text(
        "BÁO ĐỘNG CHỜ SẴN: chỉ kêu khi có người bấm nút khẩn cấp tại trạm; không bao giờ tự kêu",
        (
            "PREPARED ALARM: sounds only when somebody presses an emergency key at a station,"
            " never by itself"
        ),
    ),
    "key.exercise": Text(
        "DIỄN TẬP CHỜ SẴN: chỉ kêu khi có người bấm nút khẩn cấp tại trạm; không bao giờ tự kêu",
        (
            "HELD EXERCISE: sounds only when somebody presses an emergency key at a station, never"
            " by itself"
        ),
    ),
    "key.how": Text(
        "Nút nào: mọi nút có khe “{0}”; bấm là cắt mọi mục, cả tin khẩn cấp, kể cả giờ yên lặng",
        (
            "Which keys: all of the slot “{0}”; a press cuts everything, emergencies too, also in"
            " quiet hours"
        ),
    ),
    "key.until": Text(
        "Trạm giữ sẵn đến {0}; bản số cao hơn ở khe này thay bản cũ, lệnh huỷ rút lại",
        (
            "Held at the stations until {0}; a higher number in this slot replaces it, a cancel"
            " withdraws it"
        ),
    ),
    "heard": Text("Loa: {0}, rồi:", "Loudspeakers: {0}, then:"),
    "signal.two-tone": Text("tín hiệu báo động hai âm", "the two-tone attention signal"),
    "signal.own": Text(
        "tín hiệu báo động ghi âm {0} (không dùng được thì hai âm có sẵn)",
        "a recorded attention signal of {0} (two-tone where it cannot be used)",
    ),
    "heard.words": Text("  • {0}: lời ghi âm {1}", "  • {0}: recorded words, {1}"),
    "heard.phrases": Text(
        "  • {0}: {1} câu ghi sẵn nối nhau, {2}", "  • {0}: {1} recorded phrases, {2}"
    ),
    "heard.phrases_too": Text(
        "  • {0}: khi lời ghi âm chưa về thì {1} câu ghi sẵn, {2}",
        "  • {0}: while the recording has not come, {1} recorded phrases, {2}",
    ),
    "heard.nothing": Text(
        "  • {0}: KHÔNG CÓ LỜI GHI ÂM, loa không nói gì bằng tiếng này",
        "  • {0}: NO RECORDED WORDS, nothing is said in this language",
    ),
    "heard.not_read": Text(
        "  • {0}: lời “{1}” KHÔNG ĐỌC ĐƯỢC, hộp không có giọng tiếng này; muốn nghe thì ghi âm",
        "  • {0}: the words “{1}” are NOT READ ALOUD, boxes have no such voice; record them",
    ),
    "heard.read": Text(
        "  • {0}: máy ở hộp ĐỌC “{1}”; hộp bản 0.1.0 chỉ nói câu có sẵn",
        "  • {0}: the box READS “{1}”; boxes of 0.1.0 speak their built-in line only",
    ),
    "read.words": Text("Sẽ đọc nguyên văn:", "What will be said, word for word:"),
    "read.listen": Text(
        "→ NGHE {0} trước khi đưa vào lịch và ký", "→ LISTEN to {0} before you sign its schedule"
    ),
    "heard.line": Text(
        "  • KHÔNG CÓ LỜI GHI ÂM: hộp nói câu có sẵn {0}, không nói nội dung này",
        "  • NO RECORDED WORDS: the box speaks its built-in line {0}, not this message",
    ),
    "heard.late": Text(
        "Lời chưa tải xong thì sau tín hiệu là câu có sẵn {0}, có lời thì nói lời",
        "While words have not come, the built-in line {0} follows the signal, then the words",
    ),
    "line": Text(
        "bằng tiếng Việt, báo khẩn cấp và dặn nghe chính quyền",
        "in Vietnamese, which says that it is urgent and to heed the authorities",
    ),
    "line.exercise": Text(
        "bằng tiếng Việt, nói rõ là diễn tập",
        "in Vietnamese, which says that it is an exercise",
    ),
    "repeat": Text("Nói {0} lượt, cách nhau {1}", "Told {0} time(s), {1} apart"),
    "repeat.line": Text(
        "Câu ấy: 3 lượt cách nhau {0}, sau đó mỗi phút một lượt",
        "That line: 3 times, {0} apart, then once a minute",
    ),
    "seen": Text("Bảng:", "Boards:"),
    "seen.text": Text("  • {0}: HIỆN “{1}”", "  • {0}: SHOW “{1}”"),
    "seen.nothing": Text("Bảng: không hiện gì", "Boards: show nothing"),
    "at_most_all": Text("Tổng cộng không quá {0}", "{0} in all at the most"),
    "event": Text("Mã sự kiện {0}", "Event {0}"),
}

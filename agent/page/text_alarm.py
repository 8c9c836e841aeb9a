"""What the page says while an emergency is in force, Vietnamese and English, by stable code."""

from __future__ import annotations

ALARM_PHRASES: dict[str, tuple[str, str]] = {
    "alarms": ("Tin khẩn cấp đang có hiệu lực", "Emergency in force"),
    "alarms.exercise": ("Diễn tập đang có hiệu lực", "Exercise in force"),
    "alarm.until": ("Ký bởi {0}; hết hiệu lực lúc {1}.", "Signed by {0}; in force until {1}."),
    "alarm.key": ("Do nút {0} tại trạm; ký bởi {1}.", "Started by the key {0}; signed by {1}."),
    "alarm.silent": ("KHÔNG phát ở {0}: {1}.", "NOT heard or seen at {0}: {1}."),
    "alarm.partly": ("Chưa phát đủ ở {0}: {1}.", "Not all of it at {0}: {1}."),
    "alarm.on.sound": ("đang phát", "sounds now"),
    "alarm.on.line": ("đang phát tín hiệu và câu có sẵn", "signal and built-in line sound now"),
    "alarm.on.board": ("đang hiện", "is shown"),
    "alarm.told": ("đã phát xong", "told to its end"),
    "alarm.waiting": ("chờ tin khẩn cấp khác phát trước", "waits for another emergency"),
    "alarm.nothing.sound": ("không có gì để phát", "has nothing to sound"),
    "alarm.nothing.board": ("không có chữ để hiện", "has no text to show"),
    "alarm.key_turned": ("khóa im lặng ở trạm đang xoay", "the silence key on the box is turned"),
    "alarm.order": ("có lệnh ngắt tiếng đã ký", "a signed silence stops everything"),
    "alarm.process.sound": ("phần phát tiếng đang mất", "the sound part is away"),
    "alarm.process.board": ("phần vẽ bảng đang mất", "the board part is away"),
    "alarm.lines": ("không cụm loa nào bật được", "no loudspeaker line can be switched on"),
    "alarm.failed": ("không phát được", "it could not be played"),
    "alarm.late": ("chưa bắt đầu", "it has not begun"),
    "words.now": ("đang đọc", "being read"),
    "words.heard": ("đã đọc", "was read"),
    "words.here": ("có lời ghi âm", "recording is here"),
    "words.missing": ("CHƯA CÓ tệp lời", "its recording is MISSING"),
    "words.none": ("không có lời ghi âm", "has no recording"),
    "lang.vi": ("tiếng Việt", "Vietnamese"),
    "lang.km": ("tiếng Khmer", "Khmer"),
    "lang.en": ("tiếng Anh", "English"),
}

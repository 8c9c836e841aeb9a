"""What the page says while an emergency is in force, Vietnamese and English, by stable code."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

ALARM_PHRASES: Catalogue = {
    # a radio, and somebody who speaks at the box
    "pulled": Text(
        "hộp tự kéo đài: chỉ tin được đường truyền",
        "pulled by the box: authentic by transport only",
    ),
    "level.local_voice": Text("nói tại chỗ", "spoken here"),
    "level.emergency_voice": Text("nói khẩn cấp", "emergency, spoken here"),
    "why.local_voice": Text(
        "có người đang giữ nút {0} và nói",
        "somebody holds the key {0} and speaks",
    ),
    "voice_level.good": Text("mức thu cao nhất {0} dBFS: tốt", "highest level {0} dBFS: good"),
    "voice_level.faint": Text(
        "mức thu cao nhất {0} dBFS: NHỎ, nói gần micro hơn hoặc nâng mức thu",
        "highest level {0} dBFS: FAINT, speak closer or raise the capture level",
    ),
    "voice_level.clipped": Text(
        "mức thu cao nhất {0} dBFS: VỠ TIẾNG, hạ mức thu",
        "highest level {0} dBFS: OVERDRIVEN, lower the capture level",
    ),
    "alarms": Text("Tin khẩn cấp đang có hiệu lực", "Emergency in force"),
    "alarms.exercise": Text("Diễn tập đang có hiệu lực", "Exercise in force"),
    "alarm.until": Text("Ký bởi {0}; hết hiệu lực lúc {1}.", "Signed by {0}; in force until {1}."),
    "alarm.key": Text("Do nút {0} tại trạm; ký bởi {1}.", "Started by the key {0}; signed by {1}."),
    "alarm.silent": Text("KHÔNG phát ở {0}: {1}.", "NOT heard or seen at {0}: {1}."),
    "alarm.partly": Text("Chưa phát đủ ở {0}: {1}.", "Not all of it at {0}: {1}."),
    "alarm.on.sound": Text("đang phát", "sounds now"),
    "alarm.on.line": Text("đang phát tín hiệu và câu có sẵn", "signal and built-in line sound now"),
    "alarm.on.board": Text("đang hiện", "is shown"),
    "alarm.told": Text("đã phát xong", "told to its end"),
    "alarm.waiting": Text("chờ tin khẩn cấp khác phát trước", "waits for another emergency"),
    "alarm.nothing.sound": Text("không có gì để phát", "has nothing to sound"),
    "alarm.nothing.board": Text("không có chữ để hiện", "has no text to show"),
    "alarm.key_turned": Text(
        "khóa im lặng ở trạm đang xoay", "the silence key on the box is turned"
    ),
    "alarm.lockout": Text(
        "khóa an toàn ở trạm đang bật: có người làm việc",
        "the station is locked out: somebody works there",
    ),
    "alarm.order": Text("có lệnh ngắt tiếng đã ký", "a signed silence stops everything"),
    "alarm.process.sound": Text("phần phát tiếng đang mất", "the sound part is away"),
    "alarm.process.board": Text("phần vẽ bảng đang mất", "the board part is away"),
    "alarm.lines": Text("không cụm loa nào bật được", "no loudspeaker line can be switched on"),
    "alarm.failed": Text("không phát được", "it could not be played"),
    "alarm.late": Text("chưa bắt đầu", "it has not begun"),
    "words.now": Text("đang đọc", "being read"),
    "words.heard": Text("đã đọc", "was read"),
    "words.here": Text("có lời ghi âm", "recording is here"),
    "words.missing": Text("CHƯA CÓ tệp lời", "its recording is MISSING"),
    "words.failed": Text("lời ghi âm HỎNG, không phát được", "its recording CANNOT be played"),
    "words.none": Text("không có lời ghi âm", "has no recording"),
    "lang.vi": Text("tiếng Việt", "Vietnamese"),
    "lang.km": Text("tiếng Khmer", "Khmer"),
    "lang.en": Text("tiếng Anh", "English"),
}

"""Texts about plays, their proofs and issues as the centre lists them."""

from __future__ import annotations

from agent.contract.play_reason import PLAY_REASONS
from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "language.proved": Text("đã kiểm là có tiếng: {0} phút", "sound proved: {0} min"),
    "language.unknown": Text(
        "không rõ tiếng, không tính cho tiếng nào: {0} phút",
        "of no known language, counted for none: {0} min",
    ),
    "language.silent": Text(
        "đã phát mà loa im, không tính: {0} phút", "played and not heard, not counted: {0} min"
    ),
    "language.missing": Text("còn thiếu {0} bản ghi", "{0} records are missing"),
    "medium.sound": Text("Loa", "Speaker"),
    "medium.picture": Text("Bảng", "Board"),
    "play.key": Text("nút “{0}”", "key “{0}”"),
    "play.words_missing": Text("KHÔNG NGHE ĐƯỢC LỜI: {0}", "WORDS NOT HEARD: {0}"),
    "play.transport": Text(
        "hộp tự kéo đài: chỉ tin được đường truyền; đài {0} s, chương trình nền {1} s, im {2} s",
        "pulled by the box: authentic by transport only; radio {0} s, filler {1} s, silence {2} s",
    ),
    "play.words": Text("lời: {0}", "words: {0}"),
    "play.said": Text("đã đọc: “{0}”", "was read: “{0}”"),
    "words.recording": Text("bản ghi âm", "recording"),
    "words.phrases": Text("câu ghi sẵn", "recorded phrases"),
    "words.speech": Text("máy ở hộp đọc", "read by the box"),
    "words.line": Text("câu có sẵn trong máy", "the built-in line"),
    "play.muted": Text("tắt tiếng theo lệnh ở: {0}", "muted by order on: {0}"),
    "play.level": Text(
        "âm lượng {0} dB, khoảng {1} dBA tại nhà gần nhất",
        "volume {0} dB, about {1} dBA at the nearest home",
    ),
    "play.gain": Text("âm lượng {0} dB", "volume {0} dB"),
    "play.cap": Text("theo mức trần: {0}", "by the cap: {0}"),
    "play.card": Text(
        "qua card dự phòng {0} (chưa hiệu chuẩn)", "on the fallback card {0} (not calibrated)"
    ),
    "play.safe_mode": Text("ở chế độ an toàn (aplay)", "in safe mode (aplay)"),
    "play.clock.nts": Text("giờ lúc phát sai không quá {0} ms (NTS)", "clock within {0} ms (NTS)"),
    "play.steering": Text(
        "giữ nhịp: sửa {0} mẫu, nhảy {1} lần, lệch nhiều nhất {2} ms",
        "kept in step: {0} samples corrected, {1} jumps, at most {2} ms off",
    ),
    "play.card_speed": Text(
        "card âm thanh lệch {0} phần triệu so với giờ của hộp",
        "sound card {0} parts in a million off the box's clock",
    ),
    "play.clock.centre": Text(
        "giờ lúc phát sai không quá {0} ms (trung tâm)", "clock within {0} ms (centre)"
    ),
    "play.heard": Text("đã kiểm là có tiếng: {0}, {1}", "sound proved: {0}, {1}"),
    "play.not_heard": Text(
        "ĐÃ PHÁT MÀ KHÔNG NGHE THẤY: {0}, {1}", "PLAYED BUT NOT HEARD: {0}, {1}"
    ),
    "play.not_known": Text("chưa biết có tiếng không: {0}", "not known whether it was heard: {0}"),
    "unknown.none": Text("trạm không có gì để nghe lại", "the station has nothing that listens"),
    "unknown.safe_mode": Text("hộp phát ở chế độ an toàn", "the box played in safe mode"),
    "unknown.monitor_lost": Text(
        "ngõ vào nghe lại không dùng được", "the input that listens could not be used"
    ),
    "unknown.drowned": Text(
        "tiếng loa chìm trong tiếng ồn", "the sound was fainter than the noise around"
    ),
    "unknown.no_change": Text(
        "hình không đổi sáng tối đủ để cảm biến kiểm",
        "the picture did not change enough for the light sensor",
    ),
    "unknown.too_short": Text("mục quá ngắn để kiểm", "too short to be examined"),
    "confirm.none": Text(
        "lúc đó trạm không phát gì ra loa; xem `show plays`",
        "the station sounded nothing then; see `show plays`",
    ),
    "confirm.several": Text(
        "lúc đó có nhiều mục, ghi giờ có cả giây như `show plays` in, hoặc thêm --output: {0}",
        "several sounded then, give the second as `show plays` prints it, or --output: {0}",
    ),
    "confirm.heard": Text("Đã ghi: {0}, “{1}”: {2} có nghe", "Entered: {0}, “{1}”: heard by {2}"),
    "confirm.silent": Text(
        "Đã ghi: {0}, “{1}”: {2} nói loa im", "Entered: {0}, “{1}”: silent, says {2}"
    ),
    "proof.person": Text("có người xác nhận", "a person said so"),
    "proof.current": Text("dòng điện của tăng âm", "the amplifier's current"),
    "proof.contact": Text("tiếp điểm lỗi của tăng âm", "the amplifier's fault contact"),
    "proof.line": Text("đường hồi tiếng", "line looped back"),
    "proof.microphone": Text("micrô nghe loa", "microphone at the horn"),
    "picture.B0": Text("đã vẽ (B0)", "drawn (B0)"),
    "picture.B1": Text("đã đưa sang bảng (B1)", "handed to the board (B1)"),
    "picture.confirmed": Text(
        "thẻ điều khiển xác nhận bảng hiện hình này ({0})",
        "the control card confirms that the wall showed it ({0})",
    ),
    "picture.denied": Text(
        "thẻ điều khiển nói bảng KHÔNG hiện hình này ({0})",
        "the control card says that the wall did NOT show it ({0})",
    ),
    "play.frames": Text("khung hình đầu (SHA-256): {0}", "first frame (SHA-256): {0}"),
    "play.late_frames": Text("{0} khung hình bị trễ", "{0} frames were late"),
    "play.reason": Text("lý do: {0}", "reason: {0}"),
    "on_air.nothing": Text("KHÔNG PHÁT gì", "NOTHING plays"),
    "on_air.more": Text(" (và {0} mục nữa)", " (and {0} more)"),
    "on_air.until": Text("đến: {0}", "until: {0}"),
    "on_air.offline": Text("trạm đang mất liên lạc", "the station is offline now"),
    **PLAY_REASONS,
    "issue.subject": Text("ở: {0}", "where: {0}"),
    "issue.since": Text("từ: {0}", "since: {0}"),
    "issue.hint": Text("chi tiết: {0}", "detail: {0}"),
    "order.until": Text("tự hết: {0}", "ends: {0}"),
    "play.people": Text("soạn: {0}; duyệt: {1}", "by {0}; approved by {1}"),
}

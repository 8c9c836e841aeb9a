"""The texts about officers' sound: what was found in a file, what was done, what is not ready."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "sound.unconfined": Text(
        "LƯU Ý: máy này thiếu {0}, nên ffmpeg đọc tệp lạ mà không bị cách ly. Hãy chỉ mở tệp tin"
        " cậy, hoặc làm trên máy Linux",
        "NOTE: this computer lacks {0}, so ffmpeg reads files without confinement. Open trusted"
        " files alone, or use a computer with Linux",
    ),
    "sound.before": Text(
        "{0}: dài {1}, độ to {2} LUFS, đỉnh {3} dBTP", "{0}: {1} long, {2} LUFS, peak {3} dBTP"
    ),
    "sound.done": Text(
        "  bỏ {0} đầu và {1} cuối không có tiếng; chỉnh {2} dB{3}",
        "  {0} at the start and {1} at the end without sound left out; gain {2} dB{3}",
    ),
    "sound.limited": Text(", ghìm đỉnh", ", peaks limited"),
    "sound.after": Text(
        "→ {0}: dài {1}, độ to {2} LUFS (chuẩn {3}), đỉnh {4} dBTP",
        "→ {0}: {1} long, {2} LUFS (the target is {3}), peak {4} dBTP",
    ),
    "sound.picture": Text("Hình sóng: {0}", "Waveform: {0}"),
    "sound.ready": Text(
        "DÙNG ĐƯỢC. Nghe lại một lần rồi hãy ký.", "READY. Listen once, then sign."
    ),
    "sound.listen": Text("CHÚ Ý, nghe kỹ: {0}", "BEWARE, listen closely: {0}"),
    "sound.remark.clipped": Text(
        "{0} bị vỡ tiếng từ lúc thu (thu quá to): thu lại thì hơn",
        "{0} is clipped: it was recorded too loud, better record it again",
    ),
    "sound.remark.broken": Text(
        "{0} có đoạn hỏng, không giải mã được", "parts of {0} could not be decoded"
    ),
    "sound.remark.faint": Text(
        "{0} quá nhỏ: tăng lên thì tiếng ồn cũng tăng, thu lại gần micro hơn",
        "{0} is too faint: its noise is raised with it, record it closer to the microphone",
    ),
    "sound.remark.short": Text("{0} ngắn hơn một giây", "{0} is shorter than a second"),
    "sound.unprepared": Text(
        "bản ghi của “{0}” chưa chuẩn bị ({1}): dùng `tramtin-central prepare` rồi ký lại",
        "the recording of “{0}” is not prepared ({1}): use `tramtin-central prepare`, sign again",
    ),
    "sound.fault.blank": Text("không có tiếng", "nothing to hear"),
    "sound.fault.level": Text("độ to {0} LUFS, chuẩn {1}", "{0} LUFS, the target is {1}"),
    "sound.fault.peak": Text("đỉnh {0} dBTP, cao nhất {1}", "peak {0} dBTP, at most {1}"),
    "sound.fault.clipped": Text("vỡ tiếng", "clipped"),
    "sound.fault.broken": Text("có đoạn hỏng", "parts are broken"),
    "clip.before": Text(
        "{0}: dài {1}, {2}, {3}, {4} kbit/s", "{0}: {1} long, {2}, {3}, {4} kbit/s"
    ),
    "clip.after": Text(
        "→ {0}: dài {1}, {2}, {3}, {4} kbit/s", "→ {0}: {1} long, {2}, {3}, {4} kbit/s"
    ),
    "clip.sound": Text(
        "→ {0}: tiếng của phim, ghi ở `play`", "→ {0}: the sound of the clip, for `play`"
    ),
    "clip.silent": Text("Phim không có tiếng.", "The clip has no sound."),
    "clip.excess": Text("KHÔNG KÝ ĐƯỢC: {0}. Cần {1}.", "CANNOT BE SIGNED: {0}. Wanted: {1}."),
    "clip.ready": Text(
        "DÙNG ĐƯỢC. Xem lại một lần rồi hãy ký.", "READY. Watch it once, then sign."
    ),
    "fault.sound.blank": Text(
        "tệp không có tiếng: xem lại micro, chọn đúng tệp",
        "there is nothing to hear in the file: check the microphone, choose the right file",
    ),
    "fault.sound.long": Text("tệp dài quá hai giờ", "the file is longer than two hours"),
    "fault.sound.format": Text(
        "tên tệp ghi ra phải có đuôi {0}", "the name of the output must end in {0}"
    ),
    "fault.sound.same": Text(
        "tệp ghi ra trùng với tệp nguồn: đặt tên khác, để bản gốc còn nguyên",
        "the output is one of the sources: choose another name, so that the original stays",
    ),
    "fault.sound.unreadable": Text(
        "không đọc được tiếng trong tệp ({0})", "no sound can be read from the file ({0})"
    ),
}

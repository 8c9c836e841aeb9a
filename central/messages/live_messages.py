"""The texts of `live` and `relay`, Vietnamese and English, by stable code."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "live.announce": Text(
        "Phát trực tiếp, hạng {0}: “{1}”, tới {2}", "Live, class {0}: “{1}”, to {2}"
    ),
    "live.ask": Text("Bắt đầu phát trực tiếp?", "Go on air?"),
    "live.taken": Text("{0} trên {1} trạm đã nhận", "{0} of {1} station(s) took it"),
    "live.refused": Text(
        "không trạm nào nhận: chưa phát gì (chắc chắn thì thêm --anyway)",
        "no station takes it: nothing was said (if you are sure, add --anyway)",
    ),
    "live.on_air": Text("ĐANG PHÁT TRỰC TIẾP (Ctrl-C để kết thúc)", "ON AIR (Ctrl-C ends it)"),
    "error.E_CONNECT": Text(
        "không nối được máy chủ tin; xem mạng, tên và cổng của máy chủ, chứng thư",
        "the broker cannot be reached; see the network, its name and port, the certificate",
    ),
    "error.E_PUBLISH": Text("máy chủ tin không cho gửi", "the broker does not take it"),
    "live.no_right": Text(
        "chứng thư này không được ghi tiếng nói; nhờ người quản trị thêm quyền của `live`",
        "this certificate may not write voices; have the rights of `live` added",
    ),
    "live.cancelled": Text(
        "ĐÃ BỊ DỪNG: {0} vừa ký lệnh huỷ giọng này; các loa đã im",
        "STOPPED: {0} has signed a cancel of this voice; the loudspeakers are silent",
    ),
    "live.unsent": Text("{0} đoạn không gửi được", "{0} segments not sent"),
    "live.over": Text(
        "Đã kết thúc: {0} đoạn, {1} đoạn không gửi được; lưu tại {2}",
        "Over: {0} segments, {1} not sent; kept in {2}",
    ),
    "live.renewal": Text(
        "chưa gia hạn được quyền phát, đang thử lại: {0}",
        "the grant is not renewed yet, trying again: {0}",
    ),
    "live.ended": Text("kết thúc đúng", "ended in order"),
    "live.not_ended": Text("đứt giữa chừng", "broke off"),
    "live.archive_fails": Text(
        "CHÚ Ý: không lưu được giọng nói ({0}); vẫn phát tiếp, máy thử lưu lại",
        "NOTE: the archive does not take the voice ({0}); it goes on air all the same, and the "
        "archive is tried again",
    ),
    "live.not_kept": Text(
        "CHÚ Ý: bản lưu thiếu {0} đoạn của lần nói này",
        "NOTE: the archive lacks {0} segments of this voice",
    ),
    "live.removed": Text(
        "đã xoá {0} giọng hết hạn lưu, đến {1}", "{0} voice(s) kept no longer removed, up to {1}"
    ),
    "live.not_removed": Text(
        "CHÚ Ý: chưa xoá được giọng hết hạn lưu: {0}",
        "NOTE: voices that are kept no longer are not removed: {0}",
    ),
    "live.incomplete": Text("KHÔNG ĐỦ, thiếu {0} đoạn", "INCOMPLETE, {0} segments missing"),
    "live.unreadable": Text("{0}  KHÔNG ĐỌC ĐƯỢC: {1}", "{0}  UNREADABLE: {1}"),
    "live.retention": Text(
        "{0} giọng, {1} GB; giữ {2} ngày, nhiều nhất {3} GB, xoá giọng cũ trước (đổi: live keep)",
        "{0} voice(s), {1} GB; kept for {2} days, at most {3} GB, the oldest go first "
        "(live keep changes it)",
    ),
    "live.row": Text(
        "{0}  {1} s  {2}  “{3}”  người nói: {4}  nơi nhận: {5}  {6}  đoạn hỏng: {7}  {8}",
        "{0}  {1} s  {2}  “{3}”  speaker: {4}  to: {5}  {6}  bad segments: {7}  {8}",
    ),
    "relay.sent.radio": Text("đài phát lại bình thường", "the radio sounds again"),
    "relay.sent.lost": Text(
        "đài không có tiếng: đang phát âm đệm", "no sound from the radio: the filler is on"
    ),
    "relay.sent.blank": Text(
        "đài vẫn nối nhưng im lặng 15 giây: đang phát âm đệm",
        "the radio is connected, and silent for 15 s: the filler is on",
    ),
    "relay.connection.stalled": Text(
        "đài vẫn nối nhưng không gửi tiếng, đang nối lại: {0}",
        "the radio is connected and sends no sound, connecting again: {0}",
    ),
    "relay.connection.back": Text("đã nối lại được với đài", "the radio is connected again"),
    "relay.connection.lost": Text(
        "mất đài, đang nối lại: {0}", "radio lost, connecting again: {0}"
    ),
    "relay.never": Text(
        "Đài không có tiếng trong cả thời gian đã định: chưa phát gì",
        "The radio gave no sound in all that time: nothing was sent",
    ),
}  # fmt: skip

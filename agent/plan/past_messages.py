"""The texts of what is on record of a moment that is over, Vietnamese and English."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "verdict.as_planned": Text("nhật ký: đúng như thế", "on record: just so"),
    "verdict.differs": Text("nhật ký: KHÁC", "on record: DIFFERENT"),
    "verdict.no_record": Text(
        "nhật ký: KHÔNG ghi gì về mục này", "on record: NOTHING of this item"
    ),
    "verdict.not_reached": Text(
        "nhật ký lúc ấy không có ở đây (mới có đến {0})",
        "the journal of that time is not here (it is, up to {0})",
    ),
    "verdict.not_kept": Text(
        "nhật ký lúc ấy không có đủ ở đây", "the journal of that time is not here, or not whole"
    ),
    "play.full": Text("phát đủ {0}", "in full {0}"),
    "play.cut": Text("bị cắt {0}", "cut {0}"),
    "play.failed": Text("hỏng {0}", "failed {0}"),
    "play.skipped": Text("không phát (lịch {0})", "not played (planned {0})"),
    "play.": Text("đang phát, từ {0}", "still on, since {0}"),
    "shown.full": Text("hiện đủ {0}", "shown in full {0}"),
    "shown.skipped": Text("không hiện (lịch {0})", "not shown (planned {0})"),
    "shown.": Text("đang hiện, từ {0}", "still shown, since {0}"),
    "heard.True": Text("đã kiểm là có tiếng ({0})", "sound proved ({0})"),
    "heard.False": Text("PHÁT MÀ KHÔNG NGHE THẤY ({0})", "PLAYED BUT NOT HEARD ({0})"),
    "heard.None": Text(
        "không có gì để biết có tiếng không ({0})", "nothing tells whether it was heard ({0})"
    ),
    "unsigned": Text("không theo văn bản nào", "by no document"),
    "documents": Text("Theo văn bản giữ lúc ấy:", "By the documents held then:"),
    "document": Text("{0} {1}, số {2}/{3}, {4}", "{0} {1}, number {2}/{3}, {4}"),
    "by.accepted": Text("trạm nhận lúc {0}", "taken by the station at {0}"),
    "by.published": Text(
        "gửi lúc {0}, trạm chưa báo nhận", "published at {0}, the station has not said it took it"
    ),
    "more": Text("… và {0} văn bản nữa", "… and {0} more"),
    "kind.playlist": Text("lịch", "playlist"),
    "kind.calendar": Text("lịch ngày lễ", "calendar"),
    "kind.station-config": Text("cấu hình trạm", "station-config"),
    "kind.cancel": Text("lệnh huỷ", "cancel"),
    "kind.emergency": Text("tin khẩn cấp", "emergency"),
    "kind.silence": Text("lệnh im lặng", "silence"),
    "note.former": Text(
        "CHƯA CHẮC: {0} {1} có từ {2}; trước đó ở chỗ ấy có gì thì không giữ",
        "NOT CERTAIN: {0} {1} is there since {2}; what stood in its place before is not kept",
    ),
    "note.withdrawn": Text(
        "CHƯA CHẮC: {0} {1} có lệnh rút đổi lúc {2}; trước đó còn hiệu lực không thì không rõ",
        "NOT CERTAIN: a withdrawal of {0} {1} changed at {2}; whether it was in force before that"
        " is not known",
    ),
    "note.pruned": Text(
        "CHƯA CHẮC: văn bản hết hạn trước {2} không còn giữ",
        "NOT CERTAIN: documents that expired before {2} are not kept",
    ),
    "note.zone_kinds": Text(
        "CHƯA CHẮC: xét zone_classes theo loại cụm loa trạm báo lúc {2}; lúc ấy là loại nào thì"
        " không rõ",
        "NOT CERTAIN: zone_classes is judged by the kinds of clusters that the station told at"
        " {2}; which they were then is not known",
    ),
    "note.faces": Text(
        "CHƯA CHẮC: xét face_issuers theo các mặt bảng trạm báo lúc {2}; lúc ấy có mặt nào thì"
        " không rõ",
        "NOT CERTAIN: face_issuers is judged by the faces that the station told at {2}; which it"
        " had then is not known",
    ),
    "note.no_config": Text(
        "Lúc ấy trạm chưa có cấu hình có hiệu lực: chỉ theo luật mặc định (im 21:00–05:00)",
        "No station-config was in force then: by the built-in rules alone (quiet 21:00–05:00)",
    ),
    "note.refused_later": Text(
        "CHƯA CHẮC: trạm nhận {0} {1}, rồi báo từ chối lúc {2} ({3}); còn theo nó không thì không"
        " rõ",
        "NOT CERTAIN: the station took {0} {1}, then refused it at {2} ({3}); whether it was still"
        " followed is not known",
    ),
    "note.refused": Text(
        "Trạm TỪ CHỐI {0} {1} lúc {2} ({3}): vẫn theo bản trước, nếu có",
        "The station REFUSED {0} {1} at {2} ({3}): what stood there before held, if anything",
    ),
    "more_notes": Text("… và {0} chỗ nữa", "… and {0} more places"),
    "certain_from": Text(
        "Biết chắc được từ {0}; trước đó thì xem nhật ký ở trên.",
        "Certain from {0} on; before that the journal above is all there is.",
    ),
}

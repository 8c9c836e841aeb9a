"""What is said of the changes that a document makes, and of duties that it takes away."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "cancelled": Text(
        "Thôi: chưa ký, chưa phát, chưa rút gì.",
        "Cancelled: nothing was signed, published or withdrawn.",
    ),
    "change.title": Text("Thay đổi tại {0}, {1} – {2}:", "What changes at {0}, {1} – {2}:"),
    "change.more_days": Text(
        "… và {0} ngày khác, xem hết: `tramtin-central rehearse TỆP --diff`",
        "… and {0} further days, all of them: `tramtin-central rehearse FILE --diff`",
    ),
    "change.others": Text("Ở các trạm khác ({0}):", "At other stations ({0}):"),
    "change.sum": Text(
        "Cộng: {0} lần THÔI PHÁT ({1} lần BẮT BUỘC), {2} lần phát thêm, {3} chỗ khác đi",
        "In all: {0} plays FALL SILENT ({1} MUST be broadcast), {2} more, {3} other changes",
    ),
    "change.none": Text(
        "Không mục nào trong lịch của các trạm thay đổi.",
        "Nothing that stations play changes.",
    ),
    "change.dropped": Text(
        "BỎ so với lịch các trạm đang giữ, tại {0}:",
        "NO MORE of what stations hold, at {0}:",
    ),
    "lost_early": Text(
        (
            "trạm nhận lịch này là BỎ NGAY lịch cũ của khe “{0}”, mà lịch này đến {1} mới bắt đầu:"
            " từ nay đến đó mất {2} lần phát ({3} lần BẮT BUỘC), trước hết “{4}” lúc {5} [trạm:"
            " {6}]. Muốn giữ thì ký lịch này ở khe khác, hoặc ghi cả những ngày còn lại"
        ),
        (
            "stations that take this schedule DROP the older one of slot “{0}” AT ONCE, and this"
            " one begins at {1}: until then {2} plays are lost ({3} of them MUST be broadcast),"
            " first “{4}” at {5} [stations: {6}]. To keep them sign this one in another slot, or"
            " with the remaining days"
        ),
    ),
    "objection.E_DUTY": Text(
        "mất vì lịch cũ của khe này bị bỏ ngay, mà đến {0} lịch mới mới bắt đầu",
        "lost, as the older schedule of this slot is dropped at once and this begins at {0}",
    ),
    "objection.E_DUTY.language": Text(
        "tuần từ {0}, tiếng {1} phải có {2} % mà chỉ còn {3} trong {4} phút nói",
        "week of {0}: {1} should have {2} %, and {3} of {4} minutes of speech are left",
    ),
    "duty.refused": Text(
        (
            "mất điều BẮT BUỘC phát:{0}\nPhát lịch này từ {1} thì không mất điều bắt buộc nào; hoặc"
            " ký nó ở khe khác (slot: …), hoặc ghi cả những ngày còn lại. Vẫn muốn phát ngay thì"
            ' --despite "lý do" (lưu lại)'
        ),
        (
            "what MUST be broadcast is lost:{0}\nPublish this schedule from {1} on, and none of it"
            " is; or sign it in another slot (slot: …), or with the remaining days. To publish it"
            ' now all the same: --despite "reason" (recorded)'
        ),
    ),
    "duty.early": Text(
        "phát lịch này trước {0} thì `publish` từ chối (E_DUTY): ký nay, phát từ lúc ấy",
        "before {0} `publish` refuses this schedule (E_DUTY): sign it now, publish it from then on",
    ),
    "withhold.title": Text(
        "THU HỒI LỊCH của khe “{0}”: {1} mục, hiệu lực {2} – {3}",
        "WITHDRAWS THE SCHEDULE of slot “{0}”: {1} item(s), in force {2} – {3}",
    ),
    "withhold.slot": Text(
        "Khe “{0}” để trống: bản cũ của khe này không trở lại; lịch khác và nhạc nền vẫn phát.",
        "Slot “{0}” stays empty: its older schedule does not come back; other schedules and filler"
        " play on.",
    ),
    "withhold.unseen": Text(
        "Trung tâm không phát văn bản này, nên không biết thôi phát những gì.",
        "The centre has not published this document: what falls silent is not known.",
    ),
    "withhold.ask": Text("Thu hồi văn bản này?", "Withhold this document?"),
}

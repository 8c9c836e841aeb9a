"""The texts of `publish` and `withhold`, Vietnamese and English, by stable code."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "published.connected": Text(
        "Đã giao cho trung tâm; máy thu nhận gửi đi ngay: {0}",
        "Handed to the centre; its collector sends it at once: {0}",
    ),
    "published.offline": Text(
        (
            "CHƯA GỬI: máy thu nhận (tramtin-central collect) chưa nối được với máy chủ tin; nối"
            " lại được thì gửi: {0}"
        ),
        (
            "NOT SENT: the collector (tramtin-central collect) has no connection to the broker; it"
            " sends once it has: {0}"
        ),
    ),
    "published.absent": Text(
        (
            "CHƯA GỬI: chưa có máy thu nhận (tramtin-central collect) nào chạy; chạy lên thì gửi:"
            " {0}"
        ),
        ("NOT SENT: no collector (tramtin-central collect) runs; it sends once one does: {0}"),
    ),
    "published.stations": Text("Gửi tới {0} trạm: {1}", "Sent to {0} station(s): {1}"),
    "fault.expired": Text(
        "đã hết hạn lúc {0}, trạm sẽ từ chối: soạn và ký lại",
        "it expired at {0}, stations would refuse it: draft and sign anew",
    ),
    "fault.group": Text(
        "trung tâm không biết trạm nào trong nhóm “{0}”",
        "the centre knows no station in the group “{0}”",
    ),
    "fault.station": Text("trung tâm không biết trạm “{0}”", "the centre knows no station “{0}”"),
    "fault.no_config": Text(
        "trung tâm chưa phát cấu hình (station-config) nào cho trạm “{0}”",
        "no station-config was published to a station “{0}”",
    ),
    "fault.did_you_mean": Text("có phải “{0}”?", "did you mean “{0}”?"),
    "fault.known": Text("đang có: {0}", "known: {0}"),
    "fault.none_known": Text(
        "trung tâm chưa phát cấu hình trạm nào (station-config): phát cấu hình trước",
        "no station-config was published yet: publish those first",
    ),
    "fault.backup_exists": Text(
        "đã có tệp này, bản sao không thay tệp nào: đặt tên khác, như thêm ngày",
        "exists already, and a copy replaces nothing: give another name, as with the date",
    ),
    "fault.anyway": Text("chắc chắn đúng thì thêm --anyway", "if you are sure, add --anyway"),
    "fault.one_target": Text(
        "ghi --station hoặc --group, một trong hai",
        "give --station or --group, one of them",
    ),
    "fault.replay": Text(
        (
            "khe “{0}”: bản số {1} thấp hơn bản số {2} đã phát ({3}), trạm sẽ từ chối: ký lại"
            " không ghi --seq, máy tự lấy số mới (soạn bằng draft thì soạn lại rồi ký)"
        ),
        (
            "slot “{0}”: number {1} is below {2}, which was published ({3}); stations would refuse"
            " it: sign anew without --seq, a new number is taken by itself (draft anew what was"
            " drafted)"
        ),
    ),
    "fault.fork": Text(
        (
            "khe “{0}”: bản số {1} đã dùng cho một văn bản khác ({2}), trạm sẽ từ chối và báo nghi"
            " lộ khoá: ký lại không ghi --seq, máy tự lấy số mới"
        ),
        (
            "slot “{0}”: number {1} belongs to another document ({2}); stations would refuse it and"
            " report a stolen key: sign anew without --seq, a new number is taken by itself"
        ),
    ),
    "fault.not_an_id": Text(
        (
            "không phải tệp đã phát, tên khe đang có lịch, hay mã văn bản (32 chữ số hệ 16): xem"
            " `tramtin-central show documents`"
        ),
        (
            "no file that was published, no slot with a playlist, and no document's id (32 hex"
            " digits): see `tramtin-central show documents`"
        ),
    ),
    "fault.several_documents": Text(
        "khe này có nhiều lịch, ghi mã của lịch cần rút:{0}",
        "several playlists stand in this slot, give the id of one:{0}",
    ),
    "withheld.connected": Text(
        "Máy thu nhận báo cho các trạm ngay", "The collector tells the stations at once"
    ),
    "withheld.offline": Text(
        "CHƯA BÁO cho trạm: máy thu nhận chưa nối được với máy chủ tin; nối lại được thì báo",
        "Stations are NOT TOLD yet: the collector has no connection to the broker",
    ),
    "withheld.absent": Text(
        "CHƯA BÁO cho trạm: chưa có máy thu nhận (tramtin-central collect) nào chạy",
        "Stations are NOT TOLD yet: no collector (tramtin-central collect) runs",
    ),
    "withheld.why": Text("ĐÃ THU HỒI: {0}", "WITHHELD: {0}"),
    "fault.unknown_document": Text(
        "không có văn bản nào mang mã này: xem `tramtin-central show documents`",
        "no document has this id: see `tramtin-central show documents`",
    ),
    "fault.not_withheld_kind": Text(
        "đây là {0}: chỉ thu hồi được lịch phát; dừng tin khẩn cấp thì dùng draft cancel",
        "this is of kind {0}: only playlists are withheld; to end an emergency, draft a cancel",
    ),
    "notice": Text("CHÚ Ý: {0}", "BEWARE: {0}"),
    "missed": Text(
        "không gửi tới trạm nằm trong nơi nhận mà ngoài nhóm này: {0}",
        "not sent to stations that it is meant for but that are not in this group: {0}",
    ),
    "objection.refused": Text(
        'trạm sẽ từ chối:{0}\nSửa rồi ký lại; vẫn muốn phát thì --despite "lý do" (lưu lại)',
        'stations would refuse:{0}\nMend and sign it anew, or add --despite "reason" (recorded)',
    ),
    "fault.no_reason": Text(
        "--despite cần một lý do, được lưu cùng văn bản",
        "--despite needs a reason, which is kept with the document",
    ),
    "fault.one_picture": Text(
        "mỗi ảnh vẽ một trạm, hoặc các trạm giống nhau; ghi --station, ở đây có: {0}",
        "a picture is of one station, or of stations alike; give --station, here are: {0}",
    ),
    "fault.no_correction": Text(
        "--diff cần tệp của bản sửa: tramtin-central rehearse lich.signed --diff …",
        "--diff needs the correction's file: tramtin-central rehearse lich.signed --diff …",
    ),
    "despite": Text("Phát dù biết trạm từ chối: {0}", "Published despite refusals: {0}"),
    "clash.found": Text("TRÙNG GIỜ:", "CLASHES:"),
    "clash.weekdays": Text("{0}, {1} đến {2}", "{0}, {1} to {2}"),
    "clash.every_day": Text("mọi ngày", "every day"),
    "clash.more_days": Text("{0} và {1} ngày khác", "{0} and {1} other day(s)"),
    "clash.question.publish": Text(
        (
            "1 (thay): lần này vẫn phát, mục bắt đầu sau thay mục trước\n"
            "2 (sau): dời mục mới ra sau mục kia, xem lại rồi ký bản đã dời\n"
            "3 (thôi): chưa phát gì\nChọn 1, 2 hay 3"
        ),
        (
            "1 (instead): publish, this time the later start replaces the earlier\n"
            "2 (after): move the new item behind it, see it again and sign the moved schedule\n"
            "3 (cancel): publish nothing\nChoose 1, 2 or 3"
        ),
    ),
    "clash.question.sign": Text(
        (
            "1 (thay): vẫn ký, lần này mục bắt đầu sau thay mục trước\n"
            "2 (sau): dời mục mới ra sau mục kia, xem lại rồi ký bản đã dời\n"
            "3 (thôi): chưa ký gì\nChọn 1, 2 hay 3"
        ),
        (
            "1 (instead): sign, this time the later start replaces the earlier\n"
            "2 (after): move the new item behind it, see it again and sign the moved schedule\n"
            "3 (cancel): sign nothing\nChoose 1, 2 or 3"
        ),
    ),
    "clash.unknown": Text(
        "Không hiểu: gõ 1, 2 hay 3 rồi Enter (Ctrl-C là thôi)",
        "Not understood: type 1, 2 or 3, then Enter (Ctrl-C cancels)",
    ),
    "clash.ask.publish": Text(
        (
            "trùng giờ với mục cùng hạng, chưa phát gì. Chọn --clash instead (lần này vẫn phát, mục"
            " bắt đầu sau thay mục trước), after (dời ra sau), hay cancel"
        ),
        (
            "it clashes with items of its class; nothing was published. Choose --clash instead"
            " (this time the later start replaces the earlier), after (moved behind it), or cancel"
        ),
    ),
    "clash.ask.sign": Text(
        (
            "trùng giờ với mục cùng hạng, chưa ký gì. Chọn --clash instead (lần này vẫn phát, mục"
            " bắt đầu sau thay mục trước), after (dời ra sau rồi ký), hay cancel"
        ),
        (
            "it clashes with items of its class; nothing was signed. Choose --clash instead"
            " (this time the later start replaces the earlier), after (moved behind it, then"
            " signed), or cancel"
        ),
    ),
    "clash.cancel.publish": Text("thôi, chưa phát gì", "cancelled, nothing was published"),
    "clash.cancel.sign": Text("thôi, chưa ký gì", "cancelled, nothing was signed"),
    "clash.move": Text("“{0}”: {1} → {2}", "“{0}”: {1} → {2}"),
    "objection.item": Text("mục “{0}”", "item “{0}”"),
    "objection.at": Text("lúc {0} ({1} lần):", "at {0} ({1} time(s)):"),
    "objection.stations": Text("[trạm: {0}]", "[stations: {0}]"),
    "objection.E_STATION": Text(
        "trạm nằm ngoài nơi nhận ({0})",
        "the station is outside the places it is for ({0})",
    ),
    "objection.E_REPLAY": Text(
        "trạm đang giữ bản số cao hơn ({0})",
        "the station holds a higher number ({0})",
    ),
    "objection.E_UNSUPPORTED": Text(
        "hộp phiên bản cũ chưa làm được điều văn bản này cần ({0}): nâng cấp hộp",
        "an older box cannot do what the document needs ({0}): upgrade it",
    ),
    "objection.E_URL": Text(
        "tệp ở máy chủ mà cấu hình trạm không cho tải ({0})",
        "files on a host that the station-config does not name ({0})",
    ),
    "budget.slots": Text(
        "người ký này dùng {0} khe trên hộp, nhiều nhất {1}: dùng lại tên khe cũ",
        "this issuer would use {0} slots of the box, at most {1}: use a former slot's name again",
    ),
    "budget.documents": Text(
        "người ký này có {0} văn bản trên hộp, nhiều nhất {1}: thu hồi bớt",
        "this issuer would have {0} documents on the box, at most {1}: withdraw some",
    ),
    "budget.documents_of_all": Text(
        "trên hộp có {0} lịch của mọi người ký, nhiều nhất {1}: thu hồi bớt",
        "the box would have {0} playlists of all issuers, at most {1}: withdraw some",
    ),
    "budget.envelope_bytes": Text(
        "văn bản của người ký này dài {0} KiB, nhiều nhất {1}: rút gọn hoặc thu hồi bớt",
        "this issuer's documents would take {0} KiB, at most {1}: shorten or withdraw some",
    ),
    "budget.envelope_bytes_of_all": Text(
        "lịch của mọi người ký dài {0} KiB, nhiều nhất {1}: rút gọn hoặc thu hồi bớt",
        "the playlists of all issuers would take {0} KiB, at most {1}: shorten or withdraw some",
    ),
    "budget.starts": Text(
        "{0} lần phát trong một ngày của người ký này, nhiều nhất {1}",
        "{0} starts of this issuer on one day, at most {1}",
    ),
    "budget.starts_of_all": Text(
        "{0} lần phát trong một ngày của mọi người ký, nhiều nhất {1}",
        "{0} starts of all issuers on one day, at most {1}",
    ),
    "budget.media": Text(
        "{0} tệp của người ký này, nhiều nhất {1}",
        "{0} files of this issuer, at most {1}",
    ),
    "budget.media_of_all": Text(
        "{0} tệp của mọi người ký, nhiều nhất {1}",
        "{0} files of all issuers, at most {1}",
    ),
    "budget.media_bytes": Text(
        "tệp của người ký này nặng {0} MiB, nhiều nhất {1}",
        "this issuer's files would take {0} MiB, at most {1}",
    ),
    "budget.media_bytes_of_all": Text(
        "tệp của mọi người ký nặng {0} MiB, nhiều nhất {1}",
        "the files of all issuers would take {0} MiB, at most {1}",
    ),
    "left_out": Text(
        "các trạm sau sẽ TỪ CHỐI vì hộp chưa làm được ({1}): {0}; nâng cấp các hộp ấy",
        "these stations will REFUSE it, as they cannot do what it needs ({1}): {0}; upgrade them",
    ),
    "unknown_kinds": Text(
        (
            "CHƯA BIẾT loại cụm loa (đặc biệt, thông thường) của các trạm sau, nên không biết trạm"
            " từ chối mục nào theo zone_classes: {0}"
        ),
        (
            "NOT KNOWN of these stations which clusters are special, hence what zone_classes"
            " refuses there: {0}"
        ),
    ),
    "objection.faces": Text("{0}; chỉ dành cho: {1}", "{0}; kept for: {1}"),
    "objection.faces_left": Text(
        "{0}; các mặt bảng khác của trạm vẫn hiện", "{0}; the station's other faces show it"
    ),
    "objection.left_out": Text(
        "{0}; các cụm loa khác của trạm vẫn phát", "{0}; the station's other clusters play it"
    ),
    "needed": Text(
        "trạm nào chưa làm được những điều sau thì từ chối cả văn bản: {0}",
        "a station that cannot do the following refuses the whole document: {0}",
    ),
    "unknown_members": Text(
        "máy này chưa hiểu các mục sau của văn bản, đừng ký điều mình không thấy: {0}",
        "this machine does not know these parts; do not sign what is not shown: {0}",
    ),
    "wait.progress": Text(
        "Chờ trạm trả lời: {0}/{1} xong, còn {2} s",
        "Waiting for answers: {0} of {1}, {2} s left",
    ),
    "wait.result": Text(
        "{0} trạm: {1} đã nhận, {2} đủ loa và bảng, {3} từ chối",
        "{0} station(s): {1} accepted, {2} on all that they have, {3} refused",
    ),
    "wait.done": Text(
        "{0} trạm: {1} đã nhận lệnh, {2} đã làm xong, {3} từ chối",
        "{0} station(s): {1} accepted the command, {2} have carried it out, {3} refused",
    ),
    "wait.silent_too": Text("cũng chưa trả lời: {0}", "no answer either: {0}"),
    "answer.accepted": Text("đã nhận", "accepted"),
    "answer.ignored": Text(
        "BỎ QUA điều hộp bản này chưa hiểu: {0}", "IGNORES what this release does not know: {0}"
    ),
    "answer.done": Text("ĐÃ LÀM XONG", "CARRIED OUT"),
    "answer.refused": Text("TỪ CHỐI, {0}", "REFUSED, {0}"),
    "answer.sound": Text("loa ĐANG KÊU ({0})", "loudspeakers SOUND ({0})"),
    "answer.picture": Text("bảng đang hiện ({0})", "boards show it ({0})"),
    "answer.sound_over": Text("loa đã kêu xong ({0})", "loudspeakers have sounded it ({0})"),
    "answer.picture_over": Text("bảng đã hiện xong ({0})", "boards have shown it ({0})"),
    "answer.no_sound": Text("loa CHƯA KÊU", "loudspeakers DO NOT SOUND yet"),
    "answer.no_picture": Text("bảng CHƯA HIỆN", "boards DO NOT SHOW it yet"),
    "answer.trouble": Text("KHÔNG KÊU, KHÔNG HIỆN ĐƯỢC: {0}", "CANNOT BE HEARD OR SEEN: {0}"),
    "answer.silent": Text(
        "CHƯA TRẢ LỜI (đang nối mạng)",
        "NO ANSWER (it is online)",
    ),
    "answer.offline": Text("CHƯA TRẢ LỜI (mất liên lạc)", "NO ANSWER (it is offline)"),
    "answer.never": Text("CHƯA TRẢ LỜI (chưa từng liên lạc)", "NO ANSWER (never heard of)"),
}

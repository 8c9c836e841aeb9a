"""The texts of the ceremony, Vietnamese and English, by stable code."""

from __future__ import annotations

from texts.catalogue import Catalogue, Lang, Text, look_up

PHRASES: Catalogue = {
    # What is refused
    "fault.no_role": Text("không có vai trò này", "there is no such role"),
    "fault.no_file": Text(
        "vai trò này không có tệp riêng (không có đường dẫn authority/…), không giao tiếp được",
        "this role has no file of its own (no path authority/…), it cannot delegate",
    ),
    "fault.had_file": Text(
        "vai trò này đã từng giao tiếp, phải giữ đường dẫn authority/…; hãy thu hồi, đặt tên khác",
        "this role has delegated, it keeps a path authority/…; revoke it, take another name",
    ),
    "fault.name": Text(
        "tên vai trò phải là tên vai trò trên + dấu chấm + [a-z0-9-]",
        "a role is named parent + dot + [a-z0-9-]",
    ),
    "fault.incomplete": Text(
        "vai trò mới cần --kind hoặc --only-delegates, --path, --ttl và --holder",
        "a new role needs --kind or --only-delegates, --path, --ttl and --holder",
    ),
    "fault.kind": Text("không có loại văn bản “{0}”; có: {1}", "no kind “{0}”; there are: {1}"),
    "fault.path": Text(
        "“{0}” không phải hạng/tỉnh/xã/trạm",
        "“{0}” is not class/province/commune/station",
    ),
    "fault.hours": Text(
        "“{0}” không phải giờ dạng 05:00-21:00", "“{0}” is not of form 05:00-21:00"
    ),
    "fault.span": Text("“{0}” không phải thời hạn dạng 45d, 12h", "“{0}” is not of form 45d, 12h"),
    "fault.moment": Text(
        "“{0}” không phải giờ UTC dạng 2026-11-24T08:00:00Z",
        "“{0}” is not UTC of form 2026-11-24T08:00:00Z",
    ),
    "fault.wider": Text(
        "thu hẹp không được nới rộng: {0}; muốn nới, dùng delegate",
        "to narrow is not to widen: {0}; to widen, use delegate",
    ),
    "fault.too_few": Text(
        "còn lại ít khoá hơn ngưỡng {0}: hãy thay khoá bằng rotate",
        "fewer keys than the threshold {0} would be left: use rotate",
    ),
    "fault.top": Text("vai trò gốc không thu hồi được", "a role of the root cannot be revoked"),
    "fault.which_key": Text(
        "chỉ rõ một người giữ khoá bằng tên hoặc đầu mã khoá; có: {0}",
        "name one holder, or the beginning of the key id; there are: {0}",
    ),
    "fault.same_key": Text("hai người cùng một khoá", "one key for two people"),
    "fault.not_yours": Text(
        "khoá này không có quyền ký gì trong bản thảo",
        "this key may sign nothing of the draft",
    ),
    "fault.signed_already": Text("khoá này đã ký rồi", "this key has signed already"),
    "fault.other_draft": Text(
        "bản sao không phải của bản thảo này",
        "the copy is of another draft",
    ),
    "fault.false_signature": Text("chữ ký {0} không đúng", "the signature {0} is false"),
    "fault.unsigned": Text(
        "còn thiếu {0} chữ ký; chưa ký: {1}",
        "{0} signature(s) missing; not signed yet: {1}",
    ),
    "fault.other_root": Text(
        "các gốc ở đây không nối tiếp gốc mà người ký giữ",
        "the roots here do not follow from the one that the signer keeps",
    ),
    "fault.nothing": Text("không có bản thảo nào chờ ký", "no draft waits to be signed"),
    "fault.begun": Text("ở đây đã có lễ ký rồi", "a ceremony has begun here already"),
    "fault.not_begun": Text("ở đây chưa có lễ ký: hãy init", "no ceremony here yet: init first"),
    "fault.log": Text(
        "sổ bị sửa hoặc hỏng ở mục {0}",
        "the log was altered or damaged at entry {0}",
    ),
    "fault.unreadable": Text("không đọc được: {0}", "cannot be read: {0}"),
    "fault.wrong_key": Text(
        "không phải khoá {0} mà tệp gốc ghi",
        "not the key of {0} that the root names",
    ),
    # What a draft will do
    "file": Text("Tệp {0}, bản {1}, hết hạn {2}", "File {0}, version {1}, expires {2}"),
    "demo": Text("CHỈ ĐỂ TRÌNH DIỄN", "FOR DEMONSTRATION ONLY"),
    "same": Text(
        "không đổi nội dung: chỉ ký lại, hạn mới",
        "no change of content: signed again, new expiry",
    ),
    "empty": Text("chưa giao quyền cho ai", "delegates to nobody yet"),
    "added": Text("GIAO QUYỀN cho vai trò {0}:", "DELEGATES to role {0}:"),
    "removed": Text(
        "THU HỒI vai trò {0} và mọi vai trò bên dưới",
        "REVOKES role {0} and every role below it",
    ),
    "changed": Text("THAY ĐỔI vai trò {0}:", "CHANGES role {0}:"),
    "was": Text("{0}: {1}  →  {2}", "{0}: {1}  →  {2}"),
    "is": Text("{0}: {1}", "{0}: {1}"),
    "label.kinds": Text("Được ký", "May sign"),
    "label.where": Text("Phạm vi", "For"),
    "label.ttl": Text("Văn bản sống tối đa", "Documents live at most"),
    "label.hours": Text("Giờ được phát", "Hours"),
    "label.priority": Text("Mức cao nhất", "Highest priority"),
    "label.keys": Text("Người giữ khoá", "Keys held by"),
    "label.epoch": Text("Kỷ", "Epoch"),
    "label.online": Text("Khoá máy chủ {0}", "Online key {0}"),
    "label.root": Text("Giữ khoá gốc", "Root keys"),
    "label.targets": Text("Giữ khoá quốc gia (targets)", "National keys (targets)"),
    "kinds.none": Text("không ký gì, chỉ giao tiếp", "nothing, only delegates further"),
    "hours.all": Text("cả ngày", "all day"),
    "keys": Text("{0} trong {1} phải ký: {2}", "{0} of {1} must sign: {2}"),
    "digest": Text(
        "Mã bản thảo (đọc cho nhau qua điện thoại): {0}",
        "Draft number (compare by telephone): {0}",
    ),
    "need.met": Text("{0} bản {1}: đủ chữ ký ({2})", "{0} version {1}: signed ({2})"),
    "need.open": Text(
        "{0} bản {1}: còn thiếu {2}; đã ký: {3}; chưa ký: {4}",
        "{0} version {1}: {2} missing; signed: {3}; not yet: {4}",
    ),
    "side.former": Text("người giữ cũ", "former holders"),
    "side.new": Text("người giữ mới", "new holders"),
    "root": Text(
        "Theo gốc đang hiệu lực: bản {0}, mã {1}",
        "Under the root in force: version {0}, number {1}",
    ),
    "ask": Text("Ký bản thảo này?", "Sign this draft?"),
    "secret": Text("Mật khẩu hoặc mã PIN của {0}", "Passphrase or PIN of {0}"),
    "drafted": Text("Bản thảo đã ghi; chưa có hiệu lực.", "Draft written; not in force yet."),
    "signed": Text("{0} đã ký: {1}", "{0} has signed: {1}"),
    "published": Text("Đã công bố: {0}", "Published: {0}"),
    "gathered": Text("Nhận chữ ký của {0} trên {1}", "Took over the signature of {0} on {1}"),
    "left": Text(
        "CHÚ Ý: {0} trạm còn đứng ở nơi mà {1} sẽ hết quyền: {2}",
        "WARNING: {0} station(s) still stand where {1} will have no say: {2}",
    ),
    "left.others": Text(
        "  còn cấu hình được các trạm này: {0}",
        "  who may still configure them: {0}",
    ),
    "left.nobody": Text(
        "  KHÔNG CÒN AI cấu hình được các trạm này: hãy dời chúng trước khi ký",
        "  NOBODY may configure them then: move them before anybody signs",
    ),
    # What is in force
    "tree": Text(
        "Cây thẩm quyền đang hiệu lực, công bố lúc {0}",
        "The authority in force, published {0}",
    ),
    "exported": Text(
        "Đã ghi {0}: trao tệp này cho những người ký văn bản",
        "Wrote {0}: give this file to those who sign documents",
    ),
    "no_tree": Text("Chưa công bố lần nào.", "Not published yet."),
    "until": Text("đến {0}", "until {0}"),
    "waiting": Text("Bản thảo đang chờ ký:", "A draft waits to be signed:"),
    "expires.warning": Text(
        "NHẮC: {0} hết hạn {1}, còn {2} ngày: renew rồi ký lại",
        "WARNING: {0} expires {1}, in {2} days: renew and sign",
    ),
    "expires.fault": Text(
        "GẤP: {0} hết hạn {1}, còn {2} ngày: renew rồi ký lại",
        "URGENT: {0} expires {1}, in {2} days: renew and sign",
    ),
    "expires.over": Text(
        "HỎNG: {0} đã hết hạn {1}: trạm không nhận văn bản mới",
        "FAULT: {0} expired {1}: stations take no new document",
    ),
    "log.good": Text("Sổ lễ ký: {0} mục, nguyên vẹn", "Ceremony log: {0} entries, unbroken"),
    "span.d": Text("{0} ngày", "{0} day(s)"),
    "span.h": Text("{0} giờ", "{0} hour(s)"),
    "span.s": Text("{0} giây", "{0} second(s)"),
}


def translate(lang: Lang, code: str, *args: object) -> str:
    """Return the text of a code."""
    return look_up(PHRASES, code, lang, *args)

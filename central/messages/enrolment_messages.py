"""Texts of enrolment, Vietnamese and English, by stable code."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "error.enrol-malformed": Text(
        "yêu cầu không đúng dạng", "the request does not have the right form"
    ),
    "error.enrol-too-large": Text("yêu cầu quá lớn", "the request is too large"),
    "error.enrol-key": Text(
        "khoá của hộp phải là P-256 và yêu cầu phải do chính khoá ấy ký",
        "the box's key must be P-256, and the request must be signed by that key",
    ),
    "error.enrol-revoked": Text(
        "hộp này đã bị thu hồi: liên hệ trung tâm", "this box was revoked: call the centre"
    ),
    "error.enrol-unknown-key": Text(
        "trung tâm không biết chứng thư này: đăng ký lại bằng mã",
        "the centre does not know this certificate: enrol again by code",
    ),
    "error.enrol-superseded": Text(
        "đã có chứng thư mới hơn với khoá khác: đăng ký lại bằng mã",
        "a newer certificate with another key is in use: enrol again by code",
    ),
    "error.enrol-signature": Text(
        "chữ ký không phải của khoá đã biết", "the signature is not one of the known key"
    ),
    "error.enrol-too-late": Text(
        "chứng thư đã hết hạn quá 30 ngày: đăng ký lại bằng mã",
        "the certificate ended more than 30 days ago: enrol again by code",
    ),
    "error.enrol-too-early": Text(
        "chưa đến hạn gia hạn: gia hạn được từ ngày thứ 60",
        "too early: a certificate is renewed from its 60th day on",
    ),
    "error.enrol-nonce": Text(
        "số dùng một lần đã cũ hoặc đã dùng: xin số mới",
        "the nonce is old or used: ask for another one",
    ),
    "error.enrol-unknown-request": Text(
        "không có yêu cầu này: bắt đầu lại", "there is no such request: begin again"
    ),
    "error.enrol-serial-busy": Text(
        "số máy này đang có một yêu cầu khác; chờ 15 phút hoặc gọi trung tâm từ chối yêu cầu ấy",
        "this serial has another open request; wait 15 minutes, or have the centre deny it",
    ),
    "error.enrol-key-taken": Text(
        "khoá này đã thuộc một trạm khác", "this key belongs to another station"
    ),
    "error.enrol-not-approved": Text(
        "yêu cầu này chưa được duyệt hoặc chưa được giao",
        "this request was not approved, or nothing was handed out",
    ),
    "error.enrol-rate": Text(
        "quá nhiều yêu cầu: chờ một lúc rồi thử lại", "too many requests: wait, then try again"
    ),
    "error.enrol-slow-down": Text("hỏi quá dày: hỏi thưa hơn", "asked too often: ask less often"),
    "error.enrol-busy": Text(
        "trung tâm đang có quá nhiều yêu cầu: thử lại sau 15 phút",
        "the centre has too many open requests: try again in 15 minutes",
    ),
    "error.enrol-unavailable": Text(
        "dịch vụ đăng ký đang có sự cố: thử lại sau", "the service has a fault: try again later"
    ),
    "error.enrol-unknown-code": Text(
        "không có yêu cầu nào đang mở với mã này: nghe lại từng chữ; sai năm lần thì khoá 15 phút",
        "no open request has this code: hear it again by letters; five wrong ones lock you out",
    ),
    "error.enrol-locked": Text(
        "đã nhập sai năm mã: chờ 15 phút", "five wrong codes: wait 15 minutes"
    ),
    "error.enrol-decided": Text(
        "yêu cầu này đã được quyết định hoặc đã hết hạn",
        "this request was decided already, or has expired",
    ),
    "error.enrol-station": Text(
        "không phải mã trạm: 4 đến 32 chữ thường, số hoặc dấu gạch nối, và không phải tên của"
        " trung tâm",
        "no station id: 4 to 32 lower-case letters, digits or hyphens, and no name of the centre",
    ),
    "error.enrol-unknown-station": Text("chưa ai đăng ký trạm này", "nobody enrolled this station"),
    "error.enrol-needs-two": Text(
        "trạm này đã có hộp khác: hai người phải cùng duyệt, mỗi người bằng khoá của mình"
        " (`enrol replace`)",
        "the station has another box: two people must approve, each with a key of their own"
        " (`enrol replace`)",
    ),
    "error.enrol-same-person": Text(
        "người này đã duyệt rồi: cần một người khác", "this person has approved: another one must"
    ),
    "error.enrol-not-operator": Text(
        "chữ ký không phải của người nào có tên trong enrol.yaml",
        "the signature is of nobody whom enrol.yaml names",
    ),
    "error.enrol-statement": Text(
        "bản đã ký nói về hộp hoặc trạm khác", "what was signed is about another box or station"
    ),
    "enrol.page": Text(
        "Đọc mã này và bốn từ trên hộp cho người trực ở trung tâm. {0}",
        "Read this code and the four words on the box to the operator at the centre. {0}",
    ),
    "enrol.operator_twice": Text(
        "một tên hoặc một khoá đứng hai lần: hai người phải là hai người",
        "a name or a key stands twice: two people must be two people",
    ),
    "enrol.request": Text(
        "Số máy {0}, kiểu {1}, bản {2}, từ địa chỉ {3}, nơi đặt: {4}",
        "Serial {0}, model {1}, release {2}, from {3}, place: {4}",
    ),
    "enrol.words": Text(
        "Bốn từ của khoá, phải giống hệt trên hộp: {0}",
        "The four words of its key, which the box must show as well: {0}",
    ),
    "enrol.ends": Text("Trạng thái {0}, đến {1}", "State {0}, until {1}"),
    "enrol.nothing": Text("Không có yêu cầu nào.", "There is no request."),
    "enrol.ask": Text(
        "Kỹ thuật viên đọc đúng bốn từ ấy? Duyệt hộp này cho trạm {0}?",
        "Did the technician read these four words? Let this box be {0}?",
    ),
    "enrol.approved": Text(
        "Đã duyệt cho trạm {0}: hộp tự nhận trong vài giây.",
        "Approved as {0}: the box takes it within seconds.",
    ),
    "enrol.no_config": Text(
        "Chưa công bố station-config cho {0}: hộp nối được nhưng chưa phát gì cho đến khi có.",
        "No station-config is published for {0}: it connects, and plays nothing until then.",
    ),
    "enrol.denied": Text("Đã từ chối số máy {0}.", "Serial {0} was turned away."),
    "enrol.one_more": Text(
        "Đã ghi chữ ký. Còn cần {0} người khác.", "Signed. {0} more person must do the same."
    ),
    "enrol.replace_ask": Text(
        "Hộp mới thay hộp của trạm {0}; hộp cũ bị chặn ngay khi hộp mới nhận. Ký?",
        "The new box takes the place of {0}'s; that one is shut out then. Sign?",
    ),
    "enrol.revoke_ask": Text(
        "Chặn hộp của trạm {0}: báo cáo bị từ chối, phiên đang mở bị cắt. Chắc chắn?",
        "Shut out the box of {0}: its reports are refused, its session is cut. Sure?",
    ),
    "enrol.revoked": Text(
        "Đã chặn {0} ({1} chứng thư). Dịch vụ `enrol serve` báo cho broker trong vài giây.",
        "{0} is shut out ({1} certificates). `enrol serve` tells the broker within seconds.",
    ),
    "enrol.ca_made": Text(
        "Đã tạo {0}. Cất một bản của thư mục này ở nơi an toàn.",
        "{0} is made. Keep a copy of this folder in a safe place.",
    ),
    "enrol.root_words": Text("Sáu từ của gốc: {0}", "The six words of the root: {0}"),
}

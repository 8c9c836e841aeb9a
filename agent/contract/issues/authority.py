"""Issues of the authority: its files are missing, old, or refused."""

from __future__ import annotations

from agent.contract.issues.entry import IssueKind
from texts.catalogue import Text

AUTHORITY: dict[str, IssueKind] = {
    "authority_missing": IssueKind(
        "fault",
        Text(
            "hộp chưa nhận danh sách người được ký: chưa phát được gì",
            "the authority files (who may sign) have not arrived yet: nothing can be played",
        ),
        Text(
            "nối mạng cho hộp vài phút; vẫn chưa có thì hỏi trung tâm: root.json trên hộp có đúng"
            " không, máy chủ có tệp quyền ký không",
            "connect the box to a network for some minutes; if they still do not arrive, ask "
            "the centre whether this root.json is the right one and whether the broker holds "
            "the authority files",
        ),
    ),
    "authority_aged": IssueKind(
        "warning",
        Text(
            "quyền ký hơn 2 ngày chưa được xác nhận: lịch vẫn phát, tin khẩn mới không được nhận",
            "the authority was not confirmed for 2 days: the schedule continues, no new "
            "emergency is accepted",
        ),
        Text(
            "nối lại mạng cho hộp; mạng vẫn tốt thì báo trung tâm xem máy ký giờ (timestamp)",
            "restore the box's network; if the network works, tell the centre to check the "
            "service that signs the timestamp every hour",
        ),
    ),
    "authority_expired": IssueKind(
        "fault",
        Text(
            "quyền ký đã hết hạn: hộp phát nốt lịch đang giữ, không nhận gì mới",
            "the authority has expired: the box plays what it holds and accepts nothing new",
        ),
        Text(
            "nối mạng cho hộp ngay; mạng vẫn tốt thì báo trung tâm: một tệp quyền ký cần ký lại",
            "connect the box to a network at once; if it has one, tell the centre that an "
            "authority file must be signed again",
        ),
    ),
    "authority_refused": IssueKind(
        "warning",
        Text(
            "hộp đã từ chối tệp quyền ký gửi tới; quyền cũ vẫn giữ",
            "the box refused new authority files; the former authority stays in force",
        ),
        Text(
            "báo trung tâm ngay, đọc chi tiết: tệp bị sửa trên đường đi, hoặc trung tâm phát nhầm",
            "tell the centre at once and read the details to them: files were changed on the "
            "way, or the centre published wrong ones",
        ),
    ),
    "authority_newer": IssueKind(
        "warning",
        Text(
            "tệp quyền ký có điều mà hộp bản này chưa hiểu; quyền nào bị giới hạn bằng điều ấy"
            " thì hộp"
            " không nhận",
            "the authority files contain something that this release does not support; a "
            "right that is limited by it does not count here",
        ),
        Text(
            "nâng cấp phần mềm của hộp; chưa nâng cấp được thì đọc chi tiết cho trung tâm",
            "upgrade the box's software; until then read the details to the centre",
        ),
    ),
    "authority_damaged": IssueKind(
        "warning",
        Text(
            "quyền ký lưu trên thẻ nhớ không còn dùng được hết: hộp tự tải lại phần hỏng",
            "some authority files on the card are damaged: the box downloads them again",
        ),
        Text(
            "nối mạng cho hộp vài phút; lặp lại thì thay thẻ nhớ; chỉ có sau khi nâng cấp thì"
            " đọc chi"
            " tiết cho trung tâm",
            "connect the box to a network for some minutes; if this returns, replace the "
            "card; if it came with an upgrade, read the details to the centre",
        ),
    ),
}

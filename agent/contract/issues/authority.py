"""Issues of the authority: its files are missing, old, or refused."""

from __future__ import annotations

from agent.contract.issues.entry import IssueKind
from texts.catalogue import Text

AUTHORITY: dict[str, IssueKind] = {
    "authority_missing": IssueKind(
        "fault",
        Text(
            "hộp chưa nhận danh sách người được ký: chưa phát được gì",
            "the list of who may sign has not come yet: nothing can be played",
        ),
        Text(
            "nối mạng cho hộp vài phút; vẫn chưa có thì hỏi trung tâm: root.json trên hộp có đúng"
            " không, máy chủ có tệp quyền ký không",
            "give the box a network for some minutes; still none: ask the centre whether this"
            " root.json is the right one and whether the broker holds the authority's files",
        ),
    ),
    "authority_aged": IssueKind(
        "warning",
        Text(
            "quyền ký hơn 2 ngày chưa được xác nhận: lịch vẫn phát, tin khẩn mới không được nhận",
            "who may sign was not confirmed for 2 days: the schedule goes on, no new alert is"
            " taken",
        ),
        Text(
            "nối lại mạng cho hộp; mạng vẫn tốt thì báo trung tâm xem máy ký giờ (timestamp)",
            "give the box its network back; if the network is good, tell the centre to look at what"
            " signs the timestamp every hour",
        ),
    ),
    "authority_expired": IssueKind(
        "fault",
        Text(
            "quyền ký đã hết hạn: hộp phát nốt lịch đang giữ, không nhận gì mới",
            "who may sign has expired: the box plays what it holds and takes nothing new",
        ),
        Text(
            "nối mạng cho hộp ngay; mạng vẫn tốt thì báo trung tâm: một tệp quyền ký cần ký lại",
            "give the box a network at once; if it has one, tell the centre that a file of the"
            " authority must be signed anew",
        ),
    ),
    "authority_refused": IssueKind(
        "warning",
        Text(
            "hộp đã từ chối tệp quyền ký gửi tới; quyền cũ vẫn giữ",
            "the box refused files that would say who may sign; the former ones stay",
        ),
        Text(
            "báo trung tâm ngay, đọc chi tiết: tệp bị sửa trên đường đi, hoặc trung tâm phát nhầm",
            "tell the centre at once and read the details out: files were changed on their way,"
            " or the"
            " centre published wrong ones",
        ),
    ),
    "authority_newer": IssueKind(
        "warning",
        Text(
            "tệp quyền ký có điều mà hộp bản này chưa hiểu; quyền nào bị giới hạn bằng điều ấy"
            " thì hộp"
            " không nhận",
            "the files of who may sign hold something that this release does not know; a right"
            " that is"
            " limited by it does not count here",
        ),
        Text(
            "nâng cấp phần mềm của hộp; chưa nâng cấp được thì đọc chi tiết cho trung tâm",
            "upgrade the box's software; until then read the details out to the centre",
        ),
    ),
    "authority_damaged": IssueKind(
        "warning",
        Text(
            "quyền ký lưu trên thẻ nhớ không còn dùng được hết: hộp tự tải lại phần hỏng",
            "not all that the card keeps of who may sign holds any more: the box pulls it again",
        ),
        Text(
            "nối mạng cho hộp vài phút; lặp lại thì thay thẻ nhớ; chỉ có sau khi nâng cấp thì"
            " đọc chi"
            " tiết cho trung tâm",
            "give the box a network for some minutes; if it comes again replace the card; if it"
            " came"
            " with an upgrade read the details out to the centre",
        ),
    ),
}

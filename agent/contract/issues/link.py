"""Issues of the link and of the messages that it brings."""

from __future__ import annotations

from agent.contract.issues.entry import IssueKind
from texts.catalogue import Text

LINK: dict[str, IssueKind] = {
    "link_down": IssueKind(
        "warning",
        Text(
            "mất nối với máy chủ; hộp vẫn phát lịch đang giữ",
            "no connection to the broker; the box continues with the schedule that it holds",
        ),
        Text(
            "cắm lại cáp mạng, xem đèn bộ định tuyến, SIM còn tiền; hộp tự nối lại",
            "push the network cable in, check the router's lamps and the SIM's credit; the "
            "box reconnects by itself",
        ),
    ),
    "link_gone": IssueKind(
        "fault",
        Text(
            "mất nối đã lâu: lịch mới và tin khẩn không tới được hộp",
            "no connection for a long time: no new schedule and no emergency can reach the box",
        ),
        Text(
            "rút nguồn bộ định tuyến 10 giây rồi cắm lại; thử SIM trong điện thoại;"
            " vẫn mất thì gọi nhà mạng",
            "unplug the router's power for 10 seconds; try the SIM in a phone; if there is "
            "still no connection, call the network operator",
        ),
    ),
    "centre_silent": IssueKind(
        "warning",
        Text(
            "máy chủ có trả lời, nhưng trung tâm lâu không gửi văn bản ký nào",
            "the broker answers, but no signed message of the centre has come for a long time",
        ),
        Text(
            "báo trung tâm kiểm tra máy thu nhận; ở trạm không cần làm gì",
            "tell the centre to check its collector; nothing to do at the station",
        ),
    ),
    "link_unstable": IssueKind(
        "warning",
        Text(
            "nối được rồi rớt ngay, nhiều lần",
            "the connection is lost again and again, right after it is made",
        ),
        Text(
            "xem sóng và cáp mạng; hỏi trung tâm có hộp nào khác dùng cùng chứng thư không",
            "check signal and cable; ask the centre whether another box uses this certificate",
        ),
    ),
    "duplicate_identity": IssueKind(
        "fault",
        Text(
            "một hộp khác đang dùng chứng thư của hộp này",
            "another box uses this box's certificate",
        ),
        Text(
            "tìm thẻ nhớ hoặc hộp bị sao chép và tắt nó; không thấy thì báo ngay trung tâm:"
            " khóa có thể đã lộ",
            "find the copied card or box and switch it off; not found: tell the centre at once,"
            " the key may have leaked",
        ),
    ),
    "subscription_refused": IssueKind(
        "fault",
        Text(
            "máy chủ không cho hộp nghe một kênh",
            "the broker does not let the box subscribe to a topic",
        ),
        Text(
            "báo trung tâm kiểm tra quyền của mã trạm này trên máy chủ",
            "tell the centre to check this station's access rules on the broker",
        ),
    ),
    "publish_refused": IssueKind(
        "fault",
        Text("máy chủ không nhận báo cáo của hộp", "the broker does not accept the box's reports"),
        Text(
            "báo trung tâm kiểm tra quyền của mã trạm này trên máy chủ",
            "tell the centre to check this station's access rules on the broker",
        ),
    ),
    "inbox_full": IssueKind(
        "warning",
        Text(
            "văn bản đến nhanh hơn hộp xét được",
            "messages come faster than the box can verify them",
        ),
        Text(
            "báo trung tâm: có phần mềm gửi quá nhiều, hoặc máy chủ bị lạm dụng",
            "tell the centre: something sends too much, or the broker is misused",
        ),
    ),
    "message_failed": IssueKind(
        "warning",
        Text(
            "hộp gặp lỗi khi xét một văn bản; văn bản khác không sao",
            "the box failed on one message; others are not affected",
        ),
        Text(
            "gửi nhật ký về trung tâm; trung tâm gửi lại văn bản đó",
            "send the log to the centre; the centre sends that document again",
        ),
    ),
    "message_set_aside": IssueKind(
        "fault",
        Text(
            "một văn bản đã hai lần làm phần mềm dừng đột ngột: hộp để riêng, không xét nữa",
            "one message has crashed the software twice: the box has set it aside and does "
            "not handle it any more",
        ),
        Text(
            "gửi gói hỗ trợ về trung tâm; trung tâm ký lại văn bản dưới số mới; muốn hộp xét lại"
            " thì"
            " nâng cấp, hoặc chạy `sudo tramtin retry-messages`",
            "send the support bundle to the centre, which signs the document again under "
            "another number; a newer release handles the message again, and so does `sudo "
            "tramtin retry-messages`",
        ),
    ),
    "bad_group": IssueKind(
        "warning",
        Text(
            "cấu hình đã ký nêu một nhóm sai tên",
            "the signed configuration names an invalid group",
        ),
        Text(
            "trung tâm sửa tên nhóm rồi ký lại cấu hình trạm",
            "the centre corrects the group's name and signs the station's configuration again",
        ),
    ),
    "zone_unknown": IssueKind(
        "warning",
        Text(
            "cấu hình đã ký nêu một cụm loa hay mặt bảng mà station.yaml không có",
            "the signed configuration names a cluster or face that is not in station.yaml",
        ),
        Text(
            "so tên ghi ở chi tiết với `name` trong station.yaml, sửa cho giống hệt; tên trong"
            " station.yaml đúng thì trung tâm ký lại cấu hình trạm",
            "compare the name in the detail with `name` in station.yaml and make them the same; if"
            " station.yaml is right, the centre signs the station's configuration again",
        ),
    ),
}

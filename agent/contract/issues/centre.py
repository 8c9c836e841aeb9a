"""Issues of the centre's orders, and of documents that may be withheld on their way."""

from __future__ import annotations

from agent.contract.issues.entry import IssueKind
from texts.catalogue import Text

CENTRE: dict[str, IssueKind] = {
    "silence_ordered": IssueKind(
        "warning",
        Text(
            "có lệnh ngắt tiếng đã ký: loa và bảng đều tắt cho đến khi lệnh được rút hoặc hết hạn",
            "a signed silence is on: loudspeakers and boards are off until it is lifted or expires",
        ),
        Text(
            "không sửa gì ở trạm; hỏi cơ quan đã ra lệnh (tên ghi bên cạnh) bao giờ mở lại",
            "repair nothing at the station; ask the office that ordered it (named beside) "
            "when it will be lifted",
        ),
    ),
    "silence_overdue": IssueKind(
        "warning",
        Text(
            "lệnh ngắt tiếng đã hết hạn theo giờ của hộp, nhưng mới chỉ khóa giờ nói vậy: hộp"
            " vẫn im",
            "a signed silence has ended by the box's time, but only the time key confirms "
            "that time: it stays on",
        ),
        Text(
            "gửi một văn bản mới ký (như lịch phát) hoặc lệnh mở lại; hộp sai giờ thì báo trung"
            " tâm",
            "send any newly signed document, such as a schedule, or sign the lifting; if the "
            "box's time is wrong, tell the centre",
        ),
    ),
    "document_withheld": IssueKind(
        "warning",
        Text(
            "trung tâm đã thu hồi một văn bản nên hộp không phát nó nữa",
            "the centre has revoked a document, so the box does not play it any more",
        ),
        Text(
            "hỏi trung tâm vì sao; muốn phát lại thì ký và gửi bản mới",
            "ask the centre why; to play it again, sign and send a new one",
        ),
    ),
    "freeze_suspected": IssueKind(
        "fault",
        Text(
            "quá một ngày hộp vẫn thiếu văn bản mà trung tâm nói đã gửi: có thể bị chặn trên đường",
            "for over a day the box lacks a document that the centre says it sent: it may be "
            "blocked on the way",
        ),
        Text(
            "báo trung tâm gửi lại và xem nhật ký từ chối; vẫn thiếu thì kiểm tra máy chủ chuyển"
            " tin",
            "ask the centre to send it again and check the refusals; if it is still missing, "
            "inspect the broker",
        ),
    ),
    "head_awaited": IssueKind(
        "warning",
        Text(
            "bộ nhớ của hộp còn mới hoặc đã mất: hộp chờ bản kê của trung tâm rồi mới nhận lịch cũ",
            "the box's stored data is new or was lost: older schedules wait for the centre's list",
        ),
        Text(
            "chờ nối được trung tâm; quá một giờ thì báo trung tâm xem khóa bản kê của máy thu"
            " nhận",
            "wait for the connection; after an hour tell the centre to check its collector's "
            "head key",
        ),
    ),
}

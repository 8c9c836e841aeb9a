"""Issues of what the box keeps: media, documents, journal."""

from __future__ import annotations

from agent.contract.issues.entry import IssueKind
from texts.catalogue import Text

STORAGE: dict[str, IssueKind] = {
    "media_sound": IssueKind(
        "warning",
        Text(
            "một tệp âm thanh của lịch không phát tốt được: im lặng, méo tiếng hoặc không đọc được",
            "a sound file of the schedule will not sound well: blank, clipped or not decodable",
        ),
        Text(
            "xem chi tiết; báo trung tâm chuẩn bị lại tệp và phát hành lại mục đó",
            "see the detail; ask the centre to prepare the file again and to publish the item anew",
        ),
    ),
    "media_missing": IssueKind(
        "warning",
        Text(
            "một tệp của lịch chưa tải được", "a file of the schedule could not be downloaded yet"
        ),
        Text(
            "xem mạng; hộp tự tải tiếp; chi tiết ghi E_URL thì xem `media` trong station.yaml;"
            " nhiều"
            " trạm cùng báo thì trung tâm đăng lại tệp",
            "check the network; the box keeps trying; with E_URL in the detail see `media` in"
            " station.yaml; if many stations report it, the centre publishes the file again",
        ),
    ),
    "media_missing_next_day": IssueKind(
        "fault",
        Text(
            "mục phát trong 24 giờ tới còn thiếu tệp: mục đó sẽ im lặng",
            "an item of the next 24 hours lacks its file: it will be silent",
        ),
        Text(
            "xem mạng ngay; không kịp thì báo trung tâm đổi mục",
            "check the network now; if the file will not come in time, ask the centre to "
            "change the item",
        ),
    ),
    "documents_over_budget": IssueKind(
        "warning",
        Text(
            "một người ký đã gửi nhiều hơn phần của mình trên hộp này: phần quá không có hiệu lực",
            "one signer has sent more than its share of this box: the rest is not in force",
        ),
        Text(
            "trung tâm thu hồi hoặc gộp bớt lịch của người ký ghi ở chi tiết; không ai gửi nhiều"
            " thế"
            " thì khóa có thể đã lộ: báo an ninh mạng",
            "the centre withdraws or merges schedules of the signer named in the details; if "
            "nobody sent that many, the key may be stolen: tell the people who are "
            "responsible for network security",
        ),
    ),
    "journal_not_written": IssueKind(
        "fault",
        Text(
            "nhật ký không ghi được xuống thẻ nhớ, đang giữ trong bộ nhớ",
            "the journal cannot be written to the card, it waits in RAM",
        ),
        Text(
            "đừng rút điện; giải phóng thẻ nhớ hoặc thay thẻ",
            "do not cut the power; free space on the card, or replace it",
        ),
    ),
    "state_volatile": IssueKind(
        "fault",
        Text(
            "thẻ nhớ không ghi được từ lúc khởi động: hộp chạy bằng bản sao trong bộ nhớ,"
            " mất điện là mất",
            "the card could not be written at the start: the box runs on a copy in RAM, which"
            " a power cut deletes",
        ),
        Text(
            "thay thẻ nhớ hoặc giải phóng chỗ trống, rồi khởi động lại hộp",
            "replace the card or free space on it, then restart the box",
        ),
    ),
    "outbox_old": IssueKind(
        "warning",
        Text(
            "nhật ký lâu chưa được trung tâm xác nhận; hộp vẫn giữ đủ",
            "the journal has waited a long time for the centre's receipt; the box keeps all of it",
        ),
        Text(
            "nối lại mạng; có mạng mà vẫn báo thì trung tâm kiểm tra máy thu nhận",
            "restore the network; with a network, ask the centre to check its collector",
        ),
    ),
}

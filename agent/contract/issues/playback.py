"""Issues of playback: link, sound, picture, relays, media, journal."""

from __future__ import annotations

from agent.contract.issues.entry import IssueKind
from texts.catalogue import Text

WORK: dict[str, IssueKind] = {
    # the link
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
    # sound and picture
    "emergency_not_sounding": IssueKind(
        "fault",
        Text(
            "đang có tin khẩn cấp mà loa hoặc bảng này không phát",
            "an emergency is in force and this output does not sound or show it",
        ),
        Text(
            "báo bà con bằng cách khác ngay; xem lý do ở chi tiết: khóa im lặng còn xoay, tăng"
            " âm mất"
            " điện, card âm thanh hoặc dây bảng lỏng",
            "warn the people by other means now; see the reason in the detail: silence key turned,"
            " amplifier without power, sound card or the board's cable loose",
        ),
    ),
    "output_failed": IssueKind(
        "fault",
        Text(
            "một đầu ra (loa hoặc bảng) bị lỗi và đang được mở lại",
            "an output (loudspeaker or board) failed and is being restarted",
        ),
        Text(
            "lặp lại mãi: khởi động lại hộp, gửi nhật ký về trung tâm",
            "if this repeats: restart the box, send the log to the centre",
        ),
    ),
    "engine_lost": IssueKind(
        "fault",
        Text(
            "phần phát tiếng dừng; hộp đang mở lại",
            "the sound part stopped; the box is starting it again",
        ),
        Text(
            "cắm lại card âm thanh USB và dây nguồn của nó",
            "push the USB sound card and its power in again",
        ),
    ),
    "engine_unsteady": IssueKind(
        "fault",
        Text(
            "phần phát tiếng dừng nhiều lần trong một giờ",
            "the sound part stopped several times within an hour",
        ),
        Text(
            "cắm card âm thanh thẳng vào hộp, không qua bộ chia USB; đổi dây; thay card",
            "plug the sound card straight into the box, not through a hub; change its cable;"
            " replace the card",
        ),
    ),
    "sound_device_gone": IssueKind(
        "fault",
        Text(
            "không thấy card âm thanh đã khai trong station.yaml",
            "the sound card that station.yaml names is not there",
        ),
        Text(
            "cắm lại card âm thanh USB; xem `device` trong station.yaml có đúng card này không",
            "push the USB sound card in again; see whether `device` in station.yaml is this card",
        ),
    ),
    "board_lost": IssueKind(
        "fault",
        Text(
            "phần vẽ bảng điện tử dừng; hộp đang mở lại",
            "the board part stopped; the box is starting it again",
        ),
        Text(
            "xem nguồn và cáp tín hiệu của bảng", "look at the board's power and its signal cable"
        ),
    ),
    "board_unsteady": IssueKind(
        "fault",
        Text(
            "phần vẽ bảng điện tử dừng nhiều lần trong một giờ",
            "the board part stopped several times within an hour",
        ),
        Text(
            "thay cáp tín hiệu của bảng; xem nguồn card phát",
            "change the board's signal cable; look at the sending card's power",
        ),
    ),
    "board_late": IssueKind(
        "warning",
        Text(
            "bảng điện tử vẽ không kịp, hình có thể giật",
            "the board is drawn too late, the picture may stutter",
        ),
        Text(
            "xem hộp có quá nóng hoặc thiếu điện không; rút bớt thiết bị USB;"
            " báo trung tâm giảm ảnh động",
            "see whether the box is too hot or short of power; unplug what is not needed;"
            " ask the centre for less moving pictures",
        ),
    ),
    "switch_no_answer": IssueKind(
        "fault",
        Text(
            "rơ-le nguồn tăng âm không trả lời: cụm loa này không bật được",
            "the amplifier's relay does not answer: this loudspeaker line cannot be switched on",
        ),
        Text(
            "xem đèn nguồn của rơ-le, siết lại hai dây RS-485 (A, B), cắm lại bộ chuyển USB",
            "look at the relay's power lamp, tighten the two RS-485 wires (A, B),"
            " push the USB adapter in",
        ),
    ),
    "switch_dead": IssueKind(
        "fault",
        Text(
            "rơ-le nguồn trả lời nhưng không đóng: cụm loa này không bật được",
            "the relay answers but does not close: this line of loudspeakers cannot be switched on",
        ),
        Text(
            "đo nguồn của rơ-le; đổi sang tiếp điểm khác hoặc thay rơ-le",
            "measure the relay's supply; use another of its contacts, or replace it",
        ),
    ),
    "switch_stuck": IssueKind(
        "fault",
        Text(
            "rơ-le nguồn không tắt được: tăng âm có thể đang bật suốt",
            "the relay does not switch off: the amplifier may be on all the time",
        ),
        Text(
            "tắt tăng âm bằng công tắc của nó; rơ-le không trả lời thì xem dây và nguồn của rơ-le;"
            " trả lời mà vẫn bật thì thay rơ-le (tiếp điểm có thể đã dính)",
            "switch the amplifier off by its own switch; where the relay does not answer look at"
            " its"
            " wires and supply; where it answers and stays on replace it (its contact may be"
            " welded)",
        ),
    ),
    # media, journal
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
    "page_down": IssueKind(
        "warning",
        Text(
            "trang trạng thái không mở được ở một địa chỉ; loa và bảng không sao",
            "the status page is not available at an address; loudspeakers and boards are not "
            "affected",
        ),
        Text(
            "xem cáp mạng nội bộ và `page.listen`; cổng đã có phần mềm khác dùng thì đổi số cổng",
            "check the local network cable and `page.listen`; if another program uses the "
            "port, choose another number",
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

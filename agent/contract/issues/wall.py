"""Issues that a board's control card reports of its wall."""

from __future__ import annotations

from agent.contract.issues.entry import IssueKind
from texts.catalogue import Text

WALL: dict[str, IssueKind] = {
    "standby_failed": IssueKind(
        "warning",
        Text(
            "không vẽ được hình chờ của bảng: khi không có gì khác, mặt bảng để đen",
            "the board's standby picture cannot be drawn: its faces are black when nothing else is"
            " there",
        ),
        Text(
            "mã trong chi tiết cho biết lý do; người soạn sửa hình chờ (chữ ngắn hơn, hình nhỏ hơn)"
            " rồi ký lại lịch `base`",
            "the code in the detail says why; its author corrects the picture (a shorter text, a"
            " smaller image) and signs the schedule of slot `base` again",
        ),
    ),
    "clip_failed": IssueKind(
        "warning",
        Text(
            "một đoạn phim trên bảng không chiếu được: mặt bảng hiện hình chờ hoặc đen",
            "a clip could not be shown on the board: its faces have the standby picture or are"
            " black",
        ),
        Text(
            "xem mã trong chi tiết: `E_DECODE` là tệp hỏng hoặc hộp không kịp, `E_FLASH` là phim"
            " nhấp nháy; làm lại bằng `tramtin-central prepare-video` rồi ký lại",
            "see the code in the detail: `E_DECODE` is a broken file or a box that is too slow,"
            " `E_FLASH` a clip that flashes; make it anew with `tramtin-central prepare-video`"
            " and sign again",
        ),
    ),
    "board_card_silent": IssueKind(
        "fault",
        Text(
            "thẻ điều khiển bảng không trả lời: hộp không chỉnh được độ sáng và không biết bảng"
            " đang hiện gì",
            "the board's control card does not answer: it cannot be dimmed, and what the wall shows"
            " is not known",
        ),
        Text(
            "xem đèn nguồn của bộ phát; cắm lại cáp USB, cáp nối tiếp hoặc cáp mạng tới hộp; đóng"
            " phần mềm NovaLCT nếu đang mở",
            "look at the sending card's power lamp; push in its USB, serial or network cable; close"
            " NovaLCT where it is open",
        ),
    ),
    "board_card_other": IssueKind(
        "warning",
        Text(
            "thẻ điều khiển trả lời nhưng là mẫu khác với `profile` trong station.yaml",
            "the control card that answers is another model than `profile` in station.yaml",
        ),
        Text(
            "so tên mẫu ở chi tiết với nhãn trên thẻ; sửa `profile` hoặc `port` trong station.yaml",
            "compare the model in the detail with the card's label; correct `profile` or `port` in"
            " station.yaml",
        ),
    ),
    "board_card_fault": IssueKind(
        "fault",
        Text(
            "thẻ điều khiển nhận lệnh nhưng bảng không làm theo",
            "the control card takes a command and the wall does not follow",
        ),
        Text(
            "ra xem bảng; xem cáp mạng giữa bộ phát và các card nhận; tắt rồi mở lại nguồn bộ phát",
            "look at the wall; check the network cables between sending and receiving cards; switch"
            " the sending card off and on",
        ),
    ),
    "board_no_picture": IssueKind(
        "fault",
        Text(
            "bộ phát của bảng không nhận được hình từ hộp",
            "no picture arrives at the board's sending card",
        ),
        Text(
            "cắm lại cáp HDMI hoặc DVI ở hai đầu; thử cáp khác; xem ngõ vào đang chọn trên bộ phát",
            "push in the HDMI or DVI cable at both ends; try another cable; see which input the"
            " card has selected",
        ),
    ),
    "board_receiver_dead": IssueKind(
        "fault",
        Text(
            "có card nhận trong bảng không trả lời: một phần mặt bảng có thể tối",
            "a receiving card in the wall does not answer: a part of it may be dark",
        ),
        Text(
            "chi tiết ghi số ngõ ra và thứ tự card (2.3: ngõ 2, card thứ 3); xem nguồn 5 V và hai"
            " đầu cáp mạng của card ấy và của card đứng trước",
            "the detail has output and place (2.3: output 2, third card); check 5 V and both"
            " network plugs of that card and of the one before it",
        ),
    ),
    "board_hot": IssueKind(
        "warning",
        Text(
            "card nhận trong bảng nóng quá mức nhà chế tạo cho phép",
            "a receiving card in the wall is hotter than its maker allows",
        ),
        Text(
            "xem quạt và lỗ thông gió của tủ; lau bụi; hạ `day_pct` của bảng",
            "see fans and vents of the cabinet; remove dust; lower the board's `day_pct`",
        ),
    ),
    "board_smoke": IssueKind(
        "fault",
        Text("cảm biến khói trong bảng báo có khói", "the smoke sensor in the wall reports smoke"),
        Text(
            "cắt nguồn bảng ngay, gọi cứu hỏa nếu thấy cháy; không mở tủ khi còn điện",
            "cut the wall's power now, call the fire service if there is fire; do not open it live",
        ),
    ),
    "board_on_backup": IssueKind(
        "warning",
        Text(
            "một ngõ ra của bộ phát đang chạy thay ngõ khác: đường chính đã đứt",
            "an output of the sending card runs as backup of another: the main line is broken",
        ),
        Text(
            "hình vẫn đủ; tìm đoạn cáp mạng hỏng giữa các card nhận rồi thay, trước khi đường dự"
            " phòng cũng đứt",
            "the picture is whole; find and replace the broken network cable between the receiving"
            " cards before the backup breaks too",
        ),
    ),
    "not_seen": IssueKind(
        "fault",
        Text(
            "cảm biến sáng nhìn mặt bảng không thấy sáng tối đổi theo hình: mặt bảng tối, đứng hình"
            " hay đang hiện thứ khác",
            "the light sensor that looks at this face does not follow its picture: the face is"
            " dark, frozen, or shows something else",
        ),
        Text(
            "ra nhìn bảng ngay; bảng hiện đúng thì xem cảm biến có bị che, lệch, tuột dây; không"
            " đúng thì xem nguồn, cáp hình, card",
            "go and look at the board now; if it is right, see whether the sensor is covered,"
            " turned away or unplugged; if not, look at supply, cable and card",
        ),
    ),
    "board_password": IssueKind(
        "warning",
        Text(
            "bảng phát Wi-Fi riêng không mật khẩu, hoặc với mật khẩu ai cũng biết",
            "the board has a Wi-Fi network of its own without a password, or with one that"
            " everybody knows",
        ),
        Text(
            "tắt Wi-Fi của card bằng phần mềm của hãng; không tắt được thì đặt mật khẩu riêng, dài"
            " ít nhất 12 ký tự",
            "switch the card's Wi-Fi off with the maker's program; where that cannot be done, give"
            " it a password of its own of at least 12 characters",
        ),
    ),
    "board_foreign": IssueKind(
        "fault",
        Text(
            "có người đổi ngõ vào, đóng băng hoặc bật hình thử ở thẻ điều khiển bảng, hay chép"
            " chương trình khác vào bảng chữ (E_FOREIGN); hộp đã lấy lại",
            "somebody changed input, mode or test picture at the board's control card, or put"
            " another programme on a sign (E_FOREIGN); the box has taken it back",
        ),
        Text(
            "ra xem bảng và tủ có ai mở không; báo công an xã nếu có nội dung lạ; đổi chỗ cắm mạng"
            " của bộ phát sang cáp riêng tới hộp",
            "go and see whether the cabinet was opened; tell the commune's police of foreign"
            " content; give the card a network cable of its own to the box",
        ),
    ),
    "live_picture_lost": IssueKind(
        "fault",
        Text(
            "card ghi hình không có hình: mặt bảng hiện hình riêng của mục thay cho hình trực tiếp",
            "no picture comes from a capture card: the faces show the item's own picture in place"
            " of the live one",
        ),
        Text(
            "xem máy quay hoặc nguồn HDMI có bật không; cắm lại cáp và card ghi hình; chạy `tramtin"
            " doctor` để biết card thấy gì",
            "see whether the camera or HDMI source is on; push in its cable and the capture card;"
            " run `tramtin doctor` to learn what the card sees",
        ),
    ),
}

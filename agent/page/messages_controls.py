"""What the page says where somebody tries the box, and of the results."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

CONTROL_PHRASES: Catalogue = {
    # controls
    "controls": Text("Thử máy", "Trials"),
    "controls.no_pin": Text(
        (
            "Chưa đặt mã PIN nên trang này chỉ để xem. Muốn thử loa, thử bảng tại đây: thêm"
            " dòng dưới vào station.yaml (6–12 chữ số của riêng trạm), chạy tramtin check, rồi khởi"
            " động lại dịch vụ."
        ),
        (
            "No PIN is set, so this page is for looking only. To test loudspeakers and boards from"
            " here: add the line below to station.yaml (6–12 digits of this station's own), run"
            " tramtin check, then restart the service."
        ),
    ),
    "controls.closed": Text(
        "Thử loa, thử bảng, công tắc im lặng, gói hỗ trợ: cần mã PIN của trạm.",
        "Test tone, test pattern, silence switch, support bundle: they need the station's PIN.",
    ),
    "controls.open": Text(
        "Mở đến {0}. Mọi thao tác đều ghi vào nhật ký.",
        "Open until {0}. Every use is written into the journal.",
    ),
    "enter": Text("Nhập mã PIN", "Enter the PIN"),
    "enter.submit": Text("Mở", "Open"),
    "enter.help": Text(
        "Mã 6–12 chữ số trong station.yaml của trạm này.",
        "The 6 to 12 digits in this station's station.yaml.",
    ),
    "enter.wrong": Text("Mã PIN không đúng.", "The PIN is wrong."),
    "enter.wait": Text(
        (
            "Nhập sai nhiều lần. Thử lại sau {0}. Ngồi tại hộp (127.0.0.1) thì không bị người khác"
            " làm khóa."
        ),
        (
            "Too many wrong tries. Try again in {0}. At the box itself (127.0.0.1) nobody else's"
            " tries can lock you out."
        ),
    ),
    "leave": Text("Khóa lại", "Lock"),
    "back": Text("Về trang trạm", "Back to the station"),
    "tone": Text("Âm thử", "Test tone"),
    "pattern": Text("Hình thử", "Test pattern"),
    "label": Text("Hiện tên trạm", "Show its name"),
    "silence": Text("Công tắc im lặng", "Silence switch"),
    "silence.on": Text("Bật im lặng", "Silence"),
    "silence.off": Text("Tắt im lặng", "End silence"),
    "silence.help": Text(
        "Loa im, trừ tin khẩn cấp; bảng vẫn hiện. Tự hết sau {0} giờ.",
        "No sound but emergencies; boards go on. Ends by itself after {0} hours.",
    ),
    "reload": Text("Đọc lại", "Read again"),
    "bundle": Text("Tải về", "Download"),
    "stick.row": Text("Không có mạng: văn bản, nhật ký", "Without a link: documents, journal"),
    "stick.open": Text("Mở", "Open"),
    "bundle.name": Text("Gói hỗ trợ", "Support bundle"),
    # results of operations
    # what was ordered, not how it goes: they stay on the page until the next operation
    "done.tone": Text(
        "Âm thử ở {0}: hai giây, rất nhỏ. Tăng âm bật hay tắt: xem mục Loa và bảng.",
        "Test tone at {0}: two seconds, very quiet. Its amplifier: see Loudspeakers and boards.",
    ),
    "done.pattern": Text(
        "Hình thử ở {0}: hai mươi giây, rồi tự trả lại.",
        "Test pattern at {0}: twenty seconds, then it goes by itself.",
    ),
    "done.label": Text(
        "Tên trạm ở {0}: ba mươi giây, rồi tự trả lại.",
        "The station's name at {0}: thirty seconds, then it goes by itself.",
    ),
    "done.silence-on": Text("Đã bật im lặng.", "Silence is on."),
    "done.silence-off": Text("Đã tắt im lặng.", "Silence is off."),
    "done.reload": Text(
        "station.yaml đúng và sẽ có hiệu lực sau vài giây. Hãy nhập lại mã PIN.",
        "station.yaml is good and takes effect within seconds. Enter the PIN again then.",
    ),
    "faults": Text(
        "station.yaml có {0} lỗi. Hộp vẫn chạy với cài đặt cũ. Sửa rồi đọc lại:",
        "station.yaml has {0} fault(s). The former settings stay. Mend the file and read it again:",
    ),
    "E_BUSY": Text(
        "{0} đang bận: có mục đang hoặc sắp phát, hoặc lần thử trước chưa xong. Đợi rồi thử lại.",
        "{0} is busy: an item is on or about to begin, or the last trial goes on. Wait, try again.",
    ),
    "E_SILENT": Text(
        "Đang im lặng (công tắc, khóa ở trạm hoặc lệnh đã ký). Hết im lặng rồi thử lại.",
        "Silence is on (switch, key or a signed order). Try again when it is over.",
    ),
    "E_LOCKOUT": Text(
        "Khóa an toàn đang bật: có người ở loa hoặc bảng. Người ấy xuống và tắt khóa rồi mới thử.",
        (
            "The lockout is on: somebody is at the horns or a board. Test once they are down and"
            " have taken it off."
        ),
    ),
    "E_QUIET": Text(
        "Đang giờ yên lặng nên không thử loa. Thử lại sau giờ yên lặng.",
        "Quiet hours: no test tone now. Try again after them.",
    ),
    "E_UNKNOWN": Text("Trạm này không có {0}.", "This station has no {0}."),
    "E_NOT_READY": Text(
        "{0} chưa sẵn sàng. Xem mục Việc cần làm ở trên.",
        "{0} is not ready. See above what is to be done.",
    ),
    "E_FAILED": Text(
        "Không làm được. Tải gói hỗ trợ và báo trung tâm.",
        "That failed. Take the support bundle and call the centre.",
    ),
}

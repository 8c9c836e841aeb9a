"""What the page says, Vietnamese and English, by stable code; {0}, {1} are the arguments.

Texts of issues stand in the catalogue `agent.contract.issues.catalogue`, texts of settings'
faults in `agent.settings.messages`.
"""

from __future__ import annotations

from agent.page.messages_controls import CONTROL_PHRASES
from agent.page.messages_emergency import ALARM_PHRASES
from agent.page.messages_event import EVENT_PHRASES
from agent.page.messages_output import OUTPUT_PHRASES
from agent.page.messages_reading import READING_PHRASES
from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    **ALARM_PHRASES,
    **OUTPUT_PHRASES,
    **READING_PHRASES,
    **EVENT_PHRASES,
    **CONTROL_PHRASES,
    "title": Text("Trạm tin", "Tramtin"),
    "switch": Text("English", "Tiếng Việt"),
    "switch.label": Text("Switch to English", "Chuyển sang tiếng Việt"),
    # the word at the top, and what it means
    "verdict.silenced": Text("TẠM DỪNG", "PAUSED"),
    "verdict.local_alarm": Text("BÁO ĐỘNG TẠI TRẠM", "LOCAL ALARM"),
    "verdict.emergency": Text("TIN KHẨN CẤP", "EMERGENCY"),
    "verdict.exercise": Text("DIỄN TẬP", "EXERCISE"),
    "verdict.fault": Text("CÓ LỖI", "FAULT"),
    "verdict.testing": Text("ĐANG THỬ", "TESTING"),
    "verdict.playing": Text("ĐANG PHÁT", "ON AIR"),
    "verdict.no_clock": Text("CHỜ GIỜ", "NO CLOCK"),
    "verdict.unplaced": Text("CHỜ CẤU HÌNH", "NOT SET UP"),
    "verdict.idle": Text("CHƯA CÓ LỊCH", "NO SCHEDULE"),
    "verdict.ready": Text("SẴN SÀNG", "READY"),
    "sub.silenced.local": Text(
        "Công tắc im lặng tại trạm đang bật: loa chỉ phát tin khẩn cấp.",
        "The silence switch of this station is on: only an emergency will sound.",
    ),
    "sub.silenced.key": Text(
        (
            "Khóa im lặng ở trạm đang bật: loa và bảng đều tắt, kể cả tin khẩn cấp. Xong việc thì"
            " xoay khóa về chỗ cũ."
        ),
        (
            "The silence key on the box is turned: no sound and no picture, not even an emergency."
            " Turn it back when the work is done."
        ),
    ),
    "sub.silenced.lockout": Text(
        (
            "Khóa an toàn đang bật, có người làm việc ở loa hoặc bảng: loa chỉ phát tin khẩn cấp,"
            " sau một lời báo trước nhỏ. Mọi người đã xuống thì mới tắt khóa."
        ),
        (
            "The lockout is on, somebody works at the horns or a board: only an emergency sounds,"
            " after a quiet warning. Take it off once everybody is down."
        ),
    ),
    "sub.silenced.door_open": Text(
        "Cửa tủ đang mở: loa chỉ phát tin khẩn cấp. Đóng cửa thì phát tiếp.",
        "The cabinet is open: only an emergency sounds. Closing it lets the programme go on.",
    ),
    "sub.silenced.all": Text(
        "Lệnh ngắt tiếng do {0} ký: loa và bảng tắt hết, kể cả tin khẩn cấp. Tự hết lúc {1}.",
        "Silence signed by {0}: all is off, emergencies included. Ends by itself at {1}.",
    ),
    "sub.silenced.pause": Text(
        "Lệnh tạm dừng do {0} ký: chỉ còn tin khẩn cấp. Tự hết lúc {1}.",
        "Pause signed by {0}: only an emergency sounds or shows. Ends by itself at {1}.",
    ),
    "sub.why": Text("Lý do: {0}", "Reason: {0}"),
    "sub.until": Text("Tự hết lúc {0}.", "Ends by itself at {0}."),
    "sub.no_clock": Text(
        (
            "Hộp chưa có giờ tin cậy nên chưa phát lịch. Kiểm tra mạng: có mạng vài phút sẽ tự có"
            " giờ; nối được máy chủ mà vẫn chờ thì hỏi trung tâm đã ghi danh trạm này chưa."
        ),
        (
            "No trusted clock, so nothing scheduled is played. Check the network: with it"
            " the time comes within minutes; connected and still none: ask the centre whether this"
            " station is enrolled."
        ),
    ),
    "sub.unplaced": Text(
        (
            "Hộp chưa nhận cấu hình đã ký của trạm. Gọi trung tâm, đọc mã trạm ở trên; các việc gần"
            " nhất có E_SCOPE thì trước hết xem province trong station.yaml."
        ),
        (
            "No signed configuration of this station was taken yet. Call the centre and give them"
            " the station's code above; if E_SCOPE is among the events below, first check"
            " province in station.yaml."
        ),
    ),
    "sub.idle": Text(
        "Hộp tốt nhưng chưa có mục nào trong hai ngày tới. Hỏi trung tâm đã gửi lịch chưa.",
        (
            "The box is well, but nothing is planned for the next two days. Ask the centre whether"
            " a schedule was sent."
        ),
    ),
    "sub.ready": Text("Tiếp theo: {0}, {1} (còn {2}).", "Next: {0}, {1} (in {2})."),
    "sub.playing": Text("{0}, {1}.", "{0}, {1}."),
    "sub.still": Text("Vẫn đang phát: {0}.", "Still on air: {0}."),
    "sub.testing": Text("{0} tại {1}, tự dừng.", "{0} at {1}, ends by itself."),
    # the clock
    "clock": Text("Giờ của hộp", "The box's clock"),
    "clock.SYNCED": Text("đúng với trung tâm", "in step with the centre"),
    "clock.NTS": Text("theo giờ mạng có chứng thực (NTS)", "by authenticated network time (NTS)"),
    "clock.HOLDOVER": Text(
        "giữ từ lần hỏi trung tâm trước", "held since the centre was last asked"
    ),
    "clock.RTC": Text("theo đồng hồ pin, chưa hỏi được trung tâm", "by the battery clock only"),
    "clock.FLOOR": Text("KHÔNG tin được", "NOT to be trusted"),
    "clock.error": Text("sai không quá {0}", "at most {0} off"),
    "stale": Text(
        "Mất liên lạc với hộp. Số liệu dưới đây là cũ. Xem Wi-Fi hoặc cáp nối tới hộp.",
        "The box does not answer. What you see below is old. Look at the Wi-Fi or the cable.",
    ),
    # problems
    "problems": Text("Việc cần làm", "To be done"),
    "since": Text("từ {0}", "since {0}"),
    "do": Text("Việc cần làm:", "Next step:"),
    "mechanism": Text("Chi tiết cho trung tâm", "Details for the centre"),
    "repair.unknown": Text(
        "Báo trung tâm mã này; mở chi tiết và đọc cho họ.",
        "Tell the centre this code; open the details and read them out.",
    ),
    # pages besides
    "gone": Text("Không có trang này.", "There is no such page."),
    "closed": Text(
        "Phiên đã hết hoặc trang đã cũ. Nhập lại mã PIN.",
        "The session is over or the page is old. Enter the PIN again.",
    ),
    "wrong_host": Text(
        "Mở trang bằng địa chỉ này: {0}",
        "Open the page by this address: {0}",
    ),
    "no_status": Text(
        (
            "Hộp không trả lời được lúc này ({0}). Đợi một phút; vẫn vậy thì khởi động lại hộp"
            " và báo trung tâm."
        ),
        (
            "The box cannot tell at this moment ({0}). Wait a minute; if it stays so, restart the"
            " box and call the centre."
        ),
    ),
    "footer": Text(
        "Tramtin {0} · trang này không gọi ra ngoài", "Tramtin {0} · contacts no other host"
    ),
    # spans and days
    "span.now": Text("vài giây", "a few seconds"),
    "span.s": Text("{0} giây", "{0} s"),
    "span.min": Text("{0} phút", "{0} min"),
    "span.h": Text("{0} giờ", "{0} h"),
    "span.d": Text("{0} ngày", "{0} days"),
    "tomorrow": Text("ngày mai {0}", "tomorrow {0}"),
    "daily": Text("hằng ngày", "every day"),
    "day.1": Text("thứ Hai", "Monday"),
    "day.2": Text("thứ Ba", "Tuesday"),
    "day.3": Text("thứ Tư", "Wednesday"),
    "day.4": Text("thứ Năm", "Thursday"),
    "day.5": Text("thứ Sáu", "Friday"),
    "day.6": Text("thứ Bảy", "Saturday"),
    "day.7": Text("Chủ nhật", "Sunday"),
    "short.1": Text("T2", "Mon"),
    "short.2": Text("T3", "Tue"),
    "short.3": Text("T4", "Wed"),
    "short.4": Text("T5", "Thu"),
    "short.5": Text("T6", "Fri"),
    "short.6": Text("T7", "Sat"),
    "short.7": Text("CN", "Sun"),
}

"""What a technician reads from `tramtin doctor`: Vietnamese and English, by stable code.

{0}, {1}, … are the finding's arguments. Where something is to be done, the next step stands beside
the text under the same code with `.step` behind it.
"""

from __future__ import annotations

from agent.doctor.messages_device import BOX
from agent.doctor.messages_network import LINK
from agent.doctor.messages_sandbox import SANDBOX
from agent.doctor.messages_sound import SOUND
from texts.catalogue import Catalogue, Text

# the doctor itself
OWN: Catalogue = {
    "needs_settings": Text(
        "cần station.yaml đúng mới khám được phần này", "this part needs a good station.yaml"
    ),
    "needs_settings.step": Text(
        "sửa station.yaml theo `sudo tramtin check`, rồi khám lại",
        "correct station.yaml with `sudo tramtin check`, then come back",
    ),
    "probe_slow": Text(
        "quá {0} giây chưa có trả lời; phần này bị bỏ dở",
        "no answer within {0} s; this part was left unfinished",
    ),
    "probe_slow.step": Text(
        "khám lại; nếu lặp lại, gửi gói hỗ trợ về trung tâm",
        "try once more; when it happens again, send the support bundle to the centre",
    ),
    "probe_crashed": Text("chính phép khám này bị lỗi: {0}", "this examination itself failed: {0}"),
    "probe_crashed.step": Text(
        "gửi gói hỗ trợ về trung tâm", "send the support bundle to the centre"
    ),
}
PHRASES: Catalogue = {**OWN, **BOX, **SOUND, **LINK, **SANDBOX}

LABELS: Catalogue = {
    "settings": Text("Cài đặt", "Settings"),
    "unit": Text("Dịch vụ", "Service"),
    "agent": Text("Chương trình", "Agent"),
    "machine": Text("Máy", "Machine"),
    "clock": Text("Giờ", "Time"),
    "authority": Text("Quyền ký", "Who may sign"),
    "sound": Text("Âm thanh", "Sound"),
    "level": Text("Mức âm", "Sound level"),
    "microphone": Text("Micro", "Microphones"),
    "decoder": Text("Giải mã", "Decoder"),
    "voice": Text("Giọng đọc", "Voice"),
    "sandbox": Text("Cách ly", "Confinement"),
    "shaping": Text("Chữ", "Text"),
    "serial": Text("Cổng nối tiếp", "Serial ports"),
    "device": Text("Thiết bị", "Devices"),
    "board": Text("Bảng", "Boards"),
    "page": Text("Trang trạng thái", "Status page"),
    "certificate": Text("Chứng thư", "Certificates"),
    "broker": Text("Máy chủ", "Broker"),
}
STATES: Catalogue = {
    "good": Text("TỐT", "GOOD"),
    "warning": Text("CHÚ Ý", "WARNING"),
    "fault": Text("LỖI", "FAULT"),
    "not_checked": Text("CHƯA XEM", "NOT CHECKED"),
}
FRAME: Catalogue = {
    "title": Text("Khám hộp {0}", "Examining the box {0}"),
    "unknown_station": Text("chưa rõ mã trạm", "of unknown station"),
    "looking": Text("đang xem: {0}", "looking at: {0}"),
    "sum": Text(
        "{0} lỗi, {1} điều cần chú ý, {2} điều chưa xem được, {3} điều tốt",
        "{0} fault(s), {1} warning(s), {2} not checked, {3} good",
    ),
    "day_told": Text(
        "hộp sẽ nhận giờ đang chờ nếu giờ đó thuộc ngày {0}; 30 giây sau xem `sudo tramtin doctor`",
        "the box accepts the held time if it is of {0}; see `sudo tramtin doctor` in 30 s",
    ),
    "day_not_told": Text(
        "không ghi được vào {0}: {1}; chạy lại với sudo",
        "{0} cannot be written: {1}; run it again with sudo",
    ),
    "retried": Text(
        "hộp sẽ xét lại {0} văn bản đã để riêng, khi chúng đến lần nữa",
        "the box handles {0} set-aside messages again when they arrive again",
    ),
    "not_retried": Text(
        "không xóa được tệp trong {0}: {1}; chạy lại với sudo",
        "a file in {0} cannot be removed: {1}; run it again with sudo",
    ),
    "no_plan": Text(
        "{0}: chưa đọc được các văn bản mà hộp giữ: {1}; chạy với sudo",
        "{0}: the documents that the box holds cannot be read: {1}; run it with sudo",
    ),
    "locked_out": Text(
        "KHÓA AN TOÀN đang bật từ {0}: có người làm việc ở trạm, chỉ tin khẩn cấp được phát cho đến"
        " khi tắt khóa",
        "LOCKED OUT since {0}: somebody works at the station, emergencies alone sound until the"
        " lockout is off",
    ),
    "no_correction": Text(
        "{0}: không phải văn bản đã soạn cho trạm: {1}",
        "{0}: not a document for a station: {1}",
    ),
    "not_meant": Text(
        "CHÚ Ý: văn bản này gửi cho nơi khác ({0}), nên ở trạm này không đổi gì",
        "NOTE: this document is meant for another place ({0}), so it changes nothing here",
    ),
    "no_state": Text(
        "{0}: lỗi cài đặt, chưa biết hộp giữ dữ liệu ở đâu; chạy `sudo tramtin check`",
        "{0}: faults in the settings, so the state folder is not known; run `sudo tramtin check`",
    ),
    "bundled": Text(
        "gói hỗ trợ: {0}, không chứa khóa và mã PIN; gửi tệp này về trung tâm",
        "support bundle: {0}, without key and PIN; send this file to the centre",
    ),
    "not_bundled": Text(
        "không ghi được gói hỗ trợ: {0}", "the support bundle could not be written: {0}"
    ),
}

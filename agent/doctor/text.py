"""What a technician reads from `tramtin doctor`: Vietnamese and English, by stable code.

A phrase is (Vietnamese, English) or, where something is to be done, (Vietnamese, English, next step
in Vietnamese, next step in English). {0}, {1}, … are the finding's arguments.
"""

from __future__ import annotations

from agent.contract.issue_kind import Lang
from agent.doctor.text_box import BOX
from agent.doctor.text_link import LINK
from agent.doctor.text_sandbox import SANDBOX

__all__ = ["FRAME", "LABELS", "PHRASES", "STATES", "Lang"]

Phrase = tuple[str, str] | tuple[str, str, str, str]

# the doctor itself
OWN: dict[str, Phrase] = {
    "needs_settings": (
        "cần station.yaml đúng mới khám được phần này",
        "this part needs a good station.yaml",
        "sửa station.yaml theo `sudo tramtin check`, rồi khám lại",
        "mend station.yaml by `sudo tramtin check`, then come back",
    ),
    "probe_slow": (
        "quá {0} giây chưa có trả lời; phần này bị bỏ dở",
        "no answer within {0} s; this part was left unfinished",
        "khám lại; nếu lặp lại, gửi gói hỗ trợ về trung tâm",
        "try once more; when it happens again, send the support bundle to the centre",
    ),
    "probe_crashed": (
        "chính phép khám này bị lỗi: {0}",
        "this examination itself failed: {0}",
        "gửi gói hỗ trợ về trung tâm",
        "send the support bundle to the centre",
    ),
}
PHRASES: dict[str, Phrase] = {**OWN, **BOX, **LINK, **SANDBOX}

# name of a probe -> (Vietnamese, English)
LABELS: dict[str, tuple[str, str]] = {
    "settings": ("Cài đặt", "Settings"),
    "unit": ("Dịch vụ", "Service"),
    "agent": ("Chương trình", "Agent"),
    "machine": ("Máy", "Machine"),
    "clock": ("Giờ", "Time"),
    "authority": ("Quyền ký", "Who may sign"),
    "sound": ("Âm thanh", "Sound"),
    "decoder": ("Giải mã", "Decoder"),
    "sandbox": ("Cách ly", "Confinement"),
    "shaping": ("Chữ", "Text"),
    "serial": ("Cổng nối tiếp", "Serial ports"),
    "device": ("Thiết bị", "Devices"),
    "page": ("Trang trạng thái", "Status page"),
    "certificate": ("Chứng thư", "Certificates"),
    "broker": ("Máy chủ", "Broker"),
}
STATES: dict[str, tuple[str, str]] = {
    "good": ("TỐT", "GOOD"),
    "warning": ("CHÚ Ý", "WARNING"),
    "fault": ("LỖI", "FAULT"),
    "not_checked": ("CHƯA XEM", "NOT CHECKED"),
}
FRAME: dict[str, tuple[str, str]] = {
    "title": ("Khám hộp {0}", "Examining the box {0}"),
    "unknown_station": ("chưa rõ mã trạm", "of unknown station"),
    "looking": ("đang xem: {0}", "looking at: {0}"),
    "sum": (
        "{0} lỗi, {1} điều cần chú ý, {2} điều chưa xem được, {3} điều tốt",
        "{0} fault(s), {1} warning(s), {2} not checked, {3} good",
    ),
    "day_told": (
        "hộp sẽ nhận giờ đang chờ nếu giờ đó thuộc ngày {0}; 30 giây sau xem `sudo tramtin doctor`",
        "the box takes the time that waits if it is of {0}; see `sudo tramtin doctor` in 30 s",
    ),
    "day_not_told": (
        "không ghi được vào {0}: {1}; chạy lại với sudo",
        "{0} cannot be written: {1}; run it again with sudo",
    ),
    "retried": (
        "hộp sẽ xét lại {0} văn bản đã để riêng, khi chúng đến lần nữa",
        "the box judges {0} messages again that were set aside, when they come once more",
    ),
    "not_retried": (
        "không xóa được tệp trong {0}: {1}; chạy lại với sudo",
        "a file in {0} cannot be removed: {1}; run it again with sudo",
    ),
    "no_state": (
        "{0}: lỗi cài đặt, chưa biết hộp giữ dữ liệu ở đâu; chạy `sudo tramtin check`",
        "{0}: faults in the settings, so the state folder is not known; run `sudo tramtin check`",
    ),
    "bundled": (
        "gói hỗ trợ: {0}, không chứa khóa và mã PIN; gửi tệp này về trung tâm",
        "support bundle: {0}, without key and PIN; send this file to the centre",
    ),
    "not_bundled": (
        "không ghi được gói hỗ trợ: {0}",
        "the support bundle could not be written: {0}",
    ),
}

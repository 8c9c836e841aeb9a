"""What a technician reads as the name of each health check."""

from __future__ import annotations

from agent.contract.issue_kind import Lang

# name of the check -> (Vietnamese, English)
LABELS: dict[str, tuple[str, str]] = {
    "authority": ("quyền ký", "who may sign"),
    "board": ("bảng điện tử", "board"),
    "certificate": ("chứng thư", "certificates"),
    "clock": ("giờ", "time"),
    "disk": ("chỗ trống trên thẻ nhớ", "room on the card"),
    "head": ("văn bản so với bản kê của trung tâm", "documents against the centre's list"),
    "link": ("nối với trung tâm", "link to the centre"),
    "media": ("tệp cho 24 giờ tới", "files for the next 24 hours"),
    "outbox": ("nhật ký chờ xác nhận", "journal without a receipt"),
    "power": ("nguồn 5 V", "5 V supply"),
    "restart": ("khởi động lại", "restarts"),
    "rtc": ("đồng hồ chạy pin", "battery clock"),
    "sound": ("card âm thanh", "sound card"),
    "storage": ("tình trạng thẻ nhớ", "condition of the card"),
    "temperature": ("nhiệt độ hộp", "temperature of the box"),
}


def label(name: str, lang: Lang) -> str:
    """The name of a check in a language."""
    vi, en = LABELS[name]
    return vi if lang == "vi" else en

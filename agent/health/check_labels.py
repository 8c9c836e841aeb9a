"""The name of each health check as a technician reads it, in two languages."""

from __future__ import annotations

from texts.catalogue import Catalogue, Lang, Text

LABELS: Catalogue = {
    "authority": Text("quyền ký", "who may sign"),
    "board": Text("bảng điện tử", "board"),
    "certificate": Text("chứng thư", "certificates"),
    "clock": Text("giờ", "time"),
    "disk": Text("chỗ trống trên thẻ nhớ", "room on the card"),
    "head": Text("văn bản so với bản kê của trung tâm", "documents against the centre's list"),
    "link": Text("nối với trung tâm", "link to the centre"),
    "media": Text("tệp cho 24 giờ tới", "files for the next 24 hours"),
    "outbox": Text("nhật ký chờ xác nhận", "journal without a receipt"),
    "power": Text("nguồn 5 V", "5 V supply"),
    "restart": Text("khởi động lại", "restarts"),
    "rtc": Text("đồng hồ chạy pin", "battery clock"),
    "sound": Text("card âm thanh", "sound card"),
    "storage": Text("tình trạng thẻ nhớ", "condition of the card"),
    "temperature": Text("nhiệt độ hộp", "temperature of the box"),
    "voice": Text("giọng đọc", "voice for reading aloud"),
}


def label(name: str, lang: Lang) -> str:
    """The name of a check in a language."""
    return LABELS[name].render(lang)

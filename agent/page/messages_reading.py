"""What the page says of the box's readings."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

READING_PHRASES: Catalogue = {
    # readings
    "readings": Text("Tình trạng hộp", "The box"),
    "mark.good": Text("tốt", "good"),
    "mark.watch": Text("chú ý", "watch"),
    "mark.bad": Text("hỏng", "bad"),
    "mark.unchecked": Text("chưa kiểm tra", "not checked"),
    "reading.age": Text("{0} trước", "{0} ago"),
    "reading.link": Text("Máy chủ", "Broker"),
    "reading.media": Text("Tệp phát", "Files to play"),
    "reading.outbox": Text("Nhật ký chờ gửi", "Journal to send"),
    "reading.disk": Text("Chỗ trống trên thẻ", "Free on the card"),
    "reading.mains": Text("Điện lưới", "Mains"),
    "reading.generator": Text("Máy phát điện", "Generator"),
    "reading.amplifier-fault": Text("Tăng âm", "Amplifier"),
    "reading.lockout": Text("Khóa an toàn", "Lockout"),
    "reading.door": Text("Cửa tủ", "Cabinet door"),
    "mains.on": Text("có điện", "present"),
    "mains.off": Text("mất điện", "lost"),
    "generator.on": Text("đang chạy", "running"),
    "generator.off": Text("đang nghỉ", "at rest"),
    "amplifier-fault.on": Text("báo lỗi", "reports a fault"),
    "amplifier-fault.off": Text("tốt", "good"),
    "lockout.on": Text("đang bật, có người làm việc", "on, somebody works here"),
    "lockout.off": Text("tắt", "off"),
    "door.on": Text("đang mở", "open"),
    "door.off": Text("đóng", "closed"),
    "link.up": Text("nối được {0}", "connected for {0}"),
    "link.down": Text("mất nối {0}", "lost for {0}"),
    "media.value": Text("{0} % đủ ({1}/{2})", "{0} % here ({1}/{2})"),
    "media.none": Text("lịch chưa cần tệp nào", "no file is needed"),
    "outbox.value": Text("{0} bản ghi", "{0} records"),
    "outbox.none": Text("đã gửi hết", "all sent"),
}

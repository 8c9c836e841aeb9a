"""What the page says where files come and go without a link."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

STICK_PHRASES: Catalogue = {
    "stick": Text("Nhận văn bản không qua mạng", "Take documents without a link"),
    "stick.up": Text("Nhật ký cho trung tâm", "The journal, for the centre"),
    "stick.file": Text(
        "Tệp của trạm này: tramtin/stations/….jsonl",
        "This station's file: tramtin/stations/….jsonl",
    ),
    "stick.media": Text(
        "Tệp âm thanh, hình ảnh: mọi tệp trong tramtin/media",
        "Sound and pictures: all files of tramtin/media",
    ),
    "stick.send": Text("Gửi vào hộp", "Send to the box"),
    "stick.help": Text(
        "Hộp xét từng văn bản y như khi đến qua mạng. Đứt giữa chừng thì gửi lại, hộp nhận tiếp.",
        "The box judges each document as one from the network. If it breaks off, send it again.",
    ),
    "stick.journal": Text("Tải nhật ký trung tâm chưa có", "Download what the centre lacks"),
    "stick.journal-all": Text("Tải toàn bộ nhật ký còn giữ", "Download all that is kept"),
    "stick.now": Text("Đang nhận…", "Taking…"),
    "stick.last": Text("Lần nhận gần nhất", "What came last"),
    "stick.counts": Text(
        "{0} văn bản mới, {1} đã có, {2} bị từ chối; {3} tệp mới, còn thiếu {4}",
        "{0} new documents, {1} held before, {2} refused; {3} new files, {4} still missing",
    ),
    "stick.more": Text("Gửi tiếp", "Send more"),
    "stick.busy": Text("Đang đọc một USB: đợi rồi thử lại.", "A stick is being read: wait."),
    "stick.no_form": Text("Không phải biểu mẫu có tệp.", "This is no form with files."),
    "stick.failed": Text("Không xong: {0}", "It failed: {0}"),
}

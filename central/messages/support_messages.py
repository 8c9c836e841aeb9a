"""What boxes of this release cannot do yet: a text for each refused part of the contract."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "unsupported.entry": Text("mục “{0}”: {1}", "item “{0}”: {1}"),
    "unsupported.entries.start.kind=next": Text(
        "hộp bản này chưa chờ được mục đang phát (start: next): đặt giờ `at` sau khi mục ấy xong",
        "boxes cannot wait for what plays yet (start: next): give a time `at` after its end",
    ),
    "unsupported.entries.start.kind=within": Text(
        "hộp bản này chưa chờ được mục đang phát (within): bỏ `start`, đặt giờ `at` đúng lúc phát",
        "boxes cannot wait for what plays yet (within): leave `start` out, give the time `at`",
    ),
    "unsupported.entries.start.kind=after": Text(
        "hộp bản này chưa nối được mục này sau mục kia (after): đặt giờ `at` cho mục này",
        "boxes cannot chain items yet (after): give this one a time `at`",
    ),
    "unsupported.entries.body.scene.elements.kind=video": Text(
        "bảng của bản này chỉ hiện hình tĩnh: thay đoạn phim bằng hình ảnh",
        "boards show stills only in this release: replace the video by an image",
    ),
    "unsupported.clock": Text(
        "đồng hồ chỉ hiểu %H %M %S %d %m %Y",
        "a clock knows %H %M %S %d %m %Y only",
    ),
    "unsupported.do=resend": Text(
        "hộp tự gửi lại nhật ký cho đến khi trung tâm xác nhận: không cần lệnh này",
        "boxes send their journal by themselves until the centre confirms it: no need to order it",
    ),
    "not_yet": Text("{0} (CHƯA ĐƯỢC THỰC HIỆN ở bản này)", "{0} (NOT OBEYED yet in this release)"),
}

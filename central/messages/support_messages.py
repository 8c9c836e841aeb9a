"""What boxes of this release cannot do yet: a text for each refused part of the contract."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "unsupported.entry": Text("mục “{0}”: {1}", "item “{0}”: {1}"),
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

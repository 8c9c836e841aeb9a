"""What `export --usb` and `import --usb` say."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "stick.station": Text("{0}: {1} văn bản", "{0}: {1} documents"),
    "stick.left_out": Text(
        "{0}: {1} văn bản loại {2} không đi bằng USB được (phải đến ngay qua mạng)",
        "{0}: {1} of kind {2} cannot go by a stick (they have to come at once, by a link)",
    ),
    "stick.no_place": Text(
        "{0}: chưa ban hành cấu hình trạm; trạm mới không nhận được gì từ USB này",
        "{0}: no station-config is published; a new box can take nothing from this stick",
    ),
    "stick.media": Text(
        "{0} tệp âm thanh, hình ảnh, {1} MiB, đã đọc lại và đúng",
        "{0} sound and picture files, {1} MiB, read back and right",
    ),
    "stick.missing": Text(
        "thiếu tệp {0}: không có trong thư mục nào của --media",
        "{0} is missing: no folder of --media has it",
    ),
    "stick.filled": Text(
        "USB đã nạp xong: rút an toàn, mang đến trạm trong 14 ngày",
        "The stick is filled: eject it, take it to the stations within 14 days",
    ),
    "stick.no_head": Text(
        "không có --head-key: trạm mới, trạm thay thẻ nhớ sẽ không nhận lịch phát từ USB này",
        "no --head-key: boxes that are new or lost their card take no schedule from this stick",
    ),
    "stick.old_timestamp": Text(
        "bảng quyền đã {0} ngày chưa gia hạn: thêm --timestamp-key; quá 30 ngày trạm không nhận gì",
        "the authority's timestamp is {0} days old: add --timestamp-key; after 30 days boxes take "
        "nothing",
    ),
    "stick.brought": Text(
        "{0}: {1} bản ghi nhật ký mới, đủ đến số {2}",
        "{0}: {1} new records of the journal, complete up to {2}",
    ),
    "stick.bundle": Text("{0}: gói hỗ trợ ở {1}", "{0}: the support bundle is {1}"),
    "stick.not_taken": Text(
        "{0}: không nhận {1}; xem `tramtin-central show faults`",
        "{0}: {1} was not taken; see `tramtin-central show faults`",
    ),
    "stick.one_source": Text("cần --usb hoặc --file", "give --usb or --file"),
    "stick.next": Text(
        "Nạp lại USB bằng `export --usb` để mang biên nhận về trạm",
        "Fill the stick again with `export --usb`: it takes the receipts to the stations",
    ),
    "error.E_STICK": Text("USB không đọc hoặc ghi được", "the stick cannot be read or written"),
    "error.E_STICK_FULL": Text("USB không đủ chỗ", "the stick has too little room"),
}

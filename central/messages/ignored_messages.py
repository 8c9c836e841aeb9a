"""What boxes of older releases apply in another way: a text for each part of the contract."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "ignored.entries.music": Text(
        (
            "các trạm sau phát ca nhạc cả ngày quốc tang (hộp phiên bản cũ không biết lịch năm):"
            " {0}; nâng cấp các hộp ấy, hoặc thu hồi lịch khi có quốc tang"
        ),
        (
            "these stations play music on days of mourning too (older boxes know no calendar): {0};"
            " upgrade them, or withdraw the schedule when there is mourning"
        ),
    ),
    "ignored.entries.standby": Text(
        "các trạm sau chỉ hiện hình chờ theo giờ ghi trong lịch (hộp phiên bản cũ): {0}; nâng cấp"
        " các hộp ấy",
        "these stations show the standby picture at its times only (older boxes): {0}; upgrade"
        " them",
    ),
    "ignored.policy.chime_check": Text(
        "các trạm sau không phát chuông kiểm loa (hộp phiên bản cũ): {0}; nâng cấp các hộp ấy",
        "these stations sound no chime that checks loudspeakers (older boxes): {0}; upgrade them",
    ),
    "ignored.policy.stagger": Text(
        (
            "các trạm sau không chờ lượt của nhóm mình mà phát cùng nhóm đầu (hộp phiên bản cũ):"
            " {0}; nâng cấp các hộp ấy"
        ),
        (
            "these stations do not wait for their group's turn and play with the first (older"
            " boxes): {0}; upgrade them"
        ),
    ),
    "ignored.entries.sync.kind=staggered": Text(
        (
            "các trạm sau phát mục lần lượt CÙNG LÚC với nhóm đầu, không chờ lượt mình (hộp phiên"
            " bản cũ): {0}; nâng cấp các hộp ấy"
        ),
        (
            "these stations play staggered items AT ONCE with the first group, not in their turn"
            " (older boxes): {0}; upgrade them"
        ),
    ),
    "ignored.entries.with": Text(
        (
            "bảng của các trạm sau hiện hình theo giờ ghi, không theo tiếng của mục (hộp phiên bản"
            " cũ): {0}; nâng cấp các hộp ấy"
        ),
        (
            "boards of these stations show pictures by their written times and not with their"
            " sound (older boxes): {0}; upgrade them"
        ),
    ),
    "ignored.entries.body.scene.elements.fit": Text(
        (
            "bảng của các trạm sau hiện hình trọn vẹn, có viền, không phủ kín khung (hộp phiên bản"
            " cũ): {0}; nâng cấp các hộp ấy"
        ),
        (
            "boards of these stations show pictures whole, with margins, and do not fill their"
            " boxes (older boxes): {0}; upgrade them"
        ),
    ),
    "ignored.entries.body.scene.regions": Text(
        (
            "bảng của các trạm sau chỉ hiện hình đầu của mỗi phần, không luân phiên (hộp phiên bản"
            " cũ): {0}; nâng cấp các hộp ấy"
        ),
        (
            "boards of these stations show the first turn of each region only (older boxes): {0};"
            " upgrade them"
        ),
    ),
    "ignored.entries.body.scene.fade_ms": Text(
        (
            "bảng của các trạm sau đổi hình ngay, không hiện dần (hộp phiên bản cũ): {0}; nâng cấp"
            " các hộp ấy"
        ),
        (
            "boards of these stations change at once and do not fade (older boxes): {0}; upgrade"
            " them"
        ),
    ),
    "ignored.entries.body.scene.elements.count_to": Text(
        (
            "bảng của các trạm sau hiện chữ mà không đếm ngược (hộp phiên bản cũ): {0}; nâng cấp"
            " các hộp ấy"
        ),
        (
            "boards of these stations show the text without the time that is left (older boxes):"
            " {0}; upgrade them"
        ),
    ),
    "ignored.entries.body.scene.elements.full_format": Text(
        (
            "đồng hồ trên bảng của các trạm sau không có thứ và ngày âm (hộp phiên bản cũ): {0};"
            " nâng cấp các hộp ấy"
        ),
        (
            "clocks on boards of these stations have no weekday and no lunar date (older boxes):"
            " {0}; upgrade them"
        ),
    ),
    "ignored.entries.body.scene.elements.face_name": Text(
        (
            "bảng của các trạm sau hiện nguyên chữ {{face}}, không thay bằng tên mặt bảng (hộp"
            " phiên bản cũ): {0}; nâng cấp các hộp ấy"
        ),
        (
            "boards of these stations show {{face}} as it is, not the face's name (older boxes):"
            " {0}; upgrade them"
        ),
    ),
    "ignored.entries.body.scene.elements.ticker_ms": Text(
        (
            "bảng của các trạm sau hiện chữ chạy thành chữ đứng yên, dài quá thì không hiện (hộp"
            " phiên bản cũ): {0}; nâng cấp các hộp ấy"
        ),
        (
            "boards of these stations show running text at rest, and not at all where it is too"
            " long (older boxes): {0}; upgrade them"
        ),
    ),
}

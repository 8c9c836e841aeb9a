"""The keys of a year's calendar."""

from __future__ import annotations

from central.documents.file_reference.key_text import BY_ITSELF, SET_NAME, KeyText
from texts.catalogue import Text

CALENDAR_FILE: dict[str, KeyText] = {
    "calendar": KeyText(Text("Năm.", "The year."), examples=("2027",)),
    "to": KeyText(
        Text(
            "Trạm nào: tỉnh/xã/trạm, `*` là tất cả.",
            "Which stations: province/commune/station, `*` is all.",
        )
    ),
    "sets": KeyText(
        Text(
            "Những tên mà tệp kê **đủ** các ngày trong năm; có `ngay-le` thì có `lam-bu`.",
            "The names of which it lists every day of the year.",
        ),
        form=SET_NAME,
    ),
    "days": KeyText(Text("Các ngày.", "The days.")),
    "slot": KeyText(
        Text(
            "Khe; bỏ trống thì là số năm. Tệp mới cùng khe thay tệp cũ.",
            "The slot, by default the year.",
        ),
        examples=("2027", "quoc-tang"),
        default=BY_ITSELF,
    ),
}

CALENDAR_ROW: dict[str, KeyText] = {
    "in": KeyText(
        Text(
            "Thuộc những tên nào trong `sets`, hoặc `quoc-tang`.",
            "Which names in `sets`, or `quoc-tang`.",
        ),
        form=SET_NAME,
    ),
    "title": KeyText(Text("Ngày gì.", "What day it is.")),
    "source": KeyText(
        Text("Căn cứ: luật, thông báo số mấy, ai tính.", "The decision it comes from.")
    ),
    "date": KeyText(Text("Một ngày.", "One day."), examples=("2027-01-01",)),
    "from": KeyText(Text("Hoặc từ ngày.", "Or from."), examples=("2027-02-05",)),
    "until": KeyText(Text("Đến hết ngày.", "Until, included."), examples=("2027-02-09",)),
}

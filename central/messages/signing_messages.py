"""Texts of why a document may not be signed or sent, Vietnamese and English, by stable code."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "fault.root_alone": Text(
        "tệp gốc chưa nói ai được ký: xin trung tâm tệp của `tramtin-central authority export`",
        "a root does not say who may sign: ask for a file of `tramtin-central authority export`",
    ),
    "fault.no_role": Text(
        "tệp root không có vai trò {0}: xem lại tên vai trò hoặc dùng tệp root mới",
        "the root file has no role {0}: look at the name, or take the new root file",
    ),
    "fault.kind": Text(
        "vai trò {0} không được ký loại văn bản này ({1})",
        "role {0} may not sign this kind of document ({1})",
    ),
    "fault.scope": Text(
        "vai trò {0} không có quyền ký {1} cho {2}",
        "role {0} has no say on {1} for {2}",
    ),
    "fault.late": Text(
        "đã quá 30 phút kể từ lúc soạn, trạm sẽ từ chối: soạn và ký lại",
        "more than 30 minutes since it was drafted, stations would refuse it: draft and sign anew",
    ),
    "fault.early": Text(
        "chưa đến giờ: phát đi từ {0}",
        "too early: send it from {0}",
    ),
    "fault.short_cancel": Text(
        (
            "lệnh huỷ hết hạn {0}, trước báo động mà nó rút lại ({1}): trạm mất liên lạc sẽ giữ báo"
            " động ấy. Soạn lại bằng draft cancel --alarm; đang kêu thì phát ngay với --stop-now"
        ),
        (
            "the cancel ends {0}, before the alarm that it withdraws ({1}): a station out of reach"
            " would keep that. Draft it with --alarm; to stop one that sounds, add --stop-now"
        ),
    ),
    "fault.ttl": Text(
        "văn bản của vai trò {0} chỉ được có hiệu lực nhiều nhất {1}",
        "a document of role {0} may live {1} at the most",
    ),
    "fault.key": Text(
        "khoá này không thuộc vai trò {0}; vai trò ấy gồm: {1}",
        "this key is none of role {0}, whose holders are: {1}",
    ),
}

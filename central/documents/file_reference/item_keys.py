"""The keys of an item of schedule.yaml."""

from __future__ import annotations

from central.documents.file_reference.key_text import (
    AS_FILE,
    AS_SOUND,
    BY_ITSELF,
    FILE_NAME,
    HTTPS,
    NO_PAUSE,
    RECURRENCE,
    KeyText,
)
from texts.catalogue import Text

SCHEDULE_ITEM: dict[str, KeyText] = {
    "title": KeyText(
        Text(
            "Tên mục: hiện trên trang của trạm và trong nhật ký phát.",
            "Shown on the station's page and in the journal.",
        )
    ),
    "lang": KeyText(
        Text("Thứ tiếng.", "The language."),
    ),
    "id": KeyText(
        Text(
            "Mã của mục, không trùng; bỏ trống thì là `e1`, `e2`, …",
            "An id used once; `e1`, `e2`, … by itself.",
        ),
        default=BY_ITSELF,
    ),
    "at": KeyText(
        Text(
            "Giờ bắt đầu, một hay nhiều giờ trong ngày; tính được đến giây, `05:00:30`. "
            "`mat-troi-moc` (`sunrise`), `mat-troi-lan` (`sunset`), sớm hay muộn hơn mấy phút:"
            " [bên dưới](#ngày-lễ-ngày-âm-mặt-trời--feasts-the-moon-the-sun).",
            "Start times of the day, or by the sun.",
        ),
        examples=("05:00", "mat-troi-moc-15m"),
    ),
    "days": KeyText(
        Text(
            "Những ngày trong tuần, và tên các ngày trong lịch năm.",
            "Days of the week, and named days.",
        ),
        examples=("t2-t7", "cn", "t2,t4", "mon-sat", "daily", "ngay-le", "tet", "@hoi-lang"),
    ),
    "monthly": KeyText(
        Text(
            "Ngày trong tháng: ngày 15, ngày cuối, thứ Hai đầu tiên, Chủ nhật cuối (`last` như"
            " `cuoi`).",
            "Days of the month.",
        ),
        examples=("15", "cuoi", "t2/1", "cn/cuoi"),
    ),
    "every_weeks": KeyText(
        Text(
            "Mấy tuần một lần, những ngày ghi ở `days`; đếm từ tuần có `from` của riêng mục "
            "(bắt buộc).",
            "Every so many weeks, counted from the item's own `from`.",
        )
    ),
    "lunar": KeyText(
        Text(
            "Ngày âm lịch: rằm hằng tháng, 10 tháng Ba, ngày cuối tháng Chạp, rằm tháng 6 nhuận.",
            "Dates of the lunar calendar.",
        ),
        examples=("15/*", "10/3", "cuoi/12", "15/6n"),
    ),
    "rrule": KeyText(
        Text("Quy tắc lặp theo RFC 5545, cho người quen dùng.", "A recurrence of RFC 5545."),
        examples=("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=22",),
        form=RECURRENCE,
    ),
    "from": KeyText(
        Text("Ngày đầu của riêng mục này.", "The item's own first day."),
        examples=("2026-11-24",),
        default=AS_FILE,
    ),
    "until": KeyText(
        Text("Ngày cuối của riêng mục này, tính cả ngày ấy.", "Its own last day, included."),
        examples=("2026-11-26",),
        default=AS_FILE,
    ),
    "except": KeyText(
        Text("Những ngày không phát: ngày, tên trong lịch năm, ngày âm.", "Days without it."),
        examples=("2026-12-25", "tet", "15/*"),
    ),
    "start": KeyText(
        Text(
            "`at`: đúng giờ, cắt mục đang phát. `next`: đến giờ thì đợi mục đang phát xong "
            "(nhiều nhất 6 giờ); `{within: 10m}`, `{after: e1}` ở dưới.",
            "`at`: on time, in place of what plays. `next`: from that time on, when what plays "
            "has ended (six hours at most); `{within: 10m}` and `{after: e1}` see below.",
        )
    ),
    "for": KeyText(
        Text(
            "Dài nhất bao lâu; mục chỉ có hình thì bắt buộc.",
            "The longest; required for a picture without sound.",
        ),
        default=AS_SOUND,
    ),
    "zones": KeyText(
        Text(
            "Cụm loa hoặc mặt bảng, theo tên ở trạm; `*` là tất cả.",
            "Clusters or faces by their names at the station.",
        )
    ),
    "play": KeyText(
        Text(
            "Tệp âm thanh, phát lần lượt; đặt cùng thư mục với lịch.",
            "Sound files in order, from the schedule's folder.",
        ),
        form=FILE_NAME,
    ),
    "relay": KeyText(
        Text(
            "Hộp **tự kéo** đài ở địa chỉ này, lâu bằng `for` (bắt buộc); Icecast, SHOUTcast "
            "hoặc `.m3u8`; hạng routine; máy chủ phải có trong `relay_hosts` của cấu hình "
            "trạm. Đài mất tiếng thì phát tệp của khe `base`. Nên dùng `tramtin-central relay`"
            " khi có thể: các cụm khớp nhau, có ký.",
            "The box pulls this radio itself, for as long as `for` says; its host must be in "
            "`relay_hosts`.",
        ),
        form=HTTPS,
    ),
    "relay_key": KeyText(
        Text(
            "Chỉ nhận chứng chỉ có khóa này: SHA-256 của SubjectPublicKeyInfo.",
            "Only a certificate with this key.",
        )
    ),
    "say": KeyText(
        Text(
            "Hộp đọc thành tiếng, chỉ tiếng Việt. Bản ghi âm, hoặc `tramtin-central speak`, "
            "nghe hay hơn.",
            "Read aloud by the box, Vietnamese only. A recording, or `tramtin-central speak`, "
            "sounds better.",
        )
    ),
    "show": KeyText(
        Text(
            "Hình trên bảng; có cả tiếng thì hình hiện và tắt cùng tiếng.",
            "The picture on boards; beside a sound it begins and ends with that.",
        )
    ),
    "repeat": KeyText(Text("Phát mấy lần liền.", "How many times in a row.")),
    "gap": KeyText(
        Text("Nghỉ giữa hai lần.", "The pause between them."),
        examples=("2s", "1m"),
        default=NO_PAUSE,
    ),
    "when_cut": KeyText(
        Text(
            "Bị tin cao hơn cắt thì sau đó: `resume` phát tiếp; `rejoin` vào đúng chỗ lẽ ra "
            "đang phát; `drop` bỏ.",
            "After a cut: `resume` goes on, `rejoin` joins where it would be, `drop` leaves the"
            " rest out.",
        )
    ),
    "stagger": KeyText(
        Text(
            "Phát lần lượt theo nhóm trạm, mỗi nhóm sau nhóm trước chừng này, cho khỏi vọng "
            "tiếng; nhóm ghi ở cấu hình trạm.",
            "Group after group, so far apart; the station-config says which group.",
        ),
        examples=("30s", "2m"),
    ),
    "essential": KeyText(
        Text(
            "Thông tin thiết yếu: báo cáo đếm riêng.", "Essential information, counted by reports."
        )
    ),
    "field": KeyText(
        Text(
            "Lĩnh vực: 1 thông tin chung; 2 đột xuất; 3 chủ trương, chính sách, pháp luật; 4 "
            "chỉ đạo, điều hành của cơ sở; 5 kiến thức; 6 gương người tốt, việc tốt.",
            "Field, for reports: 1 general; 2 sudden events; 3 policy and law; 4 direction by "
            "the commune; 5 knowledge; 6 good people and good deeds.",
        )
    ),
    "source": KeyText(Text("Nguồn tin: cơ quan cung cấp.", "Who provided it.")),
    "ref": KeyText(Text("Số văn bản, như `12/TB-UBND`.", "The number of the paper behind it.")),
    "advert": KeyText(
        Text(
            "Quảng cáo. Loa chỉ phát khi cấu hình trạm có `adverts`, trong giờ và trong tỷ lệ "
            "ghi ở đó; bảng thì luôn hiện. Hộp nào chưa hiểu khóa này thì **từ chối cả lịch**.",
            "An advertisement: loudspeakers play it only where the station-config has "
            "`adverts`, within its hours and its share; a box that does not know this key "
            "refuses the whole schedule.",
        )
    ),
    "music": KeyText(
        Text("Ca nhạc: ngày tang thì không phát.", "Music: not played on days of mourning.")
    ),
    "banner": KeyText(
        Text(
            "**Băng chữ**: `show` hiện thành một dải ở mép trên hay mép dưới, đè lên những gì bảng "
            "đang hiện cùng hạng hoặc thấp hơn (không đè tin khẩn cấp), suốt `for`; không có gì "
            "khác thì chỉ có dải. Hộp bản cũ **từ chối cả lịch**.",
            "A **banner**: `show` is a strip at the upper or lower edge, over what the board "
            "shows of the same class or a lower one (never over an emergency), as long as `for`. "
            "Boxes of older releases refuse the whole schedule.",
        )
    ),
    "standby": KeyText(
        Text(
            "**Hình chờ**: hình tĩnh đã duyệt (chữ, hình, mã QR), bảng hiện mỗi khi không có gì "
            "khác, cả khi hộp mất giờ, lịch hết hạn hay phần mềm dừng; không có hình chờ thì bảng"
            " đen. Chỉ ở `slot: base`; không cần `at` và `for`. Hộp bản cũ chỉ hiện theo giờ.",
            "The approved still picture that a board shows whenever it has nothing else: without "
            "the time, without a schedule, when the box's software stops; without one the board "
            "is black. Only in slot `base`; `at` and `for` may be absent.",
        )
    ),
}

"""Issues of the machine: card, power, heat, time, certificates, the checks themselves."""

from __future__ import annotations

from agent.contract.issues.entry import IssueKind
from texts.catalogue import Text

MACHINE: dict[str, IssueKind] = {
    # the card and the machine
    "disk_low": IssueKind(
        "warning",
        Text("thẻ nhớ sắp đầy", "the card is nearly full"),
        Text(
            "xóa tệp lạ trên thẻ, hoặc thay thẻ lớn hơn",
            "delete what does not belong on the card, or fit a larger one",
        ),
    ),
    "disk_full": IssueKind(
        "fault",
        Text(
            "thẻ nhớ đầy: lịch mới và nhật ký không ghi được",
            "the card is full: new schedules and the journal cannot be stored",
        ),
        Text(
            "xóa tệp lạ trên thẻ ngay, hoặc thay thẻ lớn hơn",
            "delete what does not belong on the card now, or fit a larger one",
        ),
    ),
    "disk_inodes_low": IssueKind(
        "warning",
        Text(
            "thẻ nhớ sắp hết chỗ cho tệp mới (quá nhiều tệp nhỏ)",
            "the card has nearly no room for more files (too many small ones)",
        ),
        Text(
            "xóa tệp nhỏ lạ trên thẻ, hoặc thay thẻ",
            "delete small files that do not belong there, or replace the card",
        ),
    ),
    "disk_read_only": IssueKind(
        "fault",
        Text(
            "thẻ nhớ chỉ còn đọc được; thường là thẻ sắp hỏng hoặc nguồn yếu",
            "the card is read-only; usually it is failing, or the power is weak",
        ),
        Text(
            "thay bộ nguồn và thẻ nhớ; đừng chỉ khởi động lại",
            "replace the power supply and the card; a restart alone does not help",
        ),
    ),
    "disk_not_written": IssueKind(
        "fault",
        Text(
            "thử ghi rồi đọc lại trên thẻ nhớ không được",
            "a trial write to the card could not be read back",
        ),
        Text("thay thẻ nhớ", "replace the card"),
    ),
    "state_damaged": IssueKind(
        "warning",
        Text(
            "thẻ nhớ đã làm hỏng một phần dữ liệu hộp đã lưu; phần hỏng đã bỏ, hộp vẫn chạy",
            "the card has corrupted part of the stored data; that part was dropped, the box "
            "keeps running",
        ),
        Text(
            "không phải làm gì ngay: trung tâm tự gửi lại; nếu lặp lại thì thay bộ nguồn và thẻ"
            " nhớ",
            "nothing to do now: the centre sends it again; if this returns, replace the power"
            " supply and the card",
        ),
    ),
    "storage_errors": IssueKind(
        "fault",
        Text("hệ thống tệp trên thẻ nhớ có lỗi", "the card's file system has errors"),
        Text(
            "xem bộ nguồn; thay thẻ nhớ, hoặc cho kiểm tra đĩa khi khởi động (fsck)",
            "check the power supply; replace the card, or have the disk checked at start (fsck)",
        ),
    ),
    "storage_wear": IssueKind(
        "warning",
        Text(
            "bộ nhớ eMMC đã dùng gần hết tuổi thọ", "the eMMC storage has used up most of its life"
        ),
        Text(
            "đặt lịch thay hộp hoặc mô-đun eMMC trong vài tháng",
            "plan to replace the box or its eMMC module within some months",
        ),
    ),
    "storage_worn_out": IssueKind(
        "fault",
        Text(
            "bộ nhớ eMMC đã hết tuổi thọ, có thể hỏng bất cứ lúc nào",
            "the eMMC storage is at the end of its life and may fail at any time",
        ),
        Text("thay hộp hoặc mô-đun eMMC ngay", "replace the box or its eMMC module now"),
    ),
    "too_hot": IssueKind(
        "warning",
        Text(
            "hộp quá nóng, bộ xử lý chạy chậm lại", "the box is too hot, its processor slows down"
        ),
        Text(
            "che nắng, lau khe thoáng và quạt, dời hộp khỏi tăng âm",
            "shade it, clean vents and fan, move the box away from the amplifier",
        ),
    ),
    "under_voltage_now": IssueKind(
        "fault",
        Text("nguồn 5 V đang yếu", "the 5 V supply is too weak now"),
        Text(
            "thay bộ nguồn (đủ dòng) và dây USB nguồn ngắn, to; rút bớt thiết bị USB",
            "replace the power adapter (strong enough) and use a short, thick USB cable;"
            " unplug what is not needed",
        ),
    ),
    "under_voltage_since_boot": IssueKind(
        "warning",
        Text(
            "nguồn 5 V đã có lúc yếu từ khi bật máy",
            "the 5 V supply was too weak at some time since the box was switched on",
        ),
        Text(
            "thay bộ nguồn (đủ dòng) và dây USB nguồn ngắn, to",
            "replace the power adapter (strong enough) and use a short, thick USB cable",
        ),
    ),
    "restarts_many": IssueKind(
        "warning",
        Text(
            "phần mềm của hộp khởi động lại nhiều lần liền nhau",
            "the box's software restarted several times in a row",
        ),
        Text(
            "vừa tự tay khởi động lại thì chờ mười phút sẽ tự hết; không thì xem nguồn điện,"
            " gửi nhật ký về trung tâm",
            "if you restarted it yourself, this clears within ten minutes; otherwise check "
            "the power, and send the log to the centre",
        ),
    ),
    # time
    "clock_untrusted": IssueKind(
        "fault",
        Text(
            "chưa có giờ tin cậy: hộp không phát lịch, chỉ phát tin khẩn",
            "no trusted time: the box plays no schedule, only emergencies",
        ),
        Text(
            "nối mạng cho hộp vài phút; nối được máy chủ mà vẫn báo thì hỏi trung tâm đã ghi"
            " danh trạm"
            " này chưa; lắp pin đồng hồ (RTC) để mất mạng vẫn có giờ",
            "connect the box to a network for some minutes; if it is connected and this "
            "stays, ask the centre whether this station is enrolled; fit a clock battery "
            "(RTC) so that it keeps the time without a network",
        ),
    ),
    "clock_not_confirmed": IssueKind(
        "warning",
        Text(
            "giờ đã hơn một ngày chưa được trung tâm xác nhận; lịch vẫn phát",
            "the centre has not confirmed the time for more than a day; the schedule continues",
        ),
        Text("nối lại mạng", "restore the network"),
    ),
    "clock_drift": IssueKind(
        "warning",
        Text("đồng hồ của máy chạy sai nhanh", "the machine's clock drifts too much"),
        Text(
            "xem hộp có quá nóng không; thay pin hoặc mô-đun đồng hồ (RTC)",
            "check whether the box is too hot; replace the clock's battery or module (RTC)",
        ),
    ),
    "time_jump_held": IssueKind(
        "fault",
        Text(
            "hộp được báo một giờ xa hơn 400 ngày, chưa tin và đang chờ xác nhận",
            "the box received a time more than 400 days ahead; it waits for a confirmation",
        ),
        Text(
            "đọc ngày ghi ở chi tiết: đúng là hôm nay thì chạy `sudo tramtin confirm-time` với ngày"
            " trên điện thoại; không đúng thì đừng xác nhận, báo ngay trung tâm: khóa ký giờ có thể"
            " đã lộ",
            "read the date in the details: it is today: run `sudo tramtin confirm-time` with the"
            " date"
            " of your phone; it is not: do not confirm, tell the centre at once: the key that signs"
            " the time may have leaked",
        ),
    ),
    "clock_sources_apart": IssueKind(
        "warning",
        Text(
            "giờ của trung tâm và giờ mạng có chứng thực (NTS) lệch nhau; hộp theo trung tâm",
            "the centre's time and authenticated network time (NTS) differ; the box uses the "
            "centre's",
        ),
        Text(
            "báo trung tâm so đồng hồ của máy ký giờ; ở trạm không cần làm gì",
            "tell the centre to compare the clock of the machine that signs the time; nothing to do"
            " at the station",
        ),
    ),
    "rtc_missing": IssueKind(
        "warning",
        Text(
            "không có đồng hồ chạy pin (RTC): mất điện rồi mất mạng thì không có giờ",
            "no battery clock (RTC): after a power cut without a network there is no time",
        ),
        Text("lắp mô-đun đồng hồ có pin", "fit a clock module with a battery"),
    ),
    "rtc_battery": IssueKind(
        "warning",
        Text(
            "pin đồng hồ (RTC) hết hoặc lỏng: đồng hồ đã mất giờ",
            "the clock's battery (RTC) is flat or loose: the clock lost its time",
        ),
        Text(
            "thay pin đồng hồ (thường là CR2032 hoặc pin kèm hộp)",
            "replace the clock's battery (mostly CR2032, or the one that came with the box)",
        ),
    ),
    "rtc_wrong": IssueKind(
        "warning",
        Text(
            "đồng hồ chạy pin (RTC) lệch hàng giờ, hộp không tin nó: mất điện rồi mất mạng thì"
            " không có"
            " giờ",
            "the battery clock (RTC) is hours off and is not used: after a power cut without "
            "a network there is no time",
        ),
        Text(
            "khi giờ máy đúng: `sudo timedatectl set-local-rtc 0`, rồi `sudo hwclock --systohc"
            " --utc`;"
            " mười phút sau tự hết",
            "when the machine's clock is right: `sudo timedatectl set-local-rtc 0`, then "
            "`sudo hwclock --systohc --utc`; this clears within ten minutes",
        ),
    ),
    # certificates
    "certificate_60_days": IssueKind(
        "warning",
        Text("chứng thư còn dưới 60 ngày", "a certificate has less than 60 days left"),
        Text("xin trung tâm tệp chứng thư mới", "ask the centre for a new certificate file"),
    ),
    "certificate_30_days": IssueKind(
        "warning",
        Text("chứng thư còn dưới 30 ngày", "a certificate has less than 30 days left"),
        Text(
            "xin trung tâm tệp chứng thư mới và hẹn ngày thay",
            "ask the centre for a new certificate file and fix a day to change it",
        ),
    ),
    "certificate_7_days": IssueKind(
        "fault",
        Text(
            "chứng thư còn dưới 7 ngày: sắp mất nối với trung tâm",
            "a certificate has less than 7 days left: the centre will soon be out of reach",
        ),
        Text(
            "thay tệp chứng thư ngay, rồi khởi động lại dịch vụ tramtin",
            "change the certificate file now, then restart the tramtin service",
        ),
    ),
    "certificate_expired": IssueKind(
        "fault",
        Text(
            "chứng thư đã hết hạn: hộp không nối được máy chủ",
            "a certificate has expired: the box cannot connect",
        ),
        Text(
            "thay tệp chứng thư ngay, rồi khởi động lại dịch vụ tramtin",
            "change the certificate file now, then restart the tramtin service",
        ),
    ),
    # the software itself
    "page_down": IssueKind(
        "warning",
        Text(
            "trang trạng thái không mở được ở một địa chỉ; loa và bảng không sao",
            "the status page is not available at an address; loudspeakers and boards are not "
            "affected",
        ),
        Text(
            "xem cáp mạng nội bộ và `page.listen`; cổng đã có phần mềm khác dùng thì đổi số cổng",
            "check the local network cable and `page.listen`; if another program uses the "
            "port, choose another number",
        ),
    ),
    "internal_error": IssueKind(
        "fault",
        Text(
            "một phần của phần mềm bị lỗi; các phần khác vẫn chạy",
            "a part of the software failed; the other parts go on",
        ),
        Text(
            "gửi gói hỗ trợ về trung tâm; loa hoặc bảng không theo lịch thì khởi động lại hộp",
            "send the support bundle to the centre; if sound or boards do not follow the schedule,"
            " restart the box",
        ),
    ),
    "check_failed": IssueKind(
        "warning",
        Text(
            "một phép kiểm tra của hộp bị lỗi; phần khác không sao",
            "one of the box's own checks failed; nothing else is affected",
        ),
        Text("gửi nhật ký về trung tâm", "send the log to the centre"),
    ),
}

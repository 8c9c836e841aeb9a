"""Warnings of `tramtin check` about legal but risky values: the effect, and what to do."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

RISKS: Catalogue = {
    "example_left": Text(
        "tên máy chủ của tệp mẫu: hộp sẽ không bao giờ nối được",
        "the host of the example file: the box will never connect",
    ),
    "plain_port": Text(
        "1883 thường là cổng không mã hoá; hộp chỉ nói TLS nên sẽ không nối được",
        "1883 is usually the port without TLS; the box speaks TLS only and will not connect",
    ),
    "keepalive_short": Text(
        "gói giữ kết nối quá dày: tốn dung lượng SIM",
        "keep-alive too often: it uses up the SIM's data volume",
    ),
    "keepalive_long": Text(
        "mạng di động cắt kết nối im lặng sau vài phút: lệnh khẩn cấp sẽ đến muộn",
        "mobile networks drop a silent link within minutes: an emergency would come late",
    ),
    "retry_long": Text(
        "mất mạng lâu thì gần một giờ hoặc hơn hộp mới thử nối lại",
        "after a long loss the box may wait about an hour or more before it tries again",
    ),
    "no_true_board": Text(
        "png chỉ ghi ảnh ra tệp, không có bảng thật nào sáng lên",
        "png only writes picture files: no true board lights up",
    ),
    "not_calibrated": Text(
        "chưa đo mức âm: đo lúc nghiệm thu rồi viết vào spl, nếu không trạm báo chưa hiệu chuẩn",
        "sound level not measured: measure at commissioning, write spl; else it is reported so",
    ),
    "spl_distance": Text(
        "đo gần quá hoặc xa quá: sát miệng loa lệch vài xăng-ti-mét là lệch vài dB, xa thì lẫn ồn",
        "measured too near or too far: near a horn centimetres count, far away the noise does",
    ),
    "spl_weak": Text(
        "quy về 1 m thì nhỏ hơn bất cứ loa phóng thanh nào: xem lại số đo, khoảng cách, âm lượng",
        "at 1 m this is less than any horn gives: check level, distance and volume",
    ),
    "no_switch": Text(
        "không có công tắc: tăng âm phải luôn bật, hộp không thể tắt loa và không biết loa có điện",
        "no switch: the amplifier must always be on, and the box can neither cut it off nor see it",
    ),
    "settle_short": Text(
        "tăng âm chưa kịp ổn định: mất tiếng đầu câu",
        "too short for an amplifier to be ready: the first syllable is lost",
    ),
    "settle_long": Text(
        "mỗi bản tin, kể cả khẩn cấp, đều chờ chừng này trước khi có tiếng",
        "every item, an emergency too, waits this long before there is sound",
    ),
    "tail_none": Text(
        "tắt ngay khi hết tiếng: loa kêu bụp, có thể mất âm cuối",
        "off at the very end of sound: a thump, and the last moment may be lost",
    ),
    "simulated": Text(
        "thiết bị mô phỏng: không có gì thật được bật hay được đo",
        "a simulated device: nothing real is switched or measured",
    ),
    "port_unstable": Text(
        "tên này đổi khi rút ra cắm lại: dùng tên cố định (xem bằng `ls /dev/serial/by-id`)",
        "this name changes when it is plugged again: use the stable one (`ls /dev/serial/by-id`)",
    ),
    "device_twice": Text(
        "hai đầu ra dùng chung một card âm thanh: chỉ một đầu ra có tiếng",
        "two outputs share one sound device: only one of them will sound",
    ),
    "unit_twice": Text(
        "hai loại thiết bị cùng một địa chỉ trên một đường dây",
        "two kinds of device at one address of one line",
    ),
    "starts_unused": Text(
        "chỉ nút khẩn cấp mới phát được báo động: ở đây starts không có tác dụng gì",
        "only an emergency key starts an alarm: here `starts` does nothing",
    ),
    "speaks_unused": Text(
        "chỉ nút micro mới mở được micro: ở đây speaks không có tác dụng gì",
        "only the key of a microphone opens one: here `speaks` does nothing",
    ),
    "voice_unused": Text(
        "không có nút nào ở inputs mở được đường vào này",
        "no key in `inputs` opens this voice input",
    ),
    "lockout_cut_wire": Text(
        "đứt dây thì khóa an toàn hết tác dụng mà không ai biết: nối tiếp điểm thường đóng (NC), mở"
        " ra là khóa",
        "a cut wire would end the lockout and nobody would know: use a contact that opens (NC)",
    ),
    "debounce_short": Text(
        "tiếp điểm nảy sẽ bị đếm thành nhiều lần bấm",
        "a bouncing contact will count as several",
    ),
    "no_limits": Text(
        "không có low hay high: chỉ đo, không bao giờ báo động",
        "neither low nor high: it is measured, and never raises an issue",
    ),
    "private_fetch": Text(
        "cho phép tải từ mạng nội bộ, với máy chủ mà cấu hình trạm đã ký nêu tên",
        "fetching from private addresses is open for hosts that the signed station-config names",
    ),
    "no_page": Text(
        "không có trang trạng thái: điện thoại không xem được trạm, không thử loa tại chỗ được",
        "no status page: nothing to see on a phone, no test tone on site",
    ),
    "no_pin": Text(
        "trang chỉ để xem: không có mã PIN thì không thử loa, không tắt tiếng tại chỗ được",
        "the page is read-only: without a PIN there is no test tone and no local silence",
    ),
    "pin_easy": Text(
        "mã PIN quá dễ đoán: đừng dùng dãy liền nhau hay số lặp",
        "the PIN is too easy to guess: no run of digits, no repeated ones",
    ),
    "page_public": Text(
        "địa chỉ này có trên Internet: trang chỉ được mở ở mạng nội bộ",
        "this is an address of the public Internet: the page belongs on a local network",
    ),
    "no_quiet_hours": Text(
        "không có giờ yên lặng tại chỗ: nếu lịch ký nhầm giờ, không gì ở đây giữ giấc ngủ của dân",
        "no local quiet hours: if signed hours are wrong, nothing here guards people's sleep",
    ),
    "quiet_by_day": Text(
        "im lặng gần hết ngày: có phải đã viết ngược giờ đầu và giờ cuối?",
        "silent for most of the day: are start and end the wrong way round?",
    ),
    "pin_readable": Text(
        "mọi người dùng trên hộp đọc được mã PIN trong tệp này",
        "every user of this machine can read the PIN in this file",
    ),
    "key_readable": Text(
        "khoá riêng của trạm không chỉ một mình chủ tệp đọc được",
        "the station's private key is readable not by its owner alone",
    ),
    "file_writable": Text(
        "người khác sửa được tệp này: ai sửa được nó thì điều khiển được trạm",
        "others can change this file: whoever can, commands the station",
    ),
    "service_unreadable": Text(
        "root đọc được nhưng dịch vụ (người dùng tramtin) không đọc được: hộp sẽ không chạy",
        "root can read it, the service (user tramtin) cannot: the box will not run",
    ),
    "state_lost": Text(
        "thư mục này mất khi mất điện: mất lịch, tệp âm thanh và nhật ký",
        "this folder is lost with the power: schedule, media and journal go with it",
    ),
    "voice_missing": Text(
        "chưa cài chương trình này: hộp không đọc được chữ thành tiếng",
        "this program is not installed: the box reads no text aloud",
    ),
    "state_read_only": Text(
        "thẻ chỉ còn đọc được: hộp vẫn phát nhưng mất lịch mới và nhật ký khi mất điện; thay thẻ",
        "read-only: the box plays on, new schedules and the journal go with the power; replace it",
    ),
    "state_overlay": Text(
        "hệ thống chạy kiểu phủ (overlay): có thể mất hết lịch và nhật ký khi khởi động lại",
        "this system runs on an overlay: schedule and journal may be lost at a restart",
    ),
    "state_on_boot": Text(
        "phân vùng FAT (như /boot): hỏng khi mất điện, không khoá được quyền đọc",
        "a FAT partition (such as /boot): a power cut breaks it, and it keeps no permissions",
    ),
    "state_remote": Text(
        "ổ đĩa mạng: cơ sở dữ liệu hỏng được, và mất mạng là mất tiếng",
        "a network drive: the database may break, and without network there is no sound",
    ),
}

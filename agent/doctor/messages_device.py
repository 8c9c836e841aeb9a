"""Phrases about the box itself; see `doctor.messages` for their form."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

BOX: Catalogue = {
    # settings and service
    "settings_good": Text("{0} đúng, trạm {1}", "{0} is good, station {1}"),
    "settings_faults": Text(
        "{0} có {1} lỗi, lỗi đầu tại dòng:cột {2}",
        "{0} has {1} fault(s), the first at line:column {2}",
    ),
    "settings_faults.step": Text(
        "chạy `sudo tramtin check {0}` để xem từng lỗi", "run `sudo tramtin check {0}` to see each"
    ),
    "settings_risks": Text("{0} có {1} điều nên xem lại", "{0} has {1} thing(s) to think over"),
    "settings_risks.step": Text("chạy `sudo tramtin check {0}`", "run `sudo tramtin check {0}`"),
    "rights_unseen": Text(
        "không thử được quyền của người dùng {0}", "the rights of user {0} could not be tried"
    ),
    "rights_unseen.step": Text(
        "cài bằng `sudo make install`, rồi khám bằng `sudo tramtin doctor`",
        "install with `sudo make install`, then examine with `sudo tramtin doctor`",
    ),
    "rights_good": Text(
        "người dùng {0} đọc được các tệp và ghi được thư mục dữ liệu",
        "user {0} may read the files and write the state folder",
    ),
    "rights_closed": Text(
        "người dùng {0} không được đọc hoặc ghi: {1}", "user {0} may not read or write: {1}"
    ),
    "rights_closed.step": Text(
        "tệp: `sudo chgrp {0}` rồi `sudo chmod 640`; thư mục dữ liệu: `sudo chown -R {0}:{0}`",
        "files: `sudo chgrp {0}`, then `sudo chmod 640`; state folder: `sudo chown -R {0}:{0}`",
    ),
    "user_good": Text("người dùng {0} có đủ nhóm: {1}", "user {0} is in its groups: {1}"),
    "user_missing": Text("chưa có người dùng {0}", "there is no user {0}"),
    "user_missing.step": Text(
        "cài bằng `sudo make install` (tạo người dùng và nhóm)",
        "install with `sudo make install` (makes user and groups)",
    ),
    "user_groups": Text(
        "người dùng {0} thiếu nhóm: {1}; dịch vụ sẽ không mở được thiết bị",
        "user {0} is not in: {1}; the service cannot open its devices",
    ),
    "user_groups.step": Text(
        "chạy `sudo systemd-sysusers`, hoặc `sudo usermod -aG {1} {0}`, rồi khởi động lại dịch vụ",
        "run `sudo systemd-sysusers`, or `sudo usermod -aG {1} {0}`, then restart the service",
    ),
    # who may sign
    "authority_pinned": Text(
        "root.json tự ghi hết người được ký (bản {0}), không chờ tệp nào thêm",
        "root.json itself lists who may sign (version {0}); nothing else is waited for",
    ),
    "authority_good": Text(
        "quyền ký được xác nhận {0} giờ trước ({1})", "who may sign was confirmed {0} h ago ({1})"
    ),
    "authority_awaited": Text(
        "hộp chưa chạy lần nào nên chưa nhận danh sách người được ký: lần đầu là bình thường",
        "the box has never run, so it has no list of who may sign yet: normal the first time",
    ),
    "authority_awaited.step": Text(
        "nối mạng, `sudo systemctl enable --now tramtin`, vài phút sau khám lại",
        "give it a network, `sudo systemctl enable --now tramtin`, examine again minutes later",
    ),
    "authority_age_unseen": Text(
        "có đủ tệp quyền ký ({0}), nhưng hộp chưa có giờ tin cậy để biết còn mới không",
        "the files of who may sign are there ({0}); how old they are is unknown without the time",
    ),
    "authority_age_unseen.step": Text(
        "nối mạng cho hộp vài phút rồi khám lại",
        "give the box a network for some minutes, then come back",
    ),
    "authority_unread": Text(
        "không đọc được root.json hoặc dữ liệu của hộp",
        "root.json or the box's memory cannot be read",
    ),
    "authority_unread.step": Text(
        "khám lại bằng `sudo`; vẫn thế thì xem phần Cài đặt ở trên",
        "try again with `sudo`; still so: see Settings above",
    ),
    "no_systemd": Text(
        "máy này không chạy systemd: không có gì khởi động lại chương trình",
        "systemd does not run here: nothing would restart the agent",
    ),
    "systemd_silent": Text("systemd không trả lời", "systemd does not answer"),
    "systemd_silent.step": Text("khám lại bằng `sudo`", "try again with `sudo`"),
    "unit_missing": Text("chưa cài dịch vụ tramtin", "the service tramtin is not installed"),
    "unit_missing.step": Text(
        "chạy `sudo make install` trong thư mục mã nguồn",
        "run `sudo make install` in the source folder",
    ),
    "unit_active": Text("dịch vụ đang chạy: {0}", "the service runs: {0}"),
    "unit_stopped": Text("dịch vụ đang tắt: {0}", "the service is stopped: {0}"),
    "unit_stopped.step": Text(
        "`sudo systemctl enable --now tramtin` khi đã khám xong",
        "`sudo systemctl enable --now tramtin` once the examination is done",
    ),
    "unit_bypassed": Text(
        "chương trình đang chạy, nhưng không do systemd: chết thì không ai gọi dậy",
        "the agent runs, but not under systemd: it is not restarted when it fails",
    ),
    "unit_bypassed.step": Text(
        "tắt nó, rồi `sudo systemctl enable --now tramtin`",
        "stop it, then `sudo systemctl enable --now tramtin`",
    ),
    "unit_failed": Text("dịch vụ không chạy được: {0}, {1}", "the service fails: {0}, {1}"),
    "unit_failed.step": Text(
        "xem `sudo journalctl -u tramtin -n 50`", "look at `sudo journalctl -u tramtin -n 50`"
    ),
    "unit_refused_settings": Text(
        "dịch vụ đã dừng với mã 78: cài đặt hoặc root.json có lỗi",
        "the service ended with code 78: a fault in the settings or in root.json",
    ),
    "unit_refused_settings.step": Text(
        "sửa theo `sudo tramtin check`, rồi `sudo systemctl restart tramtin`",
        "correct what `sudo tramtin check` lists, then `sudo systemctl restart tramtin`",
    ),
    "unit_not_enabled": Text(
        "dịch vụ không tự chạy sau khi mất điện",
        "the service does not start by itself after a power cut",
    ),
    "unit_not_enabled.step": Text(
        "`sudo systemctl enable tramtin`", "`sudo systemctl enable tramtin`"
    ),
    "unit_restarts": Text(
        "dịch vụ đã tự khởi động lại {0} lần", "the service was restarted {0} times"
    ),
    "unit_restarts.step": Text(
        "xem `sudo journalctl -u tramtin`; gửi gói hỗ trợ về trung tâm",
        "look at `sudo journalctl -u tramtin`; send the support bundle to the centre",
    ),
    "agent_stopped": Text(
        "chương trình không chạy: không có lời nào của chính nó",
        "the agent does not run: nothing is reported by itself",
    ),
    "agent_stopped.step": Text(
        "sau khi bật dịch vụ, khám lại", "examine again once the service has been started"
    ),
    "agent_content": Text(
        "chương trình đang chạy (pid {0}), không kêu ca gì",
        "the agent runs (pid {0}) and complains of nothing",
    ),
    # the machine
    "no_state": Text(
        "chưa có thư mục dữ liệu {0}: nó được tạo ở lần chạy đầu",
        "no state folder {0} yet: the first start makes it",
    ),
    "no_state.step": Text(
        "chạy dịch vụ một lần, rồi khám lại", "start the service once, then examine again"
    ),
    "power_good": Text(
        "nguồn 5 V đủ, cả từ lúc bật máy", "5 V supply is good, also since the start"
    ),
    "temperature_good": Text("nhiệt độ {0} °C", "temperature {0} °C"),
    "disk_good": Text(
        "còn trống {0} / {1} GiB, ghi thử tốt", "{0} of {1} GiB free, trial write good"
    ),
    "storage_good": Text("thẻ nhớ không báo lỗi", "the card reports no errors"),
    "unseen_power": Text("máy này không có cảm biến điện áp", "this machine has no voltage sensor"),
    "unseen_temperature": Text(
        "máy này không có cảm biến nhiệt độ", "this machine has no temperature sensor"
    ),
    "unseen_storage": Text(
        "thẻ hoặc đĩa này không cho đọc tình trạng",
        "this card or disk does not report its condition",
    ),
    # time
    "time_signed": Text(
        "giờ do trung tâm ký: {0}, sai số {1} giây", "time signed by the centre: {0}, error {1} s"
    ),
    "time_nts": Text(
        "giờ mạng có chứng thực (NTS): {0}, sai số {1} giây",
        "authenticated network time (NTS): {0}, error {1} s",
    ),
    "time_old": Text(
        "giờ đã ký từ hơn một ngày trước: {0}, sai số {1} giây",
        "time was signed more than a day ago: {0}, error {1} s",
    ),
    "time_old.step": Text(
        "kiểm tra mạng: có mạng thì hộp tự hỏi lại giờ",
        "check the network: with it the box gets the time by itself",
    ),
    "time_by_battery": Text(
        "chỉ có giờ của đồng hồ pin: {0}; chưa được trung tâm xác nhận",
        "only the battery clock's time: {0}; not confirmed by the centre",
    ),
    "time_by_battery.step": Text(
        "chạy dịch vụ khi có mạng; hộp hỏi giờ trung tâm",
        "start the service with a network; the box asks the centre",
    ),
    "time_unknown": Text(
        "chưa có giờ tin cậy: chưa phát lịch, chỉ phát khẩn cấp",
        "no trusted time yet: no scheduled sound, only emergencies",
    ),
    "time_unknown.step": Text(
        "chạy dịch vụ khi có mạng; lắp đồng hồ pin (RTC)",
        "start the service with a network; fit a battery clock (RTC)",
    ),
    "clock_plausible": Text("đồng hồ máy: {0}", "the machine's clock: {0}"),
    "clock_wrong": Text(
        "đồng hồ máy sai: {0}; chứng thư sẽ bị coi là chưa có hiệu lực",
        "the machine's clock is wrong: {0}; certificates seem not yet valid",
    ),
    "clock_wrong.step": Text(
        "`sudo timedatectl set-time 'năm-tháng-ngày giờ:phút'`; lắp hoặc thay pin RTC",
        "`sudo timedatectl set-time 'year-month-day hour:minute'`; fit an RTC or its battery",
    ),
    "ntp_synced": Text(
        "đồng hồ máy theo giờ mạng (NTP)", "the machine's clock follows network time"
    ),
    "ntp_chrony": Text("chrony giữ giờ, lệch {0} ms", "chrony keeps the time, {0} ms off"),
    "ntp_nts": Text(
        "chrony giữ giờ, có chứng thực (NTS), lệch {0} ms",
        "chrony keeps the time, authenticated by NTS, {0} ms off",
    ),
    "nts_closed": Text(
        "chrony có giờ chứng thực (NTS) nhưng dịch vụ không được hỏi chrony",
        "chrony has authenticated time (NTS), but the service may not ask it",
    ),
    "nts_closed.step": Text(
        "làm theo mục Giờ mạng có chứng thực trong sách kỹ thuật viên",
        "follow the part on authenticated network time in the technician's manual",
    ),
    "ntp_far": Text(
        "đồng hồ máy lệch giờ mạng {0} giây", "the machine's clock is {0} s off network time"
    ),
    "ntp_far.step": Text(
        "chờ vài phút; `chronyc makestep` nếu không giảm",
        "wait some minutes; `chronyc makestep` when it does not shrink",
    ),
    "ntp_not_synced": Text(
        "đồng hồ máy chưa bắt được giờ mạng", "the machine's clock has not found network time"
    ),
    "ntp_not_synced.step": Text(
        "kiểm tra mạng, cổng UDP 123", "look at the network and UDP port 123"
    ),
    "ntp_off": Text("không ai chỉnh đồng hồ máy", "no service sets the machine's clock"),
    "ntp_off.step": Text(
        "`sudo timedatectl set-ntp true`, hoặc cài gói chrony",
        "`sudo timedatectl set-ntp true`, or install the package chrony",
    ),
    "ntp_unseen": Text(
        "không biết ai chỉnh đồng hồ máy", "it is not known who keeps the machine's clock"
    ),
    "ntp_unseen.step": Text("cài gói chrony", "install the package chrony"),
    "rtc_good": Text("có đồng hồ chạy pin", "there is a battery clock"),
    "rtc_reads": Text("đồng hồ pin: {0}", "the battery clock says {0}"),
    "rtc_closed": Text(
        "dịch vụ không được đọc {0}: mất điện là mất giờ",
        "the service may not read {0}: after a power cut it has no time",
    ),
    "rtc_closed.step": Text(
        "cài lại bằng `sudo make install` (đặt luật udev), rồi khởi động lại máy",
        "install again with `sudo make install` (puts the udev rule), then reboot",
    ),
    "rtc_unread": Text(
        "{0} có đó nhưng không đọc được lúc này", "{0} is there but cannot be read now"
    ),
    "rtc_unread.step": Text(
        "khám lại; hết pin thì thay pin", "examine again; replace the battery when it is flat"
    ),
    "rtc_apart": Text(
        "đồng hồ pin nói {0}, lệch đồng hồ máy {1} giây",
        "the battery clock says {0}, {1} s off the machine's clock",
    ),
    "rtc_apart.step": Text(
        "khi giờ máy đúng: `sudo hwclock --systohc`",
        "when the machine's clock is right: `sudo hwclock --systohc`",
    ),
    # serial ports and devices
    "serial_used": Text("{0}: của {1}", "{0}: of {1}"),
    "serial_free": Text("{0}: chưa dùng", "{0}: not used"),
    "serial_none": Text("máy này không có cổng nối tiếp nào", "this machine has no serial port"),
    "serial_missing": Text("{0} (của {1}) không có", "{0} (of {1}) is not there"),
    "serial_missing.step": Text(
        "cắm lại dây; so với danh sách cổng ở trên",
        "plug the cable in; compare with the ports above",
    ),
    "serial_unstable": Text(
        "{0} (của {1}) có thể đổi số khi khởi động lại",
        "{0} (of {1}) may get another number at the next start",
    ),
    "serial_unstable.step": Text("ghi {2} vào station.yaml", "write {2} into station.yaml"),
    "devices_none": Text(
        "cài đặt không có thiết bị nào để hỏi", "the settings name no device to ask"
    ),
    "devices_busy": Text(
        "chương trình đang chạy (pid {0}) tự hỏi thiết bị: hai người hỏi thì lẫn tiếng",
        "the running agent (pid {0}) asks its devices itself: two at one line disturb each other",
    ),
    "devices_busy.step": Text(
        "xem trang trạng thái; hoặc `sudo systemctl stop tramtin`, rồi khám lại",
        "look at the status page; or `sudo systemctl stop tramtin`, then examine again",
    ),
    "device_silent": Text("{0} không trả lời", "{0} does not answer"),
    "device_silent.step": Text(
        "xem nguồn, dây A/B, địa chỉ và tốc độ của thiết bị",
        "look at its power, the A/B wires, its address and speed",
    ),
    "device_not_loaded": Text(
        "{0}: cài đặt của thiết bị không dùng được", "{0}: the device's settings cannot be used"
    ),
    "device_not_loaded.step": Text("chạy `sudo tramtin check`", "run `sudo tramtin check`"),
    "device_mute": Text(
        "{0}: loại này không hỏi được trạng thái", "{0}: this kind cannot be asked for its state"
    ),
    "switch_by_hand": Text(
        "{0}: rơ-le GPIO, hỏi nó là đã đóng cắt; không hỏi",
        "{0}: a GPIO relay; asking would switch it, so it was not asked",
    ),
    "switch_by_hand.step": Text(
        "thử bằng âm kiểm tra trên trang trạng thái", "try it with the test tone of the status page"
    ),
    "switch_on": Text("{0} ({1}) trả lời: đang BẬT", "{0} ({1}) answers: ON"),
    "switch_off": Text("{0} ({1}) trả lời: đang tắt", "{0} ({1}) answers: off"),
    "input_on": Text("{0} ({1}) trả lời: đang TÁC ĐỘNG", "{0} ({1}) answers: ACTIVE"),
    "input_locked": Text(
        "{0}: khóa an toàn đang bật: có người làm việc, hoặc dây đứt; chỉ tin khẩn cấp được phát",
        "{0}: the lockout is on: somebody works here, or a wire is cut; emergencies alone sound",
    ),
    "input_locked.step": Text(
        "mọi người đã xuống thì tắt khóa; không có ai thì xem dây, `active` và `bias`",
        "take it off once everybody is down; if nobody is there, see its wires, `active`, `bias`",
    ),
    "input_off": Text("{0} ({1}) trả lời: không tác động", "{0} ({1}) answers: not active"),
    "boards_none": Text("không có bảng nào trong cài đặt", "no board in the settings"),
    "board_without_port": Text("{0}: {1}, không có cáp để xem", "{0}: {1}, no cable to look at"),
    "board_port_good": Text("cổng hình {0} sẵn sàng: {1}", "port {0} is ready: {1}"),
    "board_port_fault": Text(
        "cổng hình {0} chưa dùng được cho bảng", "port {0} cannot feed the board"
    ),
    "board_port_fault.step": Text(
        "đọc mã trong chi tiết ở bảng mã của mục “Bảng LED” trong sổ tay",
        "look up the code of the detail in the manual's part 9 on LED walls",
    ),
    "card_good": Text("{0}: {1}", "{0} answers: {1}"),
    "sign_good": Text("{0}: {1}", "{0} answers: {1}"),
    "sign_refuses": Text(
        "{0} có trả lời, nhưng từ chối", "{0} answers, and refuses what it was asked"
    ),
    "sign_refuses.step": Text(
        "Modbus: sửa thanh ghi, `chars` trong tệp hồ sơ theo tài liệu của bảng; xem `unit`",
        "Modbus: correct the registers and `chars` of the profile by the sign's manual; see `unit`",
    ),
    "sign_mute": Text(
        "{0} ({1}): bảng này không tự khai gì để hỏi",
        "{0} ({1}): this sign has nothing to say of itself",
    ),
    "sign_mute.step": Text(
        "phát hình thử và nhìn bảng", "show a test picture and look at the sign"
    ),
    "card_elsewhere": Text(
        "{0} không trả lời ở địa chỉ đã ghi; trên mạng có thẻ tại: {1}",
        "{0} does not answer at its address; cards on this network: {1}",
    ),
    "card_elsewhere.step": Text(
        "sửa `port` của thẻ điều khiển trong station.yaml",
        "correct the card's `port` in station.yaml",
    ),
    "video_good": Text("card ghi hình {0}: {1}", "capture card {0}: {1}"),
    "video_silent": Text(
        "card ghi hình {0}: không có tín hiệu vào", "capture card {0}: no signal arrives"
    ),
    "video_silent.step": Text(
        "mở máy quay hoặc nguồn HDMI; cắm chặt cáp vào card ghi hình",
        "switch the camera or HDMI source on; push its cable into the capture card",
    ),
    "video_absent": Text(
        "card ghi hình {0}: không mở được", "capture card {0}: it cannot be opened"
    ),
    "video_absent.step": Text(
        "cắm card; xem `ls /dev/v4l/by-id`, sửa `path` trong station.yaml; cài `capture.conf` như"
        " sổ tay phần 9",
        "push the card in; see `ls /dev/v4l/by-id`, correct `path` in station.yaml; install"
        " `capture.conf` as part 9 of the manual says",
    ),
    "sensor_reads": Text("{0} đo được {1}", "{0} measures {1}"),
}

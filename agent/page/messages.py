"""What the page says, Vietnamese and English, by stable code; {0}, {1} are the arguments.

Texts of issues stand in the catalogue `agent.contract.issues.catalogue`, texts of settings'
faults in `agent.settings.messages`.
"""

from __future__ import annotations

from agent.page.messages_emergency import ALARM_PHRASES
from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    **ALARM_PHRASES,
    "title": Text("Trạm tin", "Tramtin"),
    "switch": Text("English", "Tiếng Việt"),
    "switch.label": Text("Switch to English", "Chuyển sang tiếng Việt"),
    # the word at the top, and what it means
    "verdict.silenced": Text("TẠM DỪNG", "PAUSED"),
    "verdict.local_alarm": Text("BÁO ĐỘNG TẠI TRẠM", "LOCAL ALARM"),
    "verdict.emergency": Text("TIN KHẨN CẤP", "EMERGENCY"),
    "verdict.exercise": Text("DIỄN TẬP", "EXERCISE"),
    "verdict.fault": Text("CÓ LỖI", "FAULT"),
    "verdict.testing": Text("ĐANG THỬ", "TESTING"),
    "verdict.playing": Text("ĐANG PHÁT", "ON AIR"),
    "verdict.no_clock": Text("CHỜ GIỜ", "NO CLOCK"),
    "verdict.unplaced": Text("CHỜ CẤU HÌNH", "NOT SET UP"),
    "verdict.idle": Text("CHƯA CÓ LỊCH", "NO SCHEDULE"),
    "verdict.ready": Text("SẴN SÀNG", "READY"),
    "sub.silenced.local": Text(
        "Công tắc im lặng tại trạm đang bật: loa chỉ phát tin khẩn cấp.",
        "The silence switch of this station is on: only an emergency will sound.",
    ),
    "sub.silenced.key": Text(
        (
            "Khóa im lặng ở trạm đang bật: loa và bảng đều tắt, kể cả tin khẩn cấp. Xong việc thì"
            " xoay khóa về chỗ cũ."
        ),
        (
            "The silence key on the box is turned: no sound and no picture, not even an emergency."
            " Turn it back when the work is done."
        ),
    ),
    "sub.silenced.all": Text(
        "Lệnh ngắt tiếng do {0} ký: loa và bảng tắt hết, kể cả tin khẩn cấp. Tự hết lúc {1}.",
        "Silence signed by {0}: all is off, emergencies included. Ends by itself at {1}.",
    ),
    "sub.silenced.pause": Text(
        "Lệnh tạm dừng do {0} ký: chỉ còn tin khẩn cấp. Tự hết lúc {1}.",
        "Pause signed by {0}: only an emergency sounds or shows. Ends by itself at {1}.",
    ),
    "sub.why": Text("Lý do: {0}", "Reason: {0}"),
    "sub.until": Text("Tự hết lúc {0}.", "Ends by itself at {0}."),
    "sub.no_clock": Text(
        (
            "Hộp chưa có giờ tin cậy nên chưa phát lịch. Kiểm tra mạng: có mạng vài phút sẽ tự có"
            " giờ; nối được máy chủ mà vẫn chờ thì hỏi trung tâm đã ghi danh trạm này chưa."
        ),
        (
            "No trusted clock, so nothing scheduled is played. Check the network: with it"
            " the time comes within minutes; connected and still none: ask the centre whether this"
            " station is enrolled."
        ),
    ),
    "sub.unplaced": Text(
        (
            "Hộp chưa nhận cấu hình đã ký của trạm. Gọi trung tâm, đọc mã trạm ở trên; các việc gần"
            " nhất có E_SCOPE thì trước hết xem province trong station.yaml."
        ),
        (
            "No signed configuration of this station was taken yet. Call the centre and give them"
            " the station's code above; if E_SCOPE is among the events below, first check"
            " province in station.yaml."
        ),
    ),
    "sub.idle": Text(
        "Hộp tốt nhưng chưa có mục nào trong hai ngày tới. Hỏi trung tâm đã gửi lịch chưa.",
        (
            "The box is well, but nothing is planned for the next two days. Ask the centre whether"
            " a schedule was sent."
        ),
    ),
    "sub.ready": Text("Tiếp theo: {0}, {1} (còn {2}).", "Next: {0}, {1} (in {2})."),
    "sub.playing": Text("{0}, {1}.", "{0}, {1}."),
    "sub.still": Text("Vẫn đang phát: {0}.", "Still on air: {0}."),
    "sub.testing": Text("{0} tại {1}, tự dừng.", "{0} at {1}, ends by itself."),
    # the clock
    "clock": Text("Giờ của hộp", "The box's clock"),
    "clock.SYNCED": Text("đúng với trung tâm", "in step with the centre"),
    "clock.NTS": Text("theo giờ mạng có chứng thực (NTS)", "by authenticated network time (NTS)"),
    "clock.HOLDOVER": Text(
        "giữ từ lần hỏi trung tâm trước", "held since the centre was last asked"
    ),
    "clock.RTC": Text("theo đồng hồ pin, chưa hỏi được trung tâm", "by the battery clock only"),
    "clock.FLOOR": Text("KHÔNG tin được", "NOT to be trusted"),
    "clock.error": Text("sai không quá {0}", "at most {0} off"),
    "stale": Text(
        "Mất liên lạc với hộp. Số liệu dưới đây là cũ. Xem Wi-Fi hoặc cáp nối tới hộp.",
        "The box does not answer. What you see below is old. Look at the Wi-Fi or the cable.",
    ),
    # problems
    "problems": Text("Việc cần làm", "To be done"),
    "since": Text("từ {0}", "since {0}"),
    "do": Text("Việc cần làm:", "Next step:"),
    "mechanism": Text("Chi tiết cho trung tâm", "Details for the centre"),
    "repair.unknown": Text(
        "Báo trung tâm mã này; mở chi tiết và đọc cho họ.",
        "Tell the centre this code; open the details and read them out.",
    ),
    # outputs
    "outputs": Text("Loa và bảng", "Loudspeakers and boards"),
    "now": Text("Bây giờ", "Now"),
    "next": Text("Tiếp theo", "Next"),
    "why": Text("Vì sao", "Why"),
    "trial": Text("{0} ở {1}", "{0} at {1}"),
    "nothing.now": Text("không phát gì", "nothing"),
    "nothing.shown": Text("tối, không hiện gì", "dark, nothing shown"),
    "nothing.next": Text("không có mục nào trong hai ngày tới", "nothing within two days"),
    "overrun": Text("phát nốt phần bị ngắt", "playing out what was cut"),
    "until": Text("đến {0}", "until {0}"),
    "in": Text("còn {0}", "in {0}"),
    "why.schedule": Text("lịch “{0}” số {1} do {2} ký", "schedule “{0}” no. {1} signed by {2}"),
    "why.local_key": Text(
        "nút {0} đã được bấm; báo động do {1} ký",
        "the key {0} was pressed; alarm signed by {1}",
    ),
    "why.emergency": Text("tin khẩn cấp do {0} ký", "emergency signed by {0}"),
    "why.people": Text("soạn: {0}; duyệt: {1}", "editor: {0}; approver: {1}"),
    "why.at": Text("{0}, {1}", "{0}, {1}"),
    "why.losers": Text("Nhường cho mục này: {0}.", "Gives way to it: {0}."),
    "lacking": Text(
        "chưa tải xong tệp nên sẽ bị bỏ qua", "its file is not here yet: would be skipped"
    ),
    "card": Text("Card âm thanh", "Sound card"),
    "card.fallback": Text("dự phòng, {0} dB", "a fallback, {0} dB"),
    "card.safe_mode": Text("chế độ an toàn (aplay)", "safe mode (aplay)"),
    "process.down": Text("đang mất, hộp tự mở lại", "not running, the box restarts it"),
    "level.filler": Text("nền", "filler"),
    "level.scheduled": Text("theo lịch", "scheduled"),
    "level.relay": Text("tiếp âm", "relay"),
    "level.priority": Text("ưu tiên", "priority"),
    "level.emergency": Text("khẩn cấp", "emergency"),
    "level.local_key": Text("tại chỗ", "local"),
    "zone.on": Text("tăng âm BẬT", "amplifier ON"),
    "zone.off": Text("tăng âm tắt", "amplifier off"),
    "zone.settling": Text("đang bật", "switching on"),
    "zone.fault": Text("KHÔNG TRẢ LỜI", "NO ANSWER"),
    "zone.always": Text("luôn có điện", "always powered"),
    "zone.ordinary": Text("cụm loa", "loudspeakers"),
    "zone.special": Text("trường, trạm y tế, chùa", "school, clinic, pagoda"),
    "zone.muted": Text(
        "tắt tiếng theo lệnh đến {0} (tin khẩn vẫn phát)",
        "muted by order until {0} (emergencies sound)",
    ),
    "zone.trim": Text(
        "nhỏ hơn mức chuẩn {0} dB theo lệnh", "{0} dB below the calibrated level by order"
    ),
    "volume": Text("Âm lượng", "Volume"),
    "zone.not_calibrated": Text("chưa hiệu chuẩn mức âm", "level not calibrated"),
    "zone.level": Text(
        "{0} dB, khoảng {1} dBA tại nhà gần nhất", "{0} dB, about {1} dBA at the nearest home"
    ),
    "zone.level_capped": Text(
        "{0} dB theo mức trần, khoảng {1} dBA tại nhà gần nhất",
        "{0} dB by a cap, about {1} dBA at the nearest home",
    ),
    "face.none": Text("chưa có ảnh", "no picture"),
    "face.alt": Text("Mặt {0} đang hiện", "What face {0} shows"),
    "face.age": Text("đổi {0} trước", "changed {0} ago"),
    # the emergency keys
    "keys": Text("Nút khẩn cấp", "Emergency keys"),
    "key.starts": Text("bấm là phát “{0}”", "starts “{0}”"),
    "key.starts.exercise": Text("bấm là phát diễn tập “{0}”", "starts the exercise “{0}”"),
    "key.signed": Text("do {0} ký, dùng đến {1}", "signed by {0}, good until {1}"),
    "key.nothing": Text("CHƯA CÓ BÁO ĐỘNG NÀO", "NOTHING IS HELD"),
    "key.ask": Text(
        "bấm không phát gì. Gọi trung tâm, xin báo động cho khe “{0}”.",
        "a press starts nothing. Call the centre: an alarm for the slot “{0}”.",
    ),
    "key.lacking": Text(
        "chưa phát trọn được ({0}). Nối mạng cho hộp; vẫn vậy thì gọi trung tâm.",
        "cannot be played whole yet ({0}). Give the box its network; then call the centre.",
    ),
    # readings
    "readings": Text("Tình trạng hộp", "The box"),
    "mark.good": Text("tốt", "good"),
    "mark.watch": Text("chú ý", "watch"),
    "mark.bad": Text("hỏng", "bad"),
    "mark.unchecked": Text("chưa kiểm tra", "not checked"),
    "reading.age": Text("{0} trước", "{0} ago"),
    "reading.link": Text("Máy chủ", "Broker"),
    "reading.media": Text("Tệp phát", "Files to play"),
    "reading.outbox": Text("Nhật ký chờ gửi", "Journal to send"),
    "reading.disk": Text("Chỗ trống trên thẻ", "Free on the card"),
    "reading.mains": Text("Điện lưới", "Mains"),
    "reading.generator": Text("Máy phát điện", "Generator"),
    "reading.amplifier-fault": Text("Tăng âm", "Amplifier"),
    "reading.door": Text("Cửa tủ", "Cabinet door"),
    "mains.on": Text("có điện", "present"),
    "mains.off": Text("mất điện", "lost"),
    "generator.on": Text("đang chạy", "running"),
    "generator.off": Text("đang nghỉ", "at rest"),
    "amplifier-fault.on": Text("báo lỗi", "reports a fault"),
    "amplifier-fault.off": Text("tốt", "good"),
    "door.on": Text("đang mở", "open"),
    "door.off": Text("đóng", "closed"),
    "link.up": Text("nối được {0}", "connected for {0}"),
    "link.down": Text("mất nối {0}", "lost for {0}"),
    "media.value": Text("{0} % đủ ({1}/{2})", "{0} % here ({1}/{2})"),
    "media.none": Text("lịch chưa cần tệp nào", "no file is needed"),
    "outbox.value": Text("{0} bản ghi", "{0} records"),
    "outbox.none": Text("đã gửi hết", "all sent"),
    # what will not be played, and what was
    "refused": Text("Sẽ không phát", "Will not be played"),
    "refused.rule": Text("vì {0}", "because of {0}"),
    "rule.quiet_hours": Text("giờ yên lặng {0}", "quiet hours {0}"),
    "rule.weekdays": Text("chỉ được phát các ngày {0}", "allowed weekdays {0}"),
    "rule.expires": Text("lịch hết hạn {0}", "the schedule's expiry {0}"),
    "rule.minutes_per_session": Text("mỗi phiên nhiều nhất {0} phút", "at most {0} min a session"),
    "rule.sessions_per_day": Text("mỗi ngày nhiều nhất {0} phiên", "at most {0} sessions a day"),
    "events": Text("10 việc gần nhất", "Last 10 events"),
    "event.no_clock": Text("chưa có giờ", "no clock yet"),
    "events.none": Text("chưa có gì", "none yet"),
    "event.play.full": Text("phát trọn", "played in full"),
    "event.play.cut": Text("bị ngắt", "cut"),
    "event.play.skipped": Text("bị bỏ qua", "skipped"),
    "event.play.failed": Text("không phát được", "failed"),
    "event.boot": Text("hộp khởi động", "the agent started"),
    "event.config": Text("đọc lại cài đặt", "settings read again"),
    "event.proof.heard": Text("đã kiểm là có tiếng", "sound proved"),
    "event.proof.not_heard": Text("phát mà không nghe thấy", "played but not heard"),
    "event.clock_fix": Text("chỉnh giờ theo trung tâm", "clock set by the centre"),
    "event.clock_fix.nts": Text("chỉnh giờ theo giờ mạng (NTS)", "clock set by network time (NTS)"),
    "event.gap": Text("mất bản ghi vì đầy thẻ", "records lost: the card was full"),
    "event.silence": Text("ngắt tiếng", "silence"),
    "event.use.enter": Text("mở bằng mã PIN", "opened with the PIN"),
    "event.use.leave": Text("khóa lại", "locked"),
    "event.use.wrong-pin": Text("nhập sai mã PIN", "wrong PIN"),
    "event.use.tone": Text("âm thử", "test tone"),
    "event.use.pattern": Text("hình thử", "test pattern"),
    "event.use.label": Text("hiện tên trạm", "name shown"),
    "event.use.silence-on": Text("bật im lặng", "silence on"),
    "event.use.silence-off": Text("tắt im lặng", "silence off"),
    "event.use.reload": Text("đọc lại station.yaml", "station.yaml read again"),
    "event.use.confirm-time": Text("xác nhận ngày tại hộp", "date confirmed at the box"),
    "event.use.bundle": Text("tải gói hỗ trợ", "support bundle downloaded"),
    "event.use.volume": Text("lệnh chỉnh âm lượng", "ordered: volume"),
    "event.use.mute": Text("lệnh tắt tiếng cụm loa", "ordered: zone muted"),
    "event.use.unmute": Text("lệnh mở tiếng cụm loa", "ordered: zone unmuted"),
    "event.use.restart": Text("lệnh khởi động lại", "ordered: restart"),
    "event.key.done": Text("được bấm: báo động bắt đầu", "pressed: the alarm begins"),
    "event.key.ignored": Text("được bấm khi báo động đang phát", "pressed while its alarm was on"),
    "event.key.refused": Text("được bấm, KHÔNG phát gì", "pressed, NOTHING was started"),
    "event.refusal": Text("từ chối", "refused"),
    "event.fault.begins": Text("bắt đầu: {0}", "begins: {0}"),
    "event.fault.ends": Text("đã hết: {0}", "over: {0}"),
    # controls
    "controls": Text("Thử máy", "Trials"),
    "controls.no_pin": Text(
        (
            "Chưa đặt mã PIN nên trang này chỉ để xem. Muốn thử loa, thử bảng tại đây: thêm"
            " dòng dưới vào station.yaml (6–12 chữ số của riêng trạm), chạy tramtin check, rồi khởi"
            " động lại dịch vụ."
        ),
        (
            "No PIN is set, so this page is for looking only. To test loudspeakers and boards from"
            " here: add the line below to station.yaml (6–12 digits of this station's own), run"
            " tramtin check, then restart the service."
        ),
    ),
    "controls.closed": Text(
        "Thử loa, thử bảng, công tắc im lặng, gói hỗ trợ: cần mã PIN của trạm.",
        "Test tone, test pattern, silence switch, support bundle: they need the station's PIN.",
    ),
    "controls.open": Text(
        "Mở đến {0}. Mọi thao tác đều ghi vào nhật ký.",
        "Open until {0}. Every use is written into the journal.",
    ),
    "enter": Text("Nhập mã PIN", "Enter the PIN"),
    "enter.submit": Text("Mở", "Open"),
    "enter.help": Text(
        "Mã 6–12 chữ số trong station.yaml của trạm này.",
        "The 6 to 12 digits in this station's station.yaml.",
    ),
    "enter.wrong": Text("Mã PIN không đúng.", "The PIN is wrong."),
    "enter.wait": Text(
        (
            "Nhập sai nhiều lần. Thử lại sau {0}. Ngồi tại hộp (127.0.0.1) thì không bị người khác"
            " làm khóa."
        ),
        (
            "Too many wrong tries. Try again in {0}. At the box itself (127.0.0.1) nobody else's"
            " tries can lock you out."
        ),
    ),
    "leave": Text("Khóa lại", "Lock"),
    "back": Text("Về trang trạm", "Back to the station"),
    "tone": Text("Âm thử", "Test tone"),
    "pattern": Text("Hình thử", "Test pattern"),
    "label": Text("Hiện tên trạm", "Show its name"),
    "silence": Text("Công tắc im lặng", "Silence switch"),
    "silence.on": Text("Bật im lặng", "Silence"),
    "silence.off": Text("Tắt im lặng", "End silence"),
    "silence.help": Text(
        "Loa im, trừ tin khẩn cấp; bảng vẫn hiện. Tự hết sau {0} giờ.",
        "No sound but emergencies; boards go on. Ends by itself after {0} hours.",
    ),
    "reload": Text("Đọc lại", "Read again"),
    "bundle": Text("Tải về", "Download"),
    "bundle.name": Text("Gói hỗ trợ", "Support bundle"),
    # results of operations
    # what was ordered, not how it goes: they stay on the page until the next operation
    "done.tone": Text(
        "Âm thử ở {0}: hai giây, rất nhỏ. Tăng âm bật hay tắt: xem mục Loa và bảng.",
        "Test tone at {0}: two seconds, very quiet. Its amplifier: see Loudspeakers and boards.",
    ),
    "done.pattern": Text(
        "Hình thử ở {0}: hai mươi giây, rồi tự trả lại.",
        "Test pattern at {0}: twenty seconds, then it goes by itself.",
    ),
    "done.label": Text(
        "Tên trạm ở {0}: ba mươi giây, rồi tự trả lại.",
        "The station's name at {0}: thirty seconds, then it goes by itself.",
    ),
    "done.silence-on": Text("Đã bật im lặng.", "Silence is on."),
    "done.silence-off": Text("Đã tắt im lặng.", "Silence is off."),
    "done.reload": Text(
        "station.yaml đúng và sẽ có hiệu lực sau vài giây. Hãy nhập lại mã PIN.",
        "station.yaml is good and takes effect within seconds. Enter the PIN again then.",
    ),
    "faults": Text(
        "station.yaml có {0} lỗi. Hộp vẫn chạy với cài đặt cũ. Sửa rồi đọc lại:",
        "station.yaml has {0} fault(s). The former settings stay. Mend the file and read it again:",
    ),
    "E_BUSY": Text(
        "{0} đang bận: có mục đang hoặc sắp phát, hoặc lần thử trước chưa xong. Đợi rồi thử lại.",
        "{0} is busy: an item is on or about to begin, or the last trial goes on. Wait, try again.",
    ),
    "E_SILENT": Text(
        "Đang im lặng (công tắc, khóa ở trạm hoặc lệnh đã ký). Hết im lặng rồi thử lại.",
        "Silence is on (switch, key or a signed order). Try again when it is over.",
    ),
    "E_QUIET": Text(
        "Đang giờ yên lặng nên không thử loa. Thử lại sau giờ yên lặng.",
        "Quiet hours: no test tone now. Try again after them.",
    ),
    "E_UNKNOWN": Text("Trạm này không có {0}.", "This station has no {0}."),
    "E_NOT_READY": Text(
        "{0} chưa sẵn sàng. Xem mục Việc cần làm ở trên.",
        "{0} is not ready. See above what is to be done.",
    ),
    "E_FAILED": Text(
        "Không làm được. Tải gói hỗ trợ và báo trung tâm.",
        "That failed. Take the support bundle and call the centre.",
    ),
    # pages besides
    "gone": Text("Không có trang này.", "There is no such page."),
    "closed": Text(
        "Phiên đã hết hoặc trang đã cũ. Nhập lại mã PIN.",
        "The session is over or the page is old. Enter the PIN again.",
    ),
    "wrong_host": Text(
        "Mở trang bằng địa chỉ này: {0}",
        "Open the page by this address: {0}",
    ),
    "no_status": Text(
        (
            "Hộp không trả lời được lúc này ({0}). Đợi một phút; vẫn vậy thì khởi động lại hộp"
            " và báo trung tâm."
        ),
        (
            "The box cannot tell at this moment ({0}). Wait a minute; if it stays so, restart the"
            " box and call the centre."
        ),
    ),
    "footer": Text(
        "Tramtin {0} · trang này không gọi ra ngoài", "Tramtin {0} · contacts no other host"
    ),
    # spans and days
    "span.now": Text("vài giây", "a few seconds"),
    "span.s": Text("{0} giây", "{0} s"),
    "span.min": Text("{0} phút", "{0} min"),
    "span.h": Text("{0} giờ", "{0} h"),
    "span.d": Text("{0} ngày", "{0} days"),
    "tomorrow": Text("ngày mai {0}", "tomorrow {0}"),
    "daily": Text("hằng ngày", "every day"),
    "day.1": Text("thứ Hai", "Monday"),
    "day.2": Text("thứ Ba", "Tuesday"),
    "day.3": Text("thứ Tư", "Wednesday"),
    "day.4": Text("thứ Năm", "Thursday"),
    "day.5": Text("thứ Sáu", "Friday"),
    "day.6": Text("thứ Bảy", "Saturday"),
    "day.7": Text("Chủ nhật", "Sunday"),
    "short.1": Text("T2", "Mon"),
    "short.2": Text("T3", "Tue"),
    "short.3": Text("T4", "Wed"),
    "short.4": Text("T5", "Thu"),
    "short.5": Text("T6", "Fri"),
    "short.6": Text("T7", "Sat"),
    "short.7": Text("CN", "Sun"),
}

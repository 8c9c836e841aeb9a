"""What the page says of loudspeakers, boards and emergency keys."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

OUTPUT_PHRASES: Catalogue = {
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
    "why.unconfirmed": Text(
        "Ngày này CHƯA ĐỐI CHIẾU: {0}.", "Nobody has CONFIRMED this date: {0}."
    ),
    "why.losers": Text("Nhường cho mục này: {0}.", "Gives way to it: {0}."),
    "why.more": Text(" (và {0} mục nữa)", " (and {0} more)"),
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
}

"""Issues of the site around the box: doors, mains, keys, sensors, amplifier current."""

from __future__ import annotations

from agent.contract.issues.entry import IssueKind
from texts.catalogue import Text

SITE: dict[str, IssueKind] = {
    "door_open": IssueKind(
        "warning",
        Text("cửa tủ đang mở", "the cabinet's door is open"),
        Text(
            "đóng và khóa tủ; không có ai ở trạm thì báo công an xã",
            "close and lock the cabinet; nobody is at the station: tell the commune's police",
        ),
    ),
    "lockout_on": IssueKind(
        "warning",
        Text(
            "khóa an toàn đang bật: có người làm việc ở loa hoặc bảng; loa chỉ phát tin khẩn cấp,"
            " sau một lời báo trước nhỏ",
            "the lockout is on: somebody works at the horns or a board; loudspeakers sound"
            " emergencies alone, after a quiet warning",
        ),
        Text(
            "xong việc, mọi người đã xuống thì tắt khóa; không có ai mà vẫn báo thì xem dây và"
            " mô-đun của khóa: đứt dây cũng tính là bật",
            "when the work is done and everybody is down, take it off; if nobody is there, look at"
            " its wires and module: a cut wire counts as on",
        ),
    ),
    "lockout_left_on": IssueKind(
        "fault",
        Text(
            "khóa an toàn bị để quên: trạm im đã lâu",
            "the lockout was left on: the station has been silent for long",
        ),
        Text(
            "gọi người làm việc lần cuối; CHẮC không còn ai trên cột thì mới đến tắt khóa: không"
            " lệnh nào từ xa tắt được",
            "call whoever worked there last; go and take it off only when you are CERTAIN that"
            " nobody is up there: no command from afar can",
        ),
    ),
    "mains_lost": IssueKind(
        "warning",
        Text(
            "mất điện lưới: trạm chạy bằng ắc quy hoặc máy nổ",
            "no mains: the station runs on its battery or generator",
        ),
        Text(
            "xem cầu dao và aptomat; cả xóm mất điện thì chờ, xem ắc quy còn đủ không",
            "check the breakers; if the whole hamlet is dark, wait, and see how long the "
            "battery lasts",
        ),
    ),
    "silence_key_on": IssueKind(
        "warning",
        Text(
            "khóa im lặng ở trạm đang bật: loa và bảng đều tắt, kể cả tin khẩn cấp",
            "the silence key at the box is on: loudspeakers and boards are off, emergencies"
            " included",
        ),
        Text("xong việc thì xoay khóa về chỗ cũ", "turn the key back when the work is done"),
    ),
    "silence_key_not_kept": IssueKind(
        "fault",
        Text(
            "thẻ nhớ không ghi được vị trí khóa im lặng: khởi động lại có thể quên",
            "the card does not store the silence key's position: it may be lost at a restart",
        ),
        Text(
            "đừng tắt hộp lúc này; xem thẻ nhớ còn chỗ không, hoặc thay thẻ",
            "do not switch the box off now; check whether the card has room, or replace it",
        ),
    ),
    "input_no_answer": IssueKind(
        "warning",
        Text(
            "không đọc được một ngõ vào (cửa, điện lưới hoặc nút bấm)",
            "a contact (door, mains or key) cannot be read",
        ),
        Text(
            "xem dây và nguồn của mô-đun ngõ vào; xem `port` và `line` trong station.yaml",
            "look at the input module's wires and power; see `port` and `line` in station.yaml",
        ),
    ),
    "key_stuck": IssueKind(
        "warning",
        Text(
            "nút khẩn cấp hoặc nút micro tại chỗ bị kẹt ở vị trí nhấn: hộp bỏ qua đến khi nút nhả"
            " ra",
            "a local emergency or microphone key is stuck as pressed: it is ignored until it is"
            " released",
        ),
        Text(
            "nhả nút; vẫn báo thì xem dây có chập không, và `active` trong station.yaml",
            "release the key; if this stays, its wires may be shorted, or `active` in "
            "station.yaml is wrong",
        ),
    ),
    "key_without_alarm": IssueKind(
        "warning",
        Text(
            "nút khẩn cấp chưa có báo động nào để phát: bấm sẽ không kêu",
            "the emergency key has no alarm to start: a press would start nothing",
        ),
        Text(
            "gọi trung tâm ký và gửi báo động cho khe ghi ở chi tiết; hoặc sửa `starts` trong"
            " station.yaml",
            "have the centre sign and send an alarm for the slot named in the details; or "
            "correct `starts` in station.yaml",
        ),
    ),
    "key_alarm_incomplete": IssueKind(
        "warning",
        Text(
            "báo động của nút khẩn cấp chưa phát trọn được: thiếu tệp, hoặc không hợp với hộp này",
            "the emergency key's alarm cannot be played completely: a file is missing, or it "
            "is not for this box",
        ),
        Text(
            "nối mạng cho hộp và đợi tải xong; vẫn báo thì gửi chi tiết về trung tâm",
            "connect the box to a network and wait for the files; if this stays, send the "
            "details to the centre",
        ),
    ),
    "key_started_nothing": IssueKind(
        "fault",
        Text(
            "có người bấm nút khẩn cấp nhưng KHÔNG phát được gì",
            "an emergency key was pressed and NOTHING was started",
        ),
        Text(
            "có nguy hiểm thật: báo dân ngay bằng cách khác và gọi trung tâm phát khẩn cấp; rồi xin"
            " trung tâm báo động cho nút này",
            "if the danger is real, warn people by other means now and have the centre send an"
            " emergency; then get an alarm for this key from the centre",
        ),
    ),
    "microphone_on": IssueKind(
        "warning",
        Text(
            "có người đang nói vào micro tại trạm", "somebody speaks into a microphone at the box"
        ),
        Text(
            "không phải người của xã thì đến trạm ngay; nói xong thì nhả nút",
            "if it is nobody of the commune, go there now; release the key when done",
        ),
    ),
    "microphone_left_on": IssueKind(
        "warning",
        Text(
            "nút micro bị giữ quá lâu: hộp đã ngắt và chờ nút nhả ra",
            "the key of a microphone was held for too long: it was cut, and counts again once it is"
            " released",
        ),
        Text(
            "nhả nút; vẫn báo thì nút kẹt hoặc dây chập; cần nói lâu hơn thì tăng max_min",
            "release the key; if this stays, it sticks or its wires are shorted; to speak for"
            " longer raise max_min",
        ),
    ),
    "microphone_lost": IssueKind(
        "fault",
        Text(
            "không thu được tiếng từ micro hoặc đường vào tại trạm",
            "the microphone or line-in at the box gives no sound",
        ),
        Text(
            "xem phích cắm và card thu; xem device ở voice_inputs; chạy tramtin doctor",
            "look at the plug and the card; see device in voice_inputs; run tramtin doctor",
        ),
    ),
    "microphone_not_allowed": IssueKind(
        "warning",
        Text(
            "cấu hình trạm đã ký không cho dùng micro: bấm nút sẽ không nói được",
            "the signed station-config does not allow the microphone: its key does nothing",
        ),
        Text(
            "xin trung tâm ký cấu hình trạm có mic: true; không dùng thì bỏ nút khỏi station.yaml",
            "have the centre sign a station-config with mic: true; if it is not wanted, take the"
            " key out of station.yaml",
        ),
    ),
    "sensor_no_answer": IssueKind(
        "warning",
        Text("không đọc được một cảm biến", "a sensor cannot be read"),
        Text(
            "xem dây và nguồn của cảm biến; xem `port` và `unit` trong station.yaml",
            "look at the sensor's wires and power; see `port` and `unit` in station.yaml",
        ),
    ),
    "sensor_low": IssueKind(
        "warning",
        Text("số đo thấp hơn mức đã đặt", "a reading is below its limit"),
        Text(
            "xem thứ được đo: điện áp thấp là nguồn hoặc ắc quy yếu",
            "check what is measured: a low voltage is a weak supply or battery",
        ),
    ),
    "sensor_high": IssueKind(
        "warning",
        Text("số đo cao hơn mức đã đặt", "a reading is above its limit"),
        Text(
            "xem thứ được đo: tủ nóng thì che nắng, lau khe thoáng; dòng cao thì xem loa có chập"
            " không",
            "check what is measured: shade a hot cabinet and clean its vents; a high current "
            "may be a shorted loudspeaker line",
        ),
    ),
    "amplifier_draws_nothing": IssueKind(
        "fault",
        Text(
            "rơ-le báo bật nhưng tăng âm không ăn điện: cụm loa này đang im",
            "the relay says on, but the amplifier draws nothing: this loudspeaker line is silent",
        ),
        Text(
            "xem cầu chì, công tắc và dây nguồn của tăng âm; thay rơ-le nếu tiếp điểm không đóng",
            "look at the amplifier's fuse, switch and power cord; replace the relay if its contact"
            " does not close",
        ),
    ),
    "amplifier_fault": IssueKind(
        "fault",
        Text(
            "tăng âm báo lỗi (hoặc mất điện): cụm loa của nó có thể đang im",
            "an amplifier reports a fault, or has no power: its loudspeaker line may be silent",
        ),
        Text(
            "xem đèn báo của tăng âm, nguồn và dây loa chập; tắt rồi bật lại; vẫn báo thì thay",
            "look at the amplifier's lamps, its supply and for a shorted line; switch it off and"
            " on; replace it if it goes on",
        ),
    ),
    "amplifier_draw_changed": IssueKind(
        "warning",
        Text(
            "tăng âm ăn điện khác lúc nghiệm thu quá 30 %: có loa đứt, chập, hoặc đã thay",
            "an amplifier draws more than 30 % off its commissioning value: loudspeakers are off,"
            " shorted or replaced",
        ),
        Text(
            "đi nghe từng loa của cụm; loa đủ cả thì đo lại và sửa `baseline`",
            "listen to each loudspeaker of the line; where all sound, measure again and correct"
            " `baseline`",
        ),
    ),
    "amplifier_draws_when_off": IssueKind(
        "fault",
        Text(
            "rơ-le báo tắt nhưng tăng âm vẫn ăn điện: tiếp điểm có thể đã dính",
            "the relay says off, but the amplifier still draws: the contact may be welded",
        ),
        Text(
            "tắt tăng âm bằng công tắc của nó, rồi thay rơ-le",
            "switch the amplifier off by its own switch, then replace the relay",
        ),
    ),
}

"""Issues of playback: sound, picture, relays."""

from __future__ import annotations

from agent.contract.issues.entry import IssueKind
from texts.catalogue import Text

PLAYBACK: dict[str, IssueKind] = {
    "emergency_not_sounding": IssueKind(
        "fault",
        Text(
            "đang có tin khẩn cấp mà loa hoặc bảng này không phát",
            "an emergency is in force and this output does not sound or show it",
        ),
        Text(
            "báo bà con bằng cách khác ngay; xem lý do ở chi tiết: khóa im lặng còn xoay, tăng"
            " âm mất"
            " điện, card âm thanh hoặc dây bảng lỏng",
            "warn the people by other means now; see the reason in the detail: silence key turned,"
            " amplifier without power, sound card or the board's cable loose",
        ),
    ),
    "output_failed": IssueKind(
        "fault",
        Text(
            "một đầu ra (loa hoặc bảng) bị lỗi và đang được mở lại",
            "an output (loudspeaker or board) failed and is being restarted",
        ),
        Text(
            "lặp lại mãi: khởi động lại hộp, gửi nhật ký về trung tâm",
            "if this repeats: restart the box, send the log to the centre",
        ),
    ),
    "live_stalled": IssueKind(
        "fault",
        Text(
            "đang phát trực tiếp mà 10 giây không nghe thấy gì; đã trở lại chương trình",
            "a live voice is on and nothing has come for 10 s; the programme goes on",
        ),
        Text(
            "hỏi người nói; xem đường truyền và máy chủ tin",
            "ask the speaker; look at the line and the broker",
        ),
    ),
    "radio_lost": IssueKind(
        "fault",
        Text(
            "đang tiếp âm mà không nghe được đài; loa phát chương trình nền (slot base) hoặc im",
            "a radio is relayed and cannot be heard; the programme of slot base fills in, or"
            " silence",
        ),
        Text(
            "xem lý do ở chi tiết; mở địa chỉ của đài bằng trình duyệt; xem đường truyền của trạm;"
            " hộp tự nối lại",
            "see the reason in the detail; open the radio's address in a browser; look at the"
            " station's line; the box connects again by itself",
        ),
    ),
    "radio_blank": IssueKind(
        "warning",
        Text(
            "đài được tiếp âm đã im tiếng 15 giây; loa phát chương trình nền (slot base) hoặc im",
            "the radio that is relayed has been silent for 15 s; the programme of slot base fills"
            " in, or silence",
        ),
        Text(
            "hỏi đài phát: máy phát còn chạy mà phòng thu không có tiếng",
            "ask the radio: its transmitter runs, its studio gives no sound",
        ),
    ),
    "not_calibrated": IssueKind(
        "warning",
        Text(
            "mức trần đã ký không giữ được: cụm loa này chưa đo mức âm",
            "a signed loudness cap cannot be kept: this cluster is not calibrated",
        ),
        Text(
            "đo theo chương hiệu chuẩn của sổ tay rồi viết `spl` vào station.yaml",
            "measure as the manual's chapter on calibration says and write `spl` to station.yaml",
        ),
    ),
    "voice_missing": IssueKind(
        "fault",
        Text(
            "có chữ phải đọc mà hộp không có giọng đọc: mục ấy bị bỏ qua, tin khẩn chỉ có chữ thì"
            " chỉ phát câu có sẵn",
            "a text must be read aloud and the box has no voice: such items are skipped, an"
            " emergency of text is the built-in line",
        ),
        Text(
            "cài giọng đọc: `sudo apt-get install espeak-ng`; hộp tự nhận, không cần khởi động lại",
            "install the voice: `sudo apt-get install espeak-ng`; the box finds it without a"
            " restart",
        ),
    ),
    "cap_deep": IssueKind(
        "warning",
        Text(
            "mức trần bắt cụm loa này giảm quá 20 dB",
            "a loudness cap lowers this cluster by more than 20 dB",
        ),
        Text(
            "xem lại `spl` và `home_m`; số đúng thì loa quá mạnh so với nhà gần nhất: xoay loa, hạ"
            " nấc biến áp, hoặc báo trung tâm xem lại mức trần",
            "check `spl` and `home_m`; if they are right the horn is too strong for the nearest"
            " home: turn it, take a lower transformer tap, or ask the centre about the cap",
        ),
    ),
    "not_heard": IssueKind(
        "fault",
        Text(
            "đã phát mà không nghe thấy: hộp đang phát nhưng micrô, đường hồi hoặc tăng âm cho thấy"
            " loa im",
            "played but not heard: the box plays, and by its microphone, its line back or its"
            " amplifier the loudspeakers are silent",
        ),
        Text(
            "ra nghe loa ngay; loa im: xem tăng âm, cầu chì, dây loa; loa vẫn kêu: xem micrô có bị"
            " bịt, tuột dây",
            "go and listen now; silent: look at amplifier, fuse and line; it sounds: see whether"
            " the microphone is covered or unplugged",
        ),
    ),
    "monitor_lost": IssueKind(
        "warning",
        Text(
            "ngõ vào nghe lại loa không dùng được: chưa biết loa có kêu thật không",
            "the input that hears the loudspeakers cannot be used: whether they sound is not known",
        ),
        Text(
            "cắm lại micrô hoặc dây hồi; xem `monitor: device` trong station.yaml",
            "plug the microphone or the line back in; see `monitor: device` in station.yaml",
        ),
    ),
    "engine_lost": IssueKind(
        "fault",
        Text(
            "phần phát tiếng dừng; hộp đang mở lại",
            "the sound part stopped; the box is starting it again",
        ),
        Text(
            "cắm lại card âm thanh USB và dây nguồn của nó",
            "push the USB sound card and its power in again",
        ),
    ),
    "engine_unsteady": IssueKind(
        "fault",
        Text(
            "phần phát tiếng dừng nhiều lần trong một giờ",
            "the sound part stopped several times within an hour",
        ),
        Text(
            "cắm card âm thanh thẳng vào hộp, không qua bộ chia USB; đổi dây; thay card",
            "plug the sound card straight into the box, not through a hub; change its cable;"
            " replace the card",
        ),
    ),
    "sound_device_gone": IssueKind(
        "fault",
        Text(
            "không thấy card âm thanh đã khai trong station.yaml",
            "the sound card that station.yaml names is not there",
        ),
        Text(
            "cắm lại card âm thanh USB; xem `device` trong station.yaml có đúng card này không",
            "push the USB sound card in again; see whether `device` in station.yaml is this card",
        ),
    ),
    "sound_fallback": IssueKind(
        "fault",
        Text(
            "card âm thanh chính không dùng được; loa đang kêu qua card dự phòng, ở mức ghi ở chi"
            " tiết",
            "the first sound card cannot be used; sound goes through a fallback card, at the level"
            " in the detail",
        ),
        Text(
            "cắm lại card chính và dây của nó; hộp tự quay về card chính khi loa đang nghỉ",
            "push the first card and its cable in again; the box goes back to it by itself while"
            " nothing sounds",
        ),
    ),
    "safe_mode": IssueKind(
        "fault",
        Text(
            "phần phát tiếng dừng ba lần trong một phút: hộp đang phát ở chế độ an toàn (aplay)",
            "the sound part stopped three times within a minute: the box plays in safe mode"
            " (aplay)",
        ),
        Text(
            "loa vẫn kêu; hộp tự thử lại mỗi 10 phút; lặp lại thì đổi card hoặc dây, gửi gói hỗ trợ"
            " về trung tâm",
            "sound goes on; the box tries again every 10 minutes; if it repeats, replace card or"
            " cable and send the support bundle to the centre",
        ),
    ),
    "mixer_not_set": IssueKind(
        "fault",
        Text(
            "không chỉnh được mức của card âm thanh: loa có thể kêu to hay nhỏ hơn mức đã đo",
            "the sound card's own level cannot be set: sound may be louder or quieter than"
            " measured",
        ),
        Text(
            "chạy `amixer -c SỐ scontrols` xem tên nút chỉnh; sửa `mixer` trong station.yaml",
            "run `amixer -c NUMBER scontrols` for the names of the controls; correct `mixer` in"
            " station.yaml",
        ),
    ),
    "audio_clock": IssueKind(
        "fault",
        Text(
            "card âm thanh chạy nhanh hoặc chậm quá 300 phần triệu: trạm không giữ được nhịp với"
            " trạm bên cạnh",
            "the sound card runs fast or slow by more than 300 parts in a million: the station"
            " cannot keep in step with its neighbours",
        ),
        Text(
            "loa vẫn kêu, cứ ít giây lại bỏ hoặc chờ một đoạn ngắn; đổi card âm thanh khác",
            "sound goes on, with a short skip or pause every few seconds; replace the sound card",
        ),
    ),
    "board_lost": IssueKind(
        "fault",
        Text(
            "phần vẽ bảng điện tử dừng; hộp đang mở lại",
            "the board part stopped; the box is starting it again",
        ),
        Text(
            "xem nguồn và cáp tín hiệu của bảng", "look at the board's power and its signal cable"
        ),
    ),
    "face_lost": IssueKind(
        "fault",
        Text(
            "bảng không hiện được mặt này: cáp rút, chế độ hình không có, hoặc card không trả lời",
            "the board cannot show this face: a cable is out, its mode is absent, or its card does"
            " not answer",
        ),
        Text(
            "đọc mã trong chi tiết và xem mục “Bảng LED”; các mặt khác vẫn chạy",
            "read the code in the detail, see the manual's chapter on LED boards; the other faces"
            " go on",
        ),
    ),
    "board_unsteady": IssueKind(
        "fault",
        Text(
            "phần vẽ bảng điện tử dừng nhiều lần trong một giờ",
            "the board part stopped several times within an hour",
        ),
        Text(
            "thay cáp tín hiệu của bảng; xem nguồn card phát",
            "change the board's signal cable; look at the sending card's power",
        ),
    ),
    "board_late": IssueKind(
        "warning",
        Text(
            "bảng điện tử vẽ không kịp, hình có thể giật",
            "the board is drawn too late, the picture may stutter",
        ),
        Text(
            "xem hộp có quá nóng hoặc thiếu điện không; rút bớt thiết bị USB;"
            " báo trung tâm giảm ảnh động",
            "see whether the box is too hot or short of power; unplug what is not needed;"
            " ask the centre for less moving pictures",
        ),
    ),
    "switch_no_answer": IssueKind(
        "fault",
        Text(
            "rơ-le nguồn tăng âm không trả lời: cụm loa này không bật được",
            "the amplifier's relay does not answer: this loudspeaker line cannot be switched on",
        ),
        Text(
            "xem đèn nguồn của rơ-le, siết lại hai dây RS-485 (A, B), cắm lại bộ chuyển USB",
            "look at the relay's power lamp, tighten the two RS-485 wires (A, B),"
            " push the USB adapter in",
        ),
    ),
    "switch_dead": IssueKind(
        "fault",
        Text(
            "rơ-le nguồn trả lời nhưng không đóng: cụm loa này không bật được",
            "the relay answers but does not close: this line of loudspeakers cannot be switched on",
        ),
        Text(
            "đo nguồn của rơ-le; đổi sang tiếp điểm khác hoặc thay rơ-le",
            "measure the relay's supply; use another of its contacts, or replace it",
        ),
    ),
    "switch_stuck": IssueKind(
        "fault",
        Text(
            "rơ-le nguồn không tắt được: tăng âm có thể đang bật suốt",
            "the relay does not switch off: the amplifier may be on all the time",
        ),
        Text(
            "tắt tăng âm bằng công tắc của nó; rơ-le không trả lời thì xem dây và nguồn của rơ-le;"
            " trả lời mà vẫn bật thì thay rơ-le (tiếp điểm có thể đã dính)",
            "switch the amplifier off by its own switch; where the relay does not answer look at"
            " its"
            " wires and supply; where it answers and stays on replace it (its contact may be"
            " welded)",
        ),
    ),
}

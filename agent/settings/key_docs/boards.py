"""Keys of the boards: their faces, control cards and light."""

from __future__ import annotations

from agent.settings.key_docs.entry import OPTIONS, PORT, KeyDoc
from texts.catalogue import Text

BOARDS: dict[str, KeyDoc] = {
    "outputs[].board": KeyDoc(
        Text("bảng điện tử: chỉ dùng cùng faces", "a notice board: only together with faces"), None
    ),
    "outputs[].board.profile": KeyDoc(
        Text("loại bộ điều khiển bảng", "kind of board controller"), "png"
    ),
    "outputs[].board.path": KeyDoc(
        Text(
            "nơi có bảng; với png là thư mục nhận ảnh",
            "where the board is; with png the folder that takes the pictures",
        ),
        "/var/lib/tramtin/board",
    ),
    "outputs[].board.options": KeyDoc(OPTIONS, {"mode": "1920x1080@60"}),
    "outputs[].faces": KeyDoc(Text("các mặt của bảng", "the faces of the board"), None),
    "outputs[].faces[].name": KeyDoc(
        Text(
            "tên mặt bảng, không trùng với mặt hay cụm loa nào trong trạm",
            "the face's name; no other face or cluster of the station has it",
        ),
        "mat-truoc",
    ),
    "outputs[].faces[].width_px": KeyDoc(Text("chiều ngang thật", "true width"), 512),
    "outputs[].faces[].height_px": KeyDoc(Text("chiều cao thật", "true height"), 256),
    "outputs[].faces[].port": KeyDoc(
        Text(
            "bảng theo màn hình (hdmi): đầu nối của mặt này; xem ls /sys/class/drm",
            "a wall on a screen (hdmi): the connector of this face; see ls /sys/class/drm",
        ),
        "HDMI-A-1",
    ),
    "outputs[].faces[].mode": KeyDoc(
        Text(
            "bảng theo màn hình: chế độ hình của đầu nối đó, đúng như card phát đang nhận",
            "a wall on a screen: the mode of that connector, the one that the sending card takes",
        ),
        "1920x1080@60",
    ),
    "outputs[].faces[].x_px": KeyDoc(
        Text(
            "mép trái của mặt này trong khung hình của bảng",
            "left edge of this face in the board's picture",
        ),
        0,
    ),
    "outputs[].faces[].y_px": KeyDoc(
        Text(
            "mép trên của mặt này trong khung hình của bảng",
            "upper edge of this face in the board's picture",
        ),
        0,
    ),
    "outputs[].faces[].pitch_mm": KeyDoc(
        Text(
            "khoảng cách hai điểm đèn, mm (P10 là 10); cùng read_m: trung tâm báo chữ quá nhỏ",
            "from lamp to lamp, mm (P10 is 10); with read_m the centre warns of small letters",
        ),
        10,
    ),
    "outputs[].faces[].read_m": KeyDoc(
        Text(
            "người xem đứng cách bảng bao xa, mét",
            "from how far the face is read, metres",
        ),
        40,
    ),
    "outputs[].controls": KeyDoc(
        Text(
            "các thẻ điều khiển của bảng: chỉnh độ sáng, tắt đen, đọc tình trạng; không gửi hình",
            "the board's control cards: they dim, blank and watch it, and carry no picture",
        ),
        None,
    ),
    "outputs[].controls[].name": KeyDoc(
        Text("tên thẻ điều khiển, hiện trong các báo lỗi", "the card's name, as issues give it"),
        "the-phat",
    ),
    "outputs[].controls[].profile": KeyDoc(
        Text("mẫu thẻ: tên tệp hồ sơ thiết bị", "its model: the name of a profile file"),
        "novastar-mctrl660",
    ),
    "outputs[].controls[].port": KeyDoc(PORT, "/dev/serial/by-id/usb-Silicon_Labs_CP2102-if00"),
    "outputs[].controls[].faces": KeyDoc(
        Text(
            "các mặt mà thẻ này điều khiển; bỏ trống: mọi mặt",
            "the faces that this card controls; all without it",
        ),
        ["mat-truoc"],
    ),
    "outputs[].controls[].sees": KeyDoc(
        Text(
            "mặt bảng mà cảm biến sáng của thẻ nhìn vào, để biết bảng có hiện đúng hình không; bỏ"
            " trống: cảm biến nhìn trời",
            "the face that the card's light sensor looks at, to see whether it shows its picture;"
            " without it the sensor looks at the sky",
        ),
        "mat-truoc",
    ),
    "outputs[].controls[].white_lux": KeyDoc(
        Text(
            "mặt ấy trắng hết cỡ ở độ sáng 100 % làm cảm biến tăng bao nhiêu",
            "by how much that face, all white at full brightness, raises the sensor",
        ),
        850.0,
        "lx",
    ),
    "outputs[].controls[].cabinets": KeyDoc(
        Text(
            "rơ-le nguồn của các khoang LED, trên thẻ chức năng của thẻ này; bỏ trống: hộp không"
            " đụng tới nguồn. Không thẻ nào cho đọc lại rơ-le: khởi động xong, hộp bật nguồn trước",
            "the relay of the cabinets' power, on this card's function card; without it the box"
            " leaves the power alone. No relay can be read back: a box that starts switches it on",
        ),
        None,
    ),
    "outputs[].controls[].cabinets.outputs": KeyDoc(
        Text("các ngõ ra của rơ-le, từ 1 đến 8", "outputs of the relay, 1 to 8"), [1]
    ),
    "outputs[].controls[].cabinets.off_after_min": KeyDoc(
        Text(
            "mặt bảng đen liền bao lâu thì cắt nguồn khoang",
            "cabinets are switched off behind faces that were black for so long",
        ),
        30,
        "min",
    ),
    "outputs[].controls[].cabinets.warm_up_s": KeyDoc(
        Text(
            "khoang cần bao lâu từ lúc có điện đến lúc hiện hình: hộp bật trước mục bấy nhiêu",
            "from power to picture: so long before an item the box switches them on",
        ),
        10.0,
        "s",
    ),
    "outputs[].controls[].options": KeyDoc(OPTIONS, {"receivers": "4,4"}),
    "outputs[].video_inputs": KeyDoc(
        Text(
            "các card ghi hình (máy quay, HDMI vào): mục đã ký có `input` hiện hình ấy lên bảng",
            "capture cards (a camera, HDMI in): a signed entry with `input` shows what arrives",
        ),
        None,
    ),
    "outputs[].video_inputs[].name": KeyDoc(
        Text(
            "tên ngõ vào, như ghi trong `inputs` của cấu hình trạm và trong lịch",
            "the input's name, as in `inputs` of the station-config and in the schedule",
        ),
        "hdmi-vao",
    ),
    "outputs[].video_inputs[].profile": KeyDoc(
        Text("loại card: v4l2 là mọi card mà Linux nhận", "its kind: v4l2 is any that Linux knows"),
        "v4l2",
    ),
    "outputs[].video_inputs[].path": KeyDoc(
        Text("thiết bị, nên là tên dưới /dev/v4l/by-id", "the device, best below /dev/v4l/by-id"),
        "/dev/v4l/by-id/usb-MACROSILICON_USB_Video-video-index0",
    ),
    "outputs[].video_inputs[].options": KeyDoc(OPTIONS, {"size": "1280x720"}),
    "outputs[].light": KeyDoc(
        Text(
            "độ sáng của bảng, qua thẻ điều khiển, không thì qua chính bảng (colorlight); không ghi"
            " thì hộp để nguyên",
            "the board's brightness, through its control cards, else the board itself (colorlight);"
            " without it the box leaves it alone",
        ),
        None,
    ),
    "outputs[].light.by": KeyDoc(
        Text(
            "theo mặt trời (sun), theo giờ (clock) hay cảm biến ánh sáng (sensor)",
            "by sun, by clock, or by a light sensor",
        ),
        "sun",
    ),
    "outputs[].light.day_pct": KeyDoc(Text("độ sáng ban ngày", "brightness by day"), 80, "%"),
    "outputs[].light.night_pct": KeyDoc(
        Text("độ sáng ban đêm, mức trần ban đêm", "brightness and cap by night"), 15, "%"
    ),
    "outputs[].light.day": KeyDoc(
        Text(
            "giờ ban ngày, cũng dùng khi không biết mặt trời",
            "hours of the day, also where the sun is not known",
        ),
        "05:45-18:00",
    ),
    "outputs[].light.twilight_min": KeyDoc(
        Text("sáng dần và tối dần trong bao lâu", "how long it brightens and dims"), 30, "min"
    ),
    "outputs[].light.advert_pct": KeyDoc(
        Text("quảng cáo không sáng hơn mức này", "adverts are never brighter"), 60, "%"
    ),
    "outputs[].light.reserve_pct": KeyDoc(
        Text(
            "chạy máy phát hoặc pin (inputs: mains, generator) không sáng hơn mức này",
            "on generator or battery (inputs: mains, generator) never brighter",
        ),
        30,
        "%",
    ),
    "outputs[].light.sensor": KeyDoc(
        Text(
            "tên cảm biến ánh sáng của hộp (sensors, measures: illuminance); không ghi thì của thẻ",
            "name of the box's light sensor (sensors, measures: illuminance); else the card's own",
        ),
        "troi-sang",
    ),
    "outputs[].light.dark_lux": KeyDoc(
        Text("ánh sáng ứng với night_pct", "light at which night_pct holds"), 10, "lx"
    ),
    "outputs[].light.bright_lux": KeyDoc(
        Text("ánh sáng ứng với day_pct", "light at which day_pct holds"), 20000, "lx"
    ),
    "outputs[].light.full_w": KeyDoc(
        Text(
            "công suất cả bảng khi trắng hết và sáng hết, theo nhà chế tạo",
            "the wall's power, all white at full brightness, by its maker",
        ),
        24000,
        "W",
    ),
    "outputs[].light.cap_w": KeyDoc(
        Text("công suất được dùng nhiều nhất", "the most power that it may take"), 9000, "W"
    ),
}

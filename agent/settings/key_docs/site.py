"""Keys of what the box reads at its site: inputs (contacts) and sensors."""

from __future__ import annotations

from agent.settings.key_docs.entry import OPTIONS, PORT, KeyDoc
from texts.catalogue import Text

SITE: dict[str, KeyDoc] = {
    "inputs": KeyDoc(
        Text(
            "các tiếp điểm hộp đọc: cửa tủ, điện lưới, máy nổ, phím tắt tiếng, nút khẩn cấp, nút"
            " micro",
            "contacts that the box reads: door, mains, generator, silence key, emergency key, keys"
            " of microphones",
        ),
        None,
    ),
    "inputs[].name": KeyDoc(
        Text("tên tiếp điểm, không trùng nhau", "the contact's name, used once"), "cua-tu"
    ),
    "inputs[].kind": KeyDoc(
        Text(
            "mains: có điện lưới; generator: máy nổ chạy; door: cửa tủ mở; silence-key: phím tắt"
            " tiếng; emergency-key: nút khẩn cấp; microphone-key: nút nói micro, giữ để nói;"
            " emergency-microphone-key: nút micro khẩn cấp, giữ để nói;"
            " heard-key: nút xác nhận, người nghe thấy loa thì bấm;"
            " amplifier-fault: tăng âm báo lỗi;"
            " lockout: khóa an toàn đang bật: có người làm việc ở loa hoặc bảng: không âm thử,"
            " không lịch, tin khẩn cấp sau lời báo trước; không đọc được cũng tính là bật",
            "mains: mains present; generator: generator running; door: cabinet open; silence-key:"
            " key that silences the box; emergency-key: key that starts an alarm; microphone-key:"
            " key of a microphone, held to speak; emergency-microphone-key: key of the emergency"
            " microphone, held to speak; heard-key: key pressed by who hears the sound;"
            " amplifier-fault: the amplifier reports a fault;"
            " lockout: lockout on: somebody works at the horns or in front of a board: no test"
            " tone, no schedule, emergencies after a warning; one that cannot be read counts as on",
        ),
        "door",
    ),
    "inputs[].profile": KeyDoc(
        Text(
            "loại thiết bị: gpio, tên một tệp trong firmware-profiles, hoặc một mô phỏng",
            "kind of device: gpio, the name of a file in firmware-profiles, or a simulation",
        ),
        "gpio",
    ),
    "inputs[].port": KeyDoc(
        Text(
            "với gpio là nhãn của chip (lệnh gpiodetect) hoặc đường dẫn, còn lại như port của"
            " switch",
            "with gpio the chip's label (see gpiodetect) or its path, else as the port of a switch",
        ),
        "pinctrl-bcm2711",
    ),
    "inputs[].unit": KeyDoc(
        Text("địa chỉ của thiết bị trên đường dây", "the device's address on its line"), 1
    ),
    "inputs[].line": KeyDoc(
        Text(
            "số chân GPIO, hoặc ngõ vào thứ mấy của mô-đun, đếm từ 0",
            "the GPIO line's offset, or which input of the module, counted from 0",
        ),
        17,
    ),
    "inputs[].zone": KeyDoc(
        Text(
            "với amplifier-fault: tăng âm của cụm loa nào; với heard-key: nghe cụm nào, bỏ trống là"
            " mọi cụm",
            "with amplifier-fault: whose amplifier it is; with heard-key: which loudspeakers are"
            " heard, all without it",
        ),
        "nga-ba",
    ),
    "inputs[].starts": KeyDoc(
        Text(
            "chỉ với emergency-key: nút này phát báo động đã ký nằm ở khe nào; bỏ trống là khe key",
            "emergency-key only: the slot whose signed, prepared alarm this key starts;"
            " key without it",
        ),
        "key-lu",
    ),
    "inputs[].speaks": KeyDoc(
        Text(
            "chỉ với nút micro: mở micro nào ở voice_inputs; bỏ trống là cái đầu tiên",
            "keys of microphones only: which of voice_inputs it opens; the first one without it",
        ),
        "ban-chi-huy",
    ),
    "inputs[].active": KeyDoc(
        Text(
            "high: có điện áp là đang tác động; low: nối đất là đang tác động",
            "high: active with voltage; low: active when pulled to ground",
        ),
        "low",
    ),
    "inputs[].debounce_ms": KeyDoc(
        Text(
            "tiếp điểm phải giữ yên chừng này mới tính",
            "a contact must hold this long before it counts",
        ),
        50,
    ),
    "inputs[].options": KeyDoc(OPTIONS, {"bias": "pull-up"}),
    "sensors": KeyDoc(
        Text(
            "cảm biến và đồng hồ đo: nhiệt độ, độ ẩm, dòng, áp, công suất, ánh sáng",
            "sensors and meters: temperature, humidity, current, voltage, power, light",
        ),
        None,
    ),
    "sensors[].name": KeyDoc(
        Text("tên cảm biến, không trùng nhau", "the sensor's name, used once"), "dong-tang-am"
    ),
    "sensors[].measures": KeyDoc(
        Text(
            "temperature: nhiệt độ (°C); humidity: độ ẩm (%); current: dòng (A); voltage: áp (V);"
            " power: công suất (W); illuminance: ánh sáng (lx)",
            "temperature (°C), humidity (%), current (A), voltage (V), power (W), illuminance (lx)",
        ),
        "current",
    ),
    "sensors[].profile": KeyDoc(
        Text(
            "loại thiết bị: tên một tệp trong firmware-profiles, hoặc một mô phỏng",
            "kind of device: the name of a file in firmware-profiles, or a simulation",
        ),
        "ti-ina226",
    ),
    "sensors[].port": KeyDoc(PORT, "1-0040"),
    "sensors[].unit": KeyDoc(
        Text("địa chỉ của thiết bị trên đường dây", "the device's address on its line"), 1
    ),
    "sensors[].zone": KeyDoc(
        Text(
            "đo cho cụm loa hay mặt bảng nào; bỏ trống nếu đo cho cả hộp",
            "which cluster or face it measures; leave it out if it is for the whole box",
        ),
        "nga-ba",
    ),
    "sensors[].low": KeyDoc(
        Text(
            "dưới mức này là sự cố; với current hay power của một cụm loa (zone): mức ít nhất"
            " tăng âm"
            " tiêu thụ khi bật, để biết rơ-le có đóng thật không",
            "below this is an issue; for current or power of a zone: the least that its amplifier"
            " draws while on, which proves that the relay really switched",
        ),
        0.2,
        "°C, %, A, V, W",
    ),
    "sensors[].high": KeyDoc(
        Text("trên mức này là sự cố", "above this is an issue"), 4.5, "°C, %, A, V, W"
    ),
    "sensors[].baseline": KeyDoc(
        Text(
            "với current hay power của một cụm loa: mức đo được lúc nghiệm thu khi loa đang kêu;"
            " trung bình nửa phút lệch quá 30 % là sự cố. Với illuminance của một mặt bảng: mặt"
            " trắng hết cỡ ở độ sáng 100 % làm cảm biến tăng bao nhiêu",
            "for current or power of a zone: what it drew while sounding at commissioning; a mean"
            " of half a minute more than 30 % away is an issue. For illuminance of a face: by how"
            " much that face, all white at full brightness, raises the sensor",
        ),
        0.9,
        "A, W, lx",
    ),
    "sensors[].options": KeyDoc(OPTIONS, {}),
}

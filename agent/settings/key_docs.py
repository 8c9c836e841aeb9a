"""The meaning of each key of station.yaml, in Vietnamese and English, with an example.

A test fails for a key of the model that has no line here, and for a line without a key. Only the
schema and the reference page use it; the running agent never loads it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from texts.catalogue import Text


class KeyDoc(NamedTuple):
    """One key: its meaning, an example as a value, its unit where the name does not end in it."""

    text: Text
    example: Any
    unit: str = ""


_OPTIONS = Text(
    "khoá riêng của loại thiết bị này, xem tệp hồ sơ của nó",
    "keys of this kind of device only: see its profile",
)
_PORT = Text(
    "nơi cắm: đường dẫn cố định của cổng nối tiếp, địa chỉ máy:cổng, hoặc tệp mô phỏng",
    "its port: a serial port's stable path, host:port, or the file of a simulation",
)
_SERIAL = "/dev/serial/by-id/usb-FTDI_FT232R-if00-port0"

KEYS: dict[str, KeyDoc] = {
    "station": KeyDoc(
        Text(
            "mã trạm, do tỉnh cấp, giữ suốt đời thiết bị, trùng với tên trong chứng thư",
            "the station's id, given by the province, for the box's whole life; the name in its"
            " certificate",
        ),
        "tv-cl-0007",
    ),
    "province": KeyDoc(
        Text(
            "mã tỉnh của hộp này: hộp chưa từng có vị trí chỉ nhận station-config đầu tiên ở"
            " tỉnh này,"
            " hoặc của tỉnh mới đã nhận cả mã này; để trống thì ở tỉnh nào cũng nhận",
            "the code of the box's province: a box that never had a place takes its first"
            " station-config only there, or from a province that was given this code as well; in"
            " any"
            " province without this key",
        ),
        "84",
    ),
    "broker": KeyDoc(
        Text(
            "máy chủ MQTT của tỉnh và ba tệp để hai bên nhận ra nhau (TLS)",
            "the province's MQTT broker, and the three files by which both sides know each other"
            " (TLS)",
        ),
        None,
    ),
    "broker.host": KeyDoc(
        Text(
            "tên máy chủ, không có cổng và không có mqtt://",
            "the host's name, without port and without mqtt://",
        ),
        "mqtt.tinh.gov.vn",
    ),
    "broker.port": KeyDoc(Text("cổng có TLS", "the port with TLS"), 8883),
    "broker.ca": KeyDoc(
        Text(
            "chứng thư gốc của máy chủ, đường dẫn đầy đủ",
            "certificate of the broker's authority, absolute path",
        ),
        "/etc/tramtin/broker-ca.pem",
    ),
    "broker.cert": KeyDoc(
        Text("chứng thư của trạm, đường dẫn đầy đủ", "the station's certificate, absolute path"),
        "/etc/tramtin/device.pem",
    ),
    "broker.key": KeyDoc(
        Text(
            "khoá riêng của trạm, đường dẫn đầy đủ; chỉ root đọc được (quyền 600)",
            "the station's private key, absolute path; only root may read it (mode 600)",
        ),
        "/etc/tramtin/device.key",
    ),
    "broker.keepalive_s": KeyDoc(
        Text(
            "khi im lặng, cứ chừng này lại báo mình còn đó",
            "how often the box sends a keep-alive while the link is silent",
        ),
        120,
    ),
    "broker.retry_base_s": KeyDoc(
        Text(
            "chờ lần đầu sau khi mất kết nối; các lần sau chờ lâu dần, tối đa gấp 300",
            "first wait after a lost link; later waits grow up to 300 times this",
        ),
        1,
    ),
    "root": KeyDoc(
        Text(
            "gốc tin cậy: tệp nói ai được quyền ra lệnh; không có tệp này trạm không chạy",
            "root of trust: the file that defines who may sign; without it the station does not"
            " run",
        ),
        "/etc/tramtin/root.json",
    ),
    "state": KeyDoc(
        Text(
            "thư mục giữ lịch, tệp âm thanh và nhật ký; phải nằm trên đĩa còn nguyên khi mất điện",
            "folder of schedules, media and journal; on a disk that survives a power cut",
        ),
        "/var/lib/tramtin",
    ),
    "outputs": KeyDoc(
        Text(
            "mỗi đường tiếng (audio và zones) hoặc mỗi bảng điện tử (board và faces) là một mục",
            "one item for each sound path (audio and zones) or notice board (board and faces)",
        ),
        None,
    ),
    "outputs[].name": KeyDoc(
        Text("tên đầu ra, không trùng nhau", "the output's name, used once in the station"), "loa"
    ),
    "outputs[].audio": KeyDoc(
        Text("đường tiếng: chỉ dùng cùng zones", "a sound path: only together with zones"), None
    ),
    "outputs[].audio.driver": KeyDoc(
        Text("trình điều khiển âm thanh", "the sound driver"), "portaudio"
    ),
    "outputs[].audio.device": KeyDoc(
        Text(
            "thiết bị âm thanh; `tramtin doctor` liệt kê tên cố định của từng cái",
            "the sound device; `tramtin doctor` lists the stable name of each",
        ),
        "default",
    ),
    "outputs[].audio.channels": KeyDoc(
        Text("số kênh mà thiết bị cần", "how many channels the device wants"), 1
    ),
    "outputs[].zones": KeyDoc(
        Text(
            "các cụm loa bật tắt riêng được của đường tiếng này",
            "the loudspeaker clusters of this sound path that can be switched by themselves",
        ),
        None,
    ),
    "outputs[].zones[].name": KeyDoc(
        Text(
            "tên cụm loa; lịch phát gọi bằng tên này, nên không trùng trong cả trạm",
            "the cluster's name; schedules call it by this, so it is used once in the whole"
            " station",
        ),
        "nga-ba",
    ),
    "outputs[].zones[].kind": KeyDoc(
        Text(
            "ordinary: thông thường; special: gần trạm y tế, trường học, chùa (mức âm thấp hơn)",
            "ordinary, or special: near a clinic, school or pagoda (a lower level)",
        ),
        "ordinary",
    ),
    "outputs[].zones[].switch": KeyDoc(
        Text(
            "công tắc nguồn của tăng âm; bỏ cả khoá này nếu tăng âm luôn bật",
            "the amplifier's power switch; leave it out if the amplifier is always on",
        ),
        None,
    ),
    "outputs[].zones[].switch.profile": KeyDoc(
        Text(
            "loại thiết bị: tên một tệp trong firmware-profiles, hoặc gpio, sim-amplifier",
            "kind of device: the name of a file in firmware-profiles, or gpio, sim-amplifier",
        ),
        "waveshare-modbus-rtu-relay",
    ),
    "outputs[].zones[].switch.port": KeyDoc(_PORT, _SERIAL),
    "outputs[].zones[].switch.unit": KeyDoc(
        Text("địa chỉ của thiết bị trên đường dây", "the device's address on its line"), 1
    ),
    "outputs[].zones[].switch.coil": KeyDoc(
        Text("rơ-le thứ mấy, đếm từ 0", "which relay, counted from 0"), 0
    ),
    "outputs[].zones[].switch.options": KeyDoc(_OPTIONS, {"baud": 9600}),
    "outputs[].zones[].settle_ms": KeyDoc(
        Text("chờ sau khi bật tăng âm rồi mới phát", "wait after switching on, before sound"), 400
    ),
    "outputs[].zones[].tail_ms": KeyDoc(
        Text("chờ sau khi hết tiếng rồi mới tắt tăng âm", "wait after sound, before switching off"),
        800,
    ),
    "outputs[].zones[].spl": KeyDoc(
        Text(
            "mức âm đo lúc nghiệm thu; bỏ trống thì trạm báo chưa hiệu chuẩn",
            "sound level measured at commissioning; without it the station reports not calibrated",
        ),
        None,
    ),
    "outputs[].zones[].spl.dba": KeyDoc(Text("mức âm đo được", "the level measured"), 98, "dB(A)"),
    "outputs[].zones[].spl.distance_m": KeyDoc(
        Text("đo cách loa bao xa", "how far from the horn it was measured"), 1
    ),
    "outputs[].zones[].spl.at_gain_db": KeyDoc(
        Text("đo khi âm lượng của hộp ở mức này", "the gain of the box while it was measured"), 0
    ),
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
    "inputs": KeyDoc(
        Text(
            "các tiếp điểm hộp đọc: cửa tủ, điện lưới, máy nổ, phím tắt tiếng, nút khẩn cấp",
            "contacts that the box reads: door, mains, generator, silence key, emergency key",
        ),
        None,
    ),
    "inputs[].name": KeyDoc(
        Text("tên tiếp điểm, không trùng nhau", "the contact's name, used once"), "cua-tu"
    ),
    "inputs[].kind": KeyDoc(
        Text(
            "mains: có điện lưới; generator: máy nổ chạy; door: cửa tủ mở; silence-key: phím tắt"
            " tiếng; emergency-key: nút khẩn cấp",
            "mains: mains present; generator: generator running; door: cabinet open; silence-key:"
            " key that silences the box; emergency-key: key that starts an alarm",
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
    "inputs[].starts": KeyDoc(
        Text(
            "chỉ với emergency-key: nút này phát báo động đã ký nằm ở khe nào; bỏ trống là khe key",
            "emergency-key only: the slot whose signed, prepared alarm this key starts;"
            " key without it",
        ),
        "key-lu",
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
    "inputs[].options": KeyDoc(_OPTIONS, {"bias": "pull-up"}),
    "sensors": KeyDoc(
        Text(
            "cảm biến và đồng hồ đo: nhiệt độ, độ ẩm, dòng, áp, công suất",
            "sensors and meters: temperature, humidity, current, voltage, power",
        ),
        None,
    ),
    "sensors[].name": KeyDoc(
        Text("tên cảm biến, không trùng nhau", "the sensor's name, used once"), "dong-tang-am"
    ),
    "sensors[].measures": KeyDoc(
        Text(
            "temperature: nhiệt độ (°C); humidity: độ ẩm (%); current: dòng (A); voltage: áp (V);"
            " power: công suất (W)",
            "temperature (°C), humidity (%), current (A), voltage (V), power (W)",
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
    "sensors[].port": KeyDoc(_PORT, "1-0040"),
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
    "sensors[].options": KeyDoc(_OPTIONS, {}),
    "page": KeyDoc(
        Text(
            "trang trạng thái cho điện thoại; có khoá này mới có trang, kể cả khi để {}",
            "the status page for a phone; it is on only when this key is there, even as {}",
        ),
        None,
    ),
    "page.listen": KeyDoc(
        Text(
            "mở thêm trên một cổng mạng nội bộ; bỏ trống thì chỉ mở ở 127.0.0.1:8080",
            "one additional local network port; without it only 127.0.0.1:8080",
        ),
        "192.168.10.1:8080",
    ),
    "page.pin": KeyDoc(
        Text(
            "mã mở phần điều khiển trên trang (thử loa, tắt tiếng): 6 đến 12 chữ số, viết trong"
            " nháy",
            "unlocks the controls of the page (test tone, silence): 6 to 12 digits, in quotes",
        ),
        None,
    ),
    "policy": KeyDoc(
        Text(
            "siết thêm tại chỗ; không bao giờ nới được những gì đã ký",
            "local restrictions; they never widen what was signed",
        ),
        None,
    ),
    "policy.quiet_hours": KeyDoc(
        Text(
            "giờ yên lặng tại chỗ, thêm vào giờ đã ký; gồm giờ đầu, không gồm giờ cuối; giờ Việt"
            " Nam",
            "local quiet hours in addition to the signed ones; start included, end not;"
            " Vietnamese time",
        ),
        ["21:00-05:00"],
    ),
    "media": KeyDoc(Text("tải tệp âm thanh và hình ảnh", "fetching sound and pictures"), None),
    "media.allow_private": KeyDoc(
        Text(
            "cho tải từ địa chỉ mạng riêng, với máy chủ mà cấu hình trạm đã ký nêu tên",
            "allow private addresses, for hosts that the signed station-config names",
        ),
        example=False,
    ),
}
_UNITS = {"_ms": "ms", "_s": "s", "_m": "m", "_db": "dB", "_px": "px"}


def unit_of(path: str) -> str:
    """The unit of a key: the end of its name, or the unit in its `KeyDoc`."""
    return KEYS[path].unit or next((unit for end, unit in _UNITS.items() if path.endswith(end)), "")

"""Messages for technicians about station.yaml, in Vietnamese and English, by stable code.

`strict_yaml.messages` has the faults that any YAML file can have.
"""

from __future__ import annotations

from strict_yaml.messages import MESSAGES
from texts.catalogue import Catalogue, Lang, Text, look_up

_OWN: Catalogue = {
    # faults of the settings as a whole
    "not_unique": Text("tên bị trùng", "name used twice"),
    "audio_or_board": Text(
        "một đầu ra là loa (audio) hoặc bảng (board), không phải cả hai hay không gì",
        "an output is either audio or board, not both or neither",
    ),
    "zone_needs_audio": Text(
        "vùng loa (zones) chỉ dùng với audio, mặt bảng (faces) chỉ dùng với board",
        "zones go with audio, faces go with board",
    ),
    "controls_need_board": Text(
        "thẻ điều khiển (controls) chỉ dùng với board", "controls go with board"
    ),
    "video_inputs_need_board": Text(
        "card ghi hình (video_inputs) chỉ dùng với board", "video_inputs go with board"
    ),
    "video_inputs_on_sign": Text(
        "bảng loại này chỉ hiện hình tĩnh: không dùng được card ghi hình (video_inputs)",
        "a board of this kind shows stills only: it cannot have video_inputs",
    ),
    "light_needs_controls": Text(
        "độ sáng (light) cần một thẻ điều khiển ở controls: bảng loại này không tự chỉnh được",
        "light needs a card in controls: a board of this kind cannot dim by itself",
    ),
    "no_power_output": Text(
        "thẻ loại này không có rơ-le nguồn: bỏ cabinets",
        "a card of this kind has no power outputs: leave cabinets out",
    ),
    "night_above_day": Text(
        "ban đêm (night_pct) không được sáng hơn ban ngày (day_pct)",
        "night_pct must not be above day_pct",
    ),
    "no_face": Text("đầu ra này không có mặt bảng này", "this output has no such face"),
    "nothing_to_select": Text(
        "đầu ra không có vùng loa hoặc mặt bảng nào",
        "the output has no zone or face to select",
    ),
    "switch_used_twice": Text("công tắc này đã dùng cho vùng khác", "switch used by another zone"),
    "input_used_twice": Text("ngõ vào này đã dùng rồi", "contact used by another input"),
    "no_channel": Text(
        "đường tiếng này không có kênh đó: xem audio.channels",
        "the sound path has no such channel: see audio.channels",
    ),
    "channel_twice": Text("kênh này ghi hai lần", "channel named twice"),
    "monitor_needs_audio": Text(
        "monitor nghe lại loa, nên chỉ dùng với audio",
        "a monitor hears loudspeakers: only with audio",
    ),
    "fault_needs_zone": Text(
        "tiếp điểm báo lỗi tăng âm phải nói rõ của cụm loa nào (zone)",
        "an amplifier's fault contact must name its zone",
    ),
    "no_zone": Text("không có vùng loa này", "no such zone"),
    "no_light_sensor": Text(
        "không có cảm biến nào tên này mà đo ánh sáng (measures: illuminance)",
        "no sensor of this name measures light (measures: illuminance)",
    ),
    "sight_needs_baseline": Text(
        "cảm biến nhìn mặt bảng phải ghi `baseline`: mặt trắng hết cỡ làm nó tăng bao nhiêu lx",
        "a light sensor that looks at a face needs `baseline`: by how many lx a white face at full"
        " brightness raises it",
    ),
    "sight_is_no_daylight": Text(
        "cảm biến này nhìn mặt bảng: độ sáng sẽ chạy theo chính hình của bảng",
        "this sensor looks at the face: the brightness would follow the board's own picture",
    ),
    "no_voice_input": Text(
        "không có micro hay đường vào này ở voice_inputs",
        "no such microphone or line-in in voice_inputs",
    ),
    "low_not_below_high": Text(
        "mức thấp (low) phải nhỏ hơn mức cao (high)",
        "low must be below high",
    ),
    "empty_window": Text("khung giờ rỗng: đầu trùng cuối", "empty window: start equals end"),
    "host_has_port": Text(
        "host chỉ là tên máy chủ: số cổng viết ở khoá port",
        "host is the name alone: the port number goes to the key port",
    ),
    "uplink_listen": Text(
        "trang trạng thái không được nghe trên mọi giao diện",
        "the page must never listen on every interface",
    ),
    # files and drivers named by the settings
    "no_file": Text("không có tệp này", "no such file"),
    "file_unreadable": Text("không đọc được tệp này", "file cannot be read"),
    "no_directory": Text("không có thư mục này", "no such directory"),
    "not_writable": Text("không ghi được vào thư mục này", "directory cannot be written"),
    "unknown_driver": Text("không có loại thiết bị này", "no such driver or profile"),
    "bad_profile": Text(
        "tệp hồ sơ thiết bị có lỗi; {0}", "the device's profile file has faults; {0}"
    ),
    "not_taken": Text(
        "loại thiết bị này không dùng khoá này", "this kind of device has no such key"
    ),
    "E_DRIVER": Text(
        "E_DRIVER: thiết bị không dùng được với các cài đặt này; {0}",
        "E_DRIVER: the device cannot be used with these settings; {0}",
    ),
    "E_PORT": Text(
        "E_PORT: cổng ra hình (port) của mặt bảng không dùng được",
        "E_PORT: the face's port cannot be used",
    ),
    "E_MODE": Text(
        "E_MODE: chế độ hình (mode) của mặt bảng không dùng được",
        "E_MODE: the face's mode cannot be used",
    ),
    "E_SIZE": Text(
        "E_SIZE: mặt bảng lọt ra ngoài khung hình", "E_SIZE: the face does not lie in the picture"
    ),
    "E_OVERLAP": Text("E_OVERLAP: hai mặt bảng đè lên nhau", "E_OVERLAP: two faces share pixels"),
    "unreadable": Text("không đọc được", "cannot be read"),
    "no_settings": Text(
        (
            "chưa có tệp này; chép tệp mẫu rồi sửa:"
            " `sudo cp /usr/share/doc/tramtin/station.example.yaml {0}`"
        ),
        (
            "there is no such file; copy the sample and edit it:"
            " `sudo cp /usr/share/doc/tramtin/station.example.yaml {0}`"
        ),
    ),
    "closed_settings": Text(
        "không được đọc: chạy lại lệnh này với sudo",
        "may not be read: run this command again with sudo",
    ),
    "other_than_line": Text("khác với dòng {0}", "another than in line {0}"),
    "local_address": Text(
        "địa chỉ của một cổng mạng nội bộ, như 192.168.10.1:8080; bỏ khoá này nếu chỉ xem tại hộp",
        "the address of one local network port, as 192.168.10.1:8080; without the key: only here",
    ),
    "more_than": Text("lớn hơn {0}", "more than {0}"),
    "command": Text("chạy `sudo {0}`", "`sudo {0}`"),
    "file_of_centre": Text(
        "tệp do trung tâm cấp, cài theo sổ tay phần 2",
        "the file from the centre, installed as in part 2 of the manual",
    ),
    "with_sudo": Text("chạy lệnh này với sudo", "to be run with sudo"),
    # result of `tramtin check`
    "good_but": Text(
        "{0}: cài đặt đúng, {1} cảnh báo",
        "{0}: settings are good, {1} warning(s)",
    ),
    "cards_of": Text("đầu ra {0}, card theo thứ tự: {1}", "output {0}, its cards in order: {1}"),
    "level_of": Text("cụm {0}: {1}; mức trần tại chỗ: {2}", "cluster {0}: {1}; local caps: {2}"),
    "level_unmeasured": Text("chưa đo mức âm", "not calibrated"),
    "no_local_cap": Text("không ghi", "none"),
    "control_of": Text(
        "bảng {0}: thẻ điều khiển {1} ({2}) ở {3}, mặt {4}",
        "board {0}: control card {1} ({2}) at {3}, faces {4}",
    ),
    "video_of": Text(
        "bảng {0}: ngõ vào hình {1} ({2}) ở {3}", "board {0}: video input {1} ({2}) at {3}"
    ),
    "light_of": Text("bảng {0}: độ sáng {1}, theo {2}", "board {0}: brightness {1}, by {2}"),
    "default_note": Text("mặc định", "default"),
    "E_ROOT": Text(
        "E_ROOT: không dùng được gốc tin cậy; {0}", "E_ROOT: the root of trust cannot be used; {0}"
    ),
    "E_KEY": Text(
        "E_KEY: không dùng được khoá của trạm; {0}", "E_KEY: the station's key cannot be used; {0}"
    ),
    "good": Text("{0}: cài đặt đúng", "{0}: settings are good"),
    "fault_count": Text(
        "{0}: {1} lỗi; sửa từ trên xuống rồi kiểm tra lại",
        "{0}: {1} fault(s); correct them from the top, then check again",
    ),
}
PHRASES: Catalogue = {**MESSAGES, **_OWN}


def translate(code: str, lang: Lang, *args: str) -> str:
    """The text of a code in a language; an unknown code is returned as it is."""
    return look_up(PHRASES, code, lang, *args)

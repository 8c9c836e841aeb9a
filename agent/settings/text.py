"""What a technician or officer reads about a YAML file: Vietnamese and English, by stable code."""

from __future__ import annotations

from typing import Literal

Lang = Literal["vi", "en"]

# code -> (Vietnamese, English); {0}, {1} are the arguments
PHRASES: dict[str, tuple[str, str]] = {
    "got": ("đang là {0}", "got {0}"),
    "expected": ("cần {0}", "expected {0}"),
    "did_you_mean": ("có phải ý bạn là {0}?", "did you mean {0}?"),
    "warning": ("cảnh báo", "warning"),
    # what is wrong with the file as text
    "too_big": ("tệp quá lớn", "file too big"),
    "not_utf8": ("tệp không phải UTF-8", "file is not UTF-8"),
    "syntax": ("sai cú pháp YAML", "not valid YAML"),
    "tab": ("có phím Tab ở đầu dòng", "a Tab at the beginning of the line"),
    "odd_space": (
        "dấu cách lạ (chép từ web hoặc Zalo): xoá đi, gõ lại bằng phím cách",
        "a foreign kind of space (copied from a web page or chat): delete it, type a plain one",
    ),
    "indent": ("thụt đầu dòng sai", "wrong indentation"),
    "dash_stray": (
        "dấu - chỉ dùng cho từng mục của một danh sách",
        "a dash stands only before an item of a list",
    ),
    "dash_new_line": (
        "mục có dấu - phải bắt đầu ở dòng mới, thụt vào",
        "an item with a dash begins on a line of its own, indented",
    ),
    "dash_space": ("sau dấu - phải có dấu cách", "a space is missing after the dash"),
    "no_colon": (
        "sau tên khoá phải có dấu hai chấm và dấu cách",
        "after the key a colon and a space are missing",
    ),
    "no_comma": ("thiếu dấu phẩy trước chỗ này", "a comma is missing before this"),
    "unclosed": ("dấu mở ở đây chưa đóng lại", "opened here and never closed"),
    "extra_bracket": ("thừa dấu đóng ngoặc", "a closing bracket too many"),
    "after_quote": ("thừa chữ sau dấu đóng nháy", "text after the closing quote"),
    "needs_quotes": (
        "giá trị có ký tự đặc biệt: đặt trong dấu nháy",
        "a value with special characters: put quotes around it",
    ),
    "smart_quote": ("dấu nháy cong: phải là nháy thẳng", "a curly quote: use a straight one"),
    "escape": (
        "dấu \\ trong nháy kép có nghĩa riêng: dùng nháy đơn",
        "a \\ has a meaning of its own in double quotes: use single quotes",
    ),
    "empty": ("tệp trống", "file is empty"),
    "many_documents": ("có hơn một tài liệu trong tệp", "more than one document in the file"),
    "anchor": ("không dùng neo (&)", "anchors (&) are not allowed"),
    "alias": ("không dùng tham chiếu (*)", "aliases (*) are not allowed"),
    "tag": ("không dùng thẻ (!)", "tags (!) are not allowed"),
    "merge_key": ("không dùng khoá gộp (<<)", "merge keys (<<) are not allowed"),
    "key_not_text": ("tên khoá phải là chữ", "a key must be plain text"),
    "too_deep": ("lồng quá sâu", "nested too deep"),
    # what is wrong with a key or a value
    "duplicate_key": ("khoá bị lặp", "key given twice"),
    "unknown_key": ("không có khoá này", "unknown key"),
    "no_value": ("khoá chưa có giá trị", "key has no value"),
    "missing_key": ("thiếu khoá", "key is missing"),
    "wrong_type": ("sai kiểu giá trị", "wrong type"),
    "bad_value": ("giá trị không hợp lệ", "bad value"),
    "bad_together": ("các giá trị không đi cùng nhau", "values do not go together"),
    # what is wrong with the settings as a whole
    "not_unique": ("tên bị trùng", "name used twice"),
    "audio_or_board": (
        "một đầu ra là loa (audio) hoặc bảng (board), không phải cả hai hay không gì",
        "an output is either audio or board, not both or neither",
    ),
    "zone_needs_audio": (
        "vùng loa (zones) chỉ dùng với audio, mặt bảng (faces) chỉ dùng với board",
        "zones go with audio, faces go with board",
    ),
    "nothing_to_select": (
        "đầu ra không có vùng loa hoặc mặt bảng nào",
        "the output has no zone or face to select",
    ),
    "switch_used_twice": ("công tắc này đã dùng cho vùng khác", "switch used by another zone"),
    "input_used_twice": ("ngõ vào này đã dùng rồi", "contact used by another input"),
    "no_zone": ("không có vùng loa này", "no such zone"),
    "low_not_below_high": (
        "mức thấp (low) phải nhỏ hơn mức cao (high)",
        "low must be below high",
    ),
    "empty_window": ("khung giờ rỗng: đầu trùng cuối", "empty window: start equals end"),
    "window_order": ("ngày cuối trước ngày đầu", "the end is before the start"),
    "host_has_port": (
        "host chỉ là tên máy chủ: số cổng viết ở khoá port",
        "host is the name alone: the port number goes to the key port",
    ),
    "uplink_listen": (
        "trang trạng thái không được nghe trên mọi giao diện",
        "the page must never listen on every interface",
    ),
    # files and drivers named by the settings
    "no_file": ("không có tệp này", "no such file"),
    "file_unreadable": ("không đọc được tệp này", "file cannot be read"),
    "no_directory": ("không có thư mục này", "no such directory"),
    "not_writable": ("không ghi được vào thư mục này", "directory cannot be written"),
    "unknown_driver": ("không có loại thiết bị này", "no such driver or profile"),
    "bad_profile": ("tệp hồ sơ thiết bị có lỗi", "the device's profile file has faults"),
    "not_taken": ("loại thiết bị này không dùng khoá này", "this kind of device has no such key"),
    "E_DRIVER": (
        "E_DRIVER: thiết bị không dùng được với các cài đặt này",
        "E_DRIVER: the device cannot be used with these settings",
    ),
    "unreadable": ("không đọc được", "cannot be read"),
    "no_settings": (
        (
            "chưa có tệp này; chép tệp mẫu rồi sửa:"
            " `sudo cp /usr/share/doc/tramtin/station.example.yaml {0}`"
        ),
        (
            "there is no such file; copy the sample and edit it:"
            " `sudo cp /usr/share/doc/tramtin/station.example.yaml {0}`"
        ),
    ),
    "closed_settings": (
        "không được đọc: chạy lại lệnh này với sudo",
        "may not be read: run this command again with sudo",
    ),
    # what is expected
    "text": ("chữ", "text"),
    "integer": ("số nguyên chỉ gồm chữ số, ví dụ 30", "a plain whole number such as 30"),
    "number": ("số, ví dụ 1.5", "a number such as 1.5"),
    "true_false": ("true hoặc false", "true or false"),
    "list": ("danh sách", "a list"),
    "mapping": ("nhóm khoá: giá trị", "keys with values"),
    "saved_as_utf8": ("lưu tệp ở dạng UTF-8", "the file saved as UTF-8"),
    "spaces_only": ("dấu cách", "spaces"),
    "spaces": ("{0} dấu cách ở đầu dòng, như dòng {1}", "{0} spaces first, as in line {1}"),
    "belongs_in": ("đặt khoá này trong: {0}", "this key belongs in: {0}"),
    "once": ("một lần: đã có ở dòng {0}", "once: it stands in line {0} already"),
    "other_than_line": ("khác với dòng {0}", "another than in line {0}"),
    "local_address": (
        "địa chỉ của một cổng mạng nội bộ, như 192.168.10.1:8080; bỏ khoá này nếu chỉ xem tại hộp",
        "the address of one local network port, as 192.168.10.1:8080; without the key: only here",
    ),
    "nothing": ("để trống", "nothing"),
    "or": ("{0} hoặc {1}", "{0} or {1}"),
    "one_of_keys": ("một trong các khoá: {0}", "one of the keys: {0}"),
    "one_of": ("một trong: {0}", "one of: {0}"),
    "at_least": ("từ {0} trở lên", "at least {0}"),
    "at_most": ("nhiều nhất {0}", "at most {0}"),
    "between": ("từ {0} đến {1}", "from {0} to {1}"),
    "more_than": ("lớn hơn {0}", "more than {0}"),
    "length_at_least": ("ít nhất {0} mục hoặc ký tự", "at least {0} items or characters"),
    "length_at_most": ("nhiều nhất {0} mục hoặc ký tự", "at most {0} items or characters"),
    "command": ("chạy `sudo {0}`", "`sudo {0}`"),
    "file_of_centre": (
        "tệp do trung tâm cấp, cài theo sổ tay phần 2",
        "the file from the centre, installed as in part 2 of the manual",
    ),
    "with_sudo": ("chạy lệnh này với sudo", "to be run with sudo"),
    "form": ("dạng {0}", "the form {0}"),
    "rule": ("{0}", "{0}"),
    # verdict of `tramtin check`
    "good_but": (
        "{0}: cài đặt đúng, {1} cảnh báo",
        "{0}: settings are good, {1} warning(s)",
    ),
    "default_note": ("mặc định", "default"),
    "E_ROOT": ("E_ROOT: không dùng được gốc tin cậy", "E_ROOT: the root of trust cannot be used"),
    "E_KEY": ("E_KEY: không dùng được khoá của trạm", "E_KEY: the station's key cannot be used"),
    "good": ("{0}: cài đặt đúng", "{0}: settings are good"),
    "fault_count": (
        "{0}: {1} lỗi; sửa từ trên xuống rồi kiểm tra lại",
        "{0}: {1} fault(s); mend from the top, then check again",
    ),
}


def say(code: str, lang: Lang, *args: str) -> str:
    """The phrase of a code in a language; an unknown code is shown as it is."""
    phrase = PHRASES.get(code) or _find_risk(code)
    if phrase is None:
        return code
    # not str.format: the arguments and the phrase may hold braces of the user's own text
    text = phrase[0] if lang == "vi" else phrase[1]
    for index, arg in enumerate(args):
        text = text.replace("{" + str(index) + "}", arg)
    return text


def _find_risk(code: str) -> tuple[str, str] | None:
    from agent.settings.text_risk import RISKS  # only `check` speaks of risks

    return RISKS.get(code)

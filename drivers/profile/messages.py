"""Messages about a device's profile, in Vietnamese and English, by stable code.

`strict_yaml.messages` has the faults that any YAML file can have. Each text has at most one
placeholder: the value at fault.
"""

from __future__ import annotations

from strict_yaml.messages import MESSAGES
from texts.catalogue import Catalogue, Text

_OWN: Catalogue = {
    "unreadable": Text("không đọc được tệp: {0}", "the file cannot be read: {0}"),
    "name_of_file": Text(
        "vendor và model cho ra tên tệp {0}.yaml: đổi tên tệp hoặc sửa hai khoá này",
        "vendor and model give the file name {0}.yaml: rename the file or these",
    ),
    # the line
    "needs_serial": Text(
        "thiếu: {0} cần tốc độ (baud) của đường dây", "missing: {0} needs the line's baud"
    ),
    "no_serial": Text(
        "bỏ đi: {0} không có đường dây nối tiếp", "remove it: {0} has no serial line"
    ),
    "needs_units": Text(
        "thiếu: thiết bị có thể mang những địa chỉ nào?",
        "missing: which addresses can the device have?",
    ),
    "factory_outside": Text("nằm ngoài low..high", "outside low..high"),
    # the rules of quality
    "rule_twice": Text("có một quy tắc viết hai lần", "a rule stands here twice"),
    "rule_missing": Text(
        "thiếu quy tắc '{0}': ghi done, hoặc exempt kèm lý do",
        "rule '{0}' is missing: say done, or exempt with a reason",
    ),
    "needs_reason": Text("thiếu: vì sao miễn (exempt)?", "missing: why exempt?"),
    "not_proved": Text(
        "quality ghi {0}: done, nên khoá này không thể là none",
        "quality says {0}: done, so this cannot be none",
    ),
    "proved_exempt": Text(
        "verified_on ghi {0}: vậy quy tắc ấy là done",
        "verified_on says {0}: that rule is then done",
    ),
    "cannot_read_back": Text(
        "read-back: done, nhưng không có gì chỉ cách đọc lại: ghi exempt và lý do",
        "read-back: done, but nothing says how to read: exempt, and why",
    ),
    "can_read_back": Text(
        "read-back: exempt, nhưng đọc lại được: ghi done",
        "read-back: exempt, but it can be read: done",
    ),
    # registers and commands of a relay
    "needs_commands": Text(
        "transport {0} cần commands, và không có registers",
        "transport {0} needs commands, and no registers",
    ),
    "needs_registers": Text(
        "transport {0} cần registers, và không có commands",
        "transport {0} needs registers, and no commands",
    ),
    "read_only_table": Text(
        "{0} chỉ đọc được: dùng coil hoặc holding", "{0} can only be read: coil or holding"
    ),
    "needs_two_words": Text(
        "một thanh ghi cần hai số khác nhau: on và off",
        "a register needs two different numbers: on and off",
    ),
    "one_bit": Text("bỏ on và off: {0} chỉ có một bit", "remove on and off: a {0} is one bit"),
    "not_below_high": Text("không nhỏ hơn high", "not below high"),
    "answer_with_example": Text(
        "answer và example đi cùng nhau: một câu trả lời như trong tài liệu của hãng",
        "answer and example come together: an answer as the manual shows it",
    ),
    "no_match": Text("không khớp với ví dụ của chính nó", "does not match its own example"),
    "no_state": Text(
        "không có nhóm tên state: (?P<state>…), dạng hex là {state}",
        "has no group named state: (?P<state>…), in hex {state}",
    ),
    "other_state": Text("trạng thái trong đó là '{0}'", "its state is '{0}'"),
    "no_volume": Text(
        r"không có nhóm tên volume: (?P<volume>\d+)", r"has no group named volume: (?P<volume>\d+)"
    ),
    "other_volume": Text("ví dụ ghi {0}", "the example says {0}"),
    # templates of commands
    "unknown_field": Text(
        "trường lạ trong '{0}'; chỉ có: unit, channel, volume",
        "unknown field in '{0}'; known: unit, channel, volume",
    ),
    "no_pattern": Text("không phải biểu thức chính quy: {0}", "no regular expression: {0}"),
    "no_byte": Text(
        "'{0}' không phải hai chữ số thập lục phân, cũng không phải trường có thật",
        "'{0}' is neither two hexadecimal digits nor a known field",
    ),
    "beyond_byte": Text("{0} không vừa một byte", "{0} does not fit into a byte"),
    "no_field_value": Text("trường {0} không có giá trị ở đây", "field {0} has no value here"),
    # readings
    "chip_with_hwmon": Text(
        "tên của chip trong nhân Linux: chỉ và luôn đi với transport hwmon",
        "the kernel's name of the chip: with transport hwmon, and only there",
    ),
    "reading_missing": Text("thiếu", "missing"),
    "kernel_knows": Text("bỏ đi: nhân Linux đã biết", "remove it: the kernel knows"),
    "hwmon_only": Text("bỏ đi: chỉ dùng với hwmon", "remove it: only for hwmon"),
}
PROFILE_MESSAGES: Catalogue = {**MESSAGES, **_OWN}

"""Messages about faults of a YAML file and expected values, in two languages, by stable code."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

# the text of `syntax` contains the parser's message; all others are shown with the value
MESSAGES: Catalogue = {
    "got": Text("đang là {0}", "got {0}"),
    "expected": Text("cần {0}", "expected {0}"),
    "did_you_mean": Text("có phải ý bạn là {0}?", "did you mean {0}?"),
    "warning": Text("cảnh báo", "warning"),
    # faults of the file as text
    "too_big": Text("tệp quá lớn", "file too big"),
    "not_utf8": Text("tệp không phải UTF-8", "file is not UTF-8"),
    "syntax": Text("sai cú pháp YAML; {0}", "not valid YAML; {0}"),
    "tab": Text("có phím Tab ở đầu dòng", "a Tab at the beginning of the line"),
    "odd_space": Text(
        "dấu cách lạ (chép từ web hoặc Zalo): xoá đi, gõ lại bằng phím cách",
        "a special kind of space (copied from a web page or chat): delete it, type a plain one",
    ),
    "indent": Text("thụt đầu dòng sai", "wrong indentation"),
    "dash_stray": Text(
        "dấu - chỉ dùng cho từng mục của một danh sách",
        "a dash is allowed only before an item of a list",
    ),
    "dash_new_line": Text(
        "mục có dấu - phải bắt đầu ở dòng mới, thụt vào",
        "an item with a dash must begin on its own line, indented",
    ),
    "dash_space": Text("sau dấu - phải có dấu cách", "a space is missing after the dash"),
    "no_colon": Text(
        "sau tên khoá phải có dấu hai chấm và dấu cách",
        "after the key a colon and a space are missing",
    ),
    "no_comma": Text("thiếu dấu phẩy trước chỗ này", "a comma is missing before this"),
    "unclosed": Text("dấu mở ở đây chưa đóng lại", "opened here and never closed"),
    "extra_bracket": Text("thừa dấu đóng ngoặc", "a closing bracket too many"),
    "after_quote": Text("thừa chữ sau dấu đóng nháy", "text after the closing quote"),
    "needs_quotes": Text(
        "giá trị có ký tự đặc biệt: đặt trong dấu nháy",
        "a value with special characters: put quotes around it",
    ),
    "smart_quote": Text("dấu nháy cong: phải là nháy thẳng", "a curly quote: use a straight one"),
    "escape": Text(
        "dấu \\ trong nháy kép có nghĩa riêng: dùng nháy đơn",
        "a \\ has a special meaning in double quotes: use single quotes",
    ),
    "empty": Text("tệp trống", "file is empty"),
    "many_documents": Text("có hơn một tài liệu trong tệp", "more than one document in the file"),
    "anchor": Text("không dùng neo (&)", "anchors (&) are not allowed"),
    "alias": Text("không dùng tham chiếu (*)", "aliases (*) are not allowed"),
    "tag": Text("không dùng thẻ (!)", "tags (!) are not allowed"),
    "merge_key": Text("không dùng khoá gộp (<<)", "merge keys (<<) are not allowed"),
    "key_not_text": Text("tên khoá phải là chữ", "a key must be plain text"),
    "too_deep": Text("lồng quá sâu", "nested too deep"),
    # faults of a key or a value
    "duplicate_key": Text("khoá bị lặp", "key given twice"),
    "unknown_key": Text("không có khoá này", "unknown key"),
    "no_value": Text("khoá chưa có giá trị", "key has no value"),
    "missing_key": Text("thiếu khoá", "key is missing"),
    "wrong_type": Text("sai kiểu giá trị", "wrong type"),
    "bad_value": Text("giá trị không hợp lệ", "bad value"),
    "bad_together": Text("các giá trị không đi cùng nhau", "values do not go together"),
    # expected values
    "text": Text("chữ", "text"),
    "technical_integer": Text("số nguyên, ví dụ 30 hoặc 0x1E", "a whole number such as 30 or 0x1E"),
    "integer": Text("số nguyên chỉ gồm chữ số, ví dụ 30", "a plain whole number such as 30"),
    "number": Text("số, ví dụ 1.5", "a number such as 1.5"),
    "true_false": Text("true hoặc false", "true or false"),
    "list": Text("danh sách", "a list"),
    "mapping": Text("nhóm khoá: giá trị", "keys with values"),
    "saved_as_utf8": Text("lưu tệp ở dạng UTF-8", "the file saved as UTF-8"),
    "spaces_only": Text("dấu cách", "spaces"),
    "spaces": Text("{0} dấu cách ở đầu dòng, như dòng {1}", "{0} spaces first, as in line {1}"),
    "belongs_in": Text("đặt khoá này trong: {0}", "this key belongs in: {0}"),
    "once": Text("một lần: đã có ở dòng {0}", "once: it is already in line {0}"),
    "nothing": Text("để trống", "nothing"),
    "or": Text("{0} hoặc {1}", "{0} or {1}"),
    "one_of_keys": Text("một trong các khoá: {0}", "one of the keys: {0}"),
    "one_of": Text("một trong: {0}", "one of: {0}"),
    "at_least": Text("từ {0} trở lên", "at least {0}"),
    "at_most": Text("nhiều nhất {0}", "at most {0}"),
    "between": Text("từ {0} đến {1}", "from {0} to {1}"),
    "length_at_least": Text("ít nhất {0} mục hoặc ký tự", "at least {0} items or characters"),
    "length_at_most": Text("nhiều nhất {0} mục hoặc ký tự", "at most {0} items or characters"),
    "form": Text("dạng {0}", "the form {0}"),
    "rule": Text("{0}", "{0}"),
}

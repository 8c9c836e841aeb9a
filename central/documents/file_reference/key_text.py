"""One key of an officer's file in words, and the words that several keys share."""

from __future__ import annotations

from typing import NamedTuple

from texts.catalogue import Text


class KeyText(NamedTuple):
    """What the model of a file does not say about a key.

    Attributes:
        meaning: what the key does.
        examples: values that the key accepts.
        form: what the text is that the key takes, where the model knows only that it is text.
        default: what holds without the key, where the model's default is empty.
    """

    meaning: Text
    examples: tuple[str, ...] = ()
    form: Text | None = None
    default: Text | None = None


FILE_NAME = Text("tên tệp", "file name")
IMAGE_FILE = Text("tên tệp PNG, JPEG, WebP", "name of a PNG, JPEG or WebP file")
CLIP_FILE = Text("tên tệp MP4", "name of an MP4 file")
HTTPS = Text("địa chỉ https", "https address")
RECURRENCE = Text("quy tắc RFC 5545", "rule of RFC 5545")
SET_NAME = Text("tên", "name")
ADDRESS = Text("chữ, địa chỉ", "text, address")

NONE = Text("không có", "none")
BY_ITSELF = Text("tự đặt", "by itself")
AS_FILE = Text("như cả tệp", "as the file")
AS_SOUND = Text("dài bằng tiếng", "as long as the sound")
NO_PAUSE = Text("không nghỉ", "no pause")
AT_ONCE = Text("ngay", "at once")

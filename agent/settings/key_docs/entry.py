"""One key's meaning, and the texts that several keys share."""

from __future__ import annotations

from typing import Any, NamedTuple

from texts.catalogue import Text


class KeyDoc(NamedTuple):
    """One key: its meaning, an example as a value, its unit where the name does not end in it."""

    text: Text
    example: Any
    unit: str = ""


OPTIONS = Text(
    "khoá riêng của loại thiết bị này, xem tệp hồ sơ của nó",
    "keys of this kind of device only: see its profile",
)
PORT = Text(
    "nơi cắm: đường dẫn cố định của cổng nối tiếp, địa chỉ máy:cổng, hoặc tệp mô phỏng",
    "its port: a serial port's stable path, host:port, or the file of a simulation",
)

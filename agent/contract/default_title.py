"""The titles of what has none of its own: kept in Vietnamese in records, shown in either language.

A record holds one title, that of the people who heard it; whoever reads it in English gets the same
title in English.
"""

from __future__ import annotations

import re

from texts.catalogue import Catalogue, Lang, Text

TITLES: Catalogue = {
    "microphone": Text("Micro tại trạm: {0}", "Microphone at the station: {0}"),
    "line-in": Text("Đường vào tại trạm: {0}", "Line-in at the station: {0}"),
    "emergency_microphone": Text(
        "Micro khẩn cấp tại trạm: {0}", "Emergency microphone at the station: {0}"
    ),
    "chime_check": Text("Chuông kiểm tra loa", "Chime that checks the loudspeakers"),
    "live": Text("Phát trực tiếp", "Live voice"),
    "relay": Text("Tiếp âm", "Relay"),
    "emergency": Text("Khẩn cấp: {0}", "Emergency: {0}"),
    "local_alarm": Text("Báo động tại trạm: {0}", "Local alarm: {0}"),
    "exercise": Text("Diễn tập: {0}", "Exercise: {0}"),
}
# the id of an event, or the name of an input: a person's own title has more words
_NAME = re.compile(r": ([\w.-]+)$")


def default_title(code: str, *args: str) -> str:
    """The title of a code as it is recorded."""
    return TITLES[code].render("vi", *args)


def show_title(title: str, lang: Lang) -> str:
    """A title in a language: one of `TITLES` in that language, any other as somebody wrote it."""
    found = _NAME.search(title)
    args = () if found is None else (found[1],)
    for text in TITLES.values():
        if title == text.render("vi", *args):
            return text.render(lang, *args)
    return title

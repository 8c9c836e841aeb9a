"""A text in Vietnamese and English, and its lookup in a catalogue by a stable code.

`{0}`, `{1}`, … are replaced by arguments. `str.format` is not used: texts and arguments may contain
other braces, such as `{station}`, and an argument is never searched for placeholders.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

Lang = Literal["vi", "en"]
LANGS: tuple[Lang, ...] = ("vi", "en")
PLACEHOLDER = re.compile(r"\{([0-9])\}")


class Text(NamedTuple):
    """One text in the two languages; both have the same placeholders."""

    vi: str
    en: str

    def render(self, lang: Lang, *args: object) -> str:
        """The text in a language, with its arguments; a placeholder without one stays."""
        text = self.vi if lang == "vi" else self.en
        if not args:
            return text
        return PLACEHOLDER.sub(
            lambda match: str(args[int(match[1])]) if int(match[1]) < len(args) else match[0], text
        )


Catalogue = Mapping[str, Text]


def look_up(catalogue: Catalogue, code: str, lang: Lang, *args: object) -> str:
    """The text of a code in a language; an unknown code is returned as it is."""
    text = catalogue.get(code)
    return code if text is None else text.render(lang, *args)

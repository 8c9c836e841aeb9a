"""Keeps a PIN out of what is shown of a file: output of `check` is pasted into chats.

The loader hides the value of a secret key. Where a slip broke the key or the line, only the look of
the value is left to go by. Loaded only when a fault was found.
"""

from __future__ import annotations

import re

# the value behind the key, also behind a key that is slightly misspelt or lost its colon
_BEHIND_KEY = re.compile(r"(\bpin[a-z]?\b['\"]?\s*[:=]?\s*)([^,}\s#:=][^,}#]*)", re.IGNORECASE)
# six to twelve digits by themselves: nothing else in these files looks so
_DIGITS = re.compile(r"(?<![\w./-])[0-9]{6,12}(?![\w./-])")


def hide_secrets(text: str) -> str:
    """The text with stars for what may be a PIN, each as wide as it was, so that columns stay."""
    text = _BEHIND_KEY.sub(lambda match: match[1] + "*" * len(match[2].rstrip()), text)
    return _DIGITS.sub(lambda match: "*" * len(match[0]), text)
